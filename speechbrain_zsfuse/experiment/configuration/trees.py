"""HyperPyYAML as trees: read, changed and written, tags and comments kept.

Nothing is loaded: a tag stays a tag, a reference a reference.
"""

import pickle
import re
from functools import lru_cache
from io import StringIO

import ruamel.yaml

from speechbrain_zsfuse.experiment.configuration.switches import read_switch
from speechbrain_zsfuse.loading.yaml_text import parse_yaml


def read_yaml(text, path=None):
    """The tree of a HyperPyYAML text, tags and comments kept.

    Example
    -------
    >>> read_yaml("rate: !ref <lr>")["rate"].tag.value
    '!ref'
    """
    where = f"in {path or 'the YAML'}"
    values = pickle.loads(_parse(text, path and where))
    if values is None:
        return ruamel.yaml.comments.CommentedMap()
    if not isinstance(values, dict):
        raise ValueError(
            f"Expected settings of the form `key: value` {where}, but got "
            f"{text[:40]!r}. Write that."
        )
    for key in values:
        if not isinstance(key, str):
            raise ValueError(
                f"Expected names as keys {where}, but got {key!r}. Correct it."
            )
    return values


@lru_cache(maxsize=256)
def _parse(text, where):
    """The tree, pickled: a command line asks for the same one many times, and
    the parser takes ten times as long."""
    # What comes from no file was read, or written here, before.
    parsed = parse_yaml(text, where) if where else ruamel.yaml.YAML().load(text)
    return pickle.dumps(parsed)


def tag_of(node):
    """Tag of a node of a tree; empty if it has none.

    Example
    -------
    >>> tag_of([1, 2])
    ''
    """
    return getattr(getattr(node, "tag", None), "value", None) or ""


def referred(node, tree):
    """What a node refers to (``!ref <key>``); others are returned as they are.

    Example
    -------
    >>> tree = read_yaml("a: !ref <b>\\nb: 2")
    >>> referred(tree["a"], tree)
    2
    """
    whole = tag_of(node) == "!ref" and re.fullmatch(r"<(\w+)>", node.value)
    return tree.get(whole[1], node) if whole else node


def dump_yaml(values):
    """A tree of ``read_yaml`` as text.

    Example
    -------
    >>> dump_yaml(read_yaml("lr: 1  # paper"))
    'lr: 1  # paper\\n'
    """
    stream = StringIO()
    yaml = ruamel.yaml.YAML()
    yaml.width = 4096  # a long value stays on its line
    yaml.dump(values, stream)
    return stream.getvalue()


def override(text, values):
    """Put values into a YAML in place of its own; references stay.

    Arguments
    ---------
    text, values : str
        HyperPyYAML.

    Returns
    -------
    str
        HyperPyYAML.

    Example
    -------
    >>> print(override("lr: 1  # paper\\nrate: !ref <lr>\\n", "lr: 2"))
    lr: 2
    rate: !ref <lr>
    <BLANKLINE>
    """
    return dump_yaml(merge(read_yaml(text), read_yaml(values)))


def set_values(text, values):
    """Put plain values into a YAML, whatever characters they hold.

    Arguments
    ---------
    text : str
        HyperPyYAML.
    values : dict
        Top-level key to JSON value.

    Returns
    -------
    str

    Example
    -------
    >>> print(set_values("folder: a", {"folder": "b: c #1"}))
    folder: 'b: c #1'
    <BLANKLINE>
    """
    tree = read_yaml(text)
    for key, value in values.items():
        _drop_comment(tree, key)
        tree[key] = value
    return dump_yaml(tree)


def merge(whole, values, path=""):
    """Put values into a tree in place of its own.

    A comment goes with what it was about. What was a switch stays one: text is
    read as on or off.

    Arguments
    ---------
    whole, values : dict
        See ``read_yaml``; ``whole`` is changed.
    path : str
        Of both within a greater tree, with a dot behind it; for errors.

    Returns
    -------
    dict
        ``whole``.

    Example
    -------
    >>> values = read_yaml("loader: {batch_size: 8}")
    >>> whole = read_yaml("loader: {batch_size: 32, shuffle: True}")
    >>> dump_yaml(merge(whole, values))
    'loader: {batch_size: 8, shuffle: true}\\n'
    """
    for key, value in values.items():
        old = whole.get(key)
        if isinstance(old, dict) and _is_plain(value):
            merge(old, value, f"{path}{key}.")
        else:
            if isinstance(old, bool) and isinstance(value, str):
                value = read_switch(f"{path}{key}", value)
            _drop_comment(whole, key)
            whole[key] = value
    return whole


def _drop_comment(whole, key):
    whole.ca.items.pop(key, None)
    if getattr(whole.get(key), "value", None) == "":
        # Behind a tag alone, the parser takes it for one of the next key.
        following = [*whole, None][[*whole].index(key) + 1]
        comments = (whole.ca.items.get(following) or [None, None])[1] or []
        comments[:] = [c for c in comments if not c.start_mark.column]


def _is_plain(value):
    """Whether it is a dictionary, not an object to be made of one."""
    return isinstance(value, dict) and not tag_of(value)
