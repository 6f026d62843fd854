"""The zero-shot study of a corpus: models under all repeats, as tables and
heat maps. Nothing is trained here, and nothing chosen.
"""
