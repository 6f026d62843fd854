"""A small speech encoder to train from scratch: log-mel filterbank, two
convolutions, and what the whole clip is like added to each frame.

It ignores the loudness of a recording, and knows nothing of emotions, pooling
or training.
"""

from typing import Annotated

import torch
from pydantic import Field
from speechbrain.lobes.features import Fbank
from speechbrain.nnet.CNN import Conv1d

from speechbrain_zsfuse.audio.batch import heard_sizes
from speechbrain_zsfuse.audio.sound import LONGEST
from speechbrain_zsfuse.options import Positive, Share, Size, checked

HOP = 160  # samples between frames of the filterbank: 10 ms
WINDOW = 400  # samples under one frame: 25 ms
RANGE = 80.0  # dB below the loudest value of a clip that are kept
SCALE = 20.0  # dB that become one: the values are then of order one


class FilterbankEncoder(torch.nn.Module):
    """A frame every 40 ms from a log-mel filterbank.

    Padding is masked out of every step, and nothing is normalised over the
    batch: a clip gets the same frames whatever its padding and batch mates.
    Each frame sees 145 ms of sound and, as in ECAPA-TDNN, the mean and the
    standard deviation over the clip.

    Arguments
    ---------
    n_mels : int
        Number of mel filters between 0 and 8000 Hz, 1 to 200.
    width : int
        D, channels of the convolutions and size of a frame.
    dropout : float
        Probability, in [0, 1).
    longest_seconds : float
        Longest clip, in seconds; a longer one is named and refused, before
        memory is asked for it.

    Attributes
    ----------
    sample_rate : int
        Rate of the waveforms it wants: 16000 Hz.
    min_samples, max_samples : int
        Shortest and longest clip that it can hear.
    output_size : int
        D, size of a frame.
    padding_neutral : bool
        True: padding leaves the frames of a clip as they are.

    Example
    -------
    >>> encoder = FilterbankEncoder(width=8)
    >>> wavs, lens = torch.randn(2, 16000), torch.tensor([1.0, 0.5])
    >>> hidden, mask = encoder(wavs, lens)
    >>> hidden.shape, mask.sum(1)
    (torch.Size([2, 26, 8]), tensor([26, 13]))
    """

    sample_rate = 16000
    min_samples = WINDOW
    padding_neutral = True

    @checked
    def __init__(
        self,
        n_mels: Annotated[int, Field(ge=1, le=200)] = 40,
        width: Size = 64,
        dropout: Share = 0.2,
        longest_seconds: Positive = LONGEST,
    ):
        super().__init__()
        self.max_samples = round(longest_seconds * self.sample_rate)
        self.output_size = width
        self.filterbank = Fbank(sample_rate=self.sample_rate, n_mels=n_mels)
        # Its own floor would be taken from the padded row.
        self.filterbank.compute_fbanks.top_db = float("inf")
        self.blocks = torch.nn.ModuleList(
            torch.nn.Sequential(
                Conv1d(
                    width,
                    kernel_size=5,
                    in_channels=channels,
                    stride=2,
                    padding_mode="constant",
                ),
                torch.nn.LayerNorm(width),
                torch.nn.GELU(),
                torch.nn.Dropout(dropout),
            )
            for channels in (n_mels, width)
        )
        self.context = torch.nn.Sequential(
            torch.nn.LayerNorm(2 * width),
            torch.nn.Dropout(dropout),
            torch.nn.Linear(2 * width, width),
            torch.nn.GELU(),
        )

    def forward(self, wavs, wav_lens=None):
        """Encode a batch.

        Arguments
        ---------
        wavs : torch.Tensor
            float in [-1, 1], shape [B, T], mono at ``sample_rate`` Hz, padded
            at the end.
        wav_lens : torch.Tensor, optional
            float, shape [B], true lengths relative to T, in (0, 1].

        Returns
        -------
        hidden : torch.Tensor
            float, shape [B, F, D], F = 1 + T // 640.
        mask : torch.Tensor
            bool, shape [B, F], true on the frames of the clip itself.

        Raises
        ------
        ClipError
            If a clip is no sound, shorter than one window of 25 ms or too long.
        ValueError
            If the shapes do not fit.
        """
        sizes = heard_sizes(wavs, wav_lens, self)
        return self.encode(wavs, torch.tensor(sizes, device=wavs.device))

    def encode(self, wavs, sizes):
        """Encode clips that are checked: see ``TransformersEncoder.encode``."""
        x, mask = self._log_mel(wavs, sizes[:, None])
        for block in self.blocks:
            x, mask = block(x * mask), mask[:, ::2]
        mean = _mean(x, mask)
        # The constant keeps the slope of the root finite.
        spread = torch.sqrt(_mean((x - mean).square(), mask) + 1e-5)
        x = x + self.context(torch.cat([mean, spread], dim=-1))
        return x, mask.squeeze(-1)

    def _log_mel(self, wavs, sizes):
        samples = torch.arange(wavs.shape[1], device=wavs.device)
        # Zeros after the end are what the last frames of a lone clip see, too.
        x = self.filterbank(wavs.masked_fill(samples >= sizes, 0.0))
        frames = torch.arange(x.shape[1], device=x.device)
        mask = (frames <= sizes // HOP).unsqueeze(-1)
        peak = x.masked_fill(~mask, -torch.inf).amax((1, 2), keepdim=True)
        x = torch.maximum(x, peak - RANGE)
        # One mean for all filters: loudness goes, the colour of the voice and
        # the course of the energy stay.
        return (x - _mean(x, mask).mean(2, keepdim=True)) / SCALE, mask


def _mean(x, mask):
    """Mean over real frames, shape [B, 1, D], of x [B, F, D]."""
    return (x * mask).sum(1, keepdim=True) / mask.sum(1, keepdim=True)
