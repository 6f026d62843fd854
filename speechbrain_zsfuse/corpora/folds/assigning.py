"""Folds of a corpus: how many, and which clip is in which. Pure, without a
seed and independent of the order of clips; this file knows no corpus.

With 4 to 6 speakers each is a fold of its own, with more there are five; fewer
where a class has fewer speakers. How folds become even stands in
``search.py``.
"""

import hashlib

from speechbrain_zsfuse.corpora.folds.groups import count_groups, join_groups
from speechbrain_zsfuse.corpora.folds.search import spread
from speechbrain_zsfuse.errors import list_names

USUAL, EACH_ALONE = 5, 6  # folds; groups up to which each is a fold


def choose_number(table):
    """How many folds there are, if nobody says.

    Arguments
    ---------
    table : pandas.DataFrame
        See ``count_groups``.

    Returns
    -------
    int
        Each class has clips in at least as many groups; may be 1.

    Example
    -------
    >>> import pandas
    >>> choose_number(pandas.DataFrame({"sad": [1] * 9, "angry": [1] * 9}))
    5
    >>> choose_number(pandas.DataFrame({"sad": [1] * 6, "angry": [1] * 6}))
    6
    >>> choose_number(
    ...     pandas.DataFrame({"sad": [1] * 6, "angry": [1] + [0] * 5})
    ... )
    1
    """
    most = len(table) if len(table) <= EACH_ALONE else USUAL
    return min(most, int((table > 0).sum().min()))


def assign_folds(clips, k, labels, copies=(), groups=None):
    """Find the fold of every clip.

    Arguments
    ---------
    clips : pandas.DataFrame
        With the columns ``ID, emotion, speaker``; perhaps ``group, wav``.
    k : int
        Number of folds, 2 or more.
    labels : list of str
        The classes, each with clips.
    copies : iterable of list of str
        Ids that are the same recording.
    groups : pandas.Series, optional
        What stays together, if it is not ``join_groups``.

    Returns
    -------
    pandas.Series
        1 to k, numbered by the first speaker in each.

    Raises
    ------
    ValueError
        If folds would lack classes; it says which, and how many folds would
        not.

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame({"ID": list("abcd"), "emotion": "sad"})
    >>> clips["speaker"] = ["2", "1", "2", "1"]
    >>> assign_folds(clips, 2, ["sad"]).tolist()
    [2, 1, 2, 1]
    >>> clips["emotion"] = ["sad", "angry", "sad", "sad"]
    >>> assign_folds(clips, 2, ["sad", "angry"])
    Traceback (most recent call last):
    ValueError: Expected clips of every class in each of 2 folds, but there is \
no 'angry' in fold 2. No number of folds would do: leave a class out of \
`labels`, or merge it into another.
    """
    groups = join_groups(clips, copies) if groups is None else groups
    table = count_groups(clips, groups, labels)
    found = number_folds(table, k)
    lacking = _lacking(table, found, k)
    if lacking:
        fewer = [n for n in range(k - 1, 1, -1) if is_possible(table, n)]
        advice = "No number of folds would do: leave a class out of `labels`, "
        advice += "or merge it into another."
        if fewer:
            advice = f"There are such folds if there are {fewer[0]}: add "
            advice += f"--folds={fewer[0]}."
        told = [f"{label!r} in fold {fold}" for fold, label in lacking]
        raise ValueError(
            f"Expected clips of every class in each of {k} folds, but there is "
            f"no {list_names(told)}. {advice}"
        )
    return groups.map(found)


def number_folds(table, k):
    """The fold of every group, whether or not classes are missing in some.

    Arguments
    ---------
    table : pandas.DataFrame
        See ``count_groups``.
    k : int

    Returns
    -------
    dict
        Group to fold, 1 to k, numbered by the first group in each.

    Example
    -------
    >>> import pandas
    >>> number_folds(pandas.DataFrame({"sad": [1, 4, 3]}, list("abc")), 2)
    {'a': 1, 'b': 2, 'c': 1}
    """
    folds = spread(table.to_numpy(), k).tolist()
    number = {}
    for fold in folds:
        number.setdefault(fold, len(number) + 1)
    return {group: number[fold] for group, fold in zip(table.index, folds)}


def is_possible(table, k):
    """Whether ``spread`` finds k folds that lack no class.

    Example
    -------
    >>> import pandas
    >>> is_possible(pandas.DataFrame({"sad": [1, 4, 3]}), 3)
    True
    """
    return not _lacking(table, number_folds(table, k), k)


def _lacking(table, found, k):
    """Pairs of fold and label without a clip."""
    sums = table.groupby(table.index.map(found)).sum()
    sums = sums.reindex(range(1, k + 1), fill_value=0).stack()
    return sums.index[sums == 0].tolist()


def hash_assignment(names, values):
    """sha256 of who was assigned to what: equal folds have an equal one.

    Arguments
    ---------
    names : iterable of str
        Of groups or clips; those that come again count once.
    values : iterable
        Fold or split of each.

    Returns
    -------
    str
        64 hexadecimal digits.

    Example
    -------
    >>> hash_assignment(["b", "a"], [1, 2]) == hash_assignment("ab", [2, 1])
    True
    """
    lines = {f"{name}\t{value}\n" for name, value in zip(names, values)}
    lines = sorted(lines)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
