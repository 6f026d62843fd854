"""One layer of a Zipformer, and the two blocks in it that do not attend."""

import torch

from speechbrain_zsfuse.lobes.towers.zipformer.attention import (
    AttentionWeights,
    NonlinAttention,
    SelfAttention,
)
from speechbrain_zsfuse.lobes.towers.zipformer.scaling import (
    BiasNorm,
    Bypass,
    swoosh_l,
    swoosh_r,
)


class FeedForward(torch.nn.Module):
    """Two linear layers with SwooshL between them.

    Arguments
    ---------
    size, hidden_size : int

    Example
    -------
    >>> FeedForward(8, hidden_size=6)(torch.rand(1, 5, 8)).shape
    torch.Size([1, 5, 8])
    """

    def __init__(self, size, hidden_size):
        super().__init__()
        self.in_proj = torch.nn.Linear(size, hidden_size)
        self.out_proj = torch.nn.Linear(hidden_size, size)

    def forward(self, frames):
        """[B, T, size] to the same shape."""
        return self.out_proj(swoosh_l(self.in_proj(frames)))


class Convolution(torch.nn.Module):
    """Gated convolution over time, channel by channel.

    Arguments
    ---------
    size : int
        Channels.
    kernel_size : int
        Frames, odd.

    Example
    -------
    >>> block = Convolution(8, kernel_size=3)
    >>> block(torch.rand(1, 5, 8), torch.zeros(1, 5).bool()).shape
    torch.Size([1, 5, 8])
    """

    def __init__(self, size, kernel_size):
        super().__init__()
        self.in_proj = torch.nn.Linear(size, 2 * size)
        self.depthwise_conv = torch.nn.Conv1d(
            size, size, kernel_size, padding=kernel_size // 2, groups=size
        )
        self.out_proj = torch.nn.Linear(size, size)

    def forward(self, frames, padding):
        """[B, T, size] to the same shape; padding, [B, T], counts as zero."""
        frames = torch.nn.functional.glu(self.in_proj(frames), dim=-1)
        frames = frames.masked_fill(padding[..., None], 0.0)
        frames = self.depthwise_conv(frames.transpose(1, 2)).transpose(1, 2)
        return self.out_proj(swoosh_r(frames))


class EncoderLayer(torch.nn.Module):
    """Three feed-forwards, two attentions, two convolutions, one bypass.

    Arguments
    ---------
    config : ZipformerConfig
    stack : int
        Which stack's sizes to take.

    Example
    -------
    >>> from speechbrain_zsfuse.lobes.towers.zipformer.attention import (
    ...     relative_positions,
    ... )
    >>> from speechbrain_zsfuse.lobes.towers.zipformer.config import TINY
    >>> padding = torch.zeros(1, 5).bool()
    >>> positions = relative_positions(5, TINY.pos_dim)
    >>> frames = torch.rand(1, 5, TINY.encoder_dim)
    >>> EncoderLayer(TINY, stack=0)(frames, positions, padding).shape
    torch.Size([1, 5, 32])
    """

    def __init__(self, config, stack):
        super().__init__()
        size, heads = config.encoder_dim, config.num_heads[stack]
        value_size = config.value_head_dim[stack]
        hidden_size = config.feedforward_dim[stack]
        kernel_size = config.cnn_module_kernel[stack]
        self.self_attn_weights = AttentionWeights(
            size,
            heads,
            config.query_head_dim[stack],
            config.pos_head_dim[stack],
            config.pos_dim,
        )
        self.self_attn1 = SelfAttention(size, heads, value_size)
        self.self_attn2 = SelfAttention(size, heads, value_size)
        self.feed_forward1 = FeedForward(size, 3 * hidden_size // 4)
        self.feed_forward2 = FeedForward(size, hidden_size)
        self.feed_forward3 = FeedForward(size, 5 * hidden_size // 4)
        self.nonlin_attention = NonlinAttention(size, 3 * size // 4)
        self.conv_module1 = Convolution(size, kernel_size)
        self.conv_module2 = Convolution(size, kernel_size)
        self.norm = BiasNorm(size)
        self.bypass = Bypass(size)
        self.bypass_mid = Bypass(size)
        # Published files hold it; nothing uses it.
        self.bypass_scale = torch.nn.Parameter(torch.full((size,), 0.5))

    def forward(self, given, positions, padding):
        """Frames [B, T, size] to the same shape.

        ``positions`` has shape [2 T - 1, pos_dim], ``padding`` is bool [B, T].
        """
        weights = self.self_attn_weights(given, positions, padding)
        frames = given + self.feed_forward1(given)
        frames = frames + self.nonlin_attention(frames, weights)
        frames = frames + self.self_attn1(frames, weights)
        frames = frames + self.conv_module1(frames, padding)
        frames = frames + self.feed_forward2(frames)
        frames = self.bypass_mid(given, frames)
        frames = frames + self.self_attn2(frames, weights)
        frames = frames + self.conv_module2(frames, padding)
        frames = frames + self.feed_forward3(frames)
        return self.bypass(given, self.norm(frames))
