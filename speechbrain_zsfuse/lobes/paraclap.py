"""ParaCLAP (Jing et al., 2024, arXiv 2406.07203) as a frozen lobe.

audEERING's wav2vec 2.0 for emotion and BERT, trained on MSP-Podcast with
captions of emotion and voice. Both are those of transformers.

    alm = ParaCLAP("KeiKinn/paraclap")  # hub id, or best.pth.tar itself
"""

from pathlib import Path

import torch
from torch.nn.utils.parametrize import (
    is_parametrized,
    remove_parametrizations,
)

from speechbrain_zsfuse.audio.sound import LONGEST
from speechbrain_zsfuse.errors import explain_imports
from speechbrain_zsfuse.loading.fitting import (
    count_layers,
    explain_sizes,
    load_strictly,
    unloaded,
)
from speechbrain_zsfuse.loading.tokenizers import (
    BYTE_VOCABULARY,
    find_tokenizer,
    save_byte_tokenizer,
)
from speechbrain_zsfuse.loading.weights import open_checkpoint
from speechbrain_zsfuse.lobes.base import FrozenALM
from speechbrain_zsfuse.options import (
    Commit,
    Place,
    Positive,
    Sha256,
    checked,
)

_BERT = "google-bert/bert-base-uncased"
_BERT_REVISION = "86b5e0934494bd15c9632b12f734a8a67f723594"

# What the shapes of the weights do not tell, as in the configurations of
# wav2vec2-large-robust and bert-base.
_STRIDES = 5, 2, 2, 2, 2, 2, 2  # samples a step of each convolution
_HEAD_SIZE = 64  # of the attention, in both towers


class ParaCLAP(FrozenALM):
    """ParaCLAP from the official checkpoint.

    The prompts of its authors are bare emotions ("happy") or "this person is
    feeling happy.". They state no licence; they began from the weights of
    ``audeering/wav2vec2-large-robust-12-ft-emotion-msp-dim``, whose licence,
    CC-BY-NC-SA-4.0, allows no commercial use.

    Arguments
    ---------
    source : str or Path
        Hub id, official ``best.pth.tar``, or a folder that holds it or a
        ``model.safetensors`` of the same names.
    revision : str, optional
        Commit of the hub repository, 40 hexadecimal digits.
    sha256 : str, optional
        64 hexadecimal digits that the weights file must have.
    tokenizer : str or Path, optional
        Folder, or hub id (``owner/name@commit`` pins it); default: beside the
        weights, else bert-base-uncased from the hub at a fixed commit.
        Read only when text is encoded.
    longest_seconds : float
        Longest audio, repetitions included; a longer clip is named and
        refused, before memory is asked for it.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is another model, or the weights are damaged, incomplete, not
        those of ``sha256``, or want to run code.

    Example
    -------
    >>> alm = ParaCLAP.tiny(getfixture("tmpdir"))
    >>> wavs = torch.rand(2, alm.sample_rate) - 0.5
    >>> alm.encode_audio(wavs).shape
    torch.Size([2, 32])
    >>> alm.encode_audio(wavs[:, :300])
    Traceback (most recent call last):
    speechbrain_zsfuse.audio.batch.ClipError: Expected sound in every clip, \
but clip 0 of the batch is too short (300 samples, 0.0187 s, repetitions \
included; at least 400 are needed). Check the file and the relative lengths.
    """

    sample_rate = 16000  # Hz
    preprocessing = "paraclap-1"  # the waveform itself, not normalised
    listening = {"kind": "waveform"}

    @checked
    def __init__(
        self,
        source: Place,
        revision: Commit | None = None,
        sha256: Sha256 | None = None,
        tokenizer: Place | None = None,
        longest_seconds: Positive = LONGEST,
    ):
        super().__init__()
        self.max_samples = round(longest_seconds * self.sample_rate)
        self.source = str(source)
        names = ["model.safetensors", "best.pth.tar"]
        weights = _present_names(
            open_checkpoint(source, names, "ParaCLAP", revision, sha256)
        )
        with explain_sizes("ParaCLAP", source):
            audio, text, size = _read_sizes(weights)
            self.model = unloaded(_Towers, audio, text, size)
        load_strictly(self.model, weights, "ParaCLAP", source)
        _fold_weight_norm(self.model)
        for kernel, stride in zip(audio.conv_kernel[::-1], _STRIDES[::-1]):
            self.min_samples = (self.min_samples - 1) * stride + kernel
        self.max_text_tokens = text.max_position_embeddings
        self.vocabulary_size = text.vocab_size
        self.tokenizer, self.tokenizer_revision = find_tokenizer(
            source, _BERT, _BERT_REVISION, tokenizer
        )
        self.freeze()

    @classmethod
    def tiny(cls, folder, **options):
        """A copy with random weights, for tests: see ``FrozenALM.tiny``."""
        from safetensors.torch import save_file
        from transformers import BertConfig

        audio = _audio_config(
            conv_dim=[16] * len(_STRIDES),
            hidden_size=128,
            intermediate_size=64,
            num_attention_heads=2,
            num_conv_pos_embedding_groups=4,
            num_hidden_layers=2,
        )
        text = BertConfig(
            vocab_size=BYTE_VOCABULARY,
            hidden_size=192,
            intermediate_size=96,
            num_attention_heads=3,
            num_hidden_layers=2,
        )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            weights = _Towers(audio, text, 32).state_dict()
        save_file(weights, Path(folder) / "model.safetensors")
        save_byte_tokenizer(folder)
        return cls(folder, **options)

    def _audio_tower(self, wavs, sizes, repeats):
        # One clip at a time, as the authors do: padding would be in the mean.
        return torch.cat(
            [self.embed_features(wav.repeat(repeats)[None]) for wav in wavs]
        )

    def embed_features(self, wavs):
        """Clips of one length, float32 [B, T], to float32 [B, D]."""
        hidden = self.model.audio_branch["base"](wavs).last_hidden_state
        return self.model.audio_projection(hidden.mean(1))

    def _text_tower(self, input_ids, attention_mask):
        model = self.model.text_branch["base"]  # token types: zero by default
        hidden = model(input_ids, attention_mask=attention_mask)
        return self.model.text_projection(hidden.last_hidden_state[:, 0])


class _Towers(torch.nn.Module):
    """Modules whose names are those of the published weights."""

    def __init__(self, audio_config, text_config, size):
        with explain_imports():
            from transformers import BertModel, Wav2Vec2Model

        super().__init__()
        audio, text = Wav2Vec2Model(audio_config), BertModel(text_config)
        self.audio_branch = torch.nn.ModuleDict({"base": audio})
        self.text_branch = torch.nn.ModuleDict({"base": text})
        self.audio_projection = _Projection(audio_config.hidden_size, size)
        self.text_projection = _Projection(text_config.hidden_size, size)
        self.logit_scale = torch.nn.Parameter(torch.zeros(()))  # not used


def _fold_weight_norm(model):
    """Weights themselves in place of directions and lengths."""
    for module in model.modules():
        if is_parametrized(module, "weight"):
            remove_parametrizations(module, "weight")
            # it renames old weights, is done, and cannot be pickled
            module._load_state_dict_pre_hooks.clear()


class _Projection(torch.nn.Module):
    """Linear map to the common space and a correction of it, [N, D]."""

    def __init__(self, size_in, size_out):
        super().__init__()
        self.linear1 = torch.nn.Linear(size_in, size_out, bias=False)
        self.linear2 = torch.nn.Linear(size_out, size_out, bias=False)
        self.layer_norm = torch.nn.LayerNorm(size_out)

    def forward(self, hidden):
        """Map float32 [N, D] to [N, D']."""
        mapped = self.linear1(hidden)
        correction = self.linear2(torch.nn.functional.gelu(mapped))
        return self.layer_norm(mapped + correction)


def _present_names(weights):
    """Weights as PyTorch and transformers name them today, old files too."""
    norm = "audio_branch.base.encoder.pos_conv_embed.conv."
    present = {
        f"{norm}weight_g": f"{norm}parametrizations.weight.original0",
        f"{norm}weight_v": f"{norm}parametrizations.weight.original1",
    }
    counted = "text_branch.base.embeddings.position_ids"  # 0, 1, 2 …
    return {present.get(n, n): v for n, v in weights.items() if n != counted}


def _read_sizes(weights):
    """Configurations of both towers, and D, read off the shapes."""
    from transformers import BertConfig

    base = "audio_branch.base"
    convs = f"{base}.feature_extractor.conv_layers"
    place = f"{base}.encoder.pos_conv_embed.conv.parametrizations.weight"
    audio_layers = f"{base}.encoder.layers"
    words = "text_branch.base.embeddings.word_embeddings.weight"
    places = "text_branch.base.embeddings.position_embeddings.weight"
    text_layers = "text_branch.base.encoder.layer"
    shapes = [
        weights[f"{convs}.{index}.conv.weight"].shape
        for index in range(len(_STRIDES))
    ]
    width, share, reach = weights[f"{place}.original1"].shape
    dense = f"{audio_layers}.0.feed_forward.intermediate_dense.bias"
    audio = _audio_config(
        conv_dim=[shape[0] for shape in shapes],
        conv_kernel=[shape[2] for shape in shapes],
        hidden_size=width,
        intermediate_size=len(weights[dense]),
        num_attention_heads=width // _HEAD_SIZE,
        num_conv_pos_embeddings=reach,
        num_conv_pos_embedding_groups=width // share,
        num_hidden_layers=count_layers(weights, audio_layers),
    )
    vocabulary, width = weights[words].shape
    dense = f"{text_layers}.0.intermediate.dense.bias"
    text = BertConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        intermediate_size=len(weights[dense]),
        max_position_embeddings=len(weights[places]),
        num_attention_heads=width // _HEAD_SIZE,
        num_hidden_layers=count_layers(weights, text_layers),
    )
    return audio, text, len(weights["audio_projection.linear1.weight"])


def _audio_config(**sizes):
    """The configuration of wav2vec2-large-robust in other sizes."""
    from transformers import Wav2Vec2Config

    return Wav2Vec2Config(
        conv_bias=True,
        conv_stride=_STRIDES,
        do_stable_layer_norm=True,
        feat_extract_norm="layer",
        **sizes,
    )
