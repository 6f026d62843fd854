"""The small parts that a Zipformer (Yao et al., 2024, arXiv 2310.11230) is of.

Two activations, a normalisation and a learned bypass. What exists for training
only (balancers, whitening, schedules, dropout) is left out.
"""

import torch


def swoosh_l(x):
    """SwooshL, ``log(1 + exp(x - 4)) - 0.08 x - 0.035``.

    Arguments
    ---------
    x : torch.Tensor
        float32, any shape.

    Returns
    -------
    torch.Tensor
        The same shape.

    Example
    -------
    >>> swoosh_l(torch.tensor([-10.0, 0.0, 10.0]))
    tensor([ 0.7650, -0.0169,  5.1675])
    """
    return _swoosh(x, 4.0, 0.035)


def swoosh_r(x):
    """SwooshR, ``log(1 + exp(x - 1)) - 0.08 x - 0.313261687``: 0 at 0.

    Arguments
    ---------
    x : torch.Tensor
        float32, any shape.

    Returns
    -------
    torch.Tensor
        The same shape.

    Example
    -------
    >>> swoosh_r(torch.tensor([-10.0, 0.0, 10.0]))
    tensor([0.4868, 0.0000, 7.8869])
    """
    return _swoosh(x, 1.0, 0.313261687)


def _swoosh(x, shift, offset):
    # In place after the first step: activations are the largest tensors.
    result = torch.nn.functional.softplus(x - shift)
    return result.sub_(x, alpha=0.08).sub_(offset)


class BiasNorm(torch.nn.Module):
    """Divide by the root mean square of what a learned bias leaves.

    Arguments
    ---------
    size : int
        Number of channels, the last axis.

    Example
    -------
    >>> BiasNorm(2)(torch.tensor([3.0, 3.0])).tolist()
    [1.0, 1.0]
    """

    def __init__(self, size):
        super().__init__()
        self.log_scale = torch.nn.Parameter(torch.zeros(()))
        self.bias = torch.nn.Parameter(torch.zeros(size))

    def forward(self, x):
        """Normalise along the last dimension, of ``size``."""
        power = (x - self.bias).square().mean(dim=-1, keepdim=True)
        return x * (power.rsqrt() * self.log_scale.exp())


class Bypass(torch.nn.Module):
    """Weigh, per channel, what a block made against what it was given.

    Arguments
    ---------
    size : int
        Number of channels, the last axis.

    Example
    -------
    >>> Bypass(1)(torch.tensor([0.0]), torch.tensor([4.0])).tolist()
    [2.0]
    """

    def __init__(self, size):
        super().__init__()
        self.bypass_scale = torch.nn.Parameter(torch.full((size,), 0.5))

    def forward(self, given, made):
        """Both of one shape, ``size`` last; a scale of 0 returns ``given``."""
        return torch.addcmul(given, made - given, self.bypass_scale)
