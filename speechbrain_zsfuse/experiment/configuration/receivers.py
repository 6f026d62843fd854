"""Who takes the options of a YAML: the signatures behind its dictionaries.

An object (``!new:``), a function (``!name:``, ``!apply:``) and the sections
that the steps of a run hand on (``clips``, ``loader`` …) take options by name.
Modules are imported for it; nothing is made.
"""

import inspect
import pydoc
from functools import cache
from typing import NamedTuple

from torch.utils.data import DataLoader

from speechbrain_zsfuse.errors import nearest, offer
from speechbrain_zsfuse.experiment.amplification.options import Amplification
from speechbrain_zsfuse.experiment.configuration.trees import (
    referred,
    tag_of,
)
from speechbrain_zsfuse.training.dataio import load_datasets
from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer

# Sections: who takes them, and what of it is not for a YAML to say.
_SECTIONS = {
    "clips": (
        load_datasets,
        {"manifests", "data_root", "labels", "sample_rate", "scores_file"},
    ),
    "zero_shot": (ZeroShotScorer, {"alm", "labels"}),
    "amplification": (Amplification, set()),
    "loader": (
        DataLoader,
        {"dataset", "shuffle", "sampler", "batch_sampler", "drop_last"},
    ),
}
# Taken by the loader, but code: errors do not offer them to a command line.
UNTOLD = {"collate_fn", "worker_init_fn", "generator"}
# What tags need, and how one tells.
_KINDS = {
    "!new": ("a class", inspect.isclass),
    "!apply": ("a function", inspect.isroutine),
    "!name": ("a class or function", callable),
}
_TAGS = (
    *(*_KINDS, "!ref", "!copy", "!tuple", "!include", "!module"),
    *("!applyref", "!PLACEHOLDER"),
)
_BATCHING = {  # taken by the Brain, see make_dataloader
    name: inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default
    )
    for name, default in (("batching", "length"), ("balance", 1.0))
}
# Given by the step of a run that prepares the corpus.
_PREPARED = {"allow_mismatch", "audio_cache", "download"}


class Receiver(NamedTuple):
    """Somebody who takes options.

    Attributes
    ----------
    path : str
        Where they stand: ``encoder``, ``encoder.wrapper``.
    name : str
        Of who takes them.
    options : dict
        The tree of what is given to it.
    parameters : dict or None
        Name to inspect.Parameter; None if it may take any.
    needs_all : bool
        Whether nobody else gives it anything.
    target : callable
        Who takes them.

    Example
    -------
    >>> Receiver("loss", "Focal", {}, {}, True, object).path
    'loss'
    """

    path: str
    name: str
    options: dict
    parameters: dict
    needs_all: bool
    target: object


def receivers(tree, prepare=None):
    """Everybody who takes options of a YAML.

    Arguments
    ---------
    tree : dict
        See ``read_yaml``.
    prepare : callable, optional
        Of the corpus; it takes the section ``preparation``.

    Yields
    ------
    Receiver

    Raises
    ------
    ValueError
        If a tag names what is not there, or a section is no dictionary.

    Example
    -------
    >>> from speechbrain_zsfuse.experiment.configuration.trees import read_yaml
    >>> tree = read_yaml("m: !new:torch.nn.Linear\\n  in_features: 2")
    >>> [linear] = receivers(tree)
    >>> linear.path, linear.name, [*linear.parameters][:3]
    ('m', 'Linear', ['in_features', 'out_features', 'bias'])
    """
    sections = dict(_SECTIONS)
    if prepare is not None:
        first_two = [*inspect.signature(prepare).parameters][:2]
        sections["preparation"] = (prepare, {*first_two, *_PREPARED})
    for key, (target, taken) in sections.items():
        node = referred(tree.get(key), tree)
        if key in tree and not (node is not None and tag_of(node)):
            yield _section(key, node, target, taken)
    yield from _tagged(tree, "")


def _section(key, node, target, taken):
    if not isinstance(node, dict):
        raise ValueError(
            f"Expected {key} to be a dictionary of options, but got {node!r}. "
            f"Write {key}: {{name: value}}."
        )
    parameters = _parameters(target)
    if parameters is not None:
        parameters = {k: v for k, v in parameters.items() if k not in taken}
        if target is DataLoader:
            parameters |= _BATCHING
    return Receiver(key, target.__name__, node, parameters, False, target)


def _tagged(node, path):
    """Objects and functions of a tree, those within others, too."""
    kind, _, name = tag_of(node).partition(":")
    is_list = isinstance(node, (list, tuple))
    _check_tag(node, kind, name, path)
    if kind in _KINDS:
        target = _locate(name, path)
        what, is_right = _KINDS[kind]
        if not is_right(target):
            raise ValueError(
                f"Expected {what} behind {kind} of {path}, but {name} is "
                f"{target!r}. Correct it."
            )
        if not is_list:
            options = node if isinstance(node, dict) else {}
            parameters = _parameters(target)
            needs_all = kind != "!name"
            name = name.rpartition(".")[2]
            yield Receiver(path, name, options, parameters, needs_all, target)
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _tagged(value, f"{path}.{key}".strip("."))
    elif is_list:
        for number, value in enumerate(node):
            yield from _tagged(value, f"{path}[{number}]")


def _check_tag(node, kind, name, path):
    """A tag is one that HyperPyYAML knows, and has its name."""
    if kind in _KINDS and not name:
        value = node.value if isinstance(getattr(node, "value", 0), str) else ""
        raise ValueError(
            f"Expected a name behind {kind}: of {path}, but got none. Write "
            f"{kind}:{value or 'module.name'}, without blanks."
        )
    if kind.startswith("!") and kind not in _TAGS:
        raise ValueError(
            f"Expected a tag of HyperPyYAML before {path}, but got {kind}. "
            f"{offer(kind, _TAGS)}."
        )


def _locate(name, path):
    """What a tag names; where it is not, what is like it is told."""
    outer, _, last = name.rpartition(".")
    try:
        found = pydoc.locate(name)
        beside = dir(pydoc.locate(outer)) if outer else []
    except (pydoc.ErrorDuringImport, ImportError) as error:
        problem = getattr(error, "value", error)
        raise ValueError(
            f"Expected {path} to be made by {name}, but importing it fails: "
            f"{problem}. Correct that file, or install what it needs."
        ) from error
    if found is None:
        raise ValueError(
            f"Expected {path} to be made by {name}, but there is no such name. "
            f"{nearest(last, beside)}Correct it, or put its file beside "
            "train.py."
        )
    return found


@cache
def _parameters(target):
    """What can be given to a class or function by name; None: anything."""
    found = {}
    for function in _called(target):
        try:
            own = [*inspect.signature(function).parameters.values()]
        except (TypeError, ValueError):  # of compiled code
            return None
        own = own[1:] if isinstance(target, type) else own
        named = (
            inspect.Parameter.VAR_POSITIONAL,
            inspect.Parameter.VAR_KEYWORD,
        )
        found |= {p.name: p for p in own if p.kind not in named}
        if not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in own):
            return found
        if not target.__module__.startswith("speechbrain_zsfuse."):
            return None
    return found


def _called(target):
    """A function, or the constructors of a class, from its own up."""
    if not isinstance(target, type):
        return [target]
    return [c.__init__ for c in target.__mro__[:-1] if "__init__" in vars(c)]
