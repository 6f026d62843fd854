"""What is exported: modules whose inputs and outputs are those of a graph.

Only tensors go in and come out, and no number in one decides what is done.
"""

import copy
from types import SimpleNamespace

import torch

from speechbrain_zsfuse.audio.normalisation import normalise_on_device
from speechbrain_zsfuse.zeroshot.ensembles import compare, pool_similarities


class RecognizerGraph(torch.nn.Module):
    """Waveforms, and scores if it has an audio-language model, to
    probabilities.

    Arguments
    ---------
    model : EmotionModel

    Example
    -------
    >>> from speechbrain_zsfuse.encoders import FilterbankEncoder
    >>> from speechbrain_zsfuse.fusion import ZSFuseHead
    >>> from speechbrain_zsfuse.inference.model import EmotionModel
    >>> from speechbrain_zsfuse.pooling import MaskedMean
    >>> graph = RecognizerGraph(
    ...     EmotionModel(
    ...         FilterbankEncoder(width=8), MaskedMean(8), ZSFuseHead(8, 4)
    ...     )
    ... )
    >>> graph(torch.rand(2, 16000), torch.tensor([16000, 9000])).shape
    torch.Size([2, 4])
    """

    def __init__(self, model):
        super().__init__()
        self.model = model
        self.normalize = getattr(model.encoder, "normalize", False)

    def forward(self, waveforms, lengths, scores=None):
        """Answer a batch.

        Arguments
        ---------
        waveforms : torch.Tensor
            float32 in [-1, 1], shape [B, T], mono at the encoder's rate,
            padded at the end.
        lengths : torch.Tensor
            int64, shape [B], in samples.
        scores : torch.Tensor, optional
            float32, shape [B, E].

        Returns
        -------
        torch.Tensor
            float32, shape [B, E].
        """
        if self.normalize:
            waveforms = normalise_on_device(waveforms, lengths)
        frames = self.model.encoder.encode(waveforms, lengths)
        pooled = self.model.pooling(*frames)
        return self.model.classify(pooled, scores).softmax(-1)


class TowerGraph(torch.nn.Module):
    """What the front end of an audio-language model gives, to zero-shot
    scores: its audio tower, and the prompts that it compares with.

    Arguments
    ---------
    alm : FrozenALM
    bank : torch.Tensor
        float32, shape [P, E, D], unit norm: what scores are made with.
    rows : torch.Tensor
        float32, shape [P', E, D], unit norm: each prompt.
    weights : list of float or None
        Of the prompts, P.
    """

    def __init__(self, alm, bank, rows, weights=None):
        super().__init__()
        self.alm, self.weights = alm, weights
        self.register_buffer("bank", bank)
        self.register_buffer("rows", rows)
        if alm.listening.get("fused"):
            self.alm = _with_patches(alm)

    def forward(self, *heard):
        """Scores float32 [B, E], and the cosine with each prompt [B, P', E].

        ``heard`` is as in ``make_front_end``.
        """
        if len(heard) == 2:  # fused: what is longer than the window
            features, longer = heard
            _patches(self.alm).given.longer = longer
            never = torch.zeros(1, 1, dtype=torch.bool)
            audio = self.alm.embed_features(features, never)
        elif self.alm.listening["kind"] == "log-mel":
            audio = self.alm.embed_features(*heard, None)
        else:
            audio = self.alm.embed_features(*heard)
        audio = torch.nn.functional.normalize(audio, dim=-1)
        scores = pool_similarities(compare(audio, self.bank), self.weights)
        return scores, compare(audio, self.rows)


class EitherPatches(torch.nn.Module):
    """Patches of transformers' fused CLAP for clips of both kinds at once.

    transformers looks up which clips are longer than the window; here every
    clip is computed both ways, and ``given.longer``, bool [B, 1], chooses.

    Arguments
    ---------
    patches : ClapAudioPatchEmbed
        Of a model with feature fusion (Wu et al., 2023, section 3.3).
    """

    def __init__(self, patches):
        super().__init__()
        self.patches, self.given = patches, SimpleNamespace()

    def forward(self, image, _):
        """Tokens [B, N, C] of four views [B, 4, height, width]."""
        whole = self.patches.proj(image[:, :1])
        chunks = self.patches.mel_conv2d(image[:, 1:].flatten(0, 1)[:, None])
        chunks = chunks.unflatten(0, (-1, 3)).permute(0, 2, 3, 1, 4).flatten(3)
        missing = whole.shape[-1] - chunks.shape[-1]
        chunks = torch.nn.functional.pad(chunks, (0, missing))
        fused = self.patches.fusion_model(whole, chunks)
        chosen = torch.where(self.given.longer[:, :, None, None], fused, whole)
        return self.patches.norm(chosen.flatten(2).transpose(1, 2))


def _with_patches(alm):
    """A copy of a fused model that shares its weights, with other patches."""
    tensors = [*alm.parameters(), *alm.buffers()]
    found = copy.deepcopy(alm, {id(tensor): tensor for tensor in tensors})
    encoder = found.model.audio_model.audio_encoder
    encoder.patch_embed = EitherPatches(encoder.patch_embed)
    return found


def _patches(alm):
    return alm.model.audio_model.audio_encoder.patch_embed
