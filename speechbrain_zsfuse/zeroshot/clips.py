"""Which recording is this? The content of a file, not its path or date.

A file's sha256 and length are read once and remembered until the file changes.
The length is that of the waveform that a model is given, never what a header
says of it. A part of a file is known by the file and by what is taken of it.
This file knows no model.
"""

import hashlib
import os
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

from speechbrain_zsfuse.audio.places import file_of, split_fragment
from speechbrain_zsfuse.audio.reading import measure
from speechbrain_zsfuse.files import file_sha256, file_state
from speechbrain_zsfuse.zeroshot.rounds import fill_store

_BATCH = 256  # files between two transactions
# What is remembered: another name when it means more than before.
_FACTS = "sha256 of whole sound"
_one_at_a_time = Lock()


class Clip(NamedTuple):
    """A recording, wherever it lies.

    Example
    -------
    >>> Clip("e3b0c442", samples=8000, sample_rate=16000).samples
    8000
    """

    sha256: str
    samples: int
    sample_rate: int


def identify_clips(store, paths, progress=True):
    """Identify audio files, on all processes together.

    Arguments
    ---------
    store : AnswerStore
        Remembers what was found.
    paths : list of str
        N files, or places within them, see ``audio/places.py``.
    progress : bool
        Whether the main process shows a bar.

    Returns
    -------
    list of Clip
        In the order of ``paths``.

    Raises
    ------
    AudioError
        If a file cannot be used, see ``read_waveform``.
    ValueError
        If there are no files.

    Example
    -------
    >>> import soundfile
    >>> from speechbrain_zsfuse.zeroshot.store import AnswerStore
    >>> folder = getfixture("tmpdir")
    >>> soundfile.write(str(folder / "a.wav"), [0.5, 0.4] * 400, 8000)
    >>> store = AnswerStore(folder)
    >>> [clip] = identify_clips(store, [folder / "a.wav"], progress=False)
    >>> clip.samples, clip.sample_rate
    (800, 8000)
    """
    if not len(paths):
        raise ValueError(
            "Expected at least one audio file, but got none. Check the "
            "manifests, or the list of paths."
        )
    places = [os.path.abspath(path) for path in paths]
    with store.facts(_FACTS) as facts:
        found = fill_store(
            facts,
            {place: place for place in places},
            list,
            _BATCH,
            title="Identifying clips",
            progress=progress,
            read=_identify,
        )
    return [Clip(*found[place]) for place in places]


def _identify(place):
    samples, rate = measure(place)
    file = file_of(place)
    if file == place:
        return Clip(file_sha256(place), samples, rate)
    with _one_at_a_time:  # threads come with many parts of one file
        content = _long_sha256(file, file_state(file))
    _, part = split_fragment(place)
    return Clip(part_sha256(content, part), samples, rate)


def part_sha256(content, part):
    """What a part of a file is known by.

    Arguments
    ---------
    content : str
        sha256 of the file.
    part : str
        What follows the path in a place, see ``fragment_of``.

    Returns
    -------
    str
        64 hexadecimal digits.

    Example
    -------
    >>> part_sha256("e3b0", "#t=1,2") == part_sha256("e3b0", "#t=1,3")
    False
    """
    return hashlib.sha256(f"{content}{part}".encode()).hexdigest()


@lru_cache(maxsize=64)
def _long_sha256(file, state):
    """Once a file and process; ``state`` tells when it is another one."""
    return file_sha256(file)
