"""The YAML of a run: the command line, bases and names put together as text.

Nothing here reads a corpus or loads a model.
"""
