"""Weights given to a model: every name and shape must fit.

Sizes are read off the weights, a model is built without memory, and then
given them. This file knows nothing of files.
"""

import re
from contextlib import contextmanager

import torch


def load_strictly(module, weights, kind, source, constants=()):
    """Give a module its weights: every name and shape must fit.

    The weights are not copied, so do not overwrite their file meanwhile; those
    of other types are converted to float32.

    Arguments
    ---------
    module : torch.nn.Module
        May be ``unloaded``.
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
        If a name is missing, unexpected, of another shape, or if it holds
        numbers of another kind (whole, complex).

    Example
    -------
    >>> load_strictly(torch.nn.Linear(2, 1), {"scale": 0}, "Linear", "a.pt")
    Traceback (most recent call last):
    ValueError: Expected the weights of Linear in 'a.pt', but it is another \
    model or another size: 2 missing (first 'bias'), 1 unexpected (first \
    'scale'). Give the file that belongs to Linear.
    """
    weights = {n: v for n, v in weights.items() if n not in constants}
    wanted = {
        n: v for n, v in module.state_dict().items() if n not in constants
    }
    check_fit(weights, wanted, kind, source)
    weights = {
        name: value.detach().to(_type_of(wanted[name]))
        for name, value in weights.items()
    }
    module.load_state_dict(weights, strict=False, assign=True)


def check_fit(weights, wanted, kind, source):
    """Raise a ValueError unless every name and shape is what is wanted.

    Arguments
    ---------
    weights, wanted : dict
        Name to tensor.
    kind, source
        See ``load_strictly``.

    Example
    -------
    >>> check_fit({"a": torch.ones(1)}, {}, "Linear", "a.pt")
    Traceback (most recent call last):
    ValueError: Expected the weights of Linear in 'a.pt', but it is another \
model or another size: 1 unexpected (first 'a'). Give the file that belongs \
to Linear.
    """
    problems = {
        "missing": wanted.keys() - weights.keys(),
        "unexpected": weights.keys() - wanted.keys(),
    }
    problems |= find_misfits(weights, wanted)
    refuse_misfits(problems, kind, source)


def find_misfits(weights, wanted):
    """Weights that cannot be what is wanted under their name.

    Arguments
    ---------
    weights, wanted : dict
        Name to tensor; what only one of them has is left alone.

    Returns
    -------
    dict
        See ``refuse_misfits``.

    Example
    -------
    >>> weights, wanted = {"a": torch.ones(1)}, {"a": torch.ones(2)}
    >>> find_misfits(weights, wanted)["of another shape"]
    {'a'}
    """
    common = wanted.keys() & weights.keys()
    return {
        "of another shape": {
            n for n in common if weights[n].shape != wanted[n].shape
        },
        "of another type": {
            n for n in common if not _can_become(weights[n], wanted[n])
        },
    }


def refuse_misfits(problems, kind, source):
    """Raise a ValueError if weights do not fit their model.

    Arguments
    ---------
    problems : dict
        What is wrong, in words, to the set of names of which it is.
    kind : str
        What the model is.
    source : str or Path
        Where the weights come from.

    Example
    -------
    >>> refuse_misfits({"missing": set()}, "WavLM", "a.pt")
    """
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


def unloaded(build, *arguments):
    """A module without memory, until ``load_strictly`` gives it its weights.

    No time and no memory is lost on random ones.

    Arguments
    ---------
    build : callable
        Class of the module.
    *arguments
        Of the class.

    Returns
    -------
    torch.nn.Module
        On the meta device, but for what transformers counts itself.

    Example
    -------
    >>> module = unloaded(torch.nn.Linear, 2, 1)
    >>> module.weight.device.type
    'meta'
    >>> weights = {"weight": torch.ones(1, 2), "bias": torch.ones(1)}
    >>> load_strictly(module, weights, "Linear", "a.pt")
    >>> module(torch.ones(2))
    tensor([3.], grad_fn=<ViewBackward0>)
    """
    with torch.random.fork_rng(devices=[]), torch.device("meta"):
        module = build(*arguments)
    return module.apply(count_positions)


def count_positions(module):
    """Write down the positions and types of tokens, which no file needs hold.

    Arguments
    ---------
    module : torch.nn.Module
        One part; ``apply`` it to all parts of a model.

    Example
    -------
    >>> part = torch.nn.Module()
    >>> part.register_buffer("position_ids", torch.zeros(1, 3))
    >>> count_positions(part)
    >>> part.position_ids
    tensor([[0, 1, 2]])
    """
    for name, value in module.named_buffers(recurse=False):
        if name in ("position_ids", "token_type_ids"):
            numbers = torch.arange(value.numel()).view(value.shape)
            setattr(module, name, numbers * (name == "position_ids"))


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
        In place of what is raised if a name is not there or its shape makes
        no sense.

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
    except (ImportError, OSError, MemoryError):
        raise
    except Exception as error:  # libraries fail in many ways
        said = " ".join(str(error).split())
        missing = isinstance(error, KeyError)
        reason = f"{said} is missing" if missing else f"its sizes: {said}"
        raise ValueError(
            f"Expected the weights of {kind} in {str(source)!r}, but it is "
            f"another model: {reason}. Give the file that belongs to {kind}."
        ) from error


def count_layers(weights, prefix):
    """How many different numbers follow a prefix (a pattern).

    Example
    -------
    >>> count_layers({"layer.0.bias": 0, "layer.1.bias": 0}, "layer")
    2
    """
    found = (re.match(rf"{prefix}\.(\d+)\.", name) for name in weights)
    return len({match[1] for match in found if match})


def _can_become(value, wanted):
    """Whether it can be a weight where one is wanted, a counter elsewhere."""
    whole = not value.is_floating_point()
    return not value.is_complex() and not (whole and wanted.is_floating_point())


def _type_of(wanted):
    """Of weights always float32, whatever the default type is."""
    return torch.float32 if wanted.is_floating_point() else wanted.dtype
