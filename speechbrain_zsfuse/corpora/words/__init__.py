"""Words of corpora: families of emotions, spellings of a table, splits."""
