"""Tensors as other people's files hold them: named, in memory, finite.

What is wrong with a file of weights is said here, whatever its format.
"""

import torch


def check_plain(weights, path):
    """Raise a ValueError unless these are names of tensors full of numbers.

    Arguments
    ---------
    weights : dict
        Name to tensor, if all is well.
    path : str or Path
        Of their file, for the error.

    Example
    -------
    >>> check_plain({"a": 3}, "a.pt")
    Traceback (most recent call last):
    ValueError: Expected a state dict (names and tensors) in 'a.pt', but got \
something else ('a': int). Give the checkpoint file itself.
    """
    if not weights:
        raise no_state_dict(path, "nothing")
    for name, value in weights.items():
        if not isinstance(name, str) or not torch.is_tensor(value):
            raise no_state_dict(path, f"{name!r}: {type(value).__name__}")
        if not has_memory(value) or (0 in value.shape and any(value.shape)):
            raise ValueError(
                f"Expected every number of {name!r} in {str(path)!r}, but it "
                "is sparse, quantised, repeated or not there. Save it again "
                "with `.dequantize().to_dense().contiguous()`."
            )
        check_finite(name, value, path)


def check_finite(name, value, source):
    """Raise a ValueError if a weight is no number, or too large a one.

    Arguments
    ---------
    name : str
    value : torch.Tensor
        Of any type; of floating types, what would be infinite as float32 is.
    source : str or Path
        File or folder, for the error.

    Example
    -------
    >>> check_finite("a", torch.tensor([1.0, torch.nan]), "a.pt")
    Traceback (most recent call last):
    ValueError: Expected numbers in 'a' of 'a.pt', but 1 of 2 are NaN or \
infinite: it is damaged, or its training failed. Download it again, or take \
an earlier checkpoint.
    """
    as_used = value.float() if value.is_floating_point() else value
    wrong = as_used.numel() - int(as_used.isfinite().sum())
    if wrong:
        raise ValueError(
            f"Expected numbers in {name!r} of {str(source)!r}, but {wrong} of "
            f"{value.numel()} are NaN or infinite: it is damaged, or its "
            "training failed. Download it again, or take an earlier checkpoint."
        )


def has_memory(value):
    """Whether it is a tensor with all its numbers somewhere.

    Example
    -------
    >>> has_memory(torch.ones(1)), has_memory(torch.eye(2).to_sparse())
    (True, False)
    """
    if not torch.is_tensor(value) or value.layout != torch.strided:
        return False
    plain = not value.is_meta and not value.is_quantized
    return plain and value.nbytes <= value.untyped_storage().nbytes()


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
