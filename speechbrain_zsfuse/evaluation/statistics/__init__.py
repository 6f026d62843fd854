"""How far a number may be off by chance, and whether two differ."""
