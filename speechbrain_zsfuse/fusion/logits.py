"""Two classifiers, of h and of the scores, joined at their logits."""

import math
from typing import Annotated

import torch
from pydantic import Field

from speechbrain_zsfuse.fusion.base import Fallback, TemperatureHead
from speechbrain_zsfuse.options import Number, Positive, Size, checked

Weight = Annotated[Number, Field(gt=0, lt=1)]


class GatedLogitAddition(TemperatureHead):
    """W h + b + g(h) s / T: the speech model says how much the scores count.

    g(h) = sigmoid(v · h + c), one number a clip in (0, 1), as the gate of
    Arevalo et al. (2017, Gated Multimodal Units) for one of two inputs. With
    g = 0 it is FM-only. v and c start at zero, so that g starts at 1/2, W and b
    as in any linear layer.

    Without scores nothing is added: exactly W h + b, by the same code and from
    the same weights.

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
    >>> head = GatedLogitAddition(input_size=8, n_classes=2, temperature=0.5)
    >>> h, s = torch.rand(1, 8), torch.tensor([[0.0, 1.0]])
    >>> (head(h, s) - head(h)).round(decimals=4).tolist()  # g / T = 1
    [[0.0, 1.0]]
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
        self.linear = torch.nn.Linear(input_size, n_classes)
        self.gate = torch.nn.Linear(input_size, 1)
        for weight in self.gate.parameters():
            torch.nn.init.zeros_(weight)

    def fuse_scaled(self, pooled, scaled, known):
        """See ``TemperatureHead``."""
        return self.linear(pooled) + self.gate(pooled).sigmoid() * scaled


class LogLinearPooling(TemperatureHead):
    """The log-linear opinion pool of two classifiers (Genest and Zidek, 1986).

    ln p = (1 - w) ln softmax(W h + b) + w ln softmax(s / T) + constant, with
    w in (0, 1) learned: a class must please both. The logits are these ln p,
    normalised.

    Without scores w counts as 0: exactly ln softmax(W h + b), by the same code
    and from the same weights.

    Arguments
    ---------
    input_size : int
        D, size of the pooled vector h.
    n_classes : int
        E, number of emotions.
    weight : float
        w at the start. It is learned by its logit, as slowly as T.
    temperature : float
        T at the start, above 0.
    learned : bool
        Whether T is learned, or stays.
    fallback : str, optional
        ``validation``: test without scores where validation is no better with
        them; see ``FusionHead``.

    Example
    -------
    >>> head = LogLinearPooling(input_size=8, n_classes=4)
    >>> log_probabilities = head(torch.rand(2, 8), torch.rand(2, 4))
    >>> log_probabilities.exp().sum(-1).round(decimals=4).tolist()
    [1.0, 1.0]
    """

    @checked
    def __init__(
        self,
        input_size: Size,
        n_classes: Size,
        weight: Weight = 0.5,
        temperature: Positive = 0.07,
        learned: bool = True,
        fallback: Fallback = None,
    ):
        super().__init__(input_size, n_classes, temperature, learned, fallback)
        self.linear = torch.nn.Linear(input_size, n_classes)
        logit = math.log(weight) - math.log1p(-weight)
        self.weight_logit = torch.nn.Parameter(torch.tensor(logit))

    def fuse_scaled(self, pooled, scaled, known):
        """See ``TemperatureHead``."""
        weight = self.weight_logit.sigmoid() * float(known)
        of_speech = self.linear(pooled).log_softmax(-1)
        of_scores = scaled.log_softmax(-1)
        pool = (1 - weight) * of_speech + weight * of_scores
        return pool.log_softmax(-1)
