"""Zipformer2 and the two towers of CLSP, for inference only."""
