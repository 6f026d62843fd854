"""The page of ``zsfuse demo``: a recording in, what a model says of it out."""
