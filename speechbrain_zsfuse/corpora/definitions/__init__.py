"""Corpora that need no code: a definition says what names of files mean."""
