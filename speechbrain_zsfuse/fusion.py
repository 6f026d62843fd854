"""Late fusion heads: a pooled vector and zero-shot scores in, logits out."""

import torch

from speechbrain_zsfuse.options import Positive, Size, checked


class ZSFuseHead(torch.nn.Module):
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
    ):
        super().__init__()
        self.input_size, self.n_classes = input_size, n_classes
        self.norm = torch.nn.LayerNorm(
            n_classes, eps=epsilon, elementwise_affine=affine
        )
        self.linear = torch.nn.Linear(input_size + n_classes, n_classes)

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
            Logits: float, shape [B, E].

        Raises
        ------
        ValueError
            If a shape does not fit.
        """
        if pooled.shape[1] != self.input_size:
            raise ValueError(
                f"Expected pooled vectors of size {self.input_size}, but got "
                f"{pooled.shape[1]}. Set `input_size` to the `output_size` of "
                "the pooling."
            )
        if scores is None:
            scores = pooled.new_zeros(len(pooled), self.n_classes)
        expected = [len(pooled), self.n_classes]
        if list(scores.shape) != expected:
            raise ValueError(
                f"Expected scores of shape {expected} (clips, classes), but "
                f"got {list(scores.shape)}. Give the zero-shot scores of the "
                "same clips, and set `n_classes` to the number of labels."
            )
        fused = torch.cat([pooled, self.norm(scores.to(pooled.dtype))], -1)
        return self.linear(fused)
