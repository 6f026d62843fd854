"""Waveforms as transformers' feature extractor gives them to a speech model.

Each clip is normalised over its own samples, never over padding or over its
batch mates. Pure functions.
"""

import numpy as np
import torch

EPSILON = 1e-7  # transformers', added to the variance


def normalise(wavs, sizes):
    """Zero mean and unit variance over the samples of each clip itself.

    On a CPU as transformers' feature extractor does it, to the last bit: the
    mean and the variance are numpy's float32 sums. That takes every clip to
    the CPU; on a CUDA device the sums are float64, of all clips at once, and
    the numbers those of exact arithmetic, rounded at the end. transformers'
    differ from these by its own rounding: less than 1e-6 of ``max(1, |x|)``,
    and less than 2e-6 where a constant offset is far louder than the sound.

    Arguments
    ---------
    wavs : torch.Tensor
        float, shape [B, T].
    sizes : list of int
        True lengths in samples.

    Returns
    -------
    torch.Tensor
        float32, shape [B, T], zero after the end of a clip.

    Example
    -------
    >>> normalise(torch.tensor([[1.0, 3.0, 9.0]]), [2])
    tensor([[-1.,  1.,  0.]])
    """
    way = normalise_on_device if wavs.is_cuda else _as_transformers
    return way(wavs, sizes)


def normalise_on_device(wavs, sizes):
    """``normalise`` in float64, all clips at once, wherever they lie.

    Arguments
    ---------
    wavs : torch.Tensor
        float, shape [B, T].
    sizes : list of int or torch.Tensor
        True lengths in samples; a tensor can be exported.

    Returns
    -------
    torch.Tensor
        float32, shape [B, T], zero after the end of a clip.

    Example
    -------
    >>> normalise_on_device(torch.tensor([[2.0, 6.0, 9.0]]), [2])
    tensor([[-1.,  1.,  0.]])
    """
    ends = torch.as_tensor(sizes, device=wavs.device)[:, None]
    outside = torch.arange(wavs.shape[1], device=wavs.device) >= ends
    clips = wavs.double().masked_fill(outside, 0.0)
    clips = clips - clips.sum(1, keepdim=True) / ends
    clips = clips.masked_fill(outside, 0.0)
    variance = clips.square().sum(1, keepdim=True) / ends
    return (clips / (variance + EPSILON).sqrt()).float()


def _as_transformers(wavs, sizes):
    """Clip by clip in numpy, whose order of float32 sums is transformers'."""
    result = torch.zeros_like(wavs, dtype=torch.float32)
    for row, wav, size in zip(result, wavs.float(), sizes):
        clip = wav[:size].detach().cpu().numpy()
        deviation = np.sqrt(clip.var() + EPSILON)
        row[:size] = (wav[:size] - float(clip.mean())) / float(deviation)
    return result
