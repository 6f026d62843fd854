"""Is an MP3 whole, and will all of it be heard? Its frames are walked.

An MP3 has no length of its own. Encoders put a count of the frames into the
first one (Xing, Info); without it the decoder guesses the length from the
first frame, and reads no further than that. Bytes in, a problem out.
"""

import io
import struct

from speechbrain_zsfuse.audio.tags import only_tags, skip_tags

# kbit/s by [MPEG-1?][layer], for the index in a header; Hz likewise.
_BITRATES = {
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384)
    + (416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224)
    + (256,),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_BITRATES[False, 3] = _BITRATES[False, 2]
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000)}
_RATES[0] = (11025, 12000, 8000)
_SAME = 0xFFFE0C00  # bits of a header that all frames share
# Decoders leave out what encoders that state a length have added: a delay of
# up to 1,105 samples, and what fills the last frame.
_ADDED = 4  # frames


def mpeg_problem(content, heard):
    """What is missing, damaged, or would not be heard; or None.

    Arguments
    ---------
    content : bytes
        The whole file.
    heard : int
        Samples per channel that the decoder announces, or gives.

    Returns
    -------
    str or None
        To be read after the file's name and "it".

    Example
    -------
    >>> import io, numpy as np, soundfile
    >>> file, tone = io.BytesIO(), np.sin(np.arange(16000) / 9)
    >>> soundfile.write(file, tone, 16000, format="MP3")
    >>> mpeg_problem(file.getvalue(), heard=16000)
    >>> mpeg_problem(file.getvalue()[:-1], heard=16000)
    'is truncated: its last frame is cut'
    """
    start = place = _first_frame(content)
    first = _frame(content, start)
    if first is None:
        return (
            "does not begin with a frame of MPEG audio of a stated bit rate: "
            "it is damaged, or to be converted to WAV or FLAC"
        )
    _, samples, kind = first
    count = 0
    while frame := _frame(content, place):
        size, _, other = frame
        if other != kind:
            break
        if place + size > len(content):
            return "is truncated: its last frame is cut"
        place, count = place + size, count + 1
    rest = content[place:]
    if not only_tags(rest):
        cut = len(rest) < 4
        return (
            "is truncated: its last frame is cut"
            if cut
            else f"is damaged: no frame follows frame {count}"
        )
    stated, bytes_stated = _stated(content[start : start + first[0]])
    if stated is not None:
        count -= 1  # the one that states it holds no sound
        # Some encoders count that one, too: then the bytes are all there.
        lost = stated - count - (bytes_stated <= place - start)
        if stated and lost > 0:
            return f"is truncated: {count} of {stated} frames are there"
    added = _ADDED if (stated or 0) >= count else 1
    if heard < (count - added) * samples:
        return (
            f"is damaged, or states no true length ({heard} of "
            f"{count * samples} samples are heard): convert it to WAV or FLAC"
        )
    return None


def _first_frame(content):
    """Behind tags and padding."""
    place = skip_tags(io.BytesIO(content))
    return len(content) - len(content[place:].lstrip(b"\0"))


def _frame(content, place):
    """Bytes, samples and kind of the frame at a place, or None."""
    if place + 4 > len(content):
        return None
    (head,) = struct.unpack_from(">I", content, place)
    version, layer = head >> 19 & 3, 4 - (head >> 17 & 3)
    bits, rate, padding = head >> 12 & 15, head >> 10 & 3, head >> 9 & 1
    if head >> 21 != 0x7FF or version == 1 or layer == 4 or rate == 3:
        return None
    if bits in (0, 15):  # of any size, or none
        return None
    rate = _RATES[version][rate]
    bits = 1000 * _BITRATES[version == 3, layer][bits - 1]
    samples = 384 if layer == 1 else 1152
    if layer == 3 and version != 3:
        samples = 576
    slot = 4 if layer == 1 else 1
    size = (samples // 8 // slot * bits // rate + padding) * slot
    return size, samples, head & _SAME


def _stated(frame):
    """Frames and bytes that the first one says there are.

    Returns None and 0 if it says nothing, 0 for a number that it leaves out.
    """
    for name in (b"Xing", b"Info"):
        place = frame.find(name)
        if place > 0 and len(frame) >= place + 16:
            flags, *numbers = struct.unpack_from(">III", frame, place + 4)
            frames = numbers.pop(0) if flags & 1 else 0
            return frames, numbers[0] if flags & 2 else 0
    if frame[36:40] == b"VBRI" and len(frame) >= 54:
        return struct.unpack_from(">II", frame, 46)[::-1]
    return None, 0
