"""Several corpora in one training: each prepared by itself, then joined."""
