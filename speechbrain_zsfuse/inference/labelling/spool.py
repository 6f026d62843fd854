"""The list of clips on disk: written once, read from any place in it.

So a million clips need no memory, every process reads the same, and what was
begun is known again.
"""

import hashlib
import json
from itertools import islice
from typing import NamedTuple

from speechbrain_zsfuse.inference.labelling.clips import Clip


class Spooled(NamedTuple):
    """What a list on disk holds.

    Arguments
    ---------
    clips : int
        How many.
    sha256 : str
        64 hexadecimal digits, of the list.
    offsets : list of int
        Byte at which each part of the list begins.

    Example
    -------
    >>> Spooled(0, "", []).clips
    0
    """

    clips: int
    sha256: str
    offsets: list[int]


def write_spool(file, clips, step):
    """Write clips, a line each.

    Arguments
    ---------
    file : file object
        Binary, at its beginning.
    clips : iterable of Clip
    step : int
        Clips in a part.

    Returns
    -------
    Spooled

    Example
    -------
    >>> import io
    >>> file = io.BytesIO()
    >>> clips = [Clip("a", "a.wav", ["sad"]), Clip("b", "b.wav", [""])]
    >>> write_spool(file, clips, step=1).offsets
    [0, 24]
    >>> [clip.id for clip in read_spool(file, 24, 1)]
    ['b']
    """
    digest, offsets, place, number = hashlib.sha256(), [], 0, -1
    for number, clip in enumerate(clips):
        if number % step == 0:
            offsets.append(place)
        line = json.dumps(clip).encode() + b"\n"
        digest.update(line)
        place += file.write(line)
    return Spooled(number + 1, digest.hexdigest(), offsets)


def read_spool(file, offset, count):
    """Clips of a part, one by one.

    Arguments
    ---------
    file : file object
        See ``write_spool``.
    offset : int
        One of ``Spooled.offsets``.
    count : int
        Clips in a part; the last may have less.

    Yields
    ------
    Clip

    Example
    -------
    >>> import io
    >>> file = io.BytesIO(b'["a", "a.wav", []]\\n')
    >>> list(read_spool(file, 0, 10))
    [Clip(id='a', path='a.wav', further=[])]
    """
    file.seek(offset)
    for line in islice(file, count):
        yield Clip(*json.loads(line))
