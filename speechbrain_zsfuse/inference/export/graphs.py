"""What is exported: modules whose inputs and outputs are those of a graph.

Only tensors go in and come out, and no number in one decides what is done.
"""

from contextlib import contextmanager

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
        if alm.listening["kind"] == "log-mel":
            self.register_buffer("stretch", _stretch(alm))

    def forward(self, heard, longer=None):
        """Scores float32 [B, E], and the cosine with each prompt [B, P', E].

        ``heard`` and, of a fused model, ``longer`` are the tensors that
        ``make_front_end`` gives.
        """
        audio = self._embed(heard, longer)
        audio = torch.nn.functional.normalize(audio, dim=-1)
        scores = pool_similarities(compare(audio, self.bank), self.weights)
        return scores, compare(audio, self.rows)

    def _embed(self, features, longer):
        if self.alm.listening["kind"] != "log-mel":
            return self.alm.embed_features(features)
        return self.alm.embed_features(self.stretch @ features, longer)


class FusedPatches(torch.nn.Module):
    """The patches of a fused HTSAT: all clips are fused, and what is no
    longer than the window keeps what it had.

    Arguments
    ---------
    patches : transformers.models.clap.modeling_clap.ClapAudioPatchEmbed
    """

    def __init__(self, patches):
        super().__init__()
        self.patches = patches

    def forward(self, images, rows):
        """Tokens [B, N, C] of images [B, 4, height, width], of which those of
        ``rows`` show four views."""
        whole = self.patches.proj(images[:, :1])
        longer = images.new_zeros(images.shape[0])
        longer = longer.index_put((rows,), longer.new_ones(()))
        fused = self.patches.fusion_model(whole, self._chunks(images, whole))
        tokens = torch.where(longer[:, None, None, None] > 0, fused, whole)
        return self.patches.norm(tokens.flatten(2).transpose(1, 2))

    def _chunks(self, images, whole):
        """Views 1 to 3 beside each other, as wide as the whole."""
        views = images[:, 1:].flatten(0, 1)[:, None]
        views = self.patches.mel_conv2d(views).unflatten(0, (-1, 3))
        row = views.permute(0, 2, 3, 1, 4).flatten(3)
        return torch.nn.functional.pad(row, (0, whole.shape[3] - row.shape[3]))


@contextmanager
def exportable(alm):
    """An audio-language model as a graph can hold it, while it is open."""
    if not alm.listening.get("fused"):
        yield
        return
    tower = alm.model.audio_model.audio_encoder
    patches = tower.patch_embed
    tower.patch_embed = FusedPatches(patches)
    try:
        yield
    finally:
        tower.patch_embed = patches


def _stretch(alm):
    """The frames of a window to the width of HTSAT's image, as a matrix.

    onnxruntime rounds the places of a bicubic resize otherwise than PyTorch:
    5e-4 of unit noise. What remains to be resized is of the right size.
    """
    tower = alm.model.audio_model.audio_encoder
    frames, width = alm.front_end.frames, tower.spec_size * tower.freq_ratio
    image = torch.eye(frames)[None, None]
    if frames == width:
        return image[0, 0]
    size = width, frames
    return torch.nn.functional.interpolate(
        image, size, mode="bicubic", align_corners=True
    )[0, 0]
