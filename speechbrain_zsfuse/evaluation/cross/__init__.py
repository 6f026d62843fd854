"""Trained on one corpus, tested on another: which classes both know, how good a
model is there, and the matrix of all pairs, from files alone.
"""
