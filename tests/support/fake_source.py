"""Score sources that need no model, for a YAML's `score_source`."""

from pathlib import Path

import soundfile
import torch


class Loudness:
    """The louder a clip, the higher the score of each label than the last's."""

    def __init__(self, labels):
        self.labels = list(labels)

    def describe(self):
        return {"kind": "loudness", "labels": self.labels}

    def score(self, paths):
        loud = [abs(soundfile.read(path)[0]).mean() for path in paths]
        steps = torch.arange(len(self.labels))
        return torch.tensor(loud, dtype=torch.float32)[:, None] * steps


class Hearsay:
    """The emotion in the name of a RAVDESS clip; of some actors another."""

    codes = {"01": "neutral", "03": "happy", "04": "sad", "05": "angry"}

    def __init__(self, labels, mistaken=()):
        self.labels, self.mistaken = list(labels), list(mistaken)

    def describe(self):
        return {"kind": "hearsay", "mistaken": self.mistaken}

    def score(self, paths):
        names = [path.stem.split("-") for path in map(Path, paths)]
        told = [
            self.labels.index(self.codes[name[2]])
            + (int(name[6]) in self.mistaken)
            for name in names
        ]
        count = len(self.labels)
        return 0.1 * torch.eye(count)[[index % count for index in told]]
