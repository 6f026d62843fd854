"""The door for sound: a path becomes an open sound file, or an error.

Everything that can be known of a file without decoding it is asked here, once
for the whole package: is it there, is it a file, is it what its name says, is
it whole, are rate and length possible. What it sounds like, ``reading.py``
asks. Every error names the file in the same words.
"""

import os
import re
import stat
import sys
from contextlib import contextmanager
from functools import lru_cache

import soundfile

from speechbrain_zsfuse.audio.containers import container_problem
from speechbrain_zsfuse.audio.mpeg import mpeg_problem
from speechbrain_zsfuse.audio.ogg import ogg_problem
from speechbrain_zsfuse.audio.sound import RATES, shortness_problem
from speechbrain_zsfuse.errors import PERMIT
from speechbrain_zsfuse.files import file_state

# No encoder makes more of a byte, silence included: a header says what it
# likes, and memory is asked for by it.
_FRAMES_PER_BYTE = 6000
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_NO_SOUND = {  # how files begin that are something else
    b"version https://git-lfs": "is a Git LFS pointer, not the sound itself: "
    "run `git lfs pull`",
    b"<!doctype": "is a web page, maybe the error of a download",
    b"<html": "is a web page, maybe the error of a download",
    b"<?xml": "is XML, maybe the error of a download",
    b"<error": "is XML, maybe the error of a download",
    b"{": "is JSON or text, maybe the error of a download",
    b"pk\x03\x04": "is a zip archive: unpack it",
}
_EXTRACT = "is a video or another medium: `zsfuse extract` makes FLAC of it"
_MEDIA = re.compile(  # MP4 and its like, Matroska and WebM, AVI, WMA
    rb"....ftyp|\x1aE\xdf\xa3|RIFF....AVI |0&\xb2u\x8ef\xcf\x11", re.DOTALL
)


class AudioError(ValueError):
    """An audio file that cannot be used; the message says which and why.

    Example
    -------
    >>> print(AudioError("a.wav", "it is empty"))
    Cannot use a.wav: it is empty. Replace the file by an intact copy.
    """

    def __init__(
        self, path, reason, advice="Replace the file by an intact copy."
    ):
        # A name may hold bytes that no terminal and no log can show.
        name = os.fsencode(path).decode("utf-8", "backslashreplace")
        self.path, self.reason = name, reason
        super().__init__(f"Cannot use {name}: {reason}. {advice}")


@contextmanager
def open_sound(path, rates=RATES):
    """Open a sound file that is whole, by all that its header tells.

    Arguments
    ---------
    path : str or Path
        WAV, RF64, W64, AIFF, AU, CAF, NIST SPHERE, FLAC, OGG (Vorbis, Opus)
        or MP3; rarer formats of libsndfile are opened, too, but whether they
        are whole cannot be told.
    rates : (int, int)
        Lowest and highest sample rate in Hz.

    Returns
    -------
    context manager of soundfile.SoundFile

    Raises
    ------
    AudioError
        If there is no such file, it is no regular file or no sound, is
        truncated, damaged or contradicts itself, or if its rate or length are
        not possible.

    Example
    -------
    >>> with open_sound("missing.wav") as file:
    ...     pass
    Traceback (most recent call last):
    speechbrain_zsfuse.audio.opening.AudioError: Cannot use missing.wav: there \
is no such file. Restore it, or correct its name where it is listed.
    """
    check_file(path)
    name = os.fsencode(path)
    try:
        file = soundfile.SoundFile(name)
    except (soundfile.SoundFileError, OSError, TypeError) as error:
        if not something_else(name) and _is_medium(name):
            advice = "Give the FLAC in its place."
            raise AudioError(path, f"it {_EXTRACT}", advice) from error
        reason = something_else(name) or f"is unreadable ({_said(error)})"
        raise AudioError(path, f"it {reason}") from error
    with file:
        problem = _header_problem(name, file, rates)
        if problem:
            raise AudioError(path, f"it {problem}")
        try:
            yield file
        except soundfile.SoundFileError as error:
            reason = f"it is truncated or damaged ({_said(error)})"
            raise AudioError(path, reason) from error


def _said(error):
    """What libsndfile said, to stand within a sentence."""
    said = getattr(error, "error_string", str(error))
    return said.removeprefix("Error : ").rstrip(".")


def check_file(path):
    """Raise unless it is a regular file that may be read; open nothing.

    Arguments
    ---------
    path : str or Path

    Raises
    ------
    AudioError

    Example
    -------
    >>> check_file(getfixture("tmpdir"))
    Traceback (most recent call last):
    speechbrain_zsfuse.audio.opening.AudioError: Cannot use ...: it is a \
folder, not a file. Give the path of a sound file.
    """
    try:
        os.fsencode(path).decode("utf-8")
    except UnicodeDecodeError as error:
        advice = "Rename it: manifests and stores are written in UTF-8."
        raise AudioError(path, "its name is not UTF-8", advice) from error
    try:
        status = os.stat(path)
    except PermissionError as error:
        raise _forbidden(path) from error
    except (OSError, ValueError) as error:
        raise AudioError(
            path,
            _why_missing(path, error),
            "Restore it, or correct its name where it is listed.",
        ) from error
    kind = stat.S_IFMT(status.st_mode)
    if kind != stat.S_IFREG:
        what = _KINDS.get(kind, "something else")
        advice = "Give the path of a sound file."
        raise AudioError(path, f"it is {what}, not a file", advice)
    if not os.access(path, os.R_OK):
        raise _forbidden(path)
    if not status.st_size:
        raise AudioError(path, "it is empty (0 bytes)")


def _forbidden(path):
    return AudioError(path, "there is no permission to read it", PERMIT)


def _why_missing(path, error):
    if isinstance(error, FileNotFoundError) and os.path.islink(path):
        return f"it is a link to {os.readlink(path)!r}, which is not there"
    if isinstance(error, FileNotFoundError | NotADirectoryError | ValueError):
        return "there is no such file"
    return f"the system says: {error.strerror}"


def something_else(name):
    """What a file is that is no sound, or no longer; None: who knows.

    Arguments
    ---------
    name : bytes, str or Path
        A file that can be read.

    Returns
    -------
    str or None
        To be read after "it".

    Example
    -------
    >>> path = getfixture("tmpdir") / "a.mp4"
    >>> path.write("<html>404</html>")
    >>> something_else(path)
    'is a web page, maybe the error of a download'
    """
    with open(name, "rb") as file:
        content = file.read(64)
        if content.startswith(b"OggS"):
            return ogg_problem(content + file.read())
    begin = content.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for start, what in _NO_SOUND.items():
        if begin.startswith(start):
            return what
    return None


def _is_medium(name):
    """Whether it is what libsndfile does not read, and ffmpeg does."""
    with open(name, "rb") as file:
        return bool(_MEDIA.match(file.read(16)))


def _header_problem(name, file, rates):
    """What the header tells is wrong, or None."""
    lowest, highest = rates
    size = os.stat(name).st_size
    if not lowest <= file.samplerate <= highest:
        return (
            f"states a sample rate of {file.samplerate} Hz, where {lowest} to "
            f"{highest} Hz are expected"
        )
    if file.frames == sys.maxsize:
        return "states no length, like what was written to a pipe"
    if file.frames > _FRAMES_PER_BYTE * size:
        return (
            f"states no possible length ({file.frames} samples in {size} bytes)"
        )
    if problem := _damage(name, file):
        return problem
    if not file.frames:
        return "is empty (0 samples)"
    return shortness_problem(file.frames, file.samplerate)


def _damage(name, file):
    """What is missing or damaged, or None.

    FLAC is not asked: its decoder checks every frame.
    """
    if file.format not in ("OGG", "MP3"):
        return container_problem(name, file)
    return _read_through(name, file_state(name), file.format, file.frames)


@lru_cache(maxsize=256)  # a long file is opened for each of its segments
def _read_through(name, state, kind, frames):
    """The same of formats that are read whole for it; ``state`` tells when a
    file is another one."""
    with open(name, "rb") as whole:
        content = whole.read()
    return (
        ogg_problem(content) if kind == "OGG" else mpeg_problem(content, frames)
    )
