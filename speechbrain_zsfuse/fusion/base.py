"""What all heads share: the shapes they take, and a temperature of scores.

A head is a subclass of ``FusionHead`` with ``fuse``, a few lines. Nothing here
knows where scores come from, nor which answer is tested in the end.
"""

import math
from typing import Literal

import torch

Fallback = Literal["validation"] | None


class FusionHead(torch.nn.Module):
    """A pooled vector and scores in, logits out; a subclass says how.

    A subclass gives ``fuse(pooled, scores)`` -> logits [B, E]. ``scores`` is
    None for the FM-only baseline, which runs through the same code: a subclass
    starts from the same weights, has a gradient for all of them and says
    nothing of the class in place of scores.

    Arguments
    ---------
    input_size : int
        D, size of the pooled vector h.
    n_classes : int
        E, number of emotions.
    fallback : str, optional
        ``validation``: where the chosen epoch's UAR on validation is no better
        with scores than without, test without. For that a second linear layer
        learns from h alone, beside the first: a linear probe of the fused
        encoder, not a model that was never fused. It hands no gradient back,
        starts at zero and draws no random number, its gradient is clipped by
        itself, so that the rest trains as if it were not there (but a step that
        is skipped, as one of them is not finite, is skipped for both).

    Example
    -------
    >>> class Linear(FusionHead):
    ...     def fuse(self, pooled, scores):
    ...         return pooled if scores is None else pooled + scores
    >>> Linear(4, 4)(torch.zeros(1, 4), torch.ones(1, 4))
    tensor([[1., 1., 1., 1.]])
    """

    def __init__(self, input_size, n_classes, fallback=None):
        super().__init__()
        self.input_size, self.n_classes = input_size, n_classes
        self.alone = None
        if fallback is not None:
            self.alone = torch.nn.utils.skip_init(
                torch.nn.Linear, input_size, n_classes
            )
            for weight in self.alone.parameters():
                torch.nn.init.zeros_(weight)

    def forward(self, pooled, scores=None):
        """Fuse and classify.

        Arguments
        ---------
        pooled : torch.Tensor
            h: float, shape [B, D].
        scores : torch.Tensor, optional
            s: float, shape [B, E]. None is the FM-only baseline.

        Returns
        -------
        torch.Tensor
            Logits: float, shape [B, E]; with a fallback [B, 2, E], with scores
            and without.

        Raises
        ------
        ValueError
            If a shape does not fit, or there is a fallback and no scores.
        """
        if pooled.shape[1] != self.input_size:
            raise ValueError(
                f"Expected pooled vectors of size {self.input_size}, but got "
                f"{pooled.shape[1]}. Set `input_size` to the `output_size` of "
                "the pooling."
            )
        expected = [pooled.shape[0], self.n_classes]
        if scores is not None and list(scores.shape) != expected:
            raise ValueError(
                f"Expected scores of shape {expected} (clips, classes), but "
                f"got {list(scores.shape)}. Give the zero-shot scores of the "
                "same clips, and set `n_classes` to the number of labels."
            )
        logits = self.fuse(pooled, scores)
        if self.alone is None:
            return logits
        if scores is None:
            raise ValueError(
                "Expected zero-shot scores, since `fallback` is to tell "
                "whether they help, but got none. Give scores, or leave "
                "`fallback` out."
            )
        alone = self.alone(pooled.detach())
        return torch.stack([logits, alone.to(logits.dtype)], 1)

    def fuse(self, pooled, scores):
        """Logits [B, E] of shapes that are right."""
        raise NotImplementedError

    def trained_apart(self, name):
        """Whether a weight shares no gradient norm with others."""
        return name.startswith("alone.")

    def no_scores(self, pooled):
        """Zeros in place of scores, [B, E]: the same for every class."""
        return pooled.new_zeros(pooled.shape[0], self.n_classes)


class TemperatureHead(FusionHead):
    """A head that takes s / T, in float32 whatever the precision of a run.

    Cosines of emotion prompts vary by a few hundredths; divided by CLIP's and
    CLAP's first temperature, 0.07, by about one. In bf16 most of that would be
    rounded away, so autocast ends here. Where T is learned, so is ln T: at the
    paper's learning rate, 2e-5, AdamW moves it by at most 2e-5 a step, and some
    hundred steps leave T where it began.

    Arguments
    ---------
    input_size, n_classes : int
        D and E.
    temperature : float
        T at the start, above 0.
    learned : bool
        Whether T is learned.
    fallback : str, optional
        See ``FusionHead``.

    Example
    -------
    >>> class Scores(TemperatureHead):
    ...     def fuse_scaled(self, pooled, scaled, known):
    ...         return scaled
    >>> head = Scores(4, 2, temperature=0.5, learned=False)
    >>> head(torch.zeros(1, 4), torch.tensor([[0.25, 0.5]]))
    tensor([[0.5000, 1.0000]])
    """

    def __init__(
        self, input_size, n_classes, temperature, learned, fallback=None
    ):
        super().__init__(input_size, n_classes, fallback)
        start = torch.tensor(math.log(temperature))
        self.log_temperature = torch.nn.Parameter(start, requires_grad=learned)

    def fuse(self, pooled, scores):
        """See ``FusionHead``; ``fuse_scaled`` gets s / T, zeros if unknown."""
        known = scores is not None
        scores = scores if known else self.no_scores(pooled)
        with torch.autocast(pooled.device.type, enabled=False):
            scaled = scores.float() / self.log_temperature.exp()
            return self.fuse_scaled(pooled.float(), scaled, known)

    def fuse_scaled(self, pooled, scaled, known):
        """Logits [B, E] of h and s / T, both float32; ``known`` is a bool."""
        raise NotImplementedError
