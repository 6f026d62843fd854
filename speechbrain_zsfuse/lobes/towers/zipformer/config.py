"""Sizes of a Zipformer2, in the names of icefall, checked once.

What only training needs is not kept.
"""

from dataclasses import dataclass, fields

# icefall's options that change nothing once a model is trained.
_TRAINING = {"encoder_unmasked_dim", "chunk_size", "left_context_frames"}

# Options that have one value per stack; one alone serves all stacks.
_PER_STACK = (
    "num_encoder_layers",
    "feedforward_dim",
    "encoder_dim",
    "cnn_module_kernel",
    "num_heads",
    "query_head_dim",
    "pos_head_dim",
    "value_head_dim",
)


@dataclass(frozen=True)
class ZipformerConfig:
    """Sizes of a Zipformer2 with its convolutional front end.

    Arguments
    ---------
    feature_dim : int
        Mel bands, at least 7.
    downsampling_factor : tuple of int
        Rate of each stack: 1 is 50 frames per second, 2 is 25, …
    num_encoder_layers, feedforward_dim, cnn_module_kernel : tuple of int
        Of each stack; kernels are odd.
    encoder_dim : int
        Channels of every stack.
    num_heads, query_head_dim, pos_head_dim, value_head_dim : tuple of int
        Of each stack.
    pos_dim : int
        Numbers an offset between frames is encoded by, even.
    output_downsampling_factor : int
        Last reduction of the rate.

    Example
    -------
    >>> TINY.downsampling_factor, TINY.num_heads
    ((1, 2, 4, 1), (2, 2, 2, 2))
    """

    feature_dim: int
    downsampling_factor: tuple
    num_encoder_layers: tuple
    feedforward_dim: tuple
    encoder_dim: int
    cnn_module_kernel: tuple
    num_heads: tuple
    query_head_dim: tuple
    pos_head_dim: tuple
    value_head_dim: tuple
    pos_dim: int
    output_downsampling_factor: int

    @classmethod
    def from_dict(cls, entries):
        """Read icefall's options.

        Arguments
        ---------
        entries : dict
            Option to value. Values per stack may be a list of one value for
            all stacks.

        Returns
        -------
        ZipformerConfig

        Raises
        ------
        ValueError
            If an option is missing, unknown, or makes no sense.

        Example
        -------
        >>> ZipformerConfig.from_dict({"feature_dim": 128, "depth": 3})
        Traceback (most recent call last):
        ValueError: Expected the sizes of a Zipformer2, but 'depth' is none. \
        Remove it, or correct its name.
        """
        entries = {k: v for k, v in entries.items() if k not in _TRAINING}
        if entries.pop("causal", False):
            raise ValueError(
                "Expected a Zipformer2 that hears the whole clip, but `causal` "
                "is set: its convolutions are others. Only causal: False can "
                "be loaded."
            )
        names = {field.name for field in fields(cls)}
        for name in sorted(entries.keys() - names):
            raise ValueError(
                f"Expected the sizes of a Zipformer2, but {name!r} is none. "
                "Remove it, or correct its name."
            )
        for name in sorted(names - entries.keys()):
            raise ValueError(
                f"Expected {name!r} among the sizes of a Zipformer2, but it is "
                "missing. Copy it from the options the model was trained with."
            )
        factors = _integers("downsampling_factor", entries)
        sizes = {
            name: _integers(name, entries, stacks=len(factors))
            for name in _PER_STACK
        }
        if len(set(sizes["encoder_dim"])) > 1:
            raise ValueError(
                "Expected the same `encoder_dim` for all stacks, but got "
                f"{list(sizes['encoder_dim'])}: no CLSP is made so."
            )
        sizes["encoder_dim"] = sizes["encoder_dim"][0]
        single = {
            name: _integers(name, entries, stacks=1)[0]
            for name in names - sizes.keys() - {"downsampling_factor"}
        }
        config = cls(downsampling_factor=factors, **sizes, **single)
        config._check()
        return config

    def _check(self):
        checks = [
            ("feature_dim", "at least 7", self.feature_dim >= 7),
            ("pos_dim", "even", self.pos_dim % 2 == 0),
            (
                "cnn_module_kernel",
                "odd",
                all(kernel % 2 for kernel in self.cnn_module_kernel),
            ),
        ]
        for name, expected, holds in checks:
            if not holds:
                raise ValueError(
                    f"Expected {name!r} to be {expected}, but got "
                    f"{getattr(self, name)}."
                )


def _integers(name, entries, stacks=None):
    """An option as a tuple of positive integers, one per stack."""
    value = entries[name]
    values = tuple(value) if isinstance(value, (list, tuple)) else (value,)
    if stacks and len(values) == 1:
        values *= stacks
    whole = all(type(v) is int and v > 0 for v in values)
    if not values or not whole or (stacks and len(values) != stacks):
        count = f"{stacks} " if stacks else ""
        raise ValueError(
            f"Expected {count}positive whole number(s) for {name!r}, but got "
            f"{value!r}. Copy it from the options the model was trained with."
        )
    return values


TINY = ZipformerConfig.from_dict(
    {
        "feature_dim": 16,
        "downsampling_factor": [1, 2, 4, 1],
        "num_encoder_layers": [1],
        "feedforward_dim": [32],
        "encoder_dim": [32],
        "cnn_module_kernel": [5],
        "num_heads": [2],
        "query_head_dim": [8],
        "pos_head_dim": [4],
        "value_head_dim": [8],
        "pos_dim": 16,
        "output_downsampling_factor": 2,
    }
)
