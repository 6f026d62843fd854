"""Audio files damaged in every way that a preparation must name."""

import soundfile

# How it is spoiled, and how the problem begins.
WAYS = {
    "missing": "there is no such file",
    "silent": "it is silent",
    "empty": "it is empty",
    "truncated": "it is truncated",
    "unreadable": "it is unreadable",
}


def spoil(path, how):
    """Damage a WAV file in one of ``WAYS``."""
    if how == "missing":
        path.unlink()
    elif how == "silent":
        soundfile.write(path, [0.0] * 1600, 16000)
    elif how == "empty":
        soundfile.write(path, [], 16000)
    else:
        data = path.read_bytes()
        size = {"truncated": len(data) // 2, "unreadable": 20}[how]
        path.write_bytes(data[:size])
