"""Configurations of other people's models, read before any library does.

A folder's JSON files can send transformers for a kernel, an adapter or code
somewhere else, or make it build what no memory holds. Here they are read
first, and what no speech or audio-language model needs is refused with file
and key. What the sizes mean is for the model to say.
"""

import json
import math
from pathlib import Path

from speechbrain_zsfuse.errors import show
from speechbrain_zsfuse.files import without_doubles
from speechbrain_zsfuse.loading.sources import find_file, locate

_CONFIGS = ("config.json", "preprocessor_config.json", "processor_config.json")
_ADAPTER = "adapter_config.json"

# Beyond these a file is no configuration: 4 MiB, and what Python can follow.
_MOST_BYTES, _MOST_ENTRIES = 1 << 22, 10_000

# Smallest and largest sensible values of what costs memory or time before any
# weight is compared; in lists, too. They are whole where their bounds are.
_RANGES = {
    "sampling_rate": (1, 384_000),  # Hz
    "fft_window_size": (2, 16_384),  # samples
    "hop_length": (1, 16_384),
    "feature_size": (1, 1024),  # mel bands
    "num_mel_bins": (1, 1024),
    "spec_size": (1, 4096),
    "window_size": (1, 256),
    "max_length_s": (0.01, 600.0),  # seconds
    "frequency_min": (0.0, 192_000.0),  # Hz
    "frequency_max": (0.0, 192_000.0),
    "depths": (0, 1000),
    "conv_kernel": (1, 16_384),  # samples or frames
    "conv_stride": (1, 16_384),
    "num_labels": (0, 100_000),  # each gets a name
}
_SWITCHES = {"do_normalize", "return_attention_mask"}
_LISTS = {"depths", "conv_kernel", "conv_stride"}
_LAYERS = 0, 1000
_ANY_WHOLE, _ANY = (-10_000_000, 10_000_000), (-math.inf, math.inf)

_ELSEWHERE = {
    "auto_map": "it wants to run code of its own, which is never done",
    "quantization_config": "quantised weights are not read here",
    "compression_config": "quantised weights are not read here",
    "fusion_config": "it changes how the model computes",
}
_ATTENTION = "attn_implementation"  # somewhere in the key
_ATTENTIONS = (None, "eager", "sdpa", "flex_attention")
_TOO_DEEP = "something else (too many brackets)"


def find_configs(source, kind, revision=None):
    """A folder with a model's configuration, once that is found sensible.

    Arguments
    ---------
    source : str or Path
        Local folder or hub id.
    kind : str
        What is looked for, for the error.
    revision : str, optional
        Commit of the hub repository, 40 hexadecimal digits.

    Returns
    -------
    Path
        ``source`` itself, or where its files from the hub lie: a library that
        is given this folder asks nobody for another.

    Raises
    ------
    FileNotFoundError
        If there is no such folder or repository, or no configuration in it.
    ValueError
        With file and key, if a file is no JSON object, wants something from
        elsewhere, or states a number that makes no sense.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> _ = (folder / "config.json").write_text('{"num_hidden_layers": 1e8}')
    >>> find_configs(folder, "CLAP")
    Traceback (most recent call last):
    ValueError: Expected `num_hidden_layers` in '...config.json' to be a \
whole number from 0 to 1000, but got 100000000.0. Download the file again from \
its publisher.
    """
    if locate(source, _ADAPTER, kind, revision):
        raise ValueError(
            f"Expected a whole model in {str(source)!r}, but its {_ADAPTER} "
            "says that it is an adapter of another one. Merge them (peft: "
            "`merge_and_unload`, then `save_pretrained`) and give that folder."
        )
    for name in _CONFIGS:
        if path := locate(source, name, kind, revision):
            check_config(read_object(path), path)
    return find_file(source, [_CONFIGS[0]], kind, revision).parent


def check_config(config, path):
    """Raise unless everything in a configuration is harmless.

    Arguments
    ---------
    config : dict
        Of JSON values, those inside included.
    path : str or Path
        Its file, for the error.

    Example
    -------
    >>> check_config({"a": {"_attn_implementation": "owner/kernel"}}, "c.json")
    Traceback (most recent call last):
    ValueError: Expected nothing from elsewhere in 'c.json', but got \
`_attn_implementation: 'owner/kernel'`: it is other people's machine code. \
Take the entry out, if its publisher says that the model works without it.
    """
    try:
        for key, value in config.items():
            _check_key(key, value, path)
            _check_value(value, key, path)
    except RecursionError as error:
        raise _no_object(path, _TOO_DEEP) from error


def _check_key(key, value, path):
    reason = _ELSEWHERE.get(key) if value else None
    switch = isinstance(value, bool)
    if _ATTENTION in key and not switch and value not in _ATTENTIONS:
        reason = "it is other people's machine code"
    if reason:
        raise ValueError(
            f"Expected nothing from elsewhere in {str(path)!r}, but got "
            f"`{key}: {show(value)}`: {reason}. Take the entry out, if "
            "its publisher says that the model works without it."
        )


def read_object(path):
    """The JSON object in a small file of settings.

    Arguments
    ---------
    path : str or Path

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        If it is no JSON, says something twice, or holds something else.

    Example
    -------
    >>> path = getfixture("tmpdir") / "a.json"
    >>> _ = path.write("[1]")
    >>> read_object(path)
    Traceback (most recent call last):
    ValueError: Expected a JSON object in '...a.json', but got a list. \
Download the file again from its publisher.
    """
    content = Path(path).read_bytes()
    try:
        if len(content) > _MOST_BYTES:
            raise ValueError(f"{len(content):,} bytes")
        value = json.loads(
            content.decode("utf-8"), object_pairs_hook=without_doubles
        )
    except RecursionError as error:
        raise _no_object(path, _TOO_DEEP) from error
    except ValueError as error:
        reason = str(error).splitlines()[0]
        raise _no_object(path, f"something else ({reason})") from error
    if not isinstance(value, dict):
        raise _no_object(path, f"a {type(value).__name__}")
    return value


def _no_object(path, got):
    return ValueError(
        f"Expected a JSON object in {str(path)!r}, but got {got}. Download "
        "the file again from its publisher."
    )


def _check_value(value, key, path):
    """Look at numbers, wherever they are; other types are the library's."""
    known = key in _RANGES
    if key in _SWITCHES:
        if value is not True and value is not False:
            raise _nonsense("true or false", key, path, value)
    elif isinstance(value, dict) and not known:
        check_config(value, path)
    elif isinstance(value, list) and (key in _LISTS or not known):
        if len(value) > _MOST_ENTRIES:
            raise _nonsense(
                f"at most {_MOST_ENTRIES} entries", key, path, value
            )
        for entry in value:
            _check_value(entry, key, path)
    elif known or type(value) in (int, float):
        low, high = _range_of(key, value)
        whole = type(low) is int
        number = type(value) is int or (type(value) is float and not whole)
        if not number or not low <= value <= high:
            wanted = f"a {'whole ' * whole}number from {low} to {high}"
            raise _nonsense(wanted, key, path, value)


def _range_of(key, value):
    if key.endswith("layers"):
        return _LAYERS
    any_number = _ANY_WHOLE if isinstance(value, int) else _ANY
    return _RANGES.get(key, any_number)


def _nonsense(wanted, key, path, value):
    return ValueError(
        f"Expected `{key}` in {str(path)!r} to be {wanted}, but got "
        f"{show(value)}. Download the file again from its publisher."
    )
