"""Building blocks of the frozen audio-language models: towers, front ends."""
