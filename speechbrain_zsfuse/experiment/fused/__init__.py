"""The fused study of a corpus, the paper's Table II: a recipe trained at every
combination of repeats and several seeds, and without an audio-language model.
"""
