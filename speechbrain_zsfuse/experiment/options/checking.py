"""Is every option what it may be? Said before anything is read or made.

The tree of a YAML is held against the table of keys and against the
signatures of who takes the options, and a few options against each other. What
a YAML only computes (``!apply:``) is checked by who takes it, later.
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
from speechbrain_zsfuse.experiment.options.keys import KEYS, RUN_KINDS, Made
from speechbrain_zsfuse.options import check, kinds
from speechbrain_zsfuse.training.brain import ZSFuseBrain
from speechbrain_zsfuse.zeroshot.prompts import PAPER_TEMPLATES, build_prompts
from speechbrain_zsfuse.zeroshot.words import find_words


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
    for receiver in receivers(tree, prepare):
        known = kinds_of(receiver)
        for name, value in receiver.options.items():
            path = f"{receiver.path}.{name}"
            if name in known and not tag_of(value):
                check(_as_written(path, written), _plain(value), known[name])
    _check_together(tree)


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
        _check_made(name, value, kind)
    elif kind is not None and not tag_of(value):
        check(f"--{name}", _plain(value), kind)


def _check_made(name, value, made):
    """Whether it is an object of a class that can be what it shall be."""
    tag = tag_of(value) or ""
    target = pydoc.locate(tag[5:]) if tag.startswith("!new:") else None
    is_class = isinstance(target, type)
    lacks = [m for m in made.needs if is_class and not hasattr(target, m)]
    if tag and not lacks or value is None and made.may_be_null:
        return
    there = _classes(made.module) if made.module else []
    example = f"{made.module}.{there[-1]}" if there else "your_file.YourClass"
    raise ValueError(
        f"Expected --{name} to be an object"
        + ", or null" * made.may_be_null
        + (f" with {' and '.join(made.needs)}" if made.needs else "")
        + f", but got {tag or repr(value)}. Write --{name}='!new:{example}'"
        + (f"; there are: {', '.join(there)}." if there else ".")
    )


def _classes(module):
    """Public classes of a room, or of a file."""
    found = import_module(module)
    values = [getattr(found, name) for name in dir(found) if name[0] != "_"]
    return [
        value.__name__
        for value in values
        if isinstance(value, type) and value.__module__.startswith(module)
    ]


def kinds_of(receiver):
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


def _plain(value):
    """A value without its anchor, which makes a number of a switch."""
    return bool(value) if isinstance(value, ScalarBoolean) else value


def _check_together(tree):
    labels, merge = tree.get("labels"), tree.get("merge") or {}
    if not labels:
        return
    strange = [
        word
        for word in dict.fromkeys(merge.values())
        if word not in labels and not find_words(word)
    ]
    if strange:
        raise ValueError(
            f"Expected --merge to count emotions as labels ({', '.join(labels)}"
            f"), but got {strange[0]!r}. Correct it, or add it to --labels."
        )
    if tree.get("alm") is not None and "zero_shot" in tree:
        templates = tree["zero_shot"].get("templates", PAPER_TEMPLATES)
        build_prompts(labels, templates)


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
