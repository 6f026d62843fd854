"""All that a folder of results says, as one page of HTML."""
