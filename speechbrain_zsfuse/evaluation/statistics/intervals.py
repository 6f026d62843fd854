"""How far a UAR may be off by chance: by clips, and by speakers. No torch here.

By clips: what other clips of the same speakers would give. By speakers: what
other speakers would give, which is what one wants to know, and needs many of
them. Bootstrap, always with the same draws.
"""

from collections.abc import Sequence

import numpy as np
import pandas

from speechbrain_zsfuse.evaluation.columns import truth_and_prediction
from speechbrain_zsfuse.evaluation.metrics.classification import (
    confusion,
    unweighted_average_recall,
)
from speechbrain_zsfuse.evaluation.metrics.groups import measure_groups
from speechbrain_zsfuse.evaluation.statistics.bootstrap import (
    DRAWS,
    bootstrap_uar,
    ends_of,
)

_SEED = 0


def measure_uar(table: pandas.DataFrame, labels: Sequence[str]) -> dict:
    """UAR and how far it may be off.

    Arguments
    ---------
    table : pandas.DataFrame
        See ``interval_by_speakers``; each class occurs.
    labels : list of str
        All classes.

    Returns
    -------
    dict
        ``UAR``, ``interval_by_clips`` and ``interval_by_speakers``, 95 %. Both
        are None if every clip is taken for one class: then draws give the same
        UAR, however little it means.

    Example
    -------
    >>> table = pandas.DataFrame({"speaker": list("1122")})
    >>> table["label"], table["prediction"] = list("abab"), "a"
    >>> measure_uar(table, ["a", "b"])
    {'UAR': 0.5, 'interval_by_clips': None, 'interval_by_speakers': None}
    """
    labels, by_clips, by_speakers = list(labels), None, None
    pair = truth_and_prediction(table)
    if len(set(pair[1])) > 1:
        by_clips = interval_by_clips(_with_failures(*pair, labels))
        by_speakers = interval_by_speakers(table, labels)
    return {
        "UAR": unweighted_average_recall(*pair, labels),
        "interval_by_clips": by_clips,
        "interval_by_speakers": by_speakers,
    }


def _with_failures(truth, prediction, labels):
    """Counts with a further column, of clips without an answer."""
    rows = confusion(truth, prediction, labels)
    sizes = [truth.count(label) for label in labels]
    return [[*row, size - sum(row)] for row, size in zip(rows, sizes)]


def interval_by_clips(
    confusion: Sequence[Sequence[int]], level: float = 0.95
) -> tuple[float, float]:
    """Interval of the UAR if clips of each class are drawn anew.

    Arguments
    ---------
    confusion : list of list of int
        Counts, true class in rows; each class occurs. Further columns are
        wrong answers, too.
    level : float
        In (0, 1).

    Returns
    -------
    tuple of float
        Lower and upper end, in [0, 1].

    Example
    -------
    >>> low, high = interval_by_clips([[16, 16], [16, 16]])
    >>> round(low, 2), round(high, 2)
    (0.38, 0.62)
    """
    counts = np.sum(confusion, axis=1)
    recalls = np.diag(confusion) / counts
    draws = np.random.default_rng(_SEED).binomial(
        counts, recalls, size=(DRAWS, len(counts))
    )
    return ends_of((draws / counts).mean(axis=1), level)


def interval_by_speakers(
    table: pandas.DataFrame, labels: Sequence[str], level: float = 0.95
) -> tuple[float, float] | None:
    """Interval of the UAR if speakers are drawn anew, then their clips.

    Arguments
    ---------
    table : pandas.DataFrame
        With ``speaker``, ``label`` and ``prediction``. Each clip of an unknown
        speaker (empty) counts as one of somebody else, as in all tables.
    labels : list of str
        All classes.
    level : float
        In (0, 1).

    Returns
    -------
    tuple of float or None
        Lower and upper end, in [0, 1]. None if no speaker is known; see
        ``bootstrap_uar`` for when else.

    Example
    -------
    >>> table = pandas.DataFrame({"speaker": list("11112222")})
    >>> table["label"] = list("aabbaabb")
    >>> table["prediction"] = list("aabbbbaa")
    >>> interval_by_speakers(table, ["a", "b"])
    (0.0, 1.0)
    """
    whole = set(table["label"]) >= set(labels)
    if not whole or not table["speaker"].any():
        return None
    return bootstrap_uar([table], labels, level)


def uar_by_speaker(
    table: pandas.DataFrame, labels: Sequence[str]
) -> dict[str, float | None]:
    """UAR of each speaker; None for one who lacks a class.

    Arguments
    ---------
    table, labels
        See ``interval_by_speakers``.

    Returns
    -------
    dict
        Speaker to UAR in [0, 1], in the order of their names.

    Example
    -------
    >>> table = pandas.DataFrame({"speaker": ["1", "1", "2"]})
    >>> table["label"] = table["prediction"] = ["a", "b", "a"]
    >>> uar_by_speaker(table, ["a", "b"])
    {'1': 1.0, '2': None}
    """
    groups = measure_groups(table, table["speaker"], labels)
    return {speaker: group.get("UAR") for speaker, group in groups.items()}
