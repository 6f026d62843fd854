"""Figures of a paper, drawn from tables; one style for all of them."""
