"""Pickles of weights, read by PyTorch's restricted reader.

LAION's released files also name a few things of numpy; an inert class stands
in for these, as numpy's own would trust numbers in the file and can be made to
corrupt memory. A file that needs more is refused. There is no switch to run
it nevertheless.
"""

import pickle
import re
import zipfile

import torch


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
        old = ".tar format" in str(error) or "TorchScript" in str(error)
        raise (_refusal if old else damaged)(path, error) from error
    weights = content
    if isinstance(content, dict) and "state_dict" in content:
        weights = content["state_dict"]
    if not isinstance(weights, dict):
        raise no_state_dict(path, type(weights).__name__)
    return dict(weights)


def no_state_dict(path, got):
    """The error for a file that holds ``got`` in place of named tensors.

    Example
    -------
    >>> print(no_state_dict("a.pt", "list"))
    Expected a state dict (names and tensors) in 'a.pt', but got something \
    else (list). Give the checkpoint file itself.
    """
    return ValueError(
        f"Expected a state dict (names and tensors) in {str(path)!r}, but got "
        f"something else ({got}). Give the checkpoint file itself."
    )


def damaged(path, error):
    """The error for a file whose bytes are not what its format wants.

    Example
    -------
    >>> print(damaged("a.pt", EOFError("no end")))
    Expected a weights file in 'a.pt', but it is damaged (no end). Download \
    it again.
    """
    reason = (str(error) or type(error).__name__).splitlines()[0]
    return ValueError(
        f"Expected a weights file in {str(path)!r}, but it is damaged "
        f"({reason}). Download it again."
    )


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
