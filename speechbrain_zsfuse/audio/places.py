"""A place of sound as one string: a file, or a part of a long one.

``talk.flac#t=1.5,3.2`` is what lies from 1.5 to 3.2 seconds, as in W3C's Media
Fragments; ``#t=1.5`` goes to the end, ``#t=,3.2`` begins at the start.
``&channel=2`` behind it, or ``#channel=2`` alone, is one channel, counted from
1; without it channels are averaged. In tables the same are the columns
``start``, ``end`` and ``channel`` beside the path, empty where nothing is said.
Sound is not opened here.
"""

import os
import re
from decimal import Decimal
from typing import NamedTuple

from speechbrain_zsfuse.audio.opening import AudioError

COLUMNS = ("start", "end", "channel")  # of a table
SECONDS = "seconds of at least 0, with a point, the end behind the start"
CHANNEL = "the number of a channel, from 1"
_NUMBER = r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+"
_TIME = rf"t=(?P<start>{_NUMBER})?(?:,(?P<end>{_NUMBER}))?"
_FRAGMENT = re.compile(
    rf"{_TIME}(?:&channel=(?P<channel>[0-9]+))?|channel=(?P<only>[0-9]+)"
)
_SECONDS = re.compile(rf"(?:{_NUMBER})(?:[eE][+-]?[0-9][0-9]?)?")
_CHANNEL = re.compile(r"[1-9][0-9]{0,2}")


class Excerpt(NamedTuple):
    """What is taken of a file.

    Arguments
    ---------
    path : str or Path
        The file.
    start : float
        In seconds.
    end : float or None
        In seconds; None: the end of the file.
    channel : int or None
        From 1; None: the mean of all.

    Example
    -------
    >>> Excerpt("a.wav").is_whole
    True
    """

    path: str | os.PathLike
    start: float = 0.0
    end: float | None = None
    channel: int | None = None

    @property
    def is_whole(self):
        """Whether it is all of the file, channels averaged."""
        return self[1:] == (0.0, None, None)


def fragment_of(start="", end="", channel=""):
    """What follows the path in a place; equal places have equal fragments.

    Arguments
    ---------
    start, end : str
        Seconds in decimal digits, or empty.
    channel : str
        Number from 1, or empty.

    Returns
    -------
    str
        Empty of a whole file.

    Raises
    ------
    ValueError
        If they are something else, or the end is not behind the start.

    Example
    -------
    >>> fragment_of("1.50", "3"), fragment_of("0.0", "", "2"), fragment_of()
    ('#t=1.5,3', '#channel=2', '')
    """
    start, end, channel = start.strip(), end.strip(), channel.strip()
    if any(text and not _SECONDS.fullmatch(text) for text in (start, end)):
        raise ValueError(f"Expected {SECONDS}, but got {start!r} and {end!r}.")
    if channel and not _CHANNEL.fullmatch(channel):
        raise ValueError(f"Expected {CHANNEL}, but got {channel!r}.")
    first, last = Decimal(start or 0), Decimal(end) if end else None
    if last is not None and last <= first:
        raise ValueError(f"Expected {SECONDS}, but got {start!r} and {end!r}.")
    parts = []
    if first or last is not None:
        stop = "" if last is None else f",{_plain(last)}"
        parts.append(f"t={_plain(first)}{stop}")
    if channel:
        parts.append(f"channel={channel}")
    return "#" * bool(parts) + "&".join(parts)


def split_fragment(place):
    """The path of a place, and what follows it; of names alone.

    Arguments
    ---------
    place : str or Path

    Returns
    -------
    path, fragment : str
        The second is empty if nothing follows.

    Example
    -------
    >>> split_fragment("a.wav#t=1,2"), split_fragment("take #1.wav")
    (('a.wav', '#t=1,2'), ('take #1.wav', ''))
    """
    text = os.fspath(place)
    if isinstance(text, bytes) or "#" not in text:
        return text, ""
    path, _, fragment = text.rpartition("#")
    if not path or not _FRAGMENT.fullmatch(fragment):
        return text, ""
    return path, f"#{fragment}"


def split_place(place):
    """What a place says is to be taken of which file.

    Arguments
    ---------
    place : str or Path
        A file whose own name ends like a fragment is that file.

    Returns
    -------
    Excerpt

    Raises
    ------
    AudioError
        If it may be two things, or its end is not behind its start.

    Example
    -------
    >>> split_place("talk.flac#t=1.5,3.2&channel=2")
    Excerpt(path='talk.flac', start=1.5, end=3.2, channel=2)
    >>> split_place("talk.flac").is_whole
    True
    """
    path, fragment = split_fragment(place)
    if not fragment or _is_file(place, path):
        return Excerpt(place)
    found = _FRAGMENT.fullmatch(fragment[1:])
    start, end = found["start"] or "", found["end"] or ""
    channel = found["channel"] or found["only"] or ""
    try:
        fragment_of(start, end, channel)
    except ValueError as error:
        raise AudioError(
            place, "it names no part of its file", f"{error} Correct it."
        ) from error
    return Excerpt(
        path,
        float(start or 0),
        float(end) if end else None,
        int(channel) if channel else None,
    )


def file_of(place):
    """The file that a place is in.

    Example
    -------
    >>> file_of("talk.flac#t=1.5,3.2")
    'talk.flac'
    """
    return split_place(place).path


def _is_file(place, path):
    """Whether what looks like a part is the name of a file."""
    if not os.path.lexists(place):
        return False
    if os.path.lexists(path):
        raise AudioError(
            place,
            f"it may be this file, or a part of {path}, which is there, too",
            "Rename one of them.",
        )
    return True


def _plain(number):
    """Decimal digits without an exponent or needless zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
