"""Is an OGG file (Vorbis, Opus) whole? Its pages say so, without decoding.

Each page has a checksum and a number, and the last one says that it is the
last (RFC 3533). Bytes in, a problem in words out.
"""

import struct
import zlib

from speechbrain_zsfuse.audio.tags import only_tags

_PAGE = struct.Struct("<4sBBqIIIB")  # … serial, number, checksum, segments
_FIRST, _LAST = 2, 4  # flags of the pages that begin and end a stream
_MIRROR = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def ogg_problem(content):
    """What is missing or damaged, or None.

    Arguments
    ---------
    content : bytes
        The whole file.

    Returns
    -------
    str or None
        To be read after the file's name and "it".

    Example
    -------
    >>> import io, numpy as np, soundfile
    >>> file, tone = io.BytesIO(), np.sin(np.arange(16000) / 9)
    >>> soundfile.write(file, tone, 16000, format="OGG")
    >>> ogg_problem(file.getvalue())
    >>> ogg_problem(file.getvalue()[:-1])
    'is truncated: its last page is cut'
    """
    place, flags, numbers = 0, 0, {}
    while content.startswith(b"OggS", place):
        end = _end(content, place)
        if end > len(content):
            return "is truncated: its last page is cut"
        page = _PAGE.unpack_from(content, place)
        flags, serial, number, checksum = page[2], *page[4:7]
        if checksum != _page_checksum(content, place, end):
            return f"is damaged: the checksum of page {number} is wrong"
        if flags & _FIRST and numbers:
            return (
                "holds several streams, of which only one would be heard: "
                "convert it to WAV or FLAC"
            )
        expected = numbers.get(serial, number - 1) + 1
        if number != expected:
            return f"is damaged: page {expected} is missing"
        numbers[serial], place = number, end
    if not only_tags(content[place:]):
        return "is damaged: something else follows its pages"
    if not flags & _LAST:
        return "is truncated: its last page does not end the stream"
    return None


def _end(content, place):
    """Where a page ends; beyond the file if it is cut."""
    table = place + _PAGE.size
    if table > len(content):
        return table
    body = table + content[table - 1]
    return max(body, body + sum(content[table:body]))


def _page_checksum(content, place, end):
    """CRC-32 of a page, whose own place in the page counts as zeros.

    It is zlib's with all bits mirrored and nothing inverted.
    """
    page = b"".join(
        (content[place : place + 22], bytes(4), content[place + 26 : end])
    )
    crc = zlib.crc32(page.translate(_MIRROR), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(crc.to_bytes(4, "little").translate(_MIRROR), "big")
