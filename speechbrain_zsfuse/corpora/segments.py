"""Segments within long files: what ``start``, ``end`` and ``channel`` of a
table of clips mean, and which of them overlap. Pure functions on data frames;
how a place within a file is written stands in ``audio/places.py``.
"""

import math

from speechbrain_zsfuse.audio.places import (
    CHANNEL,
    COLUMNS,
    SECONDS,
    fragment_of,
)
from speechbrain_zsfuse.errors import list_names

_SLACK = 0.01  # seconds: tables round to hundredths


def columns_of(clips):
    """Those of ``start, end, channel`` that say something of some clip.

    Example
    -------
    >>> import pandas
    >>> clip = {"wav": "a.wav", "start": "1", "end": "2", "channel": ""}
    >>> columns_of(pandas.DataFrame([clip]))
    ['start', 'end']
    """
    return [c for c in COLUMNS if c in clips and (clips[c] != "").any()]


def fragments(clips):
    """What follows the path of each clip in its place; see ``places.py``.

    Arguments
    ---------
    clips : pandas.DataFrame
        Texts.

    Returns
    -------
    list of str or None
        None where start, end or channel is none.

    Example
    -------
    >>> import pandas
    >>> starts = {"start": ["", "1.50", "2"], "end": ["", "2", "1"]}
    >>> fragments(pandas.DataFrame(starts))
    ['', '#t=1.5,2', None]
    """
    names = columns_of(clips)
    if not names:
        return [""] * len(clips)
    rows = zip(*(clips[name] for name in names))
    return [_fragment(dict(zip(names, row))) for row in rows]


def _fragment(values):
    try:
        return fragment_of(**values)
    except ValueError:
        return None


def places_of(clips):
    """Place of each clip.

    Arguments
    ---------
    clips : pandas.DataFrame
        With ``wav``, and perhaps ``start``, ``end`` and ``channel``.

    Returns
    -------
    list of str

    Raises
    ------
    ValueError
        If a part of a file is none; the first is named.

    Example
    -------
    >>> import pandas
    >>> clip = {"wav": "talk.flac", "start": "1", "end": "2"}
    >>> places_of(pandas.DataFrame([clip]))
    ['talk.flac#t=1,2']
    >>> places_of(pandas.DataFrame([clip | {"end": "1"}]))
    Traceback (most recent call last):
    ValueError: Expected of talk.flac a part (seconds of at least 0, with a \
point, the end behind the start; the number of a channel, from 1), but got \
start '1', end '1'. Correct its table.
    """
    parts = fragments(clips)
    if None in parts:
        names = ["wav", *columns_of(clips)]
        wav, *values = clips[names].iloc[parts.index(None)]
        told = ", ".join(f"{n} {v!r}" for n, v in zip(names[1:], values))
        raise ValueError(
            f"Expected of {wav} a part ({SECONDS}; {CHANNEL}), but got {told}. "
            "Correct its table."
        )
    return [wav + part for wav, part in zip(clips["wav"], parts)]


def names_of_parts(clips):
    """What the id of each clip has behind the name of its file.

    Arguments
    ---------
    clips : pandas.DataFrame
        Perhaps with ``start``, ``end`` and ``channel``.

    Returns
    -------
    list of str
        Empty for whole files, and for parts that are none.

    Example
    -------
    >>> import pandas
    >>> part = {"start": "1.50", "end": "2", "channel": "1"}
    >>> names_of_parts(pandas.DataFrame([part, dict.fromkeys(part, "")]))
    ['@1.5-2:1', '']
    """
    return [_name(part or "") for part in fragments(clips)]


def _name(part):
    span, _, channel = part.removeprefix("#").partition("channel=")
    span = span.removeprefix("t=").rstrip("&")
    if span:
        first, _, last = span.partition(",")
        span = f"@{first}-{last}"
    return span + f":{channel}" * bool(channel)


def overlaps(clips):
    """A remark on clips that hold the same seconds of a file.

    That voices overlap is how people talk; that one stretch counts as two
    clips should be known.

    Arguments
    ---------
    clips : pandas.DataFrame
        With ``ID`` and ``wav``, after ``check_table``.

    Returns
    -------
    list of str
        Empty if there are none.

    Example
    -------
    >>> import pandas
    >>> spans = [("a", "0", "2"), ("b", "1.5", "3"), ("c", "3", "4")]
    >>> clips = pandas.DataFrame(spans, columns=["ID", "start", "end"])
    >>> overlaps(clips.assign(wav="talk.flac"))
    ['1 clips begin before another of the same file ends: b (0.5 s of a)']
    """
    if not columns_of(clips):
        return []
    found, running = [], {}  # file to channel to the clip that ends last
    spans = [
        (row["wav"], *_span(row), row["ID"]) for row in clips.to_dict("records")
    ]
    for wav, start, end, channel, name in sorted(spans):
        before = running.setdefault(wav, {})
        near = [*before] if channel == "" else [*{"", channel} & {*before}]
        last, other = max((before[key] for key in near), default=(0, ""))
        shared = min(end, last) - start
        if shared > _SLACK:
            told = f"{shared:.3g} s" if shared < math.inf else "the rest"
            found.append(f"{name} ({told} of {other})")
        before[channel] = max(before.get(channel, (0, "")), (end, name))
    if not found:
        return []
    return [
        f"{len(found):,} clips begin before another of the same file ends: "
        f"{list_names(found)}"
    ]


def _span(row):
    """Start, end and channel of a clip."""
    start, end = (float(row.get(name) or 0) for name in ("start", "end"))
    return start, end or math.inf, (row.get("channel") or "").strip()
