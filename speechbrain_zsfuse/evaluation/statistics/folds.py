"""A corpus that is tested in folds: all clips together, or fold by fold."""

from collections.abc import Sequence

import pandas

from speechbrain_zsfuse.evaluation.columns import truth_and_prediction
from speechbrain_zsfuse.evaluation.metrics.classification import (
    unweighted_average_recall,
)


def uar_over_folds(table: pandas.DataFrame, labels: Sequence[str]) -> dict:
    """UAR of all folds pooled, and the mean of their UARs.

    Pooled, every clip is tested once, and recalls are over all clips of a
    class; the mean weighs folds alike, and papers differ in which they give.

    Arguments
    ---------
    table : pandas.DataFrame
        Predictions of one seed on all folds, with ``fold``.
    labels : list of str
        All classes.

    Returns
    -------
    dict
        ``pooled``; ``mean_of_folds``, None if a fold lacks a class; and
        ``folds``, fold to UAR or None.

    Raises
    ------
    ValueError
        See ``unweighted_average_recall``.

    Example
    -------
    >>> table = pandas.DataFrame({"fold": list("111222")})
    >>> table["label"], table["prediction"] = list("aababb"), list("aabbbb")
    >>> uar_over_folds(table, ["a", "b"])["mean_of_folds"]
    0.75
    """
    folds = {
        fold: _uar(rows, labels) if set(rows["label"]) >= set(labels) else None
        for fold, rows in table.groupby("fold", sort=False)
    }
    known = None not in folds.values()
    mean = sum(folds.values()) / len(folds) if known else None
    return {
        "pooled": _uar(table, labels),
        "mean_of_folds": mean,
        "folds": folds,
    }


def _uar(rows, labels):
    return unweighted_average_recall(*truth_and_prediction(rows), labels)
