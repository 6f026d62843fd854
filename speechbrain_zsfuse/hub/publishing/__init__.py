"""A run made ready for others: a folder with weights, settings and a card.

``facts.py`` reads what the run says of itself, ``licensing.py`` and ``alm.py``
decide what may be given on, ``card.py`` writes the README, ``folder.py`` all
files, ``verifying.py`` loads them again, ``push.py`` uploads them. Nothing is
trained or measured here.
"""
