"""Definitions, found and checked: those of the package by name, a file of
one's own by its path.
"""

from functools import cache
from pathlib import Path

from pydantic import ValidationError

from speechbrain_zsfuse.corpora.definitions.checks import check_definition
from speechbrain_zsfuse.corpora.definitions.schema import Definition
from speechbrain_zsfuse.errors import nearest, offer, show, unreadable
from speechbrain_zsfuse.loading.yaml_text import parse_yaml, read_text

METADATA = Path(__file__).parents[1] / "metadata"


def list_definitions():
    """Names of the package's own, as a sorted list.

    Example
    -------
    >>> "emodb" in list_definitions()
    True
    """
    return sorted(path.stem for path in METADATA.glob("*.yaml"))


def find_definition(name):
    """A definition of the package, or of a file.

    Arguments
    ---------
    name : str or Path
        One of ``list_definitions``, or the path of a YAML; see ``schema.py``.
        It may stand on another: ``base: cremad``, and what differs.

    Returns
    -------
    Definition

    Raises
    ------
    ValueError
        If there is none, or something in it is not as it must be: the file and
        the field are named.

    Example
    -------
    >>> find_definition("emodb").emotion["W"]
    'angry'
    >>> find_definition("emodbb")
    Traceback (most recent call last):
    ValueError: Expected a corpus of the package, or the path of a \
definition, but got 'emodbb'. Did you mean emodb? There is: ...
    """
    own = METADATA / f"{name}.yaml"
    if str(name) in list_definitions():
        return _own(own)
    path = Path(name)
    if path.suffix.lower() not in (".yaml", ".yml") or path.is_dir():
        raise ValueError(
            "Expected a corpus of the package, or the path of a definition, "
            f"but got {str(name)!r}. {offer(str(name), list_definitions())}."
        )
    return _read(path)


@cache
def _own(path):
    return _read(path)


def _read(path):
    values = _values(path)
    try:
        definition = Definition.model_validate(values)
    except ValidationError as error:
        raise ValueError(_explain(error.errors()[0], path)) from None
    check_definition(definition, path)
    return definition


def _values(path):
    """What stands in a file, over what it stands on."""
    try:
        content = parse_yaml(read_text(path), f"in {path}")
    except OSError as error:
        raise unreadable(path, error) from error
    if not isinstance(content, dict):
        raise ValueError(
            f"Expected fields in {path}, but got {show(content)}. Begin with "
            "one of the package's: `zsfuse corpora`."
        )
    given = {"key", "corpus"} & set(content)
    if "key" in given:
        raise ValueError(
            f"Expected no `key` in {path}: its name is the key. Leave it out."
        )
    below = {}
    if "base" in content:
        base = content.pop("base")
        if base not in list_definitions() or base == path.stem:
            raise ValueError(
                f"Expected `base` in {path} to be a corpus of the package, but "
                f"got {show(base)}. {offer(str(base), list_definitions())}."
            )
        below = _values(METADATA / f"{base}.yaml")
    return {"corpus": path.stem} | below | dict(content) | {"key": path.stem}


def _explain(problem, path):
    """The first problem that pydantic found, in words."""
    place = [str(part) for part in problem["loc"] if str(part) != "[key]"]
    where, kind = ".".join(place) or "the whole", problem["type"]
    if kind == "missing":
        return f"Expected `{where}` in {path}, but it is not there. Add it."
    if kind == "extra_forbidden":
        hint = nearest(place[-1], Definition.model_fields)
        return (
            f"Expected no `{where}` in {path}: a definition has no such field. "
            f"{hint}Correct its name."
        )
    words = problem["msg"].removeprefix("Input should be ")
    words = words.removeprefix("Value error, ")
    words = words.replace("empty", "text that is not empty")
    if kind == "string_type":
        words = "text (numbers in quotes)"
    return (
        f"Expected `{where}` in {path} to be {words}, but got "
        f"{show(problem['input'])}. Correct it."
    )
