"""YAML files that are short where they can be.

A YAML may begin with ``base: other.yaml`` and hold only what differs from
that file; ``base: [a.yaml, b.yaml]`` puts several on top of each other. A base
is looked up beside the file, then among those of the recipe, then among the
package's own (``protocol/``). The result is ordinary HyperPyYAML.
"""

from io import StringIO
from pathlib import Path

import ruamel.yaml

PROTOCOL = Path(__file__).parent / "protocol"


def compose(path, hparams_folder=None):
    """Text of a YAML file with its bases filled in.

    Dictionaries are merged key by key, also into the arguments of an object
    (``!new:``); every other value, another object included, replaces that of
    the base.

    Arguments
    ---------
    path : Path
    hparams_folder : Path, optional
        Where bases are looked up that do not lie beside the file.

    Returns
    -------
    str
        HyperPyYAML.

    Raises
    ------
    FileNotFoundError
        If a base is nowhere.
    KeyError
        If a file sets a top-level key that its first base does not have.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> _ = (folder / "all.yaml").write_text("rate: 1\\nepochs: 30\\n")
    >>> _ = (folder / "fast.yaml").write_text("base: all.yaml\\nepochs: 2\\n")
    >>> print(compose(folder / "fast.yaml"))
    rate: 1
    epochs: 2
    <BLANKLINE>
    """
    text = path.read_text(encoding="utf-8")
    values = ruamel.yaml.YAML().load(text)
    if "base" not in values:
        return text
    names = values.pop("base")
    first, *others = [names] if isinstance(names, str) else names
    places = [p for p in (path.parent, hparams_folder, PROTOCOL) if p]
    bases = [_find_base(name, path, places) for name in (first, *others)]
    whole, *parts = [compose(base, hparams_folder) for base in bases]
    for base, part in zip(bases[1:], parts):
        whole = override(whole, part, str(base))
    stream = StringIO()
    ruamel.yaml.YAML().dump(values, stream)
    return override(whole, stream.getvalue(), str(path))


def override(text, overrides, origin="the command line"):
    """Put values into a YAML in place of its own; references stay.

    Arguments
    ---------
    text, overrides : str
        HyperPyYAML.
    origin : str
        Where the overrides come from, for the error.

    Returns
    -------
    str
        HyperPyYAML.

    Raises
    ------
    KeyError
        If a key is not in ``text``.

    Example
    -------
    >>> print(override("lr: 1  # paper\\nrate: !ref <lr>\\n", "lr: 2"))
    lr: 2
    rate: !ref <lr>
    <BLANKLINE>
    """
    yaml = ruamel.yaml.YAML()
    whole, values = yaml.load(text), yaml.load(overrides) or {}
    unknown = sorted(set(values) - set(whole))
    if unknown:
        raise KeyError(
            f"{origin} sets {unknown}, which its base does not have. Its keys: "
            f"{sorted(whole)}."
        )
    _merge(whole, values)
    stream = StringIO()
    yaml.dump(whole, stream)
    return stream.getvalue()


def _find_base(name, path, places):
    for place in places:
        if (place / name).is_file():
            return place / name
    raise FileNotFoundError(
        f"Expected {name}, the base of {path}, beside it or in "
        f"{', '.join(map(str, places[1:]))}. There is: "
        + ", ".join(
            sorted(p.name for q in places[1:] for p in q.glob("*.yaml"))
        )
    )


def _merge(whole, values):
    """Replace values in place; a comment goes with what it was about."""
    for key, value in values.items():
        old = whole.get(key)
        if isinstance(old, dict) and _is_plain(value):
            _merge(old, value)
        else:
            whole[key] = value
            whole.ca.items.pop(key, None)


def _is_plain(value):
    """Whether it is a dictionary, not an object to be made of one."""
    return isinstance(value, dict) and not value.tag.value
