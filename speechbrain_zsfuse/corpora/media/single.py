"""One media file to one FLAC, and what is to be known of it."""

import os

import soundfile

from speechbrain_zsfuse.audio.opening import check_file, something_else
from speechbrain_zsfuse.corpora.media import ffmpeg
from speechbrain_zsfuse.corpora.media.ffmpeg import MediaError

_SHORT = 0.25  # seconds that a stated length may be beyond the sound


def check_media(source):
    """Raise unless a file may be media: it is there, and nothing else.

    Arguments
    ---------
    source : Path

    Raises
    ------
    AudioError, MediaError

    Example
    -------
    >>> path = getfixture("tmpdir") / "a.mp4"
    >>> path.write("<html>")
    >>> check_media(path)
    Traceback (most recent call last):
    speechbrain_zsfuse.corpora.media.ffmpeg.MediaError: it is a web page, \
maybe the error of a download
    """
    check_file(source)
    if problem := something_else(source):
        raise MediaError(f"it {problem}")


def make_flac(source, target, rule, keep_damaged=False):
    """Convert a file.

    Arguments
    ---------
    source, target : Path
    rule : str or int
        See ``channels.read_rule``.
    keep_damaged : bool
        Whether to take what can be decoded of a damaged one.

    Returns
    -------
    dict
        JSON values: the ``sound`` there was, ``streams``, ``channel``,
        ``seconds``, ``arguments`` of ffmpeg, ``damage`` or "".

    Raises
    ------
    MediaError
        If it cannot be used, or is damaged.
    """
    stream = ffmpeg.probe(source)
    kept, arguments, said = ffmpeg.convert(source, target, stream, rule)
    frames, seconds = _length(target)
    damage = said
    if stream.seconds and seconds < stream.seconds - _SHORT:
        damage = f"it is truncated ({seconds:.2f} of {stream.seconds:.2f} s)"
    if damage and not (keep_damaged and frames):
        raise MediaError(damage)
    if not frames:
        raise MediaError("it has no sound (0 samples)")
    return {
        "sound": stream.words,
        "streams": stream.streams,
        "channel": kept,
        "seconds": round(seconds, 6),
        "arguments": " ".join(arguments),
        "damage": damage,
    }


def _length(target):
    """Frames and seconds of what was written; none if nothing was."""
    try:
        info = soundfile.info(os.fsencode(target))
    except soundfile.SoundFileError:
        return 0, 0.0
    return info.frames, info.duration
