"""Speech models of transformers from a folder or the hub, whole or not at all.

Configuration and weights are read and checked by ``loading``; transformers
builds the model and gives each weight its name of today. It knows nothing of
training, and not what the frames are for.
"""

from collections import Counter
from contextlib import contextmanager

import torch

from speechbrain_zsfuse.errors import explain_imports
from speechbrain_zsfuse.loading.configs import find_configs
from speechbrain_zsfuse.loading.fitting import (
    find_misfits,
    refuse_misfits,
    unloaded,
)
from speechbrain_zsfuse.loading.sources import explain_missing
from speechbrain_zsfuse.loading.weights import open_checkpoint
from speechbrain_zsfuse.progress import quiet_transformers

_KIND = "speech model"
_WEIGHTS = [
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
]

# Used in training only, and drawn at random where it was never trained.
_MAY_BE_MISSING = {"masked_spec_embed"}

# Numbers that a model may lack without asking memory for too many: 256 MiB.
_FEW = 1 << 26


def load_model(source, revision=None, sha256=None):
    """A self-supervised model with the weights of its file, float32.

    Weights of a head are left out; a prefix that all names have in common
    (``module.``, ``wavlm.``, ``encoder.model.`` …) is, too.

    Arguments
    ---------
    source : str or Path
        Hub id or local folder.
    revision : str, optional
        Commit of the hub repository, 40 hexadecimal digits.
    sha256 : str, optional
        64 hexadecimal digits that the weights file must have.

    Returns
    -------
    transformers.PreTrainedModel

    Raises
    ------
    FileNotFoundError
        If ``source`` is neither a complete folder nor a hub id within reach.
    ValueError
        If its configuration makes no sense, or its weights are damaged or not
        those that the configuration describes.

    Example
    -------
    >>> load_model(getfixture("tiny_wavlm")).dtype
    torch.float32
    """
    folder = find_configs(source, _KIND, revision)
    with explain_loading(source):
        from transformers import MODEL_MAPPING, AutoConfig

        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        build = MODEL_MAPPING[type(config)]
        wanted = unloaded(build, config).state_dict()
    weights = open_checkpoint(source, _WEIGHTS, _KIND, revision, sha256)
    weights = without_prefix(weights, wanted, source)
    problems = find_misfits(weights, wanted)
    if count_lacking(weights, wanted) > _FEW:
        problems["missing"] = wanted.keys() - weights.keys()
    refuse_misfits(problems, build.__name__, source)
    with explain_loading(source):
        model, found = build.from_pretrained(
            None,
            config=config,
            state_dict=weights,
            dtype=torch.float32,
            ignore_mismatched_sizes=True,  # to name them below
            output_loading_info=True,
        )
    problems = {
        "missing": set(found["missing_keys"]) - _MAY_BE_MISSING,
        "of another shape": {name for name, *_ in found["mismatched_keys"]},
    }
    refuse_misfits(problems, build.__name__, source)
    return model


def without_prefix(weights, names, source):
    """Weights under the names that are wanted, whatever stands before them.

    Arguments
    ---------
    weights : dict
        Name to tensor.
    names : collection of str
        What a model calls its weights.
    source : str or Path
        Where the weights come from, for the error.

    Returns
    -------
    dict
        What has no prefix that most have is left out.

    Raises
    ------
    ValueError
        If there are as many of two prefixes.

    Example
    -------
    >>> weights = {"a.norm.bias": 1, "a.norm.weight": 2, "head.bias": 3}
    >>> without_prefix(weights, ["norm.weight", "norm.bias"], "a.pt")
    {'norm.bias': 1, 'norm.weight': 2}
    """
    prefixes = Counter(
        given.removesuffix(name)
        for name in names
        for given in weights
        if given == name or given.endswith(f".{name}")
    )
    if not prefixes:
        return weights
    (prefix, count), *others = prefixes.most_common(2)
    if others and others[0][1] == count:
        raise ValueError(
            f"Expected the weights of one model in {str(source)!r}, but got "
            f"those of {prefix!r} and of {others[0][0]!r}. Save the ones that "
            "you mean in a folder of their own."
        )
    return {
        name.removeprefix(prefix): value
        for name, value in weights.items()
        if name.startswith(prefix)
    }


def count_lacking(weights, wanted):
    """Numbers that the library would have to make up, at least.

    Arguments
    ---------
    weights : dict
        Name to tensor. Some names may be older ones, which the library knows.
    wanted : dict
        Name to tensor of the right shape.

    Returns
    -------
    int

    Example
    -------
    >>> weights = {"old": torch.ones(2)}
    >>> count_lacking(weights, {"new": torch.ones(2), "b": torch.ones(3)})
    3
    """
    needed = sum(wanted[n].numel() for n in wanted.keys() - weights.keys())
    return needed - sum(
        weights[n].numel() for n in weights.keys() - wanted.keys()
    )


def load_extractor(source, revision=None):
    """The feature extractor that belongs to a model.

    Arguments
    ---------
    source : str or Path
        Hub id or local folder.
    revision : str, optional
        Commit of the hub repository, 40 hexadecimal digits.

    Returns
    -------
    transformers.FeatureExtractionMixin

    Raises
    ------
    FileNotFoundError
        If ``source`` is neither a complete folder nor a hub id within reach.
    ValueError
        If its configuration makes no sense.

    Example
    -------
    >>> load_extractor(getfixture("tiny_wavlm")).sampling_rate
    16000
    """
    folder = find_configs(source, _KIND, revision)
    with explain_loading(source):
        from transformers import AutoFeatureExtractor

        return AutoFeatureExtractor.from_pretrained(
            folder, trust_remote_code=False
        )


@contextmanager
def explain_loading(source):
    """Say what to do when a speech model cannot be loaded.

    Example
    -------
    >>> with explain_loading("/no/such/folder"):
    ...     raise OSError("what transformers says")
    Traceback (most recent call last):
    FileNotFoundError: No speech model found at '/no/such/folder': no such \
file or folder.
    """
    expected = "config.json, preprocessor_config.json and model.safetensors"
    with explain_imports(), explain_missing(source, _KIND, expected):
        quiet_transformers()
        yield
