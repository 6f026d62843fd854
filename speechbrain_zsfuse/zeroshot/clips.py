"""Which recording is this? The content of a file, not its path or date.

A file's sha256 and header are read once and remembered until the file
changes. This file knows no model.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import soundfile

from speechbrain_zsfuse.audio.reading import AudioError
from speechbrain_zsfuse.files import file_sha256
from speechbrain_zsfuse.zeroshot.rounds import fill_store

_BATCH = 256  # files between two transactions


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
        N files.
    progress : bool
        Whether the main process shows a bar.

    Returns
    -------
    list of Clip
        In the order of ``paths``.

    Raises
    ------
    AudioError
        If a file is missing, unreadable or empty.
    ValueError
        If there are no files.

    Example
    -------
    >>> from speechbrain_zsfuse.zeroshot.store import AnswerStore
    >>> folder = getfixture("tmpdir")
    >>> soundfile.write(str(folder / "a.wav"), [0.5] * 800, 8000)
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
    with store.facts("sha256") as facts, ThreadPoolExecutor() as pool:
        found = fill_store(
            facts,
            {place: place for place in places},
            lambda batch: list(pool.map(_identify, batch)),
            _BATCH,
            "Identifying clips",
            progress,
        )
    return [Clip(*found[place]) for place in places]


def _identify(path):
    try:
        info = soundfile.info(path)
        digest = file_sha256(path)
    except (soundfile.LibsndfileError, OSError) as error:
        raise AudioError(path, f"it is unreadable ({error})") from error
    if not info.frames:
        raise AudioError(path, "it is empty (0 samples)")
    return Clip(digest, info.frames, info.samplerate)
