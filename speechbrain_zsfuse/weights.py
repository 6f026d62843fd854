"""Weights files, read without ever running what is in them.

Safetensors are preferred. A pickle is read by PyTorch's restricted reader
(``weights_only=True``). LAION's released files also name a few things of
numpy; an inert class stands in for these, as numpy's own would trust numbers
in the file and can be made to corrupt memory. A file that needs more is
refused. There is no switch to run it nevertheless.
"""

import pickle
import re
import zipfile
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import SafetensorError

from speechbrain_zsfuse.files import file_sha256


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
        If the file is damaged, has another sha256, holds no tensors, or wants
        to run code.

    Example
    -------
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
        weights = _read_pickle(path)
    if all(name.startswith("module.") for name in weights):
        weights = {n.removeprefix("module."): v for n, v in weights.items()}
    return weights


def load_exactly(module, weights, kind, source, constants=()):
    """Load weights into a module: every name and shape must fit.

    Arguments
    ---------
    module : torch.nn.Module
    weights : dict
        Name to tensor.
    kind : str
        What the module is, for the error.
    source : str or Path
        Where the weights come from, for the error.
    constants : collection of str
        Names that may be missing or superfluous: the module counts them
        itself.

    Raises
    ------
    ValueError
        If a name is missing, unexpected, or of another shape.

    Example
    -------
    >>> load_exactly(torch.nn.Linear(2, 1), {"scale": 0}, "Linear", "a.pt")
    Traceback (most recent call last):
    ValueError: Expected the weights of Linear in 'a.pt', but it is another \
    model or another size: 2 missing (first 'bias'), 1 unexpected (first \
    'scale'). Give the file that belongs to Linear.
    """
    weights = {n: v for n, v in weights.items() if n not in constants}
    wanted = {
        n: tuple(v.shape)
        for n, v in module.state_dict().items()
        if n not in constants
    }
    common = wanted.keys() & weights.keys()
    problems = {
        "missing": wanted.keys() - weights.keys(),
        "unexpected": weights.keys() - wanted.keys(),
        "of another shape": {
            n for n in common if tuple(weights[n].shape) != wanted[n]
        },
    }
    if any(problems.values()):
        found = ", ".join(
            f"{len(names)} {problem} (first {min(names)!r})"
            for problem, names in problems.items()
            if names
        )
        raise ValueError(
            f"Expected the weights of {kind} in {str(source)!r}, but it is "
            f"another model or another size: {found}. Give the file that "
            f"belongs to {kind}."
        )
    module.load_state_dict(weights, strict=False)


@contextmanager
def explain_sizes(kind, source):
    """Say that it is another model when its sizes cannot be read.

    Arguments
    ---------
    kind : str
        What was expected, for the error.
    source : str or Path
        Where the weights come from, for the error.

    Raises
    ------
    ValueError
        In place of the KeyError of a name that is not there.

    Example
    -------
    >>> with explain_sizes("CLAP", "wavlm.pt"):
    ...     {}["text.weight"].shape
    Traceback (most recent call last):
    ValueError: Expected the weights of CLAP in 'wavlm.pt', but it is another \
    model: 'text.weight' is missing. Give the file that belongs to CLAP.
    """
    try:
        yield
    except KeyError as error:
        raise ValueError(
            f"Expected the weights of {kind} in {str(source)!r}, but it is "
            f"another model: {error} is missing. Give the file that belongs to "
            f"{kind}."
        ) from error


def count_layers(weights, prefix):
    """One more than the largest number after a prefix (a pattern).

    Example
    -------
    >>> count_layers({"layer.0.bias": 0, "layer.1.bias": 0}, "layer")
    2
    """
    found = (re.match(rf"{prefix}\.(\d+)\.", name) for name in weights)
    return max((int(match[1]) + 1 for match in found if match), default=0)


def _check_sha256(path, expected):
    got = file_sha256(path)
    if got != expected.lower():
        raise ValueError(
            f"Expected the sha256 {expected} of {str(path)!r}, but got {got}: "
            "the file is damaged or another one. Nothing was loaded. Download "
            "it again from its publisher."
        )


def _read_safetensors(path):
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except SafetensorError as error:
        raise _damaged(path, error) from error


class _Ignored:
    """Stands for a numpy number of a checkpoint, which nobody needs."""

    def __init__(self, *_):
        pass

    def __setstate__(self, _):
        pass


# As numpy 1 and numpy 2 write the epoch and the metrics of a checkpoint.
_IGNORED = [
    (_Ignored, name)
    for name in (
        "numpy.core.multiarray.scalar",
        "numpy._core.multiarray.scalar",
        "numpy.dtype",
        "numpy.dtypes.Float64DType",
    )
]


def _read_pickle(path):
    try:
        with torch.serialization.safe_globals(_IGNORED):
            content = torch.load(
                path,
                map_location="cpu",
                weights_only=True,
                mmap=zipfile.is_zipfile(path),  # leave the optimizer on disk
            )
    except pickle.UnpicklingError as error:
        raise _refusal(path, error) from error
    except OSError:
        raise
    except Exception as error:  # damaged bytes fail in many ways
        raise _damaged(path, error) from error
    weights = content
    if isinstance(content, dict) and "state_dict" in content:
        weights = content["state_dict"]
    tensors = isinstance(weights, dict) and [
        torch.is_tensor(value) for value in weights.values()
    ]
    if not tensors or not all(tensors):
        raise ValueError(
            f"Expected a state dict (names and tensors) in {str(path)!r}, but "
            f"got something else ({type(weights).__name__}). Give the "
            "checkpoint file itself."
        )
    return dict(weights)


def _refusal(path, error):
    wanted = re.search(r"GLOBAL ([\w.]+)", str(error))
    reason = (
        f"loading it would run {wanted[1]}, and that could do anything"
        if wanted
        else "it is damaged, no checkpoint at all, or one that only an "
        "unpickler without restrictions can read"
    )
    return ValueError(
        f"Expected plain tensors in {str(path)!r}, but {reason}. Nothing was "
        "run. Download it again; ask its publisher for a safetensors file, or "
        "convert it yourself on a machine that holds nothing of value."
    )


def _damaged(path, error):
    reason = (str(error) or type(error).__name__).splitlines()[0]
    return ValueError(
        f"Expected a weights file in {str(path)!r}, but it is damaged "
        f"({reason}). Download it again."
    )
