"""From frames to one vector per clip; padding never counts."""

import torch

from speechbrain_zsfuse.options import Size, checked


class MaskedMean(torch.nn.Module):
    """``masked_mean`` as a module, for a YAML.

    Arguments
    ---------
    input_size : int
        D, size of a frame; ``output_size`` is the same.

    Example
    -------
    >>> MaskedMean(8)(torch.rand(2, 5, 8), torch.ones(2, 5).bool()).shape
    torch.Size([2, 8])
    """

    @checked
    def __init__(self, input_size: Size):
        super().__init__()
        self.output_size = input_size

    def forward(self, hidden, mask):
        """See ``masked_mean``."""
        return masked_mean(hidden, mask)


class AttentiveStatistics(torch.nn.Module):
    """Attentive statistics pooling (Okabe et al., 2018, eq. 3 to 7).

    One weight per frame, e_t = vᵀ tanh(W h_t + b) and α = softmax(e) over the
    clip's own frames; then the weighted mean and deviation. Not the
    channel-wise pooling of ECAPA-TDNN, which is SpeechBrain's class of a
    similar name.

    Arguments
    ---------
    input_size : int
        D, size of a frame; ``output_size`` is twice that.
    attention_size : int, optional
        Rows of W; default D, as in the MSP-Podcast baseline.

    Example
    -------
    >>> pooling = AttentiveStatistics(input_size=8)
    >>> pooling(torch.rand(2, 5, 8), torch.ones(2, 5).bool()).shape
    torch.Size([2, 16])
    """

    @checked
    def __init__(self, input_size: Size, attention_size: Size | None = None):
        super().__init__()
        self.output_size = 2 * input_size
        attention_size = attention_size or input_size
        self.hidden = torch.nn.Linear(input_size, attention_size)
        self.vector = torch.nn.Parameter(torch.randn(attention_size))

    def forward(self, hidden, mask):
        """Pool a batch.

        Arguments
        ---------
        hidden : torch.Tensor
            float, shape [B, F, D].
        mask : torch.Tensor
            bool, shape [B, F], true on real frames.

        Returns
        -------
        torch.Tensor
            float, shape [B, 2 D]: mean, then deviation.
        """
        _check_shapes(hidden, mask)
        energy = torch.tanh(self.hidden(hidden)) @ self.vector
        energy = energy.masked_fill(~mask, -torch.inf)
        weights = energy.float().softmax(-1).unsqueeze(-1)
        hidden = hidden.masked_fill(~mask.unsqueeze(-1), 0.0).float()
        mean = (weights * hidden).sum(1)
        variance = (weights * hidden.square()).sum(1) - mean.square()
        return torch.cat([mean, variance.clamp(min=1e-5).sqrt()], -1)


def masked_mean(hidden, mask):
    """Average the real frames of each clip.

    Arguments
    ---------
    hidden : torch.Tensor
        float, shape [B, F, D].
    mask : torch.Tensor
        bool, shape [B, F], true on real frames.

    Returns
    -------
    torch.Tensor
        float, shape [B, D].

    Raises
    ------
    ValueError
        If the shapes do not fit, or `mask` holds no booleans.

    Example
    -------
    >>> hidden = torch.tensor([[[1.0], [3.0], [100.0]]])
    >>> masked_mean(hidden, torch.tensor([[True, True, False]]))
    tensor([[2.]])
    """
    _check_shapes(hidden, mask)
    hidden = hidden.masked_fill(~mask.unsqueeze(-1), 0.0)
    return hidden.sum(1) / mask.sum(1, keepdim=True)


def _check_shapes(hidden, mask):
    """That it is a mask, and not lengths, of a batch of frames."""
    if hidden.ndim != 3 or mask.dtype != torch.bool:
        raise ValueError(
            "Expected frames of shape [clips, frames, size] and a `mask` of "
            "booleans, true on the frames of a clip, but got "
            f"{list(hidden.shape)} and {mask.dtype}. Give both "
            "as an encoder returns them."
        )
    if hidden.shape[:2] != mask.shape:
        raise ValueError(
            "Expected `mask` of the shape of the frames "
            f"{list(hidden.shape[:2])}, but got {list(mask.shape)}. Give both "
            "as one encoder returns them."
        )
