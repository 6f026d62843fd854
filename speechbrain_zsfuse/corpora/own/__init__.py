"""Corpora that nobody knows: a table of their owner says what is in a file."""
