"""Figures of collected results: what is drawn of which system."""
