"""Sizes of a CLSP: those of its Zipformer2 and those of its RoBERTa."""

from dataclasses import asdict, dataclass

from speechbrain_zsfuse.lobes.towers import roberta
from speechbrain_zsfuse.lobes.towers.zipformer import config as zipformer
from speechbrain_zsfuse.lobes.towers.zipformer.config import ZipformerConfig

_TEXT_SIZES = (
    "vocab_size",
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "max_position_embeddings",
)

# The same in every RoBERTa; transformers has other defaults.
_TEXT_CONSTANTS = {
    "type_vocab_size": 1,
    "layer_norm_eps": roberta.EPSILON,
    "bos_token_id": 0,
    "pad_token_id": 1,
    "eos_token_id": 2,
    "hidden_act": "gelu",
}

# What the port has built in; another value would be another model.
_TEXT_BUILT_IN = {"type": "RobertaModel", "pooling": "pooler_output"}

# The released model: SPEAR's XLarge encoder and roberta-base.
PUBLISHED = {
    "audio": {
        "feature_dim": 128,
        "downsampling_factor": [1, 2, 4, 8, 4, 2, 1],
        "num_encoder_layers": [1, 2, 3, 4, 1, 1, 1],
        "feedforward_dim": [3840],
        "encoder_dim": [1280],
        "cnn_module_kernel": [31, 31, 15, 15, 15, 31, 31],
        "num_heads": [8],
        "query_head_dim": [32],
        "pos_head_dim": [4],
        "value_head_dim": [12],
        "pos_dim": 48,
        "output_downsampling_factor": 2,
        "joint_dim": 512,
    },
    "text": {
        "vocab_size": 50265,
        "hidden_size": 768,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "intermediate_size": 3072,
        "max_position_embeddings": 514,
    },
}


@dataclass(frozen=True)
class CLSPConfig:
    """Sizes of a CLSP.

    Arguments
    ---------
    audio : ZipformerConfig
    text : dict
        Arguments of ``transformers.RobertaConfig``.
    joint_size : int
        Length of an embedding.

    Example
    -------
    >>> CLSPConfig.from_dict(PUBLISHED).joint_size
    512
    """

    audio: ZipformerConfig
    text: dict
    joint_size: int

    @classmethod
    def from_dict(cls, config):
        """Read ``audio`` (icefall's options) and ``text`` (RoBERTa's sizes).

        Arguments
        ---------
        config : dict
            ``audio``: see ``ZipformerConfig``, and ``joint_dim``. ``text``:
            see ``PUBLISHED``. Other entries are ignored.

        Returns
        -------
        CLSPConfig

        Raises
        ------
        ValueError
            If something is missing, unknown or contradictory.

        Example
        -------
        >>> CLSPConfig.from_dict({"audio": PUBLISHED["audio"]})
        Traceback (most recent call last):
        ValueError: Expected 'text' in the config of CLSP, but got ['audio']. \
        Give the sizes of both towers, as in `PUBLISHED`.
        """
        for tower in ("audio", "text"):
            _check_tower(config, tower)
        text = _read_text(config["text"])
        audio = dict(config["audio"])
        text_size = audio.pop("text_encoder_dim", text["hidden_size"])
        if text_size != text["hidden_size"]:
            raise ValueError(
                "Expected one size of the text tower, but got text_encoder_dim "
                f"{text_size} and hidden_size {text['hidden_size']}."
            )
        joint = audio.pop("joint_dim", None)
        _check_size("joint_dim", joint)
        return cls(ZipformerConfig.from_dict(audio), text, joint)


def tiny_config(vocabulary_size):
    """Sizes of the smallest CLSP that does all a large one does, for tests.

    Arguments
    ---------
    vocabulary_size : int
        Of its tokenizer.

    Returns
    -------
    dict
        What ``CLSPConfig.from_dict`` reads.

    Example
    -------
    >>> CLSPConfig.from_dict(tiny_config(vocabulary_size=9)).joint_size
    32
    """
    return {
        "audio": {**asdict(zipformer.TINY), "joint_dim": 32},
        "text": {
            "vocab_size": vocabulary_size,
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "intermediate_size": 64,
            "max_position_embeddings": 514,
        },
    }


def _check_tower(config, tower):
    known = isinstance(config, dict)
    if not known or not isinstance(config.get(tower), dict):
        got = config.get(tower, list(config)) if known else config
        raise ValueError(
            f"Expected {tower!r} in the config of CLSP, but got {got!r}. Give "
            "the sizes of both towers, as in `PUBLISHED`."
        )


def _read_text(entries):
    entries = {**_TEXT_CONSTANTS, **_TEXT_BUILT_IN, **entries}
    entries.pop("padding", None)  # the tokenizer's business, and neutral
    for name, expected in _TEXT_BUILT_IN.items():
        got = entries.pop(name)
        if got != expected:
            raise ValueError(
                f"Expected {name!r} of the text tower to be {expected!r}, but "
                f"got {got!r}: that is another model."
            )
    unknown = sorted(entries.keys() - _TEXT_CONSTANTS.keys() - set(_TEXT_SIZES))
    if unknown:
        raise ValueError(
            f"Expected the sizes of a RoBERTa, but {unknown[0]!r} is none. "
            "Remove it, or correct its name."
        )
    for name in _TEXT_SIZES:
        _check_size(name, entries.get(name))
    return entries


def _check_size(name, value):
    if type(value) is not int or value < 1:
        raise ValueError(
            f"Expected a positive whole number for {name!r} of CLSP, but got "
            f"{value!r}."
        )
