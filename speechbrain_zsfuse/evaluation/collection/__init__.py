"""Predictions of many systems side by side, whoever made them."""
