"""Official LAION-style checkpoints: what they are, and in Hugging Face names.

Everything is read from the names and shapes of the tensors, for files with
the wrong size in their name are common. ReCLAP files have the same audio
tower and are told apart by their text tower.
"""

import re
from dataclasses import dataclass

from speechbrain_zsfuse.loading.fitting import count_layers, explain_sizes

# Official name -> Hugging Face name, of the audio tower, in this order.
_AUDIO_NAMES = [
    (r"^audio_branch\.", "audio_model.audio_encoder."),
    (r"\.attn\.proj\.", ".attention.output.dense."),
    (r"\.attn\.", ".attention.self."),
    (r"\.mlp\.fc1\.", ".intermediate.dense."),
    (r"\.mlp\.fc2\.", ".output.dense."),
    (r"\.norm1\.", ".layernorm_before."),
    (r"\.norm2\.", ".layernorm_after."),
    (r"\.bn0\.", ".batch_norm."),
]
_OTHER_NAMES = [
    (r"^text_branch\.", "text_model."),
    (r"_projection\.0\.", "_projection.linear1."),
    (r"_projection\.2\.", "_projection.linear2."),
]

# The way back; `output.dense` stands in two places.
_AUDIO_BACK = [
    (r"^audio_model\.audio_encoder\.", "audio_branch."),
    (r"\.attention\.output\.dense\.", ".attn.proj."),
    (r"\.attention\.self\.", ".attn."),
    (r"\.intermediate\.dense\.", ".mlp.fc1."),
    (r"\.output\.dense\.", ".mlp.fc2."),
    (r"\.layernorm_before\.", ".norm1."),
    (r"\.layernorm_after\.", ".norm2."),
    (r"\.batch_norm\.", ".bn0."),
]
_OTHER_BACK = [
    (r"^text_model\.", "text_branch."),
    (r"_projection\.linear1\.", "_projection.0."),
    (r"_projection\.linear2\.", "_projection.2."),
]

# Stored, but without a part in the embeddings.
_UNUSED = [
    "audio_branch.spectrogram_extractor.stft.conv_real.weight",
    "audio_branch.spectrogram_extractor.stft.conv_imag.weight",
    "audio_branch.logmel_extractor.melW",
    *(
        f"audio_branch.{layer}.{kind}"
        for layer in ("tscam_conv", "head")
        for kind in ("weight", "bias")
    ),
    *(
        f"{side}_transform.sequential.{layer}.{kind}"
        for side in ("audio", "text")
        for layer in (0, 3)
        for kind in ("weight", "bias")
    ),
]

# ``ClapAudioConfig`` of a tower for tests: all the parts, hardly any weights.
TINY = {
    "patch_embeds_hidden_size": 16,
    "depths": [2, 2],
    "num_attention_heads": [2, 4],
    "num_hidden_layers": 2,
    "hidden_size": 32,
    "projection_dim": 32,
    "fusion_type": "aff_2d",
}


@dataclass(frozen=True)
class Layout:
    """Architecture of an official checkpoint.

    Arguments
    ---------
    width : int
        Channels of the first stage: 96 (HTSAT-tiny), 128 (base), 256 (large).
    depths : tuple of int
        Blocks of each stage.
    heads : tuple of int
        Attention heads of each stage.
    fused : bool
        Whether long audio is fused.
    text : str
        ``roberta`` or ``t5``.
    """

    width: int
    depths: tuple
    heads: tuple
    fused: bool
    text: str

    def unused(self):
        """Set of the names that the checkpoint holds for nothing.

        Example
        -------
        >>> layout = Layout(96, (2, 2, 6, 2), (4, 8, 16, 32), False, "roberta")
        >>> len(layout.unused())
        20
        """
        # The shifted blocks, but those of the last stage: one window only.
        masks = {
            f"audio_branch.layers.{stage}.blocks.{block}.attn_mask"
            for stage, depth in enumerate(self.depths[:-1])
            for block in range(1, depth, 2)
        }
        return masks | set(_UNUSED)


def is_official(weights):
    """Whether names are those of the official code.

    Example
    -------
    >>> is_official({"audio_branch.patch_embed.proj.weight": 0})
    True
    """
    return any(name.startswith("audio_branch.patch_embed.") for name in weights)


def detect(weights, source):
    """Read the architecture off the names and shapes.

    Arguments
    ---------
    weights : dict
        Official names to tensors.
    source : str or Path
        For the error.

    Returns
    -------
    Layout

    Raises
    ------
    ValueError
        If the names are no official LAION-CLAP or ReCLAP ones.

    Example
    -------
    >>> detect({"encoder.weight": 0}, "wavlm.pt")
    Traceback (most recent call last):
    ValueError: Expected an official LAION-CLAP or ReCLAP checkpoint in \
    'wavlm.pt', but it has no HTSAT audio tower with a RoBERTa or T5 text \
    tower; its first tensor is 'encoder.weight'. Give another file.
    """
    names = " ".join(weights)
    patch = "audio_branch.patch_embed.proj.weight"
    roberta = "text_branch.encoder.layer.0." in names
    t5 = "text_branch.encoder.block.0." in names
    if patch not in weights or not roberta | t5:
        raise ValueError(
            f"Expected an official LAION-CLAP or ReCLAP checkpoint in "
            f"{str(source)!r}, but it has no HTSAT audio tower with a RoBERTa "
            f"or T5 text tower; its first tensor is {next(iter(weights))!r}. "
            "Give another file."
        )
    with explain_sizes("LAION-CLAP or ReCLAP", source):
        return _read_layout(weights, patch, t5)


def _read_layout(weights, patch, t5):
    table = "audio_branch.layers.{}.blocks.0.attn.relative_position_bias_table"
    depths = [
        count_layers(weights, rf"audio_branch\.layers\.{stage}\.blocks")
        for stage in range(count_layers(weights, r"audio_branch\.layers"))
    ]
    return Layout(
        width=weights[patch].shape[0],
        depths=tuple(depths),
        heads=tuple(
            weights[table.format(stage)].shape[1]
            for stage in range(len(depths))
        ),
        fused="audio_branch.patch_embed.mel_conv2d.weight" in weights,
        text="t5" if t5 else "roberta",
    )


def audio_config(layout, weights):
    """``ClapAudioConfig`` of an official checkpoint."""
    from transformers import ClapAudioConfig

    return ClapAudioConfig(
        patch_embeds_hidden_size=layout.width,
        depths=list(layout.depths),
        num_attention_heads=list(layout.heads),
        num_hidden_layers=len(layout.depths),
        hidden_size=layout.width * 2 ** (len(layout.depths) - 1),
        enable_fusion=layout.fused,
        fusion_type="aff_2d" if layout.fused else None,
        projection_dim=weights["audio_projection.0.weight"].shape[0],
    )


def rename(weights, layout):
    """Hugging Face names for the tensors that have a part in embeddings.

    The query, key and value of an HTSAT block, one tensor in the official
    code, become three.

    Example
    -------
    >>> import torch
    >>> layout = Layout(96, (2,), (4,), False, "roberta")
    >>> name = "audio_branch.layers.0.blocks.0.attn.qkv.bias"
    >>> list(rename({name: torch.zeros(6)}, layout))[-1][-15:]
    'self.value.bias'
    """
    unused, renamed = layout.unused(), {}
    for name, value in weights.items():
        if name in unused:
            continue
        audio = name.startswith("audio_branch.")
        for pattern, new in _AUDIO_NAMES if audio else _OTHER_NAMES:
            name = re.sub(pattern, new, name)
        if ".qkv." in name:
            if not value.ndim:
                raise ValueError(f"{name!r} is one number")
            parts = zip(("query", "key", "value"), value.chunk(3))
            renamed |= {name.replace("qkv", part): v for part, v in parts}
        else:
            renamed[name] = value
    return renamed


def official_names(weights):
    """The way back from ``rename``.

    Example
    -------
    >>> import torch
    >>> layout = Layout(96, (2,), (4,), False, "roberta")
    >>> name = "audio_branch.layers.0.blocks.0.attn.qkv.bias"
    >>> list(official_names(rename({name: torch.zeros(6)}, layout))) == [name]
    True
    """
    import torch

    official, parts = {}, {}
    for name, value in weights.items():
        audio = name.startswith("audio_model.")
        for pattern, new in _AUDIO_BACK if audio else _OTHER_BACK:
            name = re.sub(pattern, new, name)
        if match := re.search(r"\.attn\.(query|key|value)\.", name):
            name = name.replace(match[1], "qkv")
            parts.setdefault(name, []).append(value)
        else:
            official[name] = value
    return official | {name: torch.cat(three) for name, three in parts.items()}
