"""How corpora name emotions: families of words, spellings of a table."""
