"""What a definition may say. Data alone: it can hold no code.

A field that is not listed here is refused. Fields of a clip are ``COLUMNS``;
regular expressions are searched in paths below the corpus folder, with ``/``
between parts and without the ending of the file, all in Unicode's NFC.
"""

import re
import unicodedata
from functools import cache
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field as Length,
)

from speechbrain_zsfuse.options import Count, Size, Text

# What names, tables and constants may say of a clip.
COLUMNS = (
    *("emotion", "speaker", "gender", "session", "group", "text"),
    *("transcript", "language", "split", "intensity", "repetition", "take"),
    *("age", "dialogue", "turn"),
)
CODED = ("emotion", "gender", "language", "split")  # a word for each code


def _check_pattern(text):
    text = unicodedata.normalize("NFC", text)
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"a regular expression ({error})") from None
    return text


def _check_field(name):
    if name not in COLUMNS:
        raise ValueError(f"a field of a clip ({', '.join(COLUMNS)})")
    return name


def _check_join(name):
    return name if name == "name" else _check_field(name)


def _as_list(value):
    return [value] if isinstance(value, str) else value


Pattern = Annotated[Text, AfterValidator(_check_pattern)]
Patterns = Annotated[list[Pattern], BeforeValidator(_as_list)]
Field = Annotated[Text, AfterValidator(_check_field)]
Pair = Annotated[list[Text], Length(min_length=2, max_length=2)]
Join = Annotated[Text, AfterValidator(_check_join)]
Code = str  # may be empty: what a table leaves out


@cache
def compiled(pattern):
    """A regular expression, compiled once.

    Example
    -------
    >>> compiled("a+").search("baa").group()
    'aa'
    """
    return re.compile(pattern)


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Source(_Entry):
    """Where rows are read: a CSV, TSV, JSON or YAML file, all as text.

    ``file`` is the end of its path, wherever it lies, and may have ``*``; or
    several of them, with the ``split`` that their rows belong to. ``rows`` is
    the list within an object of JSON, ``where`` says which rows count (column
    to regular expression, matched whole). ``key`` joins them to clips: their
    column to a field of the clip, or to ``name``, which is the name of its file
    without folders and ending.

    Example
    -------
    >>> Source(file="a.csv", key={"clip": "name"}).separator is None
    True
    """

    file: Text | dict[Text, Literal["train", "valid", "test"]]
    separator: Text | None = None  # else by the ending
    rows: Text | None = None
    where: dict[Text, Pattern] = {}
    key: dict[Text, Join] = {}


class Table(Source):
    """What further columns say: field of a clip to column.

    ``segments``: each row is a part of the sound file of the same name beside
    the table, from the column ``start`` to the column ``end``, in seconds.

    Example
    -------
    >>> Table(file="a.csv", key={"id": "name"}, columns={"text": "t"}).segments
    """

    columns: dict[Field, Text]
    segments: Pair | None = None


class Votes(Source):
    """Who heard what: ``counts`` (column to word), or one row a rater, whose
    ``answer`` is a column and ``words`` what it may hold. A ``rater`` (a
    column) counts once a clip.

    Example
    -------
    >>> Votes(file="a.csv", key={"id": "name"}, counts={"A": "angry"}).rater
    """

    counts: dict[Text, Text] = {}
    answer: Text | None = None
    words: dict[Text, Text] = {}
    rater: Text | None = None


class Media(_Entry):
    """What must be extracted first: endings without dot, and the channel.

    Example
    -------
    >>> Media(endings=["avi"]).channel
    'mean'
    """

    endings: list[Text]
    channel: Literal["mean", "left", "right", "centre"] = "mean"


class Release(_Entry):
    """What a complete copy holds, after what is ignored.

    Example
    -------
    >>> Release(clips=2, speakers=1, classes={"sad": 2}).clips
    2
    """

    clips: Count
    speakers: Count | None = None
    classes: dict[Text, Count] = {}


class Definition(_Entry):
    """A corpus as data; see ``find_definition``.

    Example
    -------
    >>> sorted(Definition.model_fields)[:3]
    ['citation', 'compose', 'confounded']
    """

    # ---- whose it is
    key: Text  # the name of the file
    corpus: Text  # before speakers; by default the key
    name: Text
    citation: Text
    licence: Text  # in the owner's words
    source: Text
    languages: list[Text]
    style: Literal["acted", "elicited", "natural"]
    label_source: Literal["expressed", "perceived"]
    # what gives the emotion away, and one sentence why
    confounded: dict[Literal["text", "speaker"], Text] = {}
    seen: Literal["audio", "names", "documentation"]  # by who wrote it
    rates: list[Count] = []  # Hz
    media: Media | None = None
    releases: dict[Text, Release] = {}
    known_copies: list[Pair] = []  # as ``files`` matches them

    # ---- what names say
    files: Patterns
    example: dict[Text, dict[Field, Code]]
    ignore: dict[Pattern, Text] = {}  # to the reason
    constants: dict[Field, Text] = {}
    normalise: dict[Field, Literal["number", "lower"] | dict[Text, Text]] = {}
    modulo: dict[Field, Size] = {}  # numbers that count on over the emotions
    emotion: dict[Code, Text]
    styles: dict[Text, Text] = {}  # words of ``emotion`` that are none
    gender: dict[Code, Literal["female", "male", "child", ""]] = {}
    language: dict[Code, Text] = {}
    split: dict[Code, Literal["train", "valid", "test"]] = {}
    compose: dict[Field, Text] = {}  # of fields in braces

    # ---- what tables say
    tables: list[Table] = []
    votes: Votes | None = None
    label: Literal["given", "majority"] = "given"  # majority of the votes
    folds_by: Literal["speaker", "dialogue", "voice"] = "speaker"
