"""Is every audio file of a corpus usable, how long is it, how does it sound?

What makes a file usable stands in ``audio/``, what copies have in common in
``duplicates``. Each file is read once, and what was found is remembered, so
that a preparation killed halfway goes on where it was, and the next one takes
seconds. This file knows no corpus.
"""

from pathlib import Path
from typing import NamedTuple

from speechbrain_zsfuse.audio.opening import AudioError
from speechbrain_zsfuse.audio.places import file_of
from speechbrain_zsfuse.audio.reading import read_waveform
from speechbrain_zsfuse.audio.sound import RATES
from speechbrain_zsfuse.corpora.recordings.duplicates import (
    envelope,
    fingerprint,
)
from speechbrain_zsfuse.file_cache import FileCache, look_up, open_database

# What is remembered: another name when a good file is more than before.
_FACTS = "whole sound and fingerprint"


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
    fingerprint: str = ""  # see ``duplicates.fingerprint``

    @property
    def seconds(self):
        """Duration in seconds, 0 if the file cannot be used."""
        return self.frames / self.rate if self.rate else 0.0


def inspect_files(folder, paths, cache=None, progress=True, rates=RATES):
    """Inspect audio files in parallel.

    Arguments
    ---------
    folder : str or Path
        Root of the corpus. Nothing is written there.
    paths : list of str
        Files, or places within them, relative to ``folder``.
    cache : str or Path, optional
        SQLite file that remembers findings; see ``file_cache.py``.
    progress : bool
        Whether to show a bar.
    rates : (int, int)
        Lowest and highest sample rate in Hz.

    Returns
    -------
    list of Finding
        In the order of ``paths``. A file that cannot be used (see
        ``read_waveform``) has a ``problem``.

    Example
    -------
    >>> import soundfile
    >>> folder = Path(getfixture("tmpdir"))
    >>> soundfile.write(folder / "a.wav", [0.1, 0.2] * 400, 16000)
    >>> found = inspect_files(folder, ["a.wav", "b.wav"], progress=False)
    >>> found[0].seconds, found[1].problem
    (0.05, 'there is no such file')
    """
    folder = Path(folder)
    description = "what is remembered of audio files"
    with open_database(cache, description) as database:
        facts = FileCache(database, f"{_FACTS} of {rates}", folder, file_of)
        found = look_up(
            facts,
            paths,
            lambda path: inspect_file(folder / path, rates),
            "Checking audio",
            progress,
            # what cannot be read may be mended, and is read again
            keep_if=lambda finding: not finding.problem,
        )
    return [Finding(*found[path]) for path in paths]


def inspect_file(path, rates=RATES):
    """Inspect one file.

    Arguments
    ---------
    path : str or Path
    rates : (int, int)
        Lowest and highest sample rate in Hz.

    Returns
    -------
    Finding

    Example
    -------
    >>> import soundfile
    >>> path = Path(getfixture("tmpdir") / "a.wav")
    >>> soundfile.write(path, [0.0] * 800, 16000)
    >>> inspect_file(path).problem
    'it is silent (its samples differ by less than one step of 16 bits)'
    """
    try:
        waveform, rate = read_waveform(path, rates)
    except AudioError as error:
        return Finding(0, 0, error.reason)
    digits = fingerprint(envelope(waveform, rate))
    return Finding(len(waveform), rate, None, digits)
