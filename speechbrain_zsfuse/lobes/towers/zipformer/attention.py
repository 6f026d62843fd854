"""Attention of a Zipformer: the weights, computed once, and their two uses.

One block computes the weights of a layer; ``SelfAttention`` (twice) and
``NonlinAttention`` (first head only) apply them.
"""

import math

import torch


def relative_positions(length, size, device=None):
    """Encode the offsets between any two of ``length`` frames.

    Offsets are compressed by a logarithm and an arc tangent, so that near
    frames are told apart and far ones hardly.

    Arguments
    ---------
    length : int
        Number of frames T.
    size : int
        Even; numbers an offset is encoded by.
    device : torch.device, optional

    Returns
    -------
    torch.Tensor
        float32, shape [2 T - 1, size]: offsets 1 - T … T - 1.

    Example
    -------
    >>> relative_positions(length=2, size=4)[1]  # an offset of 0
    tensor([1., 0., 1., 1.])
    """
    offsets = torch.arange(1 - length, length, device=device).float()[:, None]
    unit = math.sqrt(size)
    logarithm = (offsets.abs() + unit).log() - math.log(unit)
    compressed = unit * offsets.sign() * logarithm
    angles = (compressed / (size / (2 * math.pi))).atan()
    angles = angles * torch.arange(1, size // 2 + 1, device=device)
    encoding = torch.stack([angles.cos(), angles.sin()], dim=-1).flatten(1)
    encoding[:, -1] = 1.0  # lets a linear layer have a bias
    return encoding


def offset_to_key(scores):
    """Sort scores by frame instead of by offset, without a copy.

    Arguments
    ---------
    scores : torch.Tensor
        Shape [..., T, 2 T - 1]: row t holds the offsets 1 - T … T - 1.

    Returns
    -------
    torch.Tensor
        A view of shape [..., T, T]: row t holds the frames 0 … T - 1.

    Example
    -------
    >>> offset_to_key(torch.tensor([[-1, 0, 1], [-1, 0, 1]]))
    tensor([[ 0,  1],
            [-1,  0]])
    """
    length = scores.shape[-2]
    if torch.compiler.is_exporting():  # ONNX knows no views
        frames = torch.arange(length, device=scores.device)
        offsets = frames - frames[:, None] + (length - 1)
        return scores.gather(-1, offsets.expand(*scores.shape[:-2], -1, -1))
    # Frame 0 is one place further left in every row: rows of T that start
    # 2 T - 2 apart, the first at T - 1.
    flat = scores.flatten(-2)[..., length - 1 :]
    return flat.unfold(-1, length, max(2 * length - 2, 1))


def split_heads(x, heads):
    """[B, T, heads · d] to [B, heads, T, d].

    Example
    -------
    >>> split_heads(torch.zeros(1, 5, 6), heads=2).shape
    torch.Size([1, 2, 5, 3])
    """
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


class AttentionWeights(torch.nn.Module):
    """How much each frame attends to each other one, by content and offset.

    Arguments
    ---------
    size : int
        Channels of the frames.
    heads, query_size, position_size : int
        Number of heads; channels of each for content and for offsets.
    encoding_size : int
        Numbers an offset is encoded by.

    Example
    -------
    >>> block = AttentionWeights(
    ...     8, heads=2, query_size=4, position_size=2, encoding_size=6
    ... )
    >>> padding = torch.tensor([[False, False, True]])
    >>> positions = relative_positions(3, 6)
    >>> weights = block(torch.rand(1, 3, 8), positions, padding)
    >>> weights.shape, weights[..., 2].any()
    (torch.Size([1, 2, 3, 3]), tensor(False))
    """

    def __init__(self, size, heads, query_size, position_size, encoding_size):
        super().__init__()
        self.heads = heads
        self.sizes = [
            heads * s for s in (query_size, query_size, position_size)
        ]
        self.in_proj = torch.nn.Linear(size, sum(self.sizes))
        self.linear_pos = torch.nn.Linear(
            encoding_size, heads * position_size, bias=False
        )

    def forward(self, frames, positions, padding):
        """Weights, shape [B, heads, T, T], of frames [B, T, size].

        ``positions`` has shape [2 T - 1, encoding_size]; ``padding``, bool
        [B, T], is True for frames that nobody may attend to.
        """
        query, key, place = (
            split_heads(part, self.heads)
            for part in self.in_proj(frames).split(self.sizes, dim=-1)
        )
        offsets = split_heads(self.linear_pos(positions)[None], self.heads)
        # Not divided by a root: the scale is part of the trained weights.
        scores = query @ key.transpose(-1, -2)
        scores += offset_to_key(place @ offsets.transpose(-1, -2))
        scores.masked_fill_(padding[:, None, None], -math.inf)
        return scores.softmax(dim=-1)


class SelfAttention(torch.nn.Module):
    """Weighted means of values, head by head.

    Arguments
    ---------
    size, heads, value_size : int
        Channels of the frames; number of heads; channels of each value.

    Example
    -------
    >>> block = SelfAttention(8, heads=2, value_size=3)
    >>> block(torch.rand(1, 5, 8), torch.rand(1, 2, 5, 5)).shape
    torch.Size([1, 5, 8])
    """

    def __init__(self, size, heads, value_size):
        super().__init__()
        self.in_proj = torch.nn.Linear(size, heads * value_size)
        self.out_proj = torch.nn.Linear(heads * value_size, size)

    def forward(self, frames, weights):
        """[B, T, size] and [B, heads, T, T] to [B, T, size]."""
        values = weights @ split_heads(self.in_proj(frames), weights.shape[1])
        return self.out_proj(values.transpose(1, 2).flatten(2))


class NonlinAttention(torch.nn.Module):
    """Gated weighted means, by the weights of the first head.

    Arguments
    ---------
    size, hidden_size : int
        Channels of the frames and inside.

    Example
    -------
    >>> block = NonlinAttention(8, hidden_size=6)
    >>> block(torch.rand(1, 5, 8), torch.rand(1, 2, 5, 5)).shape
    torch.Size([1, 5, 8])
    """

    def __init__(self, size, hidden_size):
        super().__init__()
        self.in_proj = torch.nn.Linear(size, 3 * hidden_size)
        self.out_proj = torch.nn.Linear(hidden_size, size)

    def forward(self, frames, weights):
        """[B, T, size] and [B, heads, T, T] to [B, T, size]."""
        gate, values, factor = self.in_proj(frames).chunk(3, dim=-1)
        return self.out_proj((weights[:, 0] @ (values * gate.tanh())) * factor)
