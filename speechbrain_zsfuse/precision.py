"""Full float32 for a while, on GPUs whose matrix units round to less.

TensorFloat-32, which SpeechBrain switches on at import, keeps 10 bits of a
number: embeddings would be off by 1e-3. The switch is one for the whole
process, so threads take turns in setting it and share what is set.
"""

import threading
from contextlib import contextmanager

import torch

_lock = threading.Lock()
_inside = 0
_before = []


@contextmanager
def full_float32():
    """No TensorFloat-32 inside, as before afterwards.

    PyTorch has an old and a new interface for this and refuses a mixture;
    the one in use is used here.

    Example
    -------
    >>> with full_float32():
    ...     torch.backends.cuda.matmul.allow_tf32
    False
    """
    global _inside, _before
    with _lock:
        if not _inside:
            _before = [_exact_matmul(), _exact_convolution()]
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                for restore in _before:
                    restore()


def _exact_matmul():
    """Switch it off for products; returns what switches it on again."""
    place = torch.backends.cuda.matmul
    try:
        if not place.allow_tf32:
            return lambda: None
    except RuntimeError:  # set by the new interface
        return _exact_newly(place)
    medium = _is_medium()
    place.allow_tf32 = False

    def restore():
        place.allow_tf32 = True
        if medium:
            torch.set_float32_matmul_precision("medium")

    return restore


def _is_medium():
    """Whether even less is kept, which ``allow_tf32`` does not tell."""
    try:
        return torch.get_float32_matmul_precision() == "medium"
    except RuntimeError:
        return False


def _exact_convolution():
    try:
        before = torch.backends.cudnn.allow_tf32
    except RuntimeError:
        return _exact_newly(torch.backends.cudnn.conv)
    torch.backends.cudnn.allow_tf32 = False
    # A global setting of the new interface outweighs the old one here.
    conv = getattr(torch.backends.cudnn, "conv", None)
    inherited = getattr(conv, "fp32_precision", None) == "tf32"
    restore = _exact_newly(conv) if inherited else lambda: None

    def restore_both():
        restore()
        torch.backends.cudnn.allow_tf32 = before

    return restore_both


def _exact_newly(place):
    before = place.fp32_precision
    place.fp32_precision = "ieee"
    return lambda: setattr(place, "fp32_precision", before)
