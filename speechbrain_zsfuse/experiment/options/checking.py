"""Is every option what it may be? Said before anything is read or made.

The tree of a YAML is held against the table of keys and against the
signatures of who takes the options; for options against each other see
``together.py``. What a YAML only computes (``!apply:``) is checked by who takes
it, later.
"""

import pydoc
import re
from dataclasses import replace
from importlib import import_module

import torch
from ruamel.yaml.scalarbool import ScalarBoolean

from speechbrain_zsfuse.experiment.configuration.receivers import receivers
from speechbrain_zsfuse.experiment.configuration.references import resolve
from speechbrain_zsfuse.experiment.configuration.trees import read_yaml, tag_of
from speechbrain_zsfuse.experiment.options.keys import (
    KEYS,
    RUN_KINDS,
    Made,
)
from speechbrain_zsfuse.experiment.options.together import check_together
from speechbrain_zsfuse.options import check, kinds
from speechbrain_zsfuse.training.brain import ZSFuseBrain

_COMPUTED = ("!apply", "!ref", "!copy", "!tuple", "!include")


def check_options(text, prepare=None):
    """Raise a ValueError unless all options of a YAML are what they may be.

    Arguments
    ---------
    text : str
        Complete HyperPyYAML.
    prepare : callable, optional
        Preparation of the corpus; its signature says what ``preparation`` may
        hold.

    Example
    -------
    >>> check_options("lr: fast")
    Traceback (most recent call last):
    ValueError: Expected --lr to be a number above 0, but got 'fast'.
    >>> check_options("clips: {crop: last}")
    Traceback (most recent call last):
    ValueError: Expected `clips.crop` to be one of first, centre, random, but \
got 'last'.
    """
    written = read_yaml(text)
    tree = resolve(text)
    for name, key in KEYS.items():
        if name in tree:
            _check_key(name, tree[name], key.kind)
    _check_parts(tree)
    for receiver in receivers(tree, prepare):
        key = KEYS.get(receiver.path)
        known = kinds_of(receiver) | (key.options if key else {})
        for name, kind in known.items():
            if name in receiver.options:
                path = _as_written(f"{receiver.path}.{name}", written)
                _check_value(path, receiver.options[name], kind)
    check_together(tree)


def check_run_options(run_opts):
    """SpeechBrain's run options, checked.

    Arguments
    ---------
    run_opts : RunOptions

    Returns
    -------
    RunOptions
        With a limit of steps that is a number.

    Raises
    ------
    ValueError
        If one is not what it may be, or there is no such device.

    Example
    -------
    >>> import speechbrain as sb
    >>> _, run_opts, _ = sb.parse_arguments(["a.yaml", "--debug_batches=0"])
    >>> check_run_options(run_opts)
    Traceback (most recent call last):
    ValueError: Expected --debug_batches to be a whole number of at least 1, \
but got 0.
    """
    limit = run_opts["optimizer_step_limit"]  # SpeechBrain leaves it a text
    if isinstance(limit, str) and limit.strip().isdecimal():
        run_opts = replace(run_opts, optimizer_step_limit=int(limit))
    for name, kind in RUN_KINDS.items():
        check(f"--{name}", run_opts[name], kind)
    if run_opts["device"] is not None:
        _check_device(run_opts["device"])
    return run_opts


def _check_key(name, value, kind):
    if isinstance(kind, Made):
        _check_made(f"--{name}", value, kind)
    elif kind is None and tag_of(value) and not _is_computed(value):
        raise ValueError(
            f"Expected --{name} to be a dictionary of options, but got "
            f"{tag_of(value)}. Write --{name}='{{name: value}}'."
        )
    elif kind is not None:
        _check_value(f"--{name}", value, kind)


def _is_computed(value):
    return tag_of(value).startswith(_COMPUTED)


def _check_value(name, value, kind):
    """A value as it stands in a tree; what is computed is left alone."""
    tag = tag_of(value)
    if _is_computed(value):
        return
    if isinstance(value, ScalarBoolean):  # an anchor makes a switch a number
        value = bool(value)
    check(name, _Tagged(tag) if tag else value, kind)


class _Tagged:
    """What a tag makes, which is no value; it is shown as it was written."""

    def __init__(self, tag):
        self.tag = tag

    def __repr__(self):
        return self.tag


def _check_parts(tree):
    """Dictionaries of objects: what is trained, and what is saved."""
    for path in ("modules", "checkpointer.recoverables"):
        inner = tree
        for part in path.split("."):
            inner = inner.get(part, {}) if isinstance(inner, dict) else {}
        if tag_of(inner):
            continue
        if not isinstance(inner, dict):
            raise ValueError(
                f"Expected {path} to be a dictionary of objects, but got "
                f"{inner!r}. Write {path.split('.')[-1]}: {{name: object}}."
            )
        for name, value in inner.items():
            there = f"!ref <{name if name in tree else '…'}>"
            _check_made(f"{path}.{name}", value, Made(), there)


def _check_made(path, value, made, example=None):
    """Whether it is an object of a class that can be what it shall be."""
    tag = tag_of(value)
    target = pydoc.locate(tag.partition(":")[2]) if ":" in tag else None
    is_class = isinstance(target, type)
    lacks = [m for m in made.needs if is_class and not hasattr(target, m)]
    is_made = tag.startswith((made.tag, *_COMPUTED)) and not lacks
    if is_made or value is None and made.may_be_null:
        return
    there = _classes(made.module) if made.module else []
    if example is None:
        name = f"{made.module}.{there[0]}" if there else "your_file.YourClass"
        example = f"{made.tag}{name}"
    raise ValueError(
        f"Expected {path} to be "
        + ("an object" if made.tag == "!new:" else "a class")
        + (f" with {' and '.join(made.needs)}" if made.needs else "")
        + ", or null" * made.may_be_null
        + f", but got {tag or repr(value)}. Write {_setting(path, example)}"
        + (f"; there are: {', '.join(there)}." if there else ".")
    )


def _setting(path, value):
    """How what stands at a path is set on the command line.

    Example
    -------
    >>> _setting("modules.head", "!ref <head>")
    "--modules='{head: !ref <head>}'"
    """
    key, *inner = path.removeprefix("--").split(".")
    for part in reversed(inner):
        value = f"{{{part}: {value}}}"
    return f"--{key}='{value}'"


def _classes(module):
    """Public classes of a room, or of a file, without those to derive from."""
    found = import_module(module)
    values = [getattr(found, name) for name in dir(found) if name[0] != "_"]
    return [
        value.__name__
        for value in values
        if isinstance(value, type)
        and value.__module__.startswith(module)
        and value.__module__ != f"{module}.base"
    ]


def kinds_of(receiver):
    """Kinds of the options that somebody takes; see ``options.kinds``.

    Arguments
    ---------
    receiver : Receiver

    Returns
    -------
    dict
        Name to kind.

    Example
    -------
    >>> [clips] = receivers({"clips": {}})
    >>> kinds_of(clips)["soft_labels"]
    <class 'bool'>
    """
    if receiver.path == "loader":  # the Brain takes them, then PyTorch
        return kinds(ZSFuseBrain.make_dataloader)
    return kinds(receiver.target)


def _as_written(path, tree):
    """What sets the value at a path: this path, or the key it refers to."""
    node = tree
    for part in path.split("."):
        node = node.get(part) if isinstance(node, dict) else None
    found = re.fullmatch(r"<(\w+)>", str(getattr(node, "value", "")))
    return f"--{found[1]}" if found and tag_of(node) == "!ref" else path


def _check_device(name):
    """Whether PyTorch has such a device, and this machine, too."""
    gpus = torch.cuda.device_count()
    there = ["cpu", *(f"cuda:{number}" for number in range(gpus))]
    try:
        device = torch.device(name)
        is_there = device.type != "cuda" or (device.index or 0) < gpus
    except RuntimeError:
        is_there = False
    if not is_there:
        raise ValueError(
            f"Expected --device to be one of {', '.join(there)} on this "
            f"machine, but got {name!r}. "
            + ("" if gpus else "PyTorch sees no GPU here. ")
            + "Leave --device out, and the best there is is taken."
        )
