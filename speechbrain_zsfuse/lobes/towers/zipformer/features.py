"""What a Zipformer hears: Kaldi filterbank features, as it was trained on."""

import torch
import torchaudio

from speechbrain_zsfuse.lobes.towers.zipformer.subsampling import (
    MINIMUM_FRAMES,
)

SAMPLE_RATE = 16000  # Hz
_HOP = 160  # samples, 10 ms

# Shorter audio yields no frame of the encoder.
MINIMUM_SAMPLES = MINIMUM_FRAMES * _HOP - _HOP // 2

_OPTIONS = {
    "sample_frequency": SAMPLE_RATE,
    "low_freq": 20.0,
    "high_freq": -400.0,  # below half the sample rate
    "snip_edges": False,
    "dither": 0.0,
    "energy_floor": 1e-10,
}

# Named in the keys of stored embeddings.
DESCRIPTION = ", ".join(f"{name} {value}" for name, value in _OPTIONS.items())


def resample(waveform, rate):
    """Bring a waveform to 16 kHz by torchaudio, as CLSP's authors do.

    Arguments
    ---------
    waveform : numpy.ndarray
        float32, shape [T].
    rate : int
        In Hz.

    Returns
    -------
    numpy.ndarray
        float32, shape [T'].

    Example
    -------
    >>> import numpy as np
    >>> resample(np.zeros(8, dtype="float32"), 32000).shape
    (4,)
    """
    return torchaudio.functional.resample(
        torch.from_numpy(waveform), rate, SAMPLE_RATE
    ).numpy()


def filterbank(clip, bins):
    """Log mel energies of one clip, by torchaudio's own function.

    Arguments
    ---------
    clip : torch.Tensor
        float32, shape [T], 16 kHz, in [-1, 1], T at least
        ``MINIMUM_SAMPLES``.
    bins : int
        Mel bands.

    Returns
    -------
    torch.Tensor
        float32, shape [frames, bins], frames of 10 ms: (T + 80) // 160.

    Example
    -------
    >>> filterbank(torch.rand(16000) - 0.5, bins=128).shape
    torch.Size([100, 128])
    """
    return torchaudio.compliance.kaldi.fbank(
        clip[None], num_mel_bins=bins, **_OPTIONS
    )
