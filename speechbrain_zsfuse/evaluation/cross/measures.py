"""How good a model is on a corpus whose classes are not quite its own. Pure.

Two questions, two numbers, each with its interval by speakers:

- over the *shared* classes: of the clips of these classes, answered with the
  most probable of these classes and no other, the mean recall. It asks whether
  the model still hears what it was taught; chance is 1 / number of them.
- over *all* classes of the target: all its clips, answered as the model
  answers, with the most probable of its own classes. A class that it was never
  taught has recall 0, and an answer that the target does not know is wrong. It
  asks what somebody gets who uses the model there as it is.

With equal inventories both are the usual UAR.
"""

from collections.abc import Sequence

import numpy as np
import pandas

from speechbrain_zsfuse.evaluation.columns import (
    PROBABILITY,
    highest,
    truth_and_prediction,
)
from speechbrain_zsfuse.evaluation.metrics.classification import (
    unweighted_average_recall,
)
from speechbrain_zsfuse.evaluation.statistics.bootstrap import bootstrap_uar


def answer_shared(
    table: pandas.DataFrame, shared: Sequence[str]
) -> pandas.DataFrame:
    """The clips of the shared classes, answered with one of these.

    Arguments
    ---------
    table : pandas.DataFrame
        Predictions, see ``read_predictions``: its probabilities are of the
        model's classes, its labels of the target's.
    shared : list of str
        At least two.

    Returns
    -------
    pandas.DataFrame
        The most probable of the shared classes, the first of equals; of a
        table without probabilities another answer is none: empty, a wrong one.

    Example
    -------
    >>> row = {"label": ["sad"], "prediction": ["bored"]}
    >>> row |= {"probability_bored": 0.5, "probability_sad": 0.3}
    >>> table = pandas.DataFrame(row | {"probability_angry": 0.2})
    >>> answer_shared(table, ["angry", "sad"])["prediction"].tolist()
    ['sad']
    """
    clips = table[table["label"].isin(shared)]
    columns = [PROBABILITY + label for label in shared]
    if not {*columns} <= {*clips}:
        return _with_misses(clips, shared)
    return clips.assign(prediction=highest(clips[columns].to_numpy(), shared))


def answer_all(
    table: pandas.DataFrame, labels: Sequence[str]
) -> pandas.DataFrame:
    """All clips, answered as the model does.

    Arguments
    ---------
    table : pandas.DataFrame
        See ``answer_shared``.
    labels : list of str
        All classes of the target.

    Returns
    -------
    pandas.DataFrame
        An answer that is no class of the target is empty: a wrong one.

    Example
    -------
    >>> table = pandas.DataFrame({"label": ["sad"], "prediction": ["bored"]})
    >>> answer_all(table, ["sad", "angry"])["prediction"].tolist()
    ['']
    """
    return _with_misses(table, labels)


def measure_transfer(
    tables: Sequence[pandas.DataFrame],
    shared: Sequence[str],
    labels: Sequence[str],
) -> dict:
    """Both UARs of runs on one target, with their intervals.

    Arguments
    ---------
    tables : list of pandas.DataFrame
        Predictions of the same clips, one a run; see ``answer_shared``.
    shared : list of str
        See ``shared_labels``.
    labels : list of str
        All classes of the target; each occurs.

    Returns
    -------
    dict
        ``UAR`` over the shared classes and ``UAR_all`` over all, in [0, 1],
        means over runs; their 95 % intervals by speakers, ``interval`` and
        ``interval_all`` (None if speakers are too few or unknown, or if every
        clip is taken for one class); ``sd`` and ``sd_all``: standard deviation
        over runs (ddof 1), None of one.

    Example
    -------
    >>> table = pandas.DataFrame({"id": list("wxyz"), "speaker": list("1122")})
    >>> table["label"] = ["sad", "angry", "angry", "calm"]
    >>> table["prediction"] = ["sad", "angry", "sad", "sad"]
    >>> found = measure_transfer([table], ["sad", "angry"], [*set(table.label)])
    >>> found["UAR"], found["UAR_all"]
    (0.75, 0.5)
    """
    restricted = [answer_shared(table, shared) for table in tables]
    as_given = [answer_all(table, labels) for table in tables]
    known = _measure(restricted, shared)
    whole = known
    if not all(map(_are_alike, restricted, as_given)):
        whole = _measure(as_given, labels)
    names = "UAR", "interval", "sd"
    return dict(zip(names, known)) | {
        f"{name}_all": value for name, value in zip(names, whole)
    }


def _are_alike(one, other):
    """Whether it makes no difference how the model was asked."""
    answers = one["prediction"].tolist(), other["prediction"].tolist()
    return answers[0] == answers[1]


def _measure(tables, labels):
    labels = list(labels)
    pairs = [truth_and_prediction(table) for table in tables]
    runs = [unweighted_average_recall(*pair, labels) for pair in pairs]
    known = tables[0]["speaker"].any()
    interval = bootstrap_uar(tables, labels) if known else None
    sd = float(np.std(runs, ddof=1)) if len(runs) > 1 else None
    return float(np.mean(runs)), interval, sd


def _with_misses(table, labels):
    known = table["prediction"].isin([*labels])
    return table.assign(prediction=table["prediction"].where(known, ""))
