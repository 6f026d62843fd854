"""Full float32 for a while, whatever the process computes in otherwise.

TensorFloat-32, which SpeechBrain switches on at import, keeps 10 bits of a
number: embeddings would be off by 1e-3. bfloat16 on CPUs keeps 7. The switches
are those of the whole process, so the first thread inside sets them and the
last one out puts them back.
"""

import threading
from contextlib import contextmanager

import torch

_lock = threading.Lock()
_inside = 0
_before = []


@contextmanager
def full_float32():
    """Nothing less than float32 inside, all as before afterwards.

    PyTorch 2.9 has a new interface for this beside its old one, and refuses
    to read the old one where both were used: what it refuses is left alone.

    Example
    -------
    >>> with full_float32():
    ...     torch.backends.cuda.matmul.allow_tf32
    False
    """
    global _inside, _before
    with _lock:
        if not _inside:
            _before = [(dial, dial.read()) for dial in _DIALS]
            for dial, value in _before:
                if value not in (None, "none", dial.full):
                    dial.write(dial.full)
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                for dial, value in _before:
                    if value is not None:
                        dial.restore(value)


def refuse_conversion(module, function):
    """Raise a TypeError if a function would make other numbers of a module's:
    before any of them is changed.

    Arguments
    ---------
    module : torch.nn.Module
        Computes in float32.
    function : callable
        What ``_apply`` is given: tensor to tensor.

    Example
    -------
    >>> refuse_conversion(torch.nn.Linear(2, 1), torch.Tensor.half)
    Traceback (most recent call last):
    TypeError: Linear computes in float32, got a conversion to torch.float16. \
Move it to a device only.
    """
    probe = function(torch.zeros(1, dtype=torch.float32))
    if probe.dtype != torch.float32:
        raise TypeError(
            f"{type(module).__name__} computes in float32, got a conversion to "
            f"{probe.dtype}. Move it to a device only."
        )


class _Dial:
    """A setting of PyTorch: how to read and write it, and what is full."""

    def __init__(self, read, write, full):
        self._read, self.write, self.full = read, write, full

    def read(self):
        """Its value; None if PyTorch refuses to say."""
        try:
            return self._read()
        except RuntimeError:  # both interfaces were used
            return None

    def restore(self, value):
        """As before, and untouched where it is."""
        if self.read() != value:
            self.write(value)


class _Place(_Dial):
    """One of the new interface, which inherits unless it is set itself."""

    def __init__(self, place):
        super().__init__(
            lambda: place.fp32_precision,
            lambda value: setattr(place, "fp32_precision", value),
            "ieee",
        )

    def restore(self, value):
        """As before: inherited, if that gives the same."""
        self.write("none")
        super().restore(value)


def _set_cudnn(value):
    torch.backends.cudnn.allow_tf32 = value


_DIALS = [
    _Dial(torch.get_default_dtype, torch.set_default_dtype, torch.float32),
    _Dial(
        torch.get_float32_matmul_precision,
        torch.set_float32_matmul_precision,
        "highest",
    ),
    _Dial(lambda: torch.backends.cudnn.allow_tf32, _set_cudnn, False),
]
if hasattr(torch.backends, "fp32_precision"):
    _DIALS += [
        _Place(getattr(backend, operation))
        for backend, operations in [
            (torch.backends.cudnn, ("conv", "rnn")),
            (torch.backends.mkldnn, ("matmul", "conv", "rnn")),
        ]
        for operation in operations
    ]
    _DIALS.append(_Place(torch.backends.cuda.matmul))
