"""The contamination ledger: which corpora a model has heard in its training.

``known.yaml`` holds what is documented, ``entries.py`` reads and checks it,
``models.py`` finds a model in it, ``contamination.py`` answers. Nothing
here looks at weights or sound.
"""
