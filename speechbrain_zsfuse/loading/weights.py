"""Weights files, read without ever running what is in them.

Safetensors are preferred; ``pickles`` reads the rest. What a file holds is
checked before a model sees it; whether it fits the model is for ``fitting``.
"""

from pathlib import Path

from safetensors import SafetensorError

from speechbrain_zsfuse.files import file_sha256
from speechbrain_zsfuse.loading.configs import read_object
from speechbrain_zsfuse.loading.pickles import read_pickle
from speechbrain_zsfuse.loading.sources import find_file
from speechbrain_zsfuse.loading.tensors import check_plain, damaged


def open_checkpoint(source, names, kind, revision=None, sha256=None):
    """The named tensors of a model, from wherever it lies.

    Arguments
    ---------
    source, names, kind, revision
        See ``find_file``. A name that ends in ``.index.json`` is a list of the
        files that share the weights.
    sha256 : str, optional
        See ``read_weights``.

    Returns
    -------
    dict
        See ``read_weights``.

    Raises
    ------
    FileNotFoundError
        See ``find_file``.
    ValueError
        See ``find_file`` and ``read_weights``.

    Example
    -------
    >>> import torch
    >>> path = getfixture("tmpdir") / "a.pt"
    >>> torch.save({"a": torch.ones(1)}, path)
    >>> open_checkpoint(path.dirname, ["model.safetensors", "a.pt"], "CLAP")
    {'a': tensor([1.])}
    """
    path = find_file(source, names, kind, revision)
    if not path.name.endswith(".index.json"):
        return read_weights(path, sha256)
    if sha256 is not None:
        raise ValueError(
            f"Expected one file of weights in {str(source)!r} for its "
            f"`sha256`, but {path.name} lists several. Leave `sha256` out and "
            "pin the commit (`revision`)."
        )
    weights = {}
    for name in _listed_files(path):
        weights |= read_weights(find_file(source, [name], kind, revision))
    return weights


def read_weights(path, sha256=None):
    """Read the named tensors of a checkpoint.

    Arguments
    ---------
    path : str or Path
        ``.safetensors``, or a ``torch.save`` file of a state dict or of a
        dictionary that holds one as ``state_dict``.
    sha256 : str, optional
        64 hexadecimal digits that the file must have.

    Returns
    -------
    dict
        Name to tensor on the CPU, without the ``module.`` of parallel
        training.

    Raises
    ------
    ValueError
        If the file is damaged, has another sha256, holds no tensors or some
        that are NaN, infinite, sparse or quantised, or wants to run code.

    Example
    -------
    >>> import torch
    >>> path = getfixture("tmpdir") / "weights.pt"
    >>> torch.save({"state_dict": {"module.a": torch.ones(2)}}, path)
    >>> read_weights(path)
    {'a': tensor([1., 1.])}
    """
    path = Path(path)
    if sha256 is not None:
        _check_sha256(path, sha256)
    if path.suffix == ".safetensors":
        weights = _read_safetensors(path)
    else:
        weights = read_pickle(path)
    check_plain(weights, path)
    if all(name.startswith("module.") for name in weights):
        weights = {n.removeprefix("module."): v for n, v in weights.items()}
    return weights


def _check_sha256(path, expected):
    got = file_sha256(path)
    if got != expected.lower():
        raise ValueError(
            f"Expected the sha256 {expected} of {str(path)!r}, but got {got}: "
            "the file is damaged or another one. Nothing was loaded. Download "
            "it again from its publisher."
        )


def _listed_files(path):
    """Names of the files in which an index says that weights are."""
    names = read_object(path).get("weight_map")
    names = set(names.values()) if isinstance(names, dict) else {None}
    if not all(isinstance(n, str) and _is_file_name(n) for n in names):
        raise ValueError(
            f"Expected names of files beside {str(path)!r} in its "
            "`weight_map`, but got something else. Download it again."
        )
    return sorted(names)


def _is_file_name(name):
    """Not a path, nor ``..``."""
    return Path(name).name == name and Path(name).suffix != ""


def _read_safetensors(path):
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except SafetensorError as error:
        raise damaged(path, error) from error
