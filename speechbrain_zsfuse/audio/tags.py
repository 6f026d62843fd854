"""Tags of music players around the sound: ID3, APE, Lyrics3.

Decoders skip them, so whoever looks for sound in a file does as well. What
they say is of no interest.
"""

import struct

_APE = b"APETAGEX"
_BEHIND = b"TAG", b"ID3", b"3DI", b"LYRICSBEGIN", _APE


def skip_tags(file):
    """Where the sound begins, behind all tags in front of it.

    Arguments
    ---------
    file : binary file
        Its position is moved.

    Returns
    -------
    int
        In bytes; 0 if there are none.

    Example
    -------
    >>> import io
    >>> tag = b"ID3" + bytes([4, 0, 0, 0, 0, 1, 2]) + bytes(130)
    >>> skip_tags(io.BytesIO(tag + tag + b"sound")), skip_tags(io.BytesIO(b""))
    (280, 0)
    """
    place, length = 0, None
    while length != 0:
        file.seek(place)
        length = _length(file.read(32))
        place += length
    return place


def _length(begin):
    """Bytes of the tag that begins so; 0 if it is none."""
    if begin.startswith(b"ID3") and len(begin) >= 10:
        size = 0
        for byte in begin[6:10]:
            size = size << 7 | byte & 0x7F
        has_footer = begin[5] & 0x10
        return 10 + size + (10 if has_footer else 0)
    if begin.startswith(_APE) and len(begin) == 32:
        return 32 + int.from_bytes(begin[12:16], "little")
    return 0


def only_tags(rest):
    """Whether what follows the sound is tags or zeros.

    Arguments
    ---------
    rest : bytes

    Returns
    -------
    bool

    Example
    -------
    >>> only_tags(bytes(9)), only_tags(b"TAG" + bytes(125)), only_tags(b"a")
    (True, True, False)
    """
    tag = rest.lstrip(b"\0")
    return not tag or tag.startswith(_BEHIND) or _is_old_ape(rest)


def _is_old_ape(rest):
    """Version 1 has a footer only, maybe with an ID3v1 tag behind it."""
    if rest[-128:].startswith(b"TAG"):
        rest = rest[:-128]
    if len(rest) < 32:
        return False
    name, _, size = struct.unpack_from("<8sII", rest, len(rest) - 32)
    return name == _APE and size == len(rest)
