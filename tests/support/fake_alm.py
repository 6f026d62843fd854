"""A frozen audio-language model of two numbers, for tests that need no CLAP."""

import torch

from speechbrain_zsfuse.lobes.base import FrozenALM


class FakeALM(FrozenALM):
    """Hears loudness, batch norm and dropout included; reads word lengths."""

    sample_rate = 16000
    preprocessing = "fake-1"

    def __init__(self):
        super().__init__()
        self.calls = 0
        self.norm = torch.nn.BatchNorm1d(2)
        self.dropout = torch.nn.Dropout(0.5)
        with torch.no_grad():
            self.norm.weight.copy_(torch.tensor([1.0, 2.0]))
        self.freeze()

    def effective_input(self, num_samples, repeats):
        return min(repeats, 2)

    def _audio_tower(self, wavs, sizes, repeats):
        self.calls += 1
        loudness = [wav[:size].abs().mean() for wav, size in zip(wavs, sizes)]
        loudness = torch.stack(loudness)
        features = torch.stack([loudness, 0.1 * min(repeats, 2) + 0 * loudness])
        return self.dropout(self.norm(features.T))

    def _text_tower(self, input_ids, attention_mask):
        lengths = (input_ids * attention_mask).sum(1).float()
        return torch.stack([torch.cos(lengths), torch.sin(lengths)], dim=1)

    def _tokenizer(self):
        return WordLengths()


class WordLengths:
    """One token a word: its letters, summed."""

    pad_token_id = 0

    def __call__(self, texts):
        rows = [[sum(map(ord, word)) for word in t.split()] for t in texts]
        return {"input_ids": rows}
