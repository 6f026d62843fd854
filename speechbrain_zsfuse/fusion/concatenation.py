"""One linear layer on z = [h; what the scores say]."""

import torch

from speechbrain_zsfuse.fusion.base import (
    Fallback,
    FusionHead,
    TemperatureHead,
)
from speechbrain_zsfuse.options import Positive, Size, checked


class ZSFuseHead(FusionHead):
    """z = [h; LayerNorm(s)], then one linear layer (ZS-Fuse, section II.A).

    Without scores it is the FM-only baseline by the same code: the scores
    are zeros for every clip, whose LayerNorm is one constant, so they say
    nothing about the class. Both arms start from the same weights for the
    same seed.

    Arguments
    ---------
    input_size : int
        D, size of the pooled vector h.
    n_classes : int
        E, number of emotions.
    affine : bool
        Whether the LayerNorm learns a scale and a shift. The paper leaves it
        open. Default: no, since the linear layer that follows can do both.
    epsilon : float
        Added to the variance of the scores by the LayerNorm. Cosines of
        emotion prompts vary by a few hundredths, so it must stay small.
    fallback : str, optional
        ``validation``: test without scores where validation is no better with
        them; see ``FusionHead``.

    Example
    -------
    >>> head = ZSFuseHead(input_size=8, n_classes=4)
    >>> h, s = torch.rand(2, 8), torch.rand(2, 4)
    >>> head(h, s).shape, head(h).shape
    (torch.Size([2, 4]), torch.Size([2, 4]))
    """

    @checked
    def __init__(
        self,
        input_size: Size,
        n_classes: Size,
        affine: bool = False,
        epsilon: Positive = 1e-5,
        fallback: Fallback = None,
    ):
        super().__init__(input_size, n_classes, fallback)
        self.norm = torch.nn.LayerNorm(
            n_classes, eps=epsilon, elementwise_affine=affine
        )
        self.linear = torch.nn.Linear(input_size + n_classes, n_classes)

    def fuse(self, pooled, scores):
        """See ``FusionHead``."""
        scores = self.no_scores(pooled) if scores is None else scores
        fused = torch.cat([pooled, self.norm(scores.to(pooled.dtype))], -1)
        return self.linear(fused)


class ScaledConcatenation(TemperatureHead):
    """z = [h; s / T], then one linear layer: ZS-Fuse without its LayerNorm.

    How far apart the scores of a clip are tells how sure the model is. A
    LayerNorm forgets that, and with it any temperature before it, but for its
    epsilon; here it is kept, brought to the order of one. T = 0.07 is where
    the logits of CLIP (Radford et al., 2021) and CLAP begin.

    Without scores they are zeros: FM-only by the same code, from the same
    weights.

    Arguments
    ---------
    input_size : int
        D, size of the pooled vector h.
    n_classes : int
        E, number of emotions.
    temperature : float
        T at the start, above 0.
    learned : bool
        Whether T is learned, or stays.
    fallback : str, optional
        ``validation``: test without scores where validation is no better with
        them; see ``FusionHead``.

    Example
    -------
    >>> head = ScaledConcatenation(input_size=8, n_classes=4)
    >>> head(torch.rand(2, 8), torch.rand(2, 4)).shape
    torch.Size([2, 4])
    """

    @checked
    def __init__(
        self,
        input_size: Size,
        n_classes: Size,
        temperature: Positive = 0.07,
        learned: bool = True,
        fallback: Fallback = None,
    ):
        super().__init__(input_size, n_classes, temperature, learned, fallback)
        self.linear = torch.nn.Linear(input_size + n_classes, n_classes)

    def fuse_scaled(self, pooled, scaled, known):
        """See ``TemperatureHead``."""
        return self.linear(torch.cat([pooled, scaled], -1))
