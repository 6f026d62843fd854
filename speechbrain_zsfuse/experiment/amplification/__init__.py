"""Repeats that are ``auto``: chosen on the validation split of a run, without a
look at its test labels; and the trials that may decide it.
"""
