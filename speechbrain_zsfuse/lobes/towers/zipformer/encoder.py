"""Zipformer2 (Yao et al., 2024, arXiv 2310.11230): stacks at several rates.

Names of the weights are those of icefall, so published files load unchanged.
Unlike there, padding is neutral: a clip in a batch equals the clip alone.
"""

import torch

from speechbrain_zsfuse.lobes.towers.zipformer.attention import (
    relative_positions,
)
from speechbrain_zsfuse.lobes.towers.zipformer.layers import EncoderLayer
from speechbrain_zsfuse.lobes.towers.zipformer.resampling import (
    Downsample,
    reduced,
)
from speechbrain_zsfuse.lobes.towers.zipformer.scaling import Bypass


class Stack(torch.nn.Module):
    """Layers that run at one rate.

    Arguments
    ---------
    config : ZipformerConfig
    stack : int
        Index.

    Example
    -------
    >>> from speechbrain_zsfuse.lobes.towers.zipformer.config import TINY
    >>> frames = torch.rand(1, 5, TINY.encoder_dim)
    >>> Stack(TINY, 0)(frames, torch.tensor([5])).shape
    torch.Size([1, 5, 32])
    """

    def __init__(self, config, stack):
        super().__init__()
        self.encoding_size = config.pos_dim
        self.layers = torch.nn.ModuleList(
            EncoderLayer(config, stack)
            for _ in range(config.num_encoder_layers[stack])
        )

    def forward(self, frames, lengths):
        """[B, T, D] to the same shape; lengths, int64 [B], are in [1, T]."""
        step = torch.arange(frames.shape[1], device=frames.device)
        padding = step >= lengths[:, None]
        positions = relative_positions(
            frames.shape[1], self.encoding_size, frames.device
        )
        for layer in self.layers:
            frames = layer(frames, positions, padding)
        return frames


class DownsampledStack(torch.nn.Module):
    """A stack at a lower rate, mixed with what went into it.

    Arguments
    ---------
    config : ZipformerConfig
    stack : int
        Index.

    Example
    -------
    >>> from speechbrain_zsfuse.lobes.towers.zipformer.config import TINY
    >>> frames = torch.rand(1, 5, TINY.encoder_dim)
    >>> DownsampledStack(TINY, 1)(frames, torch.tensor([5])).shape
    torch.Size([1, 5, 32])
    """

    def __init__(self, config, stack):
        super().__init__()
        self.factor = config.downsampling_factor[stack]
        self.downsample = Downsample(self.factor)
        self.encoder = Stack(config, stack)
        self.out_combiner = Bypass(config.encoder_dim)

    def forward(self, given, lengths):
        """[B, T, D] to the same shape; lengths, int64 [B], are in [1, T]."""
        frames = self.encoder(
            self.downsample(given, lengths), reduced(lengths, self.factor)
        )
        frames = frames.repeat_interleave(self.factor, dim=1)
        return self.out_combiner(given, frames[:, : given.shape[1]])


class Zipformer2(torch.nn.Module):
    """All stacks, then one last step to a lower rate.

    Arguments
    ---------
    config : ZipformerConfig

    Example
    -------
    >>> from speechbrain_zsfuse.lobes.towers.zipformer.config import TINY
    >>> frames = torch.rand(2, 5, TINY.encoder_dim)
    >>> frames, lengths = Zipformer2(TINY)(frames, torch.tensor([5, 2]))
    >>> frames.shape, lengths
    (torch.Size([2, 3, 32]), tensor([3, 1]))
    """

    def __init__(self, config):
        super().__init__()
        self.factor = config.output_downsampling_factor
        self.encoders = torch.nn.ModuleList(
            (Stack if factor == 1 else DownsampledStack)(config, stack)
            for stack, factor in enumerate(config.downsampling_factor)
        )
        self.downsample_output = Downsample(self.factor)

    def forward(self, frames, lengths):
        """Encode a padded batch.

        Arguments
        ---------
        frames : torch.Tensor
            float32, shape [B, T, D], of 20 ms; padding must be finite.
        lengths : torch.Tensor
            int64, shape [B], valid frames, in [1, T].

        Returns
        -------
        frames : torch.Tensor
            float32, shape [B, T', D], of 40 ms.
        lengths : torch.Tensor
            int64, shape [B].
        """
        for encoder in self.encoders:
            frames = encoder(frames, lengths)
        frames = self.downsample_output(frames, lengths)
        return frames, reduced(lengths, self.factor)
