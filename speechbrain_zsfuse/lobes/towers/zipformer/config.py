"""Sizes of a CLSP: of its Zipformer2, in the names of icefall, and of its
RoBERTa. Defaults are those of the published model.

Impossible sizes are not looked for: no weights fit them.
"""

from dataclasses import asdict, dataclass, field, fields

from speechbrain_zsfuse.lobes.towers import roberta

# Options that change nothing, or that another size tells already.
_IGNORED = {
    *("encoder_unmasked_dim", "chunk_size", "left_context_frames"),
    *("text_encoder_dim", "padding"),
}


@dataclass(frozen=True)
class ZipformerConfig:
    """Sizes of a Zipformer2; a tuple holds one for each of its stacks.

    Example
    -------
    >>> TINY.downsampling_factor, TINY.num_heads
    ((1, 2, 4, 1), (2, 2, 2, 2))
    """

    feature_dim: int = 128  # mel bands
    downsampling_factor: tuple = (1, 2, 4, 8, 4, 2, 1)  # 1: 50 frames a second
    num_encoder_layers: tuple = (1, 2, 3, 4, 1, 1, 1)
    feedforward_dim: tuple = (3840,) * 7
    encoder_dim: int = 1280
    cnn_module_kernel: tuple = (31, 31, 15, 15, 15, 31, 31)
    num_heads: tuple = (8,) * 7
    query_head_dim: tuple = (32,) * 7
    pos_head_dim: tuple = (4,) * 7
    value_head_dim: tuple = (12,) * 7
    pos_dim: int = 48  # numbers an offset between frames is encoded by
    output_downsampling_factor: int = 2


@dataclass(frozen=True)
class RobertaSizes:
    """Arguments of ``transformers.RobertaConfig``; some are always the same."""

    vocab_size: int = 50265
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    max_position_embeddings: int = 514
    type_vocab_size: int = field(default=1, init=False)
    layer_norm_eps: float = field(default=roberta.EPSILON, init=False)
    bos_token_id: int = field(default=0, init=False)
    pad_token_id: int = field(default=1, init=False)
    eos_token_id: int = field(default=2, init=False)
    hidden_act: str = field(default="gelu", init=False)


# May be stated; with another value it is another model.
_BUILT_IN = {f.name: f.default for f in fields(RobertaSizes) if not f.init}
_BUILT_IN |= {"causal": False, "type": "RobertaModel"}
_BUILT_IN |= {"pooling": "pooler_output"}


@dataclass(frozen=True)
class CLSPConfig:
    """Sizes of both towers, and the length of an embedding."""

    audio: ZipformerConfig = ZipformerConfig()
    text: RobertaSizes = RobertaSizes()
    joint_size: int = 512

    @classmethod
    def from_dict(cls, config):
        """Read ``audio``, with ``joint_dim``, and ``text``.

        One value alone, where each stack has one, serves all stacks.

        Raises
        ------
        ValueError
            If an entry is missing, unknown, or no whole number.

        Example
        -------
        >>> CLSPConfig.from_dict(tiny_config(vocabulary_size=9)).joint_size
        32
        """
        try:
            audio, text = dict(config["audio"]), dict(config["text"])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                "Expected 'audio' and 'text' in the config of CLSP, each with "
                f"the sizes of its tower, but got {config!r}."
            ) from error
        audio = _read(ZipformerConfig, audio, joint_dim=int)
        joint_size, text = audio.pop("joint_dim"), _read(RobertaSizes, text)
        return cls(ZipformerConfig(**audio), RobertaSizes(**text), joint_size)


def _read(kind, entries, **others):
    """Arguments of a dataclass of sizes, and others of some types, a dict."""
    entries = {
        name: value
        for name, value in entries.items()
        if name not in _IGNORED and (name, value) not in _BUILT_IN.items()
    }
    types = {f.name: f.type for f in fields(kind) if f.init} | others
    for name in sorted(types.keys() ^ entries.keys()):
        got = f"{name}: {entries[name]!r}" if name in entries else f"no {name}"
        raise ValueError(
            f"Expected {', '.join(types)} in the config of CLSP, but got {got}."
            " Copy them from the options the model was trained with; others "
            "make it another model."
        )
    stacks = len(_listed(entries.get("downsampling_factor")))
    for name, value in entries.items():
        values = _listed(value)
        count = stacks if types[name] is tuple else 1
        values *= count if len(values) == 1 else 1
        if len(values) != count or any(type(v) is not int for v in values):
            raise ValueError(
                f"Expected {count} whole number(s) for {name!r} of CLSP, but "
                f"got {value!r}."
            )
        entries[name] = tuple(values) if types[name] is tuple else values[0]
    return entries


def _listed(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


TINY = ZipformerConfig(
    feature_dim=16,
    downsampling_factor=(1, 2, 4, 1),
    num_encoder_layers=(1,) * 4,
    feedforward_dim=(32,) * 4,
    encoder_dim=32,
    cnn_module_kernel=(5,) * 4,
    num_heads=(2,) * 4,
    query_head_dim=(8,) * 4,
    pos_head_dim=(4,) * 4,
    value_head_dim=(8,) * 4,
    pos_dim=16,
)


def tiny_config(vocabulary_size):
    """Config of the smallest CLSP that does all a large one does, for tests.

    Example
    -------
    >>> CLSPConfig.from_dict(tiny_config(vocabulary_size=9)).audio == TINY
    True
    """
    text = RobertaSizes(vocabulary_size, 32, 2, 2, 64)
    return {"audio": asdict(TINY) | {"joint_dim": 32}, "text": asdict(text)}
