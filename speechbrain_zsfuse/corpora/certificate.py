"""What a corpus was found to hold: the certificate beside its manifests.

It counts clips by class, speaker and split, names what was left out and why,
and proves what the splits do not share. Pure functions on data frames; this
file knows no corpus.
"""

import hashlib
from collections.abc import Mapping
from itertools import combinations

from speechbrain_zsfuse.corpora.speakers import same_speaker, who_is_meant


def compare_counts(what, expected, found):
    """Say where counts differ, one line each.

    Arguments
    ---------
    what : str
        What is counted, for the lines.
    expected, found : dict
        Name to count; a name that is missing counts 0.

    Returns
    -------
    list of str
        Empty if all are equal.

    Example
    -------
    >>> compare_counts("clips of", {"sad": 2, "angry": 1}, {"sad": 3})
    ['clips of angry: expected 1, found 0 (-1)', \
'clips of sad: expected 2, found 3 (+1)']
    """
    return [
        f"{what} {name}: expected {expected.get(name, 0):,}, found "
        f"{found.get(name, 0):,} "
        f"({found.get(name, 0) - expected.get(name, 0):+,})"
        for name in sorted(expected.keys() | found.keys(), key=str)
        if expected.get(name, 0) != found.get(name, 0)
    ]


def shared_values(splits, field, pairs=None):
    """Which values of a field any two splits share.

    Arguments
    ---------
    splits : dict
        Split to ``pandas.DataFrame``.
    field : str
        A column, for instance ``speaker``. Empty values are not compared, and
        speakers by who is meant; see ``speakers.py``.
    pairs : iterable of str, optional
        "a & b" of the splits to compare; by default all.

    Returns
    -------
    dict
        "a & b" to the sorted list of shared values, in each spelling; or to
        a sentence, if a split has nothing to compare.

    Example
    -------
    >>> import pandas
    >>> frame = lambda *names: pandas.DataFrame({"speaker": names})
    >>> shared_values({"train": frame("1"), "test": frame("1.0")}, "speaker")
    {'train & test': ['1', '1.0']}
    >>> shared_values({"train": frame("1"), "test": frame("")}, "speaker")
    {'train & test': 'nothing to compare: no speaker is known in test'}
    """
    values = {name: _spellings(frame[field]) for name, frame in splits.items()}
    every = {f"{a} & {b}": (a, b) for a, b in combinations(splits, 2)}
    return {
        pair: _shared(field, {split: values[split] for split in every[pair]})
        for pair in (every if pairs is None else pairs)
    }


def _spellings(column):
    """What is meant, to the set of how it is written; unknown is left out."""
    found = {}
    for value in column.unique():
        name = who_is_meant(value) if column.name == "speaker" else value
        found.setdefault(name, set()).add(value)
    found.pop("", None)
    return found


def _shared(field, values):
    unknown = [split for split, found in values.items() if not found]
    if unknown:
        where = " and ".join(unknown)
        return f"nothing to compare: no {field} is known in {where}"
    first, second = values.values()
    both = first.keys() & second.keys()
    return sorted(set().union(*(first[n] | second[n] for n in both)))


def disjointness(splits, field, pairs=None):
    """As ``shared_values``; a shared value is a ValueError.

    Example
    -------
    >>> import pandas
    >>> frame = lambda *names: pandas.DataFrame({"speaker": names})
    >>> disjointness({"train": frame("01"), "test": frame("02")}, "speaker")
    {'train & test': []}
    """
    shared = shared_values(splits, field, pairs)
    for pair, values in shared.items():
        if isinstance(values, list) and values:
            raise ValueError(
                f"Expected no common {field} in {pair}, but both hold "
                f"{values}. Give every {field} to one split."
            )
    return shared


def prove_disjoint(splits, disjoint):
    """As ``disjointness``, of several columns.

    Arguments
    ---------
    splits : dict
        Split to ``pandas.DataFrame``.
    disjoint : iterable of str, or dict
        Columns; or column to the pairs that are compared, "train & test".

    Returns
    -------
    dict
        Column to what ``disjointness`` gives.

    Example
    -------
    >>> import pandas
    >>> one = pandas.DataFrame({"speaker": ["1"], "text": ["x"]})
    >>> splits = {"train": one, "test": one.assign(speaker="2")}
    >>> prove_disjoint(splits, ["speaker"])
    {'speaker': {'train & test': []}}
    """
    named = isinstance(disjoint, Mapping)
    pairs = disjoint if named else dict.fromkeys(disjoint)
    return {
        field: disjointness(splits, field, compared)
        for field, compared in pairs.items()
    }


def unknown_values(clips, field):
    """A remark on clips for which nothing can be proved.

    Arguments
    ---------
    clips : pandas.DataFrame
        With the columns ``split`` and ``field``.
    field : str

    Returns
    -------
    list of str
        Empty if all are known.

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame({"speaker": ["", "7"], "split": "train"})
    >>> unknown_values(clips, "speaker")
    ['the speaker of 1 clips is unknown (train 1); they are not compared \
between the splits']
    """
    unknown = clips[field] == ""
    if field == "speaker":
        unknown = clips[field].map(same_speaker) == ""
    counts = clips.loc[unknown, "split"].value_counts()
    if counts.empty:
        return []
    where = ", ".join(f"{split} {n:,}" for split, n in counts.items())
    return [
        f"the {field} of {counts.sum():,} clips is unknown ({where}); they are "
        "not compared between the splits"
    ]


def ids_hash(ids):
    """sha256 of the sorted ids, one a line.

    Example
    -------
    >>> ids_hash(["b", "a"]) == hashlib.sha256(b"a\\nb").hexdigest()
    True
    """
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()


def counts(frame):
    """Clips, seconds, and clips of each class, speaker, session and so on.

    Arguments
    ---------
    frame : pandas.DataFrame
        Rows of a manifest.

    Returns
    -------
    dict
        JSON values. Speakers and sessions without a name count as "unknown".

    Example
    -------
    >>> import pandas
    >>> clip = {"duration": 1.5, "emotion": "sad", "speaker": ""}
    >>> counts(pandas.DataFrame([clip]))["speakers"]
    {'unknown': 1}
    """
    result = {
        "clips": len(frame),
        "seconds": round(float(frame["duration"].sum()), 3),
    }
    for field, name in (
        ("emotion", "classes"),
        ("speaker", "speakers"),
        ("session", "sessions"),
        ("part", "parts"),
        ("corpus", "corpora"),
    ):
        if field not in frame:
            continue
        values = frame[field].fillna("").map(str).replace("", "unknown")
        if name == "speakers" or (values != "unknown").any():
            result[name] = values.value_counts().sort_index().to_dict()
    return result
