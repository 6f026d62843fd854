"""Sound that libsndfile cannot read: extracted by an installed ffmpeg."""
