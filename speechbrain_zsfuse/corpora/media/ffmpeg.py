"""The programs ffmpeg and ffprobe: found, asked, and told what to do.

A file may be anybody's: no shell is between, names go as they are, and only
formats that hold recordings are opened, none that lead to other files.
"""

import errno
import json
import os
import re
import shutil
import subprocess
from functools import lru_cache
from typing import NamedTuple

from speechbrain_zsfuse.corpora.media.channels import choose_channel

INSTALL = (
    "Install it: `apt install ffmpeg` (Debian, Ubuntu), `conda install -c "
    "conda-forge ffmpeg`, or `brew install ffmpeg` (macOS)."
)
# Containers of one recording; no playlists, which name other files.
_FORMATS = (
    *("mov", "avi", "matroska", "asf", "flv", "mpeg", "mpegts", "rm", "ogg"),
    *("aac", "ac3", "amr", "amrnb", "amrwb", "ape", "caf", "dts", "eac3"),
    *("flac", "mp3", "tta", "wav", "w64", "wv", "aiff", "au", "nistsphere"),
)
_OPEN = ["-protocol_whitelist", "file", "-format_whitelist", ",".join(_FORMATS)]
# The same bytes each time: no tags, no date, no name of an encoder.
_PLAIN = [
    *("-map_metadata", "-1", "-map_chapters", "-1"),
    *("-fflags", "+bitexact", "-flags:a", "+bitexact"),
]
_STATED = {"mov", "matroska", "asf"}  # whose stated length is no estimate
_WHERE = re.compile(r"\[[^\]]*@ 0x[0-9a-f]+\] ")
_LAYOUT = re.compile(
    r"^(\S+) +((?:[A-Z]+[0-9]?\+)*[A-Z]+[0-9]?)$", re.MULTILINE
)


class MediaError(ValueError):
    """What is wrong with a file, to be read after its name.

    Example
    -------
    >>> print(MediaError("it has no sound"))
    it has no sound
    """


class Stream(NamedTuple):
    """The first sound in a file.

    Arguments
    ---------
    codec : str
    rate : int
        In Hz.
    channels : list of str
        Their names, in order.
    bits : int
        Of a sample; 0 where the format has no such number.
    seconds : float or None
        As the file states it.
    streams : int
        How many sounds it holds.

    Example
    -------
    >>> Stream("aac", 48000, ["FL", "FR"], 0, 3.0, 1).words
    'aac, 48000 Hz, 2 channels'
    """

    codec: str
    rate: int
    channels: list[str]
    bits: int
    seconds: float | None
    streams: int

    @property
    def words(self):
        """What it is."""
        count = len(self.channels)
        told = "mono" if count == 1 else f"{count} channels"
        return f"{self.codec}, {self.rate} Hz, {told}"


def find_version():
    """Version of the ffmpeg that is installed.

    Returns
    -------
    str

    Raises
    ------
    FileNotFoundError
        If it or ffprobe is not, with what to do.
    """
    for program in ("ffmpeg", "ffprobe"):
        if shutil.which(program) is None:
            raise FileNotFoundError(
                f"Expected the program {program}, which takes sound out of "
                f"video, but it is not installed. {INSTALL}"
            )
    words = _call(["ffmpeg", "-version"]).stdout.split()
    return words[2] if len(words) > 2 else "unknown"


@lru_cache(maxsize=1)
def layouts():
    """Names of channels by layout, as the installed ffmpeg has them."""
    told = _call(["ffmpeg", "-hide_banner", "-layouts"]).stdout
    *_, told = told.partition("DECOMPOSITION")
    return {name: parts.split("+") for name, parts in _LAYOUT.findall(told)}


def probe(path):
    """The first sound in a file.

    Arguments
    ---------
    path : str or Path

    Returns
    -------
    Stream

    Raises
    ------
    MediaError
        If there is none, or the file is none that ffmpeg can open.
    """
    wanted = (
        "format=format_name:stream=codec_name,sample_rate,channels,duration,nb_frames,time_base,"
        "channel_layout,bits_per_sample,bits_per_raw_sample:stream_tags=DURATION"
    )
    form = ["-of", "json", "-show_entries", wanted, "-select_streams", "a"]
    done = _call(["ffprobe", "-v", "error", *_OPEN, *form, _name(path)])
    if done.returncode:
        raise MediaError(_last_line(done.stderr, path))
    told = json.loads(done.stdout)
    streams = told.get("streams", [])
    if not streams:
        raise MediaError("it has no sound (no audio stream)")
    first = streams[0]
    count = int(first.get("channels", 0))
    rate = int(first.get("sample_rate", 0))
    if not count or not rate:
        raise MediaError("its sound states no channels or no sample rate")
    kind = told.get("format", {}).get("format_name", "").split(",")[0]
    bits = [
        first.get(f"bits_per_{name}", 0) for name in ("raw_sample", "sample")
    ]
    return Stream(
        first.get("codec_name", "unknown"),
        rate,
        _channels(first.get("channel_layout"), count),
        max(map(int, bits)),
        _seconds(first, kind),
        len(streams),
    )


def convert(path, target, stream, rule):
    """Write the first sound of a file as FLAC of one channel.

    Arguments
    ---------
    path, target : str or Path
        The second is written over.
    stream : Stream
        See ``probe``.
    rule : str or int
        See ``channels.read_rule``.

    Returns
    -------
    words : str
        Which channel it is.
    arguments : list of str
        What ffmpeg was told, without names.
    said : str
        What ffmpeg said is wrong with it; empty if nothing is.

    Raises
    ------
    MediaError
        If there is no such channel.
    """
    try:
        words, kept = choose_channel(rule, stream.channels)
    except ValueError as error:
        raise MediaError(str(error)) from error
    depth = "s32" if stream.bits > 16 else "s16"
    arguments = ["-map", "0:a:0", *_PLAIN, *(["-af", kept] if kept else [])]
    arguments += ["-c:a", "flac", "-sample_fmt", depth, "-f", "flac"]
    quiet = ["-nostdin", "-hide_banner", "-v", "error", "-y"]
    begin = ["ffmpeg", *quiet, "-threads", "1", *_OPEN, "-i", _name(path)]
    done = _call([*begin, *arguments, _name(target)])
    if "No space left" in done.stderr:  # no fault of the file
        raise OSError(errno.ENOSPC, "No space left on device", str(target))
    wrong = done.returncode or done.stderr.strip()
    said = _last_line(done.stderr, path) if wrong else ""
    return words, arguments, said


def _call(command):
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )


def _name(path):
    """A name that is nothing but a file, whatever it begins with."""
    return f"file:{os.path.abspath(path)}"


def _last_line(said, path):
    """What it said last, without the name of the file."""
    said = said.replace(f"{_name(path)}: ", "")
    said = said.replace(f"{os.path.abspath(path)}: ", "")
    lines = [line for line in said.splitlines() if line.strip()]
    last = _WHERE.sub("", lines[-1]).strip() if lines else "nothing"
    return f"ffmpeg says: {last}"


def _channels(layout, count):
    """Their names; where a file has none, those ffmpeg takes by default: of
    the first layout with so many."""
    known = layouts()
    if len(known.get(layout, ())) == count:
        return known[layout]
    defaults = (names for names in known.values() if len(names) == count)
    return next(defaults, [f"c{index}" for index in range(count)])


def _seconds(stream, kind):
    """Length as a file states it, where that is no estimate; else None."""
    if kind == "avi":  # its header counts; the rest ffmpeg guesses from bytes
        ticks, second = map(int, stream["time_base"].split("/"))
        return int(stream.get("nb_frames", 0)) * ticks / second or None
    text = stream.get("duration") or stream.get("tags", {}).get("DURATION")
    if not text or kind not in _STATED:
        return None
    parts = [float(part) for part in text.split(":")]
    return sum(part * 60**power for power, part in enumerate(reversed(parts)))
