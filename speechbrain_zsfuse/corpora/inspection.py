"""Is every audio file of a corpus usable, and how long is it?

Headers are read, not whole files: of PCM WAV only as much as proves that the
data are all there and not silent. What was read is remembered, so that a
preparation killed halfway goes on where it was, and the next one takes
seconds. This file knows no corpus.
"""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import soundfile

from speechbrain_zsfuse.audio.reading import AudioError, read_waveform
from speechbrain_zsfuse.file_cache import FileCache, open_database
from speechbrain_zsfuse.progress import show_bar

# Of these, the header says how much there should be, and all is finite.
_PLAIN_FORMATS = {"WAV", "WAVEX", "RF64"}
_PLAIN_SAMPLES = {"PCM_16", "PCM_24", "PCM_32", "PCM_U8", "PCM_S8"}
_UNKNOWN_SIZE = 0x7FFFF000  # bytes; sox writes this, ffmpeg more
_BATCH = 256  # files between two transactions


class Finding(NamedTuple):
    """What is known of one audio file.

    Example
    -------
    >>> Finding(frames=8000, rate=16000, problem=None).seconds
    0.5
    """

    frames: int
    rate: int
    problem: str | None

    @property
    def seconds(self):
        """Duration in seconds, 0 if the file cannot be used."""
        return self.frames / self.rate if self.rate else 0.0


def inspect_files(folder, paths, cache=None, progress=True):
    """Inspect audio files in parallel.

    Arguments
    ---------
    folder : str or Path
        Root of the corpus. Nothing is written there.
    paths : list of str
        Files, relative to ``folder``.
    cache : str or Path, optional
        SQLite file that remembers findings; see ``file_cache.py``.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    list of Finding
        In the order of ``paths``. A file that is missing, unreadable, empty,
        truncated or silent has a ``problem``.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> soundfile.write(folder / "a.wav", [0.1] * 800, 16000)
    >>> found = inspect_files(folder, ["a.wav", "b.wav"], progress=False)
    >>> found[0].seconds, found[1].problem
    (0.05, 'it is missing')
    """
    folder = Path(folder)
    description = "what is remembered of audio files"
    with open_database(cache, description) as database:
        facts = FileCache(database, "audio", folder)
        findings = {
            path: Finding(frames, rate, None)
            for path, (frames, rate) in facts.recall(paths).items()
        }
        todo = [path for path in dict.fromkeys(paths) if path not in findings]
        batches = [todo[i : i + _BATCH] for i in range(0, len(todo), _BATCH)]
        bar = show_bar(
            title="Checking audio",
            wanted=progress,
            total=len(todo) + len(findings),
            initial=len(findings),
            unit="clip",
        )
        with bar, ThreadPoolExecutor() as pool:
            for found in pool.map(lambda b: _inspect_all(folder, b), batches):
                findings |= found
                # what cannot be read may be mended, and is read again
                good = {p: f[:2] for p, f in found.items() if not f.problem}
                facts.keep(good)
                bar.update(len(found))
    return [findings[path] for path in paths]


def inspect_file(path):
    """Inspect one file: header, ends of the data, and whether it is silent.

    Arguments
    ---------
    path : str or Path

    Returns
    -------
    Finding

    Example
    -------
    >>> path = Path(getfixture("tmpdir") / "a.wav")
    >>> soundfile.write(path, [0.0] * 800, 16000)
    >>> inspect_file(path)
    Finding(frames=0, rate=0, problem='it is silent (every sample is zero)')
    """
    try:
        return Finding(*_length(path), None)
    except AudioError as error:
        return Finding(0, 0, error.reason)
    except (soundfile.LibsndfileError, OSError) as error:
        return Finding(0, 0, _why_unreadable(path, error))


def _length(path):
    """Frames and rate of a usable file; an error says why it is not."""
    with soundfile.SoundFile(str(path)) as file:
        _check_size(path, file)
        plain = file.format in _PLAIN_FORMATS
        if not plain or file.subtype not in _PLAIN_SAMPLES:
            waveform, rate = read_waveform(path)
            return len(waveform), rate
        if not file.frames:
            raise AudioError(path, "it is empty (0 samples)")
        blocks = file.blocks(blocksize=4096, dtype="int32", always_2d=True)
        # channels that cancel each other are silence, too
        if not any(b.sum(axis=1, dtype="int64").any() for b in blocks):
            raise AudioError(path, "it is silent (every sample is zero)")
        return file.frames, file.samplerate


def _check_size(path, file):
    """Whether the data are as long as the header of a WAV file says."""
    cut = re.search(r"data +: (\d+) \(should be (\d+)", file.extra_info)
    # Written to a pipe, the length was not known: a huge number stands there.
    if cut and int(cut[2]) < int(cut[1]) < _UNKNOWN_SIZE:
        raise AudioError(
            path, f"it is truncated ({cut[2]} of {cut[1]} bytes of sound)"
        )


def _why_unreadable(path, error):
    if not os.path.exists(path):
        return "it is missing"
    if not os.access(path, os.R_OK):
        return "there is no permission to read it"
    return f"it is unreadable ({error})"


def _inspect_all(folder, paths):
    return {path: inspect_file(folder / path) for path in paths}
