"""How far a UAR may be off by chance: by clips, and by speakers. No torch here.

By clips: what other clips of the same speakers would give. By speakers: what
other speakers would give, which is what one wants to know, and needs many of
them. Bootstrap, always with the same draws.
"""

from collections.abc import Sequence

import numpy as np
import pandas

from speechbrain_zsfuse.evaluation.metrics.classification import (
    confusion,
    unweighted_average_recall,
)

_DRAWS = 10_000
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
    pair = table["label"].tolist(), table["prediction"].tolist()
    if len(set(pair[1])) > 1:
        by_clips = interval_by_clips(confusion(*pair, labels))
        by_speakers = interval_by_speakers(table, labels)
    return {
        "UAR": unweighted_average_recall(*pair, labels),
        "interval_by_clips": by_clips,
        "interval_by_speakers": by_speakers,
    }


def interval_by_clips(
    confusion: Sequence[Sequence[int]], level: float = 0.95
) -> tuple[float, float]:
    """Interval of the UAR if clips of each class are drawn anew.

    Arguments
    ---------
    confusion : list of list of int
        Counts, true class in rows; each class occurs.
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
        counts, recalls, size=(_DRAWS, len(counts))
    )
    return ends_of((draws / counts).mean(axis=1), level)


def interval_by_speakers(
    table: pandas.DataFrame, labels: Sequence[str], level: float = 0.95
) -> tuple[float, float] | None:
    """Interval of the UAR if speakers are drawn anew, with all their clips.

    Arguments
    ---------
    table : pandas.DataFrame
        With ``speaker``, ``label`` and ``prediction``. Clips of unknown
        speakers (empty) are left out.
    labels : list of str
        All classes.
    level : float
        In (0, 1).

    Returns
    -------
    tuple of float or None
        Lower and upper end, in [0, 1]. None if there are fewer than two
        speakers, or if too many draws would lack a class.

    Example
    -------
    >>> table = pandas.DataFrame({"speaker": list("1122")})
    >>> table["label"] = list("abab")
    >>> table["prediction"] = list("abba")
    >>> interval_by_speakers(table, ["a", "b"])
    (0.0, 1.0)
    """
    _, right, counts = _by_speaker(table, labels)
    size = len(counts)
    if size < 2:
        return None
    draws = np.random.default_rng(_SEED).multinomial(
        size, [1 / size] * size, size=_DRAWS
    )
    heard = draws @ counts
    whole = heard.all(axis=1)
    if whole.mean() < level:
        return None
    return ends_of(((draws @ right)[whole] / heard[whole]).mean(axis=1), level)


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
    return {
        speaker: float((hits / total).mean()) if total.all() else None
        for speaker, hits, total in zip(*_by_speaker(table, labels))
    }


def _by_speaker(table, labels):
    """Speakers; right clips of each, and all, [speakers, classes]."""
    known = table[table["speaker"] != ""]
    speakers = sorted(set(known["speaker"]))
    right = known[known["label"] == known["prediction"]]
    return speakers, *(
        pandas.crosstab(part["speaker"], part["label"])
        .reindex(index=speakers, columns=list(labels), fill_value=0)
        .to_numpy()
        for part in (right, known)
    )


def ends_of(draws: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """Ends of an interval that holds the middle of bootstrap draws.

    Arguments
    ---------
    draws : numpy.ndarray
        float, shape [D].
    level : float
        In (0, 1): the share that it holds.

    Returns
    -------
    tuple of float
        Lower and upper end.

    Example
    -------
    >>> ends_of(np.linspace(0, 1, 101), level=0.5)
    (0.25, 0.75)
    """
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
