"""The modules of a trained model as one: waveforms and scores in, logits out.

It knows nothing of files, labels or audio-language models.
"""

import torch

from speechbrain_zsfuse.audio.batch import true_sizes
from speechbrain_zsfuse.encoders.apart import can_encode_apart, encode_apart


class EmotionModel(torch.nn.Module):
    """Encoder, pooling and head of a trained model, frozen.

    Arguments
    ---------
    encoder, pooling, head : torch.nn.Module
        As in a recipe.
    fallback : bool
        Whether a head that answers with scores and without is to answer
        without.

    Example
    -------
    >>> from speechbrain_zsfuse.encoders import FilterbankEncoder
    >>> from speechbrain_zsfuse.fusion import ZSFuseHead
    >>> from speechbrain_zsfuse.pooling import MaskedMean
    >>> model = EmotionModel(
    ...     FilterbankEncoder(width=8), MaskedMean(8), ZSFuseHead(8, 4)
    ... )
    >>> wavs, lens = torch.rand(2, 16000) - 0.5, torch.tensor([1.0, 0.5])
    >>> model(wavs, lens, scores=None).shape
    torch.Size([2, 4])
    """

    def __init__(self, encoder, pooling, head, fallback=False):
        super().__init__()
        self.encoder, self.pooling, self.head = encoder, pooling, head
        self.fallback = fallback
        self.requires_grad_(False).eval()

    def train(self, mode=True):
        """Stay in eval mode."""
        return super().train(False)

    def embed(self, wavs, lens=None):
        """Pooled vectors h.

        Arguments
        ---------
        wavs : torch.Tensor
            float, shape [B, T], mono at the encoder's rate.
        lens : torch.Tensor, optional
            float, shape [B], relative lengths.

        Returns
        -------
        torch.Tensor
            float, shape [B, D]. Of a model that padding disturbs, clips are
            encoded by ``encode_apart``; where that cannot be, those of equal
            length together, and no others.
        """
        if getattr(self.encoder, "padding_neutral", True):
            return self.pooling(*self.encoder(wavs, lens))
        # Measured on a CPU: WavLM needs two to three times as long for files of
        # unlike lengths in one padded pass as for one after the other.
        model = getattr(self.encoder, "model", None)
        kind = getattr(getattr(model, "config", None), "model_type", "")
        if can_encode_apart(self.encoder) and kind != "wavlm":
            return self.pooling(*encode_apart(self.encoder, wavs, lens))
        sizes = torch.tensor(true_sizes(wavs, lens))
        rows = [torch.where(sizes == size)[0] for size in sizes.unique()]
        parts = [
            self.pooling(*self.encoder(wavs[row, : int(sizes[row[0]])]))
            for row in rows
        ]
        return torch.cat(parts)[torch.cat(rows).argsort()]

    def classify(self, pooled, scores=None):
        """Logits of pooled vectors.

        Arguments
        ---------
        pooled : torch.Tensor
            float, shape [B, D].
        scores : torch.Tensor, optional
            float, shape [B, E].

        Returns
        -------
        torch.Tensor
            float32, shape [B, E].
        """
        logits = self.head(pooled, scores).float()
        return logits[:, int(self.fallback)] if logits.ndim == 3 else logits

    def forward(self, wavs, lens=None, scores=None):
        """Logits [B, E] of waveforms: ``embed``, then ``classify``."""
        return self.classify(self.embed(wavs, lens), scores)
