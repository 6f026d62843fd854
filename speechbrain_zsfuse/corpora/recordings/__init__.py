"""The sound of a corpus: is each recording usable, and are any two one?"""
