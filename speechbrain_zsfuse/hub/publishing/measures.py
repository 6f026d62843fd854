"""What a run reaches on test, as numbers with intervals."""

from typing import NamedTuple

import numpy as np

from speechbrain_zsfuse.evaluation.columns import truth_and_prediction
from speechbrain_zsfuse.evaluation.metrics.classification import (
    macro_f1,
    unweighted_average_recall,
    weighted_accuracy,
)
from speechbrain_zsfuse.evaluation.metrics.corpora import zero_shot_answers
from speechbrain_zsfuse.evaluation.statistics.intervals import (
    interval_by_speakers,
)
from speechbrain_zsfuse.evaluation.statistics.jackknife import (
    count_by_speakers,
    jackknife,
)


class Measure(NamedTuple):
    """A metric of all test clips.

    Attributes
    ----------
    type : str
        As the Hugging Face hub knows it.
    name : str
    value : float
        In [0, 1].
    interval : tuple of float or None
        95 %, other speakers given; None if too few speakers are known.

    Example
    -------
    >>> Measure("accuracy", "WA", 0.5, None).value
    0.5
    """

    type: str
    name: str
    value: float
    interval: tuple[float, float] | None


def measure(table, labels):
    """UAR, WA and macro F1 with their intervals.

    Arguments
    ---------
    table : pandas.DataFrame
        Test predictions; each class occurs.
    labels : list of str
        E classes.

    Returns
    -------
    list of Measure

    Example
    -------
    >>> import pandas
    >>> table = pandas.DataFrame({"speaker": "", "label": list("abab")})
    >>> [one.value for one in measure(table.assign(prediction="a"), ["a", "b"])]
    [0.5, 0.5, 0.3333333333333333]
    """
    pair = truth_and_prediction(table)
    uar = unweighted_average_recall(*pair, labels)
    by_speakers = interval_by_speakers(table, labels)
    counts = count_by_speakers(table, labels)
    found = [Measure("recall", "UAR (macro recall)", uar, by_speakers)]
    for kind, name, metric, of_counts in _OTHERS:
        interval = None if counts is None else jackknife(counts, of_counts)
        found.append(Measure(kind, name, metric(*pair, labels), interval))
    return found


def accuracy_of(counts):
    """Share of clips that are right, of counts [..., E, E + 1].

    Example
    -------
    >>> import numpy as np
    >>> float(accuracy_of(np.array([[3, 0, 0], [1, 0, 0]])))
    0.75
    """
    right = np.trace(counts[..., :-1], axis1=-2, axis2=-1)
    return right / counts.sum(axis=(-1, -2))


def macro_f1_of(counts):
    """Mean over classes of 2 TP / (clips of it + clips taken for it), 0 of a
    class without clips, of counts [..., E, E + 1].

    Example
    -------
    >>> import numpy as np
    >>> float(macro_f1_of(np.array([[2, 0, 0], [2, 0, 0]])))
    0.3333333333333333
    """
    right = np.diagonal(counts[..., :-1], axis1=-2, axis2=-1)
    both = counts.sum(axis=-1) + counts[..., :-1].sum(axis=-2)
    return (2 * right / np.maximum(both, 1)).mean(axis=-1)


_OTHERS = (
    ("accuracy", "WA (accuracy)", weighted_accuracy, accuracy_of),
    ("f1", "macro F1", macro_f1, macro_f1_of),
)


def measure_zero_shot(table, labels):
    """The same of the zero-shot scores alone; None without scores.

    Arguments, returns as ``measure``.

    Example
    -------
    >>> import pandas
    >>> measure_zero_shot(pandas.DataFrame({"label": ["a"]}), ["a"])
    """
    answers = zero_shot_answers(table)
    if answers is None:
        return None
    return measure(table.assign(prediction=answers), labels)
