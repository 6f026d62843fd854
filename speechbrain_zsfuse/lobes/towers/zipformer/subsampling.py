"""Filterbank frames to encoder frames: convolutions that halve the rate.

One clip at a time: at its end a convolution sees what follows, so padding
would change the last frames.
"""

import torch

from speechbrain_zsfuse.lobes.towers.zipformer.scaling import (
    BiasNorm,
    swoosh_l,
    swoosh_r,
)

# Filterbank frames that yield one encoder frame.
MINIMUM_FRAMES = 9


class ConvNeXt(torch.nn.Module):
    """A residual block of large depthwise and small pointwise convolutions.

    Arguments
    ---------
    size : int
        Channels.

    Example
    -------
    >>> ConvNeXt(2)(torch.rand(1, 2, 5, 4)).shape
    torch.Size([1, 2, 5, 4])
    """

    def __init__(self, size):
        super().__init__()
        self.depthwise_conv = torch.nn.Conv2d(
            size, size, kernel_size=7, padding=3, groups=size
        )
        self.pointwise_conv1 = torch.nn.Conv2d(size, 3 * size, kernel_size=1)
        self.pointwise_conv2 = torch.nn.Conv2d(3 * size, size, kernel_size=1)

    def forward(self, image):
        """[B, size, frames, bins] to the same shape."""
        hidden = self.pointwise_conv1(self.depthwise_conv(image))
        return image + self.pointwise_conv2(swoosh_l(hidden))


class Conv2dSubsampling(torch.nn.Module):
    """Filterbank features of one clip to frames of 20 ms.

    Arguments
    ---------
    bins : int
        Mel bands, at least 7.
    size : int
        Channels of the encoder.

    Example
    -------
    >>> Conv2dSubsampling(bins=16, size=32)(torch.rand(1, 100, 16)).shape
    torch.Size([1, 46, 32])
    """

    def __init__(self, bins, size):
        super().__init__()
        # Named as in published files, which count activations too.
        self.conv = torch.nn.ModuleDict(
            {
                "0": torch.nn.Conv2d(1, 8, kernel_size=3, padding=(0, 1)),
                "4": torch.nn.Conv2d(8, 32, kernel_size=3, stride=2),
                "7": torch.nn.Conv2d(32, 128, kernel_size=3, stride=(1, 2)),
            }
        )
        self.convnext = ConvNeXt(128)
        width = ((bins - 1) // 2 - 1) // 2
        self.out = torch.nn.Linear(128 * width, size)
        self.out_norm = BiasNorm(size)

    def forward(self, features):
        """[B, T, bins], without padding, to [B, (T - 7) // 2, size]."""
        image = features[:, None]
        for convolution in self.conv.values():
            image = swoosh_r(convolution(image))
        frames = self.convnext(image).transpose(1, 2).flatten(2)
        return self.out_norm(self.out(frames))
