"""Pickles of weights, read by PyTorch's restricted reader.

LAION's released files also name a few things of numpy; an inert class stands
in for these, as numpy's own would trust numbers in the file and can be made to
corrupt memory. A file that needs more is refused. There is no switch to run
it nevertheless.
"""

import pickle
import re
import zipfile
from contextlib import contextmanager

import torch

from speechbrain_zsfuse.loading.archives import check_tensors, read_members
from speechbrain_zsfuse.loading.tensors import (
    damaged,
    has_memory,
    no_state_dict,
)


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


def read_pickle(path):
    """Read the state dict in a ``torch.save`` file.

    Arguments
    ---------
    path : str or Path

    Returns
    -------
    dict
        What it holds, names and values unchecked, still on disk where the
        format allows it.

    Raises
    ------
    ValueError
        If it is damaged, wants to run code, or holds no dictionary.

    Example
    -------
    >>> path = str(getfixture("tmpdir") / "weights.pt")
    >>> torch.save({"state_dict": {"a": torch.ones(2)}, "epoch": 3}, path)
    >>> read_pickle(path)
    {'a': tensor([1., 1.])}
    """
    zipped = zipfile.is_zipfile(path)
    with _explain(path), torch.serialization.safe_globals(_IGNORED):
        members = read_members(path) if zipped else None
        content = torch.load(
            path,
            map_location="cpu",
            weights_only=True,
            mmap=zipped,  # leave the optimizer on disk
        )
    if isinstance(content, dict) and "state_dict" in content:
        content = content["state_dict"]
    if not isinstance(content, dict):
        raise no_state_dict(path, type(content).__name__)
    if zipped:
        tensors = {n: v for n, v in content.items() if has_memory(v)}
        with _explain(path):
            check_tensors(tensors, members)
    return dict(content)


@contextmanager
def _explain(path):
    """Errors in words that fit this package, whatever PyTorch advises."""
    try:
        yield
    except pickle.UnpicklingError as error:
        raise _refusal(path, error) from error
    except OSError:
        raise
    except Exception as error:  # damaged bytes fail in many ways
        old = ".tar format" in str(error) or "TorchScript" in str(error)
        raise (_refusal if old else damaged)(path, error) from error


def _refusal(path, error):
    wanted = re.search(r"GLOBAL ([\w.]+)", str(error))
    reason = (
        f"loading it would run {wanted[1]}, and that could do anything"
        if wanted
        else "it is damaged, no checkpoint at all, or one that only an "
        "unpickler without restrictions can read (a whole module, TorchScript)"
    )
    return ValueError(
        f"Expected plain tensors in {str(path)!r}, but {reason}. Nothing was "
        "run. Download it again; ask its publisher for a safetensors file, or "
        "convert it yourself on a machine that holds nothing of value."
    )
