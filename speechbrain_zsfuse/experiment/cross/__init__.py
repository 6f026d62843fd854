"""Trained on one corpus, tested on all: each source and fold once, each target
whole. ``evaluation/cross`` makes the matrix of what is predicted here.
"""
