"""Fewer frames, and as many as before: how the stacks change their rate.

A clip whose length is no multiple of the factor is lengthened by its own last
frame. Here that holds inside a batch too (``repeat_last``), so that a clip
does not notice how long its batch mates are.
"""

import torch


def repeat_last(frames, lengths, size):
    """Bring clips to one length, each by its own last frame.

    Arguments
    ---------
    frames : torch.Tensor
        float32, shape [B, T, D].
    lengths : torch.Tensor
        int64, shape [B], valid frames, in [1, T].
    size : int
        T', at least T.

    Returns
    -------
    torch.Tensor
        Shape [B, T', D].

    Example
    -------
    >>> repeat_last(torch.tensor([[[1.0], [2.0], [9.0]]]), torch.tensor([2]), 3)
    tensor([[[1.],
             [2.],
             [2.]]])
    """
    step = torch.arange(size, device=frames.device)
    source = torch.minimum(step, lengths[:, None] - 1)
    source = source[..., None].expand(-1, -1, frames.shape[2])
    return frames.gather(1, source)


def reduced(lengths, factor):
    """Lengths after ``Downsample``: a part of a frame counts as one.

    Example
    -------
    >>> reduced(torch.tensor([8, 9]), factor=4)
    tensor([2, 3])
    """
    return (lengths + factor - 1) // factor


class Downsample(torch.nn.Module):
    """One frame, a weighted mean, for each ``factor`` frames.

    Arguments
    ---------
    factor : int

    Example
    -------
    >>> frames = torch.arange(3.0).reshape(1, 3, 1)
    >>> Downsample(2)(frames, torch.tensor([3])).flatten().tolist()
    [0.5, 2.0]
    """

    def __init__(self, factor):
        super().__init__()
        self.bias = torch.nn.Parameter(torch.zeros(factor))

    def forward(self, frames, lengths):
        """[B, T, D] and [B] to [B, ceil(T / factor), D]."""
        factor = len(self.bias)
        size = reduced(frames.shape[1], factor) * factor
        frames = repeat_last(frames, lengths, size).unflatten(1, (-1, factor))
        return torch.einsum("btfd,f->btd", frames, self.bias.softmax(0))
