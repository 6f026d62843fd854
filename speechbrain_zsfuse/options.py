"""What the values of options may be, said once: where an option is taken.

A signature names the kind of each option (``layer_drop: Share = 0.0``), and
``checked`` holds every caller to it. A YAML is checked against the same
signatures before anything of it is made, and help texts quote them. Kinds are
types of ``typing`` and pydantic; this file knows no option of any room.

A value is taken as it is, or refused: ``True`` is no number, 8.0 no whole
number, "0.1" no number, 1 is also 1.0.
"""

import inspect
import operator
import os
import typing
from collections.abc import Collection, Mapping, Sequence
from functools import cache, wraps
from typing import Annotated

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError
from typing_extensions import is_typeddict

from speechbrain_zsfuse.errors import show
from speechbrain_zsfuse.kind_words import advice_of, words_of

_GIVEN = "_given_options"  # attribute of an object


def _index(value):
    """A whole number of any library as an int; True is none."""
    is_whole = hasattr(value, "__index__") and not isinstance(value, bool)
    return operator.index(value) if is_whole else value


def _different(values):
    for place, value in enumerate(values):
        if value in values[:place]:
            raise PydanticCustomError("equal", f"Two are equal: {show(value)}.")
    return values


def _filled(value):
    if not str(value).strip():
        raise ValueError("empty")
    return value


def _words_of(description, advice=""):
    """How errors and help texts name a kind, and what to do at an error."""
    return WithJsonSchema({"description": description, "advice": advice})


Natural = Annotated[int, Field(ge=0), BeforeValidator(_index)]
Count = Annotated[int, Field(ge=1), BeforeValidator(_index)]
Size = Annotated[int, Field(ge=1, le=65536), BeforeValidator(_index)]
# Prompt amplification: each is as much work as the first, in one input.
Repeats = Annotated[int, Field(ge=1, le=100), BeforeValidator(_index)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1), BeforeValidator(_index)]
Seeds = Annotated[
    Sequence[Seed],
    Field(min_length=1),
    AfterValidator(_different),
    _words_of("different whole numbers of at least 0"),
]
Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[Number, Field(gt=0)]
NotNegative = Annotated[Number, Field(ge=0)]
Share = Annotated[Number, Field(ge=0, lt=1)]
Text = Annotated[str, AfterValidator(_filled)]
Commit = Annotated[
    str,
    Field(pattern="^[0-9a-f]{40}$"),
    _words_of(
        "a commit of 40 hexadecimal digits (a branch or a tag can move, and "
        "the results with it)",
        "Copy the commit from the model's page (Files and versions, History).",
    ),
]
Sha256 = Annotated[
    str,
    Field(pattern="^[0-9a-fA-F]{64}$"),
    _words_of("a sha256 of 64 hexadecimal digits"),
]
Place = Annotated[
    str | os.PathLike,
    AfterValidator(_filled),
    _words_of("a path that is not empty"),
]
Labels = Annotated[
    Sequence[Text],
    Field(min_length=2),
    AfterValidator(_different),
    _words_of(
        "a list of at least two different labels",
        "Write [angry, sad], for instance.",
    ),
]
Merge = Annotated[
    Mapping[Text, Text],
    _words_of(
        "a dictionary of emotion to label",
        "Write {excited: happy}, for instance.",
    ),
]


def expected(kind):
    """A kind in words, as they follow "Expected … to be".

    Arguments
    ---------
    kind : type
        Of ``typing`` or pydantic.

    Returns
    -------
    str

    Example
    -------
    >>> expected(Share), expected(Count | None)
    ('a number in [0, 1)', 'a whole number of at least 1, or null')
    """
    members = _members(kind)
    if members:
        or_null = ", or null" * (type(None) in typing.get_args(kind))
        return f"a dictionary of {', '.join(members)} …{or_null}"
    return words_of(_adapter(kind).json_schema())


def check(name, value, kind):
    """Raise a ValueError unless a value is of its kind.

    Arguments
    ---------
    name : str
        Of the option, as its user wrote it: ``--lr``, ``encoder.layers``.
    value : object
    kind : type

    Returns
    -------
    object
        The value as it came.

    Example
    -------
    >>> check("--lr", 0, Positive)
    Traceback (most recent call last):
    ValueError: Expected --lr to be a number above 0, but got 0.
    """
    members = _members(kind)
    if members and isinstance(value, Mapping):
        for key, member in members.items():
            if key in value:
                check(f"{name}.{key}", value[key], member)
    try:
        _adapter(kind).validate_python(_plain(value), strict=True)
    except ValidationError as error:
        parts = [f" {e['msg']}" for e in error.errors() if e["type"] == "equal"]
        parts.append(advice_of(_adapter(kind).json_schema()))
        name = name if name.startswith("--") else f"`{name}`"
        raise ValueError(
            f"Expected {name} to be {expected(kind)}, but got "
            f"{show(value)}.{''.join(parts)}"
        ) from None
    return value


def checked(function):
    """Check the arguments of a function or ``__init__`` by their kinds.

    Those without an annotation are not looked at, nor are defaults. ``help``
    shows the types alone.

    Example
    -------
    >>> @checked
    ... def drop(share: Share = 0.0):
    ...     return share
    >>> drop(1)
    Traceback (most recent call last):
    ValueError: Expected `share` to be a number in [0, 1), but got 1.
    """
    signature = inspect.signature(function)

    @wraps(function)
    def call(*args, **kwargs):
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError:
            return function(*args, **kwargs)  # which says it better
        for name, kind in kinds(call).items():
            if name in given:
                check(name, given[name], kind)
        if function.__name__ == "__init__" and args:
            # That of the class itself comes before those of its bases.
            _, *others = given.items()
            vars(args[0]).setdefault(_GIVEN, dict(others))
        return function(*args, **kwargs)

    types = typing.get_type_hints(function)
    call.__signature__ = signature.replace(
        parameters=[
            each.replace(annotation=types.get(name, each.annotation))
            for name, each in signature.parameters.items()
        ]
    )
    call.is_checked = True
    return call


def given_options(thing):
    """The options that an object of a checked class was made with.

    Arguments
    ---------
    thing : object

    Returns
    -------
    dict or None
        Name to value, defaults left out; None if its class is not checked.

    Example
    -------
    >>> class Layer:
    ...     @checked
    ...     def __init__(self, width: Size, dropout: Share = 0.0):
    ...         pass
    >>> given_options(Layer(width=8)), given_options("text")
    ({'width': 8}, None)
    """
    return getattr(thing, "__dict__", {}).get(_GIVEN)


def kinds(target):
    """The kinds of the options that a checked function or class takes.

    Arguments
    ---------
    target : callable

    Returns
    -------
    dict
        Name to type; empty if it is not checked.

    Example
    -------
    >>> @checked
    ... def drop(tensor, share: Share = 0.0):
    ...     return share
    >>> expected(kinds(drop)["share"])
    'a number in [0, 1)'
    """
    function = target.__init__ if isinstance(target, type) else target
    if not getattr(function, "is_checked", False):
        return {}
    return _hints(inspect.unwrap(function))


@cache
def _hints(function):
    return typing.get_type_hints(function, include_extras=True)


@cache
def _adapter(kind):
    return TypeAdapter(kind)


def _members(kind):
    """The kinds within a dictionary of known keys; others have none."""
    for part in (kind, *typing.get_args(kind)):
        if is_typeddict(part):
            return _hints(part)
    return {}


def _plain(value):
    """A list of what has an order: an array, a column, keys, a range."""
    others = (str, bytes, Mapping, set, frozenset)
    is_number = getattr(value, "shape", None) == ()
    is_list = isinstance(value, Collection) and not isinstance(value, others)
    return [*value] if is_list and not is_number else value
