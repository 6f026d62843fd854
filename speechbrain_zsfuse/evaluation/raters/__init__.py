"""What raters heard in a clip: their votes, and predictions against them.

Pure functions. No torch here.
"""
