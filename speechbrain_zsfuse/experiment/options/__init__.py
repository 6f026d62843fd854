"""What a run may be told: the keys of its YAML, their check, and the help."""
