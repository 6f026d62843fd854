"""How far WA or macro F1 may be off, other speakers given: the delete-one
jackknife over speakers (Efron and Tibshirani, An Introduction to the Bootstrap,
1993, chapter 11). For UAR there is ``intervals.py``. No torch here.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas
from scipy.stats import t as student

from speechbrain_zsfuse.evaluation.columns import truth_and_prediction


def count_by_speakers(
    table: pandas.DataFrame, labels: Sequence[str]
) -> np.ndarray | None:
    """Confusion of each speaker.

    Arguments
    ---------
    table : pandas.DataFrame
        With ``speaker``, ``label`` and ``prediction``; each clip of an unknown
        speaker (empty) counts as one of somebody else.
    labels : list of str
        E classes.

    Returns
    -------
    numpy.ndarray or None
        [speakers, E, E + 1], int: true class in rows; the last column counts
        what was taken for none of them. None if no speaker is known.

    Example
    -------
    >>> table = pandas.DataFrame({"speaker": ["1", ""], "label": ["a", "b"]})
    >>> count_by_speakers(table.assign(prediction="a"), ["a", "b"]).tolist()
    [[[1, 0, 0], [0, 0, 0]], [[0, 0, 0], [1, 0, 0]]]
    """
    if not (table["speaker"] != "").any():
        return None
    unknown = (table["speaker"] == "").to_numpy()
    codes, names = pandas.factorize(table["speaker"])
    codes[unknown] = len(names) + np.arange(unknown.sum())
    codes = pandas.factorize(codes)[0]
    truth, prediction = truth_and_prediction(table)
    columns = pandas.Index(labels)
    counts = np.zeros((codes.max() + 1, len(labels), len(labels) + 1), int)
    # An answer that is no class has the index -1: the last column.
    where = codes, columns.get_indexer(truth), columns.get_indexer(prediction)
    np.add.at(counts, where, 1)
    return counts


def jackknife(
    counts: np.ndarray, metric: Callable, level: float = 0.95
) -> tuple[float, float] | None:
    """Interval of a metric if speakers are drawn anew.

    Arguments
    ---------
    counts : numpy.ndarray
        [S, E, E + 1], see ``count_by_speakers``.
    metric : callable
        Of counts [..., E, E + 1], gives [...] in [0, 1].
    level : float
        In (0, 1).

    Returns
    -------
    tuple of float or None
        Lower and upper end, in [0, 1], by Student's t with S - 1 degrees of
        freedom. None of one speaker, or if one alone has all clips of a class.

    Example
    -------
    >>> right, wrong = [[[1, 0]]], [[[0, 1]]]
    >>> counts = np.array(right * 3 + wrong)
    >>> low, high = jackknife(counts, lambda n: n[..., 0, 0] / n.sum((-1, -2)))
    >>> round(low, 3), high
    (0.0, 1.0)
    """
    speakers, total = len(counts), counts.sum(axis=0)
    without = total - counts
    kept = without.any(axis=2) == total.any(axis=1)
    if speakers < 2 or not kept.all():
        return None
    # (S - 1) / S times the sum of squares, and S in the variance.
    error = np.sqrt((speakers - 1) * np.var(metric(without)))
    reach = student.ppf((1 + level) / 2, speakers - 1) * error
    value = float(metric(total))
    return max(0.0, float(value - reach)), min(1.0, float(value + reach))
