"""Runs of a recipe as processes of their own: what they would be, whether they
are there already, and how they are done.
"""
