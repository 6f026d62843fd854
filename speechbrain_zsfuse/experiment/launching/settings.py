"""Settings of many runs in a YAML of their own: read, each held to its kind.

No recipe is read here; what the kinds are is for others to say.
"""

import typing
from pathlib import Path

from speechbrain_zsfuse.errors import offer, show
from speechbrain_zsfuse.experiment.configuration.trees import tag_of
from speechbrain_zsfuse.loading.yaml_text import parse_yaml, read_text
from speechbrain_zsfuse.options import check


def read_tree(path, what, first):
    """The tree of a YAML of settings.

    Arguments
    ---------
    path : str or Path
    what : str
        It is the YAML of that: "a grid".
    first : str
        A line that it begins with, whose key it must have.

    Returns
    -------
    dict
        See ``parse_yaml``.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no YAML, or has no such key.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "grid.yaml"
    >>> _ = path.write_text("seeds: [1]")
    >>> read_tree(path, "a grid", "recipe: recipes/RAVDESS")
    Traceback (most recent call last):
    ValueError: Expected the settings of a grid in ...grid.yaml, but there is \
no `recipe`. Begin with it: recipe: recipes/RAVDESS.
    """
    path, key = Path(path), first.partition(":")[0]
    if not path.is_file():
        raise FileNotFoundError(
            f"Expected the YAML of {what} in {path}, but there is no such "
            "file. Give the path of one."
        )
    tree = parse_yaml(read_text(path), f"in {path}")
    if not isinstance(tree, dict) or key not in tree:
        raise ValueError(
            f"Expected the settings of {what} in {path}, but there is no "
            f"`{key}`. Begin with it: {first}."
        )
    return tree


def check_settings(tree, kind, what, where, hint=""):
    """Plain values of a tree, each of the kind that it must be.

    Arguments
    ---------
    tree : dict
        Key to node.
    kind : type
        A NamedTuple: its fields are the keys that there may be.
    what : str
        These are settings of that: "a grid".
    where : str
        For errors.
    hint : str
        Ends the error of a key that is unknown.

    Returns
    -------
    object
        Of that kind.

    Raises
    ------
    ValueError
        If a key is unknown, missing, or its value not what it may be.

    Example
    -------
    >>> class Well(typing.NamedTuple):
    ...     depth: int
    >>> check_settings({"depth": 3}, Well, "a well", "well.yaml")
    Well(depth=3)
    >>> check_settings({"dept": 3}, Well, "a well", "well.yaml")
    Traceback (most recent call last):
    ValueError: Expected settings of a well in well.yaml, but got 'dept'. Did \
you mean depth? There is: depth
    """
    kinds, values = typing.get_type_hints(kind, include_extras=True), {}
    for key in tree:
        if key not in kinds:
            raise ValueError(
                f"Expected settings of {what} in {where}, but got {key!r}. "
                f"{offer(str(key), kinds)}{hint}"
            )
    for key, node in tree.items():
        value = values[key] = _plain(node, f"{key} in {where}")
        check(f"{key} in {where}", value, kinds[key])
        _refuse_doubles(value, f"{key} in {where}")
    missing = [
        key for key in kinds if key not in {*kind._field_defaults, *tree}
    ]
    if missing:
        raise ValueError(
            f"Expected settings of {what} in {where} with "
            f"`{'`, `'.join(missing)}`, but got {', '.join(tree) or 'none'}. "
            "Add what is missing."
        )
    return kind(**values)


def _refuse_doubles(values, where):
    for place, value in enumerate(values if isinstance(values, list) else ()):
        if value in values[:place]:
            raise ValueError(
                f"Expected different values as {where}, but got {show(value)} "
                "twice. Take one out."
            )


def _plain(node, where):
    """What a tree of YAML holds, as plain values."""
    if isinstance(node, dict):
        return {key: _plain(value, where) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value, where) for value in node]
    if tag_of(node):
        raise ValueError(
            f"Expected plain values as {where}, but got {tag_of(node)}. Put "
            f"it in quotes: it is then handed to the recipe as it is."
        )
    return node
