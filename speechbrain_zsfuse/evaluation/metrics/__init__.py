"""Numbers of a table of predictions: what is right, how sure, for whom."""
