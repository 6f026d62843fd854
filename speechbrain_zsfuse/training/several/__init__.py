"""Several corpora in one training: how often each is heard, and which classes
a clip may be of. With one corpus nothing of it is used."""
