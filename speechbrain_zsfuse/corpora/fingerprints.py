"""Which recordings of a large corpus are the same: the question of
``duplicates``, without comparing all with all by ear.

A fingerprint is how much the loudness of a recording (its envelope) moves at
each speed: the energy of its spectrum in bands, fine where syllables are.
Level, rate, format and delay leave it as it is. By the triangle inequality two
fingerprints differ by no more than the envelopes do at any delay, so whatever
``sounds_like`` would find is near, and only that is listened to again.
This file knows no corpus.
"""

from bisect import bisect_right
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from speechbrain_zsfuse.corpora.duplicates import (
    FRAME_RATE,
    NEAR,
    SAME,
    read_envelope,
    sounds_like,
)
from speechbrain_zsfuse.file_cache import FileCache, open_database
from speechbrain_zsfuse.progress import show_bar

# Hz: where each of the bands ends but the last.
_EDGES = np.r_[0.375 * np.arange(1, 33), np.geomspace(12, 195, 33)[1:]]
_STEPS = 255  # of the numbers that are kept
_BATCH = 64  # files between two transactions
# Envelopes that correlate by SAME are this far apart; rounding adds a little.
_REACH = _STEPS * np.sqrt(2 - 2 * SAME) + np.sqrt(len(_EDGES) + 1)


def fingerprint(envelope):
    """What two copies of a recording have in common, small.

    Arguments
    ---------
    envelope : numpy.ndarray
        float32, shape [F]; see ``duplicates.envelope``.

    Returns
    -------
    numpy.ndarray
        uint8, shape [65]; its norm is about 255, or 0 for silence.

    Example
    -------
    >>> envelope = np.random.default_rng(0).normal(size=400)
    >>> envelope /= np.linalg.norm(envelope)
    >>> late = np.pad(envelope, (8, 0))
    >>> bool((fingerprint(envelope) == fingerprint(late)).all())
    True
    """
    size = 1 << (2 * len(envelope)).bit_length()
    energy = np.abs(np.fft.rfft(envelope, size)) ** 2 * 2 / size
    energy[[0, -1]] /= 2
    speed = np.fft.rfftfreq(size, 1 / FRAME_RATE)
    band = np.searchsorted(_EDGES, speed, side="right")
    summed = np.bincount(band, energy, len(_EDGES) + 1)
    return np.rint(_STEPS * np.sqrt(summed)).clip(0, 255).astype(np.uint8)


def take_fingerprints(folder, paths, cache=None, progress=True):
    """Fingerprints of audio files; some 500 files a second and core.

    Arguments
    ---------
    folder : str or Path
        Root of the corpus. Nothing is written there.
    paths : list of str
        Files, relative to ``folder``.
    cache : str or Path, optional
        SQLite file that remembers fingerprints; see ``file_cache.py``.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    dict
        Path to (frames of the envelope, fingerprint in hexadecimal digits).
        Files that cannot be used are left out: what is wrong with them is for
        ``inspect_files`` to say.

    Example
    -------
    >>> take_fingerprints(getfixture("tmpdir"), ["missing.wav"])
    {}
    """
    folder = Path(folder)
    description = "what is remembered of audio files"
    with open_database(cache, description) as database:
        facts = FileCache(database, "fingerprint", folder)
        found = facts.recall(paths)
        todo = [path for path in dict.fromkeys(paths) if path not in found]
        batches = [todo[i : i + _BATCH] for i in range(0, len(todo), _BATCH)]
        bar = show_bar(
            title="Comparing recordings",
            wanted=progress and todo,
            total=len(todo),
            unit="clip",
        )
        with bar, ThreadPoolExecutor() as pool:
            for new in pool.map(lambda b: _take_all(folder, b), batches):
                facts.keep({p: value for p, value in new.items() if value})
                found |= new
                bar.update(len(new))
    return {path: tuple(found[path]) for path in paths if found[path]}


def _take_all(folder, paths):
    return {path: _take(folder / path) for path in paths}


def _take(path):
    envelope = read_envelope(path)
    if envelope is None:
        return None
    return len(envelope), fingerprint(envelope).tobytes().hex()


def find_copies(folder, paths, cache=None, progress=True):
    """Which audio files are the same recording.

    Arguments
    ---------
    folder, paths, cache, progress
        See ``take_fingerprints``.

    Returns
    -------
    list of list of str
        Groups of two or more files, in the order of ``paths``.

    Example
    -------
    >>> import soundfile
    >>> folder = Path(getfixture("tmpdir"))
    >>> a, b = np.random.default_rng(0).uniform(-0.5, 0.5, (2, 16000))
    >>> for name, sound in (("a", a), ("b", b), ("soft a", 0.1 * a)):
    ...     soundfile.write(folder / f"{name}.wav", sound, 16000)
    >>> find_copies(folder, ["a.wav", "b.wav", "soft a.wav"])
    [['a.wav', 'soft a.wav']]
    """
    folder = Path(folder)
    prints = take_fingerprints(folder, paths, cache, progress)
    sounding = {
        path: (frames, digits)
        for path, (frames, digits) in prints.items()
        if digits.strip("0")
    }
    first = {}  # one file of each fingerprint: the others equal it
    for path, value in sounding.items():
        first.setdefault(value, path)
    pairs = [(first[value], path) for path, value in sounding.items()]
    pairs += _listen(folder, neighbours({p: v for v, p in first.items()}))
    return _join(pairs)


def neighbours(prints):
    """What may be the same recording: all that ``sounds_like``
    would find.

    Arguments
    ---------
    prints : dict
        Name to (frames, digits); see ``take_fingerprints``.

    Returns
    -------
    dict
        Name to list of names, each pair once; most names are left out.

    Example
    -------
    >>> neighbours({"a": (400, "ff00"), "b": (410, "fe00"), "c": (9, "ff00")})
    {'a': ['b']}
    """
    names = sorted(prints, key=lambda name: prints[name][0])
    lengths = [prints[name][0] for name in names]
    digits = "".join(prints[name][1] for name in names)
    table = np.frombuffer(bytes.fromhex(digits), np.uint8).astype(np.float32)
    table = table.reshape(len(names), -1) if names else table
    squares = np.square(table).sum(axis=-1)
    found = {}
    for index, name in enumerate(names):
        others = slice(index + 1, bisect_right(lengths, lengths[index] + NEAR))
        apart = squares[others] - 2 * table[others] @ table[index]
        near = np.flatnonzero(apart + squares[index] <= _REACH**2)
        if len(near):
            found[name] = [names[index + 1 + other] for other in near]
    return found


def _listen(folder, near):
    """Pairs of what is near that are the same recording."""
    paths = sorted(
        {path for a, others in near.items() for path in (a, *others)}
    )
    with ThreadPoolExecutor() as pool:
        read = pool.map(lambda path: read_envelope(folder / path), paths)
        envelopes = dict(zip(paths, read))
    for path, others in near.items():
        same = sounds_like(envelopes[path], [envelopes[o] for o in others])
        yield from ((path, other) for other, s in zip(others, same) if s)


def _join(pairs):
    """Groups of two or more, joined by pairs."""
    place = {}
    for pair in pairs:
        for path in pair:
            place.setdefault(path, len(place))
    rows, columns = [[place[pair[i]] for pair in pairs] for i in (0, 1)]
    shape = (len(place), len(place))
    links = coo_array((np.ones(len(rows)), (rows, columns)), shape)
    groups = {}
    if place:
        _, labels = connected_components(links, directed=False)
        for path, label in zip(place, labels):
            groups.setdefault(label, []).append(path)
    return [group for group in groups.values() if len(group) > 1]
