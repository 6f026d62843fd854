"""Which recording is this? The content of a file, not its path or date.

A file's sha256 and length are read once and remembered until the file changes.
The length is that of the waveform that a model is given, never what a header
says of it. This file knows no model.
"""

import os
from typing import NamedTuple

from speechbrain_zsfuse.audio.reading import measure
from speechbrain_zsfuse.files import file_sha256
from speechbrain_zsfuse.zeroshot.rounds import fill_store

_BATCH = 256  # files between two transactions
# What is remembered: another name when it means more than before.
_FACTS = "sha256 of whole sound"


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


def _identify(path):
    samples, rate = measure(path)
    return Clip(file_sha256(path), samples, rate)
