"""Prompt amplification, judged: which combination of audio and text repeats was
chosen, what another would have given, and what that has to do with fusion.

Pure functions on tables, and the files made of them. No torch here.
"""
