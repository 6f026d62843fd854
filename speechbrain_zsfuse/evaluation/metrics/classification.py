"""Metrics of speech emotion recognition over a fixed list of labels.

Thin words for scikit-learn, with the label list always given: a class that a
model never predicts must count, and one that the truth lacks must not be
averaged away in silence. No torch here.
"""

from collections.abc import Sequence
from typing import Literal

from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    recall_score,
)

from speechbrain_zsfuse.options import check


def unweighted_average_recall(
    truth: Sequence[str], prediction: Sequence[str], labels: Sequence[str]
) -> float:
    """UAR: the mean over classes of the recall of each class.

    Arguments
    ---------
    truth, prediction : list of str
        N labels each, at least one.
    labels : list of str
        All classes.

    Returns
    -------
    float
        In [0, 1]; chance is 1 / number of classes.

    Raises
    ------
    ValueError
        If lengths differ, a label is unknown, or the truth lacks a class, so
        that its recall is not defined.

    Example
    -------
    >>> unweighted_average_recall(list("aaab"), list("aabb"), list("ab"))
    0.8333333333333333
    """
    _check(truth, prediction, labels)
    _check_all_occur(truth, labels)
    return float(
        recall_score(truth, prediction, labels=labels, average="macro")
    )


def weighted_accuracy(
    truth: Sequence[str], prediction: Sequence[str], labels: Sequence[str]
) -> float:
    """WA: the share of clips that are right, whatever classes occur.

    Arguments, range and errors as ``unweighted_average_recall``, but that the
    truth may lack classes.

    Example
    -------
    >>> weighted_accuracy(list("aaab"), list("aabb"), list("ab"))
    0.75
    """
    _check(truth, prediction, labels)
    return float(accuracy_score(truth, prediction))


def macro_f1(
    truth: Sequence[str], prediction: Sequence[str], labels: Sequence[str]
) -> float:
    """Mean over classes of F1; 0 for a class that is never predicted.

    Arguments, range and errors as ``unweighted_average_recall``.

    Example
    -------
    >>> round(macro_f1(list("aaab"), list("aabb"), list("ab")), 4)
    0.7333
    """
    _check(truth, prediction, labels)
    _check_all_occur(truth, labels)
    return float(
        f1_score(
            truth, prediction, labels=labels, average="macro", zero_division=0
        )
    )


def confusion(
    truth: Sequence[str], prediction: Sequence[str], labels: Sequence[str]
) -> list[list[int]]:
    """Counts, true class in rows, predicted class in columns.

    Arguments and errors as ``weighted_accuracy``.

    Example
    -------
    >>> confusion(list("aaab"), list("aabb"), list("ab"))
    [[2, 1], [0, 1]]
    """
    _check(truth, prediction, labels)
    return confusion_matrix(truth, prediction, labels=labels).tolist()


def summarise(
    truth: Sequence[str],
    prediction: Sequence[str],
    labels: Sequence[str],
    absent: str = "raise",
) -> dict:
    """All metrics by name, as plain Python.

    Arguments
    ---------
    truth, prediction, labels : list of str
        See ``unweighted_average_recall``.
    absent : str
        What a class that the truth lacks is: an error (``raise``), or
        something to ``report``.

    Returns
    -------
    dict
        ``n``, ``UAR``, ``WA``, ``macro_F1`` and ``confusion``. If classes are
        absent and to be reported, what is defined without them: ``n``, ``WA``
        and ``absent_classes`` (list of str).

    Raises
    ------
    ValueError
        See ``unweighted_average_recall``.

    Example
    -------
    >>> summarise(list("aaab"), list("aabb"), list("ab"))["n"]
    4
    >>> summarise(list("aaa"), list("aab"), list("abc"), absent="report")
    {'n': 3, 'WA': 0.6666666666666666, 'absent_classes': ['b', 'c']}
    """
    check("absent", absent, Literal["raise", "report"])
    missing = _absent(truth, labels)
    if missing and absent == "report":
        return {
            "n": len(truth),
            "WA": weighted_accuracy(truth, prediction, labels),
            "absent_classes": missing,
        }
    return {
        "n": len(truth),
        "UAR": unweighted_average_recall(truth, prediction, labels),
        "WA": weighted_accuracy(truth, prediction, labels),
        "macro_F1": macro_f1(truth, prediction, labels),
        "confusion": confusion(truth, prediction, labels),
    }


def _check(truth, prediction, labels):
    if len(truth) != len(prediction):
        raise ValueError(
            "Expected as many predictions as true labels, but got "
            f"{len(prediction)} and {len(truth)}. Give one of each a clip."
        )
    if not len(truth):
        raise ValueError(
            "Expected predictions of at least one clip, but got none. "
            "Evaluate on clips."
        )
    unknown = sorted({*truth, *prediction} - {*labels})
    if unknown:
        raise ValueError(
            f"Expected labels among {list(labels)}, but got {unknown}. "
            "Correct them, or name all classes in `labels`."
        )


def _check_all_occur(truth, labels):
    if absent := _absent(truth, labels):
        raise ValueError(
            f"Expected every class in the truth, but {absent} never occurs "
            f"in {len(truth)} clips: its recall is not defined. Evaluate on "
            "all classes, or leave the class out of `labels`."
        )


def _absent(truth, labels):
    """Classes that the truth lacks, in the order of the labels."""
    found = set(truth)
    return [label for label in labels if label not in found]
