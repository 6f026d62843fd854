"""What a trained model is made of, as JSON, and the modules it says.

``model.json`` in the folder of a run, ``config.json`` in a published one. Only
classes of this package are built; nothing that a description names is
imported or run otherwise.
"""

import json
import os
from functools import partial
from importlib import import_module
from pathlib import Path

from speechbrain_zsfuse import __version__
from speechbrain_zsfuse.encoders.base import TransformersEncoder
from speechbrain_zsfuse.encoders.restoring import (
    describe_encoder,
    restore_encoder,
)
from speechbrain_zsfuse.errors import show
from speechbrain_zsfuse.loading.fitting import (
    check_fit,
    load_strictly,
    unloaded,
)
from speechbrain_zsfuse.options import given_options

MODEL = "model.json"  # in the folder of a run
PARTS = ("encoder", "pooling", "head")
_PACKAGE = "speechbrain_zsfuse"
# Where the classes of a part are.
_ROOMS = {
    "encoder": "encoders",
    "pooling": "pooling",
    "head": "fusion",
    "alm": "lobes",
}


def describe_model(modules, labels, alm=None, folder="."):
    """What a model is made of.

    Arguments
    ---------
    modules : dict
        Name to torch.nn.Module: ``encoder``, ``pooling`` and ``head``.
    labels : list of str
        E classes, in the order of the logits.
    alm : FrozenALM, optional
        Whose scores it is trained with.
    folder : str or Path
        Where the description will lie: a local folder of a model is named from
        there.

    Returns
    -------
    dict
        JSON values.

    Example
    -------
    >>> from speechbrain_zsfuse.pooling import MaskedMean
    >>> facts = describe_model({"pooling": MaskedMean(8)}, ["sad", "angry"])
    >>> facts["pooling"]
    {'class': 'speechbrain_zsfuse.pooling.MaskedMean', 'options': \
{'input_size': 8}}
    """
    found = {name: describe_module(part) for name, part in modules.items()}
    return {
        "format": 1,
        "version": __version__,
        "labels": list(labels),
        **found,
        "alm": None if alm is None else _describe_alm(alm, Path(folder)),
    }


def describe_module(module):
    """Class and options of a module.

    Arguments
    ---------
    module : torch.nn.Module

    Returns
    -------
    dict
        ``class``, the name it is built by, and its ``options``, null if they
        are not known; of a model of transformers see ``describe_encoder``.

    Example
    -------
    >>> import torch
    >>> describe_module(torch.nn.Linear(2, 1))
    {'class': 'torch.nn.modules.linear.Linear', 'options': None}
    """
    name = {"class": _name(type(module))}
    if isinstance(module, TransformersEncoder):
        return name | describe_encoder(module)
    return name | {"options": _plain(given_options(module))}


def _describe_alm(alm, folder):
    facts = describe_module(alm)
    for name in ("source", "tokenizer"):
        place = (facts["options"] or {}).get(name)
        if place is not None and Path(place).exists():
            facts["options"][name] = f"./{os.path.relpath(place, folder)}"
    return facts


def _plain(options):
    """Options as JSON values; None if some are none."""
    try:
        return json.loads(json.dumps(options, default=os.fspath))
    except TypeError:
        return None


def _name(kind):
    """The name of a class, by the door it is got from."""
    package, room, *_ = [*kind.__module__.split("."), ""]
    if package == _PACKAGE and room in _ROOMS.values():
        door = import_module(f"{package}.{room}")
        if getattr(door, kind.__name__, None) is kind:
            return f"{package}.{room}.{kind.__name__}"
    return f"{kind.__module__}.{kind.__qualname__}"


def find_class(name, part, path):
    """The class that a description names.

    Arguments
    ---------
    name : str
        For instance ``speechbrain_zsfuse.pooling.MaskedMean``.
    part : str
        ``encoder``, ``pooling``, ``head`` or ``alm``.
    path : str or Path
        Where it is said, for the error.

    Returns
    -------
    type

    Raises
    ------
    ValueError
        If it is none of this package, or none of that part.

    Example
    -------
    >>> find_class("os.system", "encoder", "config.json")
    Traceback (most recent call last):
    ValueError: Expected a class of speechbrain_zsfuse as the encoder in \
config.json, but got 'os.system'. Code that a model names is not run: make \
the encoder yourself, and give it as encoder=….
    """
    package, room, kind = [*name.split("."), "", ""][:3]
    if [package, room] == [_PACKAGE, _ROOMS[part]] and name.count(".") == 2:
        door = import_module(f"{package}.{room}")
        found = getattr(door, kind, None) if kind in dir(door) else None
        if isinstance(found, type) and found.__module__.startswith(_PACKAGE):
            return found
    raise ValueError(
        f"Expected a class of {_PACKAGE} as the {part} in {path}, but got "
        f"{show(name)}. Code that a model names is not run: make the {part} "
        f"yourself, and give it as {part}=…."
    )


def build_module(facts, part, path, weights):
    """A module as it was described, with its weights.

    Nothing larger than the weights is ever built, whatever the options say.

    Arguments
    ---------
    facts : dict
        See ``describe_module``.
    part : str
        ``encoder``, ``pooling`` or ``head``.
    path : str or Path
        Where it is said, for errors.
    weights : dict
        Name to tensor.

    Returns
    -------
    torch.nn.Module

    Raises
    ------
    ValueError
        If the class is not of this package, its options make no sense, or the
        weights are not those of it.

    Example
    -------
    >>> facts = {"class": "speechbrain_zsfuse.pooling.MaskedMean"}
    >>> facts["options"] = {"input_size": 8}
    >>> build_module(facts, "pooling", "config.json", {}).output_size
    8
    """
    kind = find_class(facts["class"], part, path)
    try:
        if issubclass(kind, TransformersEncoder):
            module = restore_encoder(kind, facts, path)
        else:
            build = partial(kind, **facts["options"])
            wanted = unloaded(build).state_dict()
            check_fit(weights, wanted, kind.__name__, path)
            module = build()
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"Expected what makes a {kind.__name__} as the {part} in {path}, "
            f"but got {show(facts, 200)} ({error}). Write it anew with this "
            "version of the package, or take another copy."
        ) from error
    load_strictly(module, weights, kind.__name__, path)
    return module
