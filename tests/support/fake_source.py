"""A score source that needs no model, for a YAML's `score_source`."""

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
