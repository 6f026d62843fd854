"""References of a YAML (``!ref <key>``): they lead somewhere, and end there.

HyperPyYAML resolves them; what it would answer with an error of its own, or
with a reference that stays one, is told here first.
"""

import re
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from hyperpyyaml import resolve_references

from speechbrain_zsfuse.errors import nearest
from speechbrain_zsfuse.experiment.configuration.trees import (
    dump_yaml,
    read_yaml,
    tag_of,
)

_REFERENCE = re.compile(r"<([^>]*)>")


def resolve(text, origin="the YAML"):
    """The tree of a YAML whose references are resolved; nothing is loaded.

    Arguments
    ---------
    text : str
        Complete HyperPyYAML.
    origin : str
        Its name, for errors.

    Returns
    -------
    dict
        See ``read_yaml``.

    Raises
    ------
    ValueError
        If a value is left open, or cannot be resolved.

    Example
    -------
    >>> resolve("lr: 1\\nrate: !ref <lr>")["rate"]
    1
    >>> resolve("data_folder: !PLACEHOLDER  # the corpus")
    Traceback (most recent call last):
    ValueError: Expected a value of data_folder, which the YAML leaves open. \
Add --data_folder=…
    """
    for path, node in _tagged(read_yaml(text), ()):
        if tag_of(node) == "!PLACEHOLDER":
            raise ValueError(
                f"Expected a value of {'.'.join(path)}, which the YAML leaves "
                f"open. Add --{path[0]}=…"
            )
    try:
        return read_yaml(_resolve(text))
    except Exception as error:  # whatever a function of a YAML may raise
        said = f"{type(error).__name__}: {error}".splitlines()[0]
        raise ValueError(
            f"Expected values of {origin} that can be worked out, but got "
            f"{said}. Correct what it names."
        ) from error


@lru_cache(maxsize=256)
def _resolve(text):
    return resolve_references(text).getvalue()


def part(text, keys):
    """The part of a YAML that some of its keys need, as a YAML of its own.

    Arguments
    ---------
    text : str
        Complete HyperPyYAML.
    keys : iterable of str
        Those that it does not have are left out.

    Returns
    -------
    str
        With these keys and all they refer to, in the order of the whole.

    Example
    -------
    >>> print(part("lr: 1\\nseed: 2\\nrate: !ref <lr> * 3\\n", ["rate"]))
    lr: 1
    rate: !ref <lr> * 3
    <BLANKLINE>
    """
    tree = read_yaml(text)
    for key in tree.keys() - needed_keys(tree, keys):
        del tree[key]
    return dump_yaml(tree)


def needed_keys(tree, keys):
    """Keys of a YAML, and those that they refer to, however far.

    Arguments
    ---------
    tree : dict
        See ``read_yaml``.
    keys : iterable of str
        Those that it does not have are left out.

    Returns
    -------
    set of str

    Example
    -------
    >>> tree = read_yaml("lr: 1\\nseed: 2\\nrate: !ref <lr> * 3\\n")
    >>> sorted(needed_keys(tree, ["rate"]))
    ['lr', 'rate']
    """
    needed, todo = set(), [key for key in keys if key in tree]
    while todo:
        key = todo.pop()
        if key not in needed:
            needed.add(key)
            todo += [
                re.split(r"[.\[]", word)[0]
                for _, node in _tagged(tree[key], ())
                for word in _REFERENCE.findall(str(node.value))
            ]
    return needed


def check_references(tree, origin):
    """Raise a ValueError unless every reference leads to a value.

    Arguments
    ---------
    tree : dict
        See ``read_yaml``.
    origin : str
        Name of the YAML, for the error.

    Example
    -------
    >>> check_references(read_yaml("rate: !ref <lrr>\\nlr: 1"), "a.yaml")
    Traceback (most recent call last):
    ValueError: Expected rate of a.yaml to refer to a key, but there is no \
'lrr'. Did you mean lr? Correct it.
    """
    found = {
        path: node
        for path, node in _tagged(tree, ())
        if tag_of(node) in ("!ref", "!copy")
    }
    ends = {
        path: [
            _find(tree, word, ".".join(path), origin)
            for word in _REFERENCE.findall(str(node.value))
        ]
        for path, node in found.items()
    }
    _check_ends(ends, found, origin)
    order = [*found]
    for path, node in found.items():
        later = ends[path][0][1] if ends[path] else ()
        is_whole = _REFERENCE.fullmatch(str(node.value))
        if is_whole and later in order[order.index(path) :]:
            name, later = ".".join(path), ".".join(later)
            raise ValueError(
                f"Expected {name} of {origin} to refer to a value, but got "
                f"{later}, which stands below it and is a reference, too. Put "
                f"{later} above {name}."
            )


def _check_ends(ends, found, origin):
    """No reference comes back to itself."""
    graph = {
        path: {
            leaf
            for node, where in those
            for leaf, _ in _tagged(node, where)
            if leaf in found
        }
        for path, those in ends.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = " to ".join(".".join(path) for path in reversed(error.args[1]))
        raise ValueError(
            f"Expected references of {origin} to end somewhere, but they go "
            f"round: from {circle}. Give one of them a value."
        ) from error


def _tagged(node, path):
    """Path and node of every scalar with a tag, in their order."""
    if isinstance(node, dict):
        parts = node.items()
    elif isinstance(node, (list, tuple)):
        parts = enumerate(node)
    else:
        if tag_of(node):
            yield path, node
        return
    for key, value in parts:
        yield from _tagged(value, (*path, str(key)))


def _find(tree, word, name, origin):
    """What a reference ``<key[inner].attribute>`` leads to, and its path."""
    path = tuple(part.strip("]") for part in word.split(".")[0].split("["))
    node = tree
    for part in path:
        if not isinstance(node, dict) or part not in node:
            there = node if isinstance(node, dict) else ()
            raise ValueError(
                f"Expected {name} of {origin} to refer to a key, but there is "
                f"no {word!r}. {nearest(part, there)}Correct it."
            )
        node = node[part]
    if isinstance(node, str) and _REFERENCE.search(node):
        raise ValueError(
            f"Expected {'.'.join(path)} without {_REFERENCE.search(node)[0]}, "
            f"which HyperPyYAML takes for a reference where {name} refers to "
            f"it, but got {node!r}. Call it otherwise."
        )
    return node, path
