"""Corpora that need no code: a definition, one YAML file, says what names of
files and rows of tables mean. ``schema.py`` lists all it may say; the
package's own are in ``corpora/metadata/``.
"""
