"""Corpora of a user's own, made up: noise, and a table beside it."""

import numpy as np
import pandas
import soundfile

X = ["angry", "happy", "sad"]
Y = ["angry", "sad"]


def make_corpus(folder, emotions, speakers=6, seed=0, seconds=0.15):
    """Clips of each emotion by each speaker, ``clips.csv`` with all of them.

    What is angry is loud; no two clips are the same.
    """
    rng, rows = np.random.default_rng(seed), []
    (folder / "wav").mkdir(parents=True)
    for speaker in range(1, speakers + 1):
        for emotion in emotions:
            name = f"wav/{speaker}_{emotion}.wav"
            size = int(16000 * seconds * rng.uniform(1, 2))
            noise = rng.standard_normal(size) * rng.uniform(0.5, 2, size)
            loud = 0.2 if emotion == "angry" else 0.05
            soundfile.write(folder / name, (loud * noise).clip(-1, 1), 16000)
            rows.append((name, emotion, f"{speaker:02}"))
    table = pandas.DataFrame(rows, columns=["file", "emotion", "speaker"])
    table.to_csv(folder / "clips.csv", index=False)
    return folder


def two_corpora(folder):
    """x, of three emotions, and y, of two; their folders, and what is said of
    them."""
    places = {
        "x": make_corpus(folder / "x", X, seed=1),
        "y": make_corpus(folder / "y", Y, seed=2),
    }
    tables = {k: {"table": str(v / "clips.csv")} for k, v in places.items()}
    return {k: str(v) for k, v in places.items()}, tables
