"""Training losses for classes of unequal size.

A loss gives two vectors, ``values`` and ``shares``, both of shape [B]: the
loss of a batch is their sums' quotient, ``values.sum() / shares.sum()``. Kept
apart, they can be added up over processes and accumulated batches before the
division, so that any number of processes trains the same.

Class counts come from the training manifest (``count``); a model is always
evaluated on its raw logits.
"""

from typing import Literal

import torch

from speechbrain_zsfuse.options import NotNegative, Share, checked

Normalization = Literal["paper", "torch"]


class CrossEntropy(torch.nn.Module):
    """Plain cross-entropy, -ln p_y; the base of the others.

    A target is a class (int64, [B]) or a distribution (float, [B, C]) such as
    the raters' votes, whose cross-entropy is -Σ_c y_c ln p_c.

    Example
    -------
    >>> loss = CrossEntropy()
    >>> values, shares = loss(torch.zeros(2, 4), torch.tensor([0, 3]))
    >>> values.sum() / shares.sum()  # ln 4
    tensor(1.3863)
    """

    def __init__(self):
        super().__init__()
        self.register_buffer("counts", None, persistent=False)

    def count(self, counts):
        """Learn the sizes of the classes.

        Arguments
        ---------
        counts : list of float
            n_c, clips of each class in an epoch, shape [C].
        """
        self.counts = torch.tensor(counts, dtype=torch.float64)

    def forward(self, logits, target):
        """Loss of each clip.

        Arguments
        ---------
        logits : torch.Tensor
            float, shape [B, C]. Where a class is out of the question it is
            -inf; the loss is then over the others.
        target : torch.Tensor
            int64, shape [B]; or float, shape [B, C], rows that sum to 1.

        Returns
        -------
        values, shares : torch.Tensor
            float32, shape [B].

        Raises
        ------
        ValueError
            If the loss needs counts and has none, or of other classes.
        """
        logits = logits.float()
        target = as_distribution(target, logits.shape[1])
        log_probabilities = self._adjust(logits).log_softmax(-1)
        # 0 times ln 0 is 0, and has no gradient.
        absent = logits.isneginf() & (target == 0)
        return self._weigh(log_probabilities.masked_fill(absent, 0.0), target)

    def _adjust(self, logits):
        return logits

    def _weigh(self, log_probabilities, target):
        values = -(target * log_probabilities).sum(-1)
        return values, torch.ones_like(values)

    def _counts(self, logits):
        counts = [] if self.counts is None else self.counts.tolist()
        if len(counts) != logits.shape[1] or min(counts) <= 0:
            raise ValueError(
                f"Expected a count above 0 for each of the "
                f"{logits.shape[1]} classes, but {type(self).__name__} has "
                f"{counts}. Call `count` with the sizes of the classes in the "
                "training set, and leave empty ones out of `labels`."
            )
        return self.counts.to(logits.device)


class WeightedCrossEntropy(CrossEntropy):
    """w_y (-ln p_y) with w_c = N / (n_c C): rare classes count more.

    Arguments
    ---------
    normalization : str
        ``paper`` divides by the number of clips (ABHINAYA, Interspeech 2025,
        eq. 1), ``torch`` by the sum of their weights (``cross_entropy(weight)``
        of PyTorch, MSP-Podcast baselines): another effective learning rate.

    Example
    -------
    >>> loss = WeightedCrossEntropy()
    >>> loss.count([30, 10])
    >>> loss(torch.zeros(2, 2), torch.tensor([0, 1]))[0] / 0.6931
    tensor([0.6667, 2.0001])
    """

    @checked
    def __init__(self, normalization: Normalization = "paper"):
        super().__init__()
        self.normalization = normalization

    def weights(self, counts):
        """w_c, float64, shape [C]."""
        return counts.sum() / (counts * len(counts))

    def _weigh(self, log_probabilities, target):
        weights = self.weights(self._counts(log_probabilities)).float()
        values = -(weights * target * log_probabilities).sum(-1)
        if self.normalization == "torch":
            return values, (weights * target).sum(-1)
        return values, torch.ones_like(values)


class WeightedFocal(WeightedCrossEntropy):
    """w_y (1 - p_y)^γ (-ln p_y): what is known already counts less.

    ABHINAYA eq. 2, after Lin et al. (2017); the mean is over clips.

    Arguments
    ---------
    gamma : float
        γ, at least 0. With 0 it is ``WeightedCrossEntropy``.

    Example
    -------
    >>> loss = WeightedFocal(gamma=2.0)
    >>> loss.count([10, 10])
    >>> loss(torch.zeros(1, 2), torch.tensor([0]))[0] / 0.6931
    tensor([0.2500])
    """

    @checked
    def __init__(self, gamma: NotNegative = 2.0):
        super().__init__()
        self.gamma = gamma

    def _weigh(self, log_probabilities, target):
        # ln(1 - p) in place of 1 - p: no power of a rounded zero.
        rest = torch.log1p(-log_probabilities.exp().clamp(max=1 - 1e-7))
        return super()._weigh(
            log_probabilities * torch.exp(self.gamma * rest), target
        )


class VectorScaling(WeightedCrossEntropy):
    """Weighted cross-entropy of (n_c / n_max)^γ z_c + τ ln(n_c / N).

    ABHINAYA eq. 3, after Kini et al. (2021). Only training sees the changed
    logits.

    Arguments
    ---------
    gamma, tau : float
        γ and τ, at least 0.
    normalization : str
        See ``WeightedCrossEntropy``; the authors' code has ``torch``.

    Example
    -------
    >>> loss = VectorScaling()
    >>> loss.count([30, 10])
    >>> values, _ = loss(torch.zeros(1, 2), torch.tensor([1]))
    >>> torch.exp(-values / 2)  # a logit of zero: the prior of the class
    tensor([0.2500])
    """

    @checked
    def __init__(
        self,
        gamma: NotNegative = 0.3,
        tau: NotNegative = 1.0,
        normalization: Normalization = "torch",
    ):
        super().__init__(normalization)
        self.gamma, self.tau = gamma, tau

    def _adjust(self, logits):
        counts = self._counts(logits)
        scale = ((counts / counts.max()) ** self.gamma).float()
        prior = torch.log(counts / counts.sum()).float()
        return scale * logits + self.tau * prior


class ClassBalanced(WeightedCrossEntropy):
    """Weights by the effective number of clips (Cui et al., 2019).

    w_c ∝ (1 - β) / (1 - β^n_c), scaled to Σ w = C. EMO-SUPERB trains with it
    on distributions of votes.

    Arguments
    ---------
    beta : float, optional
        β in [0, 1); default (N - 1) / N, as in EMO-SUPERB.
    normalization : str
        See ``WeightedCrossEntropy``.

    Example
    -------
    >>> loss = ClassBalanced(beta=0.0)  # β = 0: no weighting
    >>> loss.count([30, 10])
    >>> loss.weights(loss.counts)
    tensor([1., 1.], dtype=torch.float64)
    """

    @checked
    def __init__(
        self,
        beta: Share | None = None,
        normalization: Normalization = "paper",
    ):
        super().__init__(normalization)
        self.beta = beta

    def weights(self, counts):
        """w_c, float64, shape [C]."""
        beta = 1 - 1 / counts.sum() if self.beta is None else self.beta
        weights = (1 - beta) / (1 - beta**counts)
        return weights * len(counts) / weights.sum()


class LogitAdjusted(CrossEntropy):
    """Cross-entropy of z_c + τ ln(n_c / N) (Menon et al., 2021, eq. 10).

    Arguments
    ---------
    tau : float
        τ, at least 0. With 1 the raw logits tend to the balanced classifier,
        which is what UAR asks for.

    Example
    -------
    >>> loss = LogitAdjusted()
    >>> loss.count([30, 10])
    >>> values, _ = loss(torch.zeros(1, 2), torch.tensor([1]))
    >>> torch.exp(-values)
    tensor([0.2500])
    """

    @checked
    def __init__(self, tau: NotNegative = 1.0):
        super().__init__()
        self.tau = tau

    def _adjust(self, logits):
        counts = self._counts(logits)
        return logits + self.tau * torch.log(counts / counts.sum()).float()


def as_distribution(target, classes):
    """One-hot rows for classes, and distributions as they are.

    Arguments
    ---------
    target : torch.Tensor
        int64, shape [B]; or float, shape [B, C], rows that sum to 1.
    classes : int
        C.

    Returns
    -------
    torch.Tensor
        float32, shape [B, C].

    Raises
    ------
    ValueError
        If the shape does not fit, or a row does not sum to 1.

    Example
    -------
    >>> as_distribution(torch.tensor([1]), 3)
    tensor([[0., 1., 0.]])
    """
    if not target.is_floating_point():
        return torch.nn.functional.one_hot(target, classes).float()
    sums = target.sum(-1)
    if target.shape[-1] != classes or not torch.allclose(
        sums, torch.ones_like(sums), atol=1e-4
    ):
        raise ValueError(
            f"Expected distributions over {classes} classes that sum to 1, "
            f"but got rows of {target.shape[-1]} with sums {sums.tolist()}. "
            "Divide the votes by their number."
        )
    return target.float()
