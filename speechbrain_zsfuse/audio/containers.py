"""Is a file of samples whole (WAV, RF64, W64, AIFF, AU, CAF, NIST SPHERE)?

Its header says how many bytes of sound there are; the decoder takes what it
finds, be it less or more. Here the two are compared. Headers are read, never
the sound. Rare formats of samples (VOC, AVR …) are taken as they come.
"""

import os
import re
import struct
from typing import NamedTuple

from speechbrain_zsfuse.audio.tags import only_tags, skip_tags


class _Layout(NamedTuple):
    """How the chunks of a format follow each other."""

    begin: int  # bytes before the first chunk
    head: struct.Struct  # id, size
    counted: int  # bytes of the head that the size counts
    align: int
    sound: bytes  # how the id of the sound begins
    skipped: int  # bytes between the head and the sound


_LAYOUTS = {
    b"RIFF": _Layout(12, struct.Struct("<4sI"), 0, 2, b"data", 0),
    b"RIFX": _Layout(12, struct.Struct(">4sI"), 0, 2, b"data", 0),
    b"RF64": _Layout(12, struct.Struct("<4sI"), 0, 2, b"data", 0),
    b"FORM": _Layout(12, struct.Struct(">4sI"), 0, 2, b"SSND", 8),
    b"riff": _Layout(40, struct.Struct("<16sQ"), 24, 8, b"data", 0),
    b"caff": _Layout(8, struct.Struct(">4sq"), 0, 1, b"data", 4),
}
_AU = {b".snd": struct.Struct(">II"), b"dns.": struct.Struct("<II")}
_WIDTHS = {  # bytes of a sample
    **{"PCM_S8": 1, "PCM_U8": 1, "ULAW": 1, "ALAW": 1, "PCM_16": 2},
    **{"PCM_24": 3, "PCM_32": 4, "FLOAT": 4, "DOUBLE": 8},
}
# Who writes to a pipe does not know the size: sox puts this, others more.
_UNKNOWN = 0x7FFFF000
# Of WAV: PCM, floats, and any in the newer header; A-law and mu-law, too.
_PLAIN = 1, 3, 0xFFFE
_STEADY = 6, 7, *_PLAIN


class _Header(NamedTuple):
    """Where the sound is, in bytes, by what the header states."""

    start: int
    stated: int | None  # None: the header leaves it open
    explained: int  # end of all that the header accounts for
    frames: int  # stated beside the bytes, or 0
    problem: str | None = None


def container_problem(path, sound):
    """What is missing or contradictory, or None.

    Arguments
    ---------
    path : bytes or str
        The file.
    sound : soundfile.SoundFile
        It, opened.

    Returns
    -------
    str or None
        To be read after the file's name and "it".

    Example
    -------
    >>> import soundfile
    >>> path = str(getfixture("tmpdir") / "a.wav")
    >>> soundfile.write(path, [0.5, 0.25], 16000)
    >>> os.truncate(path, 47)
    >>> with soundfile.SoundFile(path) as file:
    ...     container_problem(path, file)
    'is truncated (3 of 4 bytes of sound)'
    """
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        begin = skip_tags(file)
        file.seek(begin)
        magic = file.read(4)
        if magic in _AU:
            header = _read_au(file, _AU[magic], begin)
        elif magic == b"NIST":
            header = _read_nist(file.read(1020))
        elif magic in _LAYOUTS:
            header = _read_chunks(file, size, magic, begin)
        else:
            header = None
        if header is None:
            return None
        return (
            header.problem
            or _size_problem(header, size, sound)
            or _rest_problem(file, header, size)
        )


def _size_problem(header, size, sound):
    """Whether stated, present and decoded sizes are one."""
    there, stated = size - header.start, header.stated
    frame = sound.channels * _WIDTHS.get(sound.subtype, 0)
    if stated is None and frame and there % frame:
        return "is truncated (its last frame is cut)"
    if stated is not None and stated > there:
        return f"is truncated ({max(there, 0)} of {stated} bytes of sound)"
    if header.frames > sound.frames and frame:
        return f"is truncated ({sound.frames} of {header.frames} frames)"
    held = (there if stated is None else stated) // frame if frame else 0
    if held > sound.frames:
        return (
            f"contradicts itself: its header states {sound.frames} frames, "
            f"but {held} are there"
        )
    return None


def _rest_problem(file, header, size):
    """Whether sound may follow that the header does not know of."""
    if header.stated is None or header.explained >= size:
        return None
    file.seek(header.explained)
    rest = file.read()
    if only_tags(rest):
        return None
    return (
        f"was not finished: its header states {header.stated} bytes of sound, "
        f"and {len(rest)} follow that it does not explain"
    )


def _read_au(file, head, begin):
    """Header of an AU; None if it is short."""
    sizes = file.read(head.size)
    if len(sizes) < head.size:
        return None
    start, stated = head.unpack(sizes)
    start += begin
    stated = None if stated >= _UNKNOWN else stated
    return _Header(start, stated, start + (stated or 0), 0)


def _read_nist(text):
    """Header of lines like ``sample_count -i 8000``; None if it is short."""
    fields = re.findall(rb"^(\w+) -i (\d+)", text, re.MULTILINE)
    size = {name: int(number) for name, number in fields}
    begin = re.match(rb"_1A\n *(\d+)", text)
    try:
        frame = size[b"channel_count"] * size[b"sample_n_bytes"]
        stated, start = size[b"sample_count"] * frame, int(begin[1])
    except (KeyError, TypeError):
        return None
    return _Header(start, stated, start + stated, 0)


def _read_chunks(file, size, magic, begin):
    """Header of a file of chunks; None if no sound is found in it."""
    layout, before = _LAYOUTS[magic], {}
    layout = layout._replace(begin=begin + layout.begin)
    for name, start, stated in _chunks(file, size, layout, layout.begin):
        if name.startswith(layout.sound):
            break
        file.seek(start)
        before[name[:4]] = file.read(min(stated, 64))
    else:
        return None
    end = start + stated
    sizes = before.get(b"ds64", b"")
    if magic == b"RF64" and stated == 0xFFFFFFFF and len(sizes) >= 16:
        (stated,) = struct.unpack_from("<Q", sizes, 8)
        end = start + stated
    elif stated < 0 or stated >= max(_UNKNOWN, size - start + 1):
        stated = None
    start += layout.skipped
    explained = end
    for place in {end, _aligned(end, layout)}:  # some leave the padding out
        for _, behind, length in _chunks(file, size, layout, place):
            explained = max(explained, behind + length)
    frames, problem = 0, None
    if len(common := before.get(b"COMM", b"")) >= 6:
        (frames,) = struct.unpack_from(">I", common, 2)
    if len(common := before.get(b"fmt ", b"")) >= 16:
        problem = _format_problem(common, ">" if magic == b"RIFX" else "<")
    if stated is not None:
        stated = max(stated - layout.skipped, 0)
    return _Header(start, stated, explained, frames, problem)


def _chunks(file, size, layout, place):
    """Id, place and size of chunk after chunk, while they make sense."""
    while place + layout.head.size <= size:
        file.seek(place)
        name, stated = layout.head.unpack(file.read(layout.head.size))
        start, stated = place + layout.head.size, stated - layout.counted
        is_sound = name.startswith(layout.sound)
        fits = 0 <= stated <= size - start
        if not (is_sound or fits and name[:4].isascii() and any(name)):
            return
        yield name, start, stated
        place = _aligned(start + stated, layout)


def _aligned(place, layout):
    return place + (layout.begin - place) % layout.align


def _format_problem(common, order):
    """Whether rate, channels and sizes contradict each other, in a WAV."""
    tag, channels, rate, bytes_a_second, block, bits = struct.unpack_from(
        f"{order}HHIIHH", common
    )
    expected = rate * block
    if tag in _STEADY and bytes_a_second not in (0, expected % 2**32):
        return (
            f"contradicts itself: its header states {rate} Hz of {block} "
            f"bytes each, but {bytes_a_second} bytes a second"
        )
    if tag in _PLAIN and 0 < 8 * block < channels * bits:
        return (
            f"contradicts itself: its header states {channels} channels of "
            f"{bits} bits, but {block} bytes for all of them"
        )
    return None
