"""Audio files damaged in every way that a preparation must name."""

import soundfile

WAYS = ("missing", "silent", "empty", "truncated", "unreadable")


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
