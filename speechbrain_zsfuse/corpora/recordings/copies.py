"""Which recordings of a large corpus are the same: the question of
``duplicates``, without comparing all with all by ear.

Whatever ``sounds_like`` would find has fingerprints that are near, and only
what is near is listened to again. This file knows no corpus.
"""

from bisect import bisect_right
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from speechbrain_zsfuse.corpora.recordings.duplicates import (
    EDGES,
    NEAR,
    SAME,
    STEPS,
    read_envelope,
    sounds_like,
)
from speechbrain_zsfuse.file_cache import THREADS

# Envelopes that correlate by SAME are this far apart; rounding adds a little.
_REACH = STEPS * np.sqrt(2 - 2 * SAME) + np.sqrt(len(EDGES) + 1)


def find_copies(folder, findings):
    """Which audio files are the same recording.

    Arguments
    ---------
    folder : str or Path
        Root of the corpus.
    findings : dict
        Path relative to ``folder`` to ``Finding``; those with a problem, or
        without anything like speech, are like nothing.

    Returns
    -------
    list of list of str
        Groups of two or more files, in the order of ``findings``.

    Example
    -------
    >>> import soundfile
    >>> from speechbrain_zsfuse.corpora.recordings.inspection import (
    ...     inspect_file,
    ... )
    >>> folder, findings = Path(getfixture("tmpdir")), {}
    >>> a, b = np.random.default_rng(0).uniform(-0.5, 0.5, (2, 16000))
    >>> for name, sound in (("a", a), ("b", b), ("soft a", 0.1 * a)):
    ...     soundfile.write(folder / f"{name}.wav", sound, 16000)
    ...     findings[f"{name}.wav"] = inspect_file(folder / f"{name}.wav")
    >>> find_copies(folder, findings)
    [['a.wav', 'soft a.wav']]
    """
    folder = Path(folder)
    prints = {
        path: (found.seconds, found.fingerprint)
        for path, found in findings.items()
        if found.fingerprint.strip("0")
    }
    first = {}  # one file of each fingerprint: the others equal it
    for path, value in prints.items():
        first.setdefault(value, path)
    pairs = [(first[value], path) for path, value in prints.items()]
    pairs += _listen(folder, neighbours({p: v for v, p in first.items()}))
    return _join(pairs)


def neighbours(prints):
    """What may be the same recording: all that ``sounds_like`` would find.

    Arguments
    ---------
    prints : dict
        Name to (duration in seconds, fingerprint).

    Returns
    -------
    dict
        Name to list of names, each pair once; most names are left out.

    Example
    -------
    >>> neighbours({"a": (1, "ff00"), "b": (1.02, "fe00"), "c": (9, "ff00")})
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
    with ThreadPoolExecutor(THREADS) as pool:
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
