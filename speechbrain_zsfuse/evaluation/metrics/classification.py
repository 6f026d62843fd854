"""Metrics of speech emotion recognition over a fixed list of labels.

Thin words for scikit-learn, with the label list always given: a class that a
model never predicts must count, and one that the truth lacks must not be
averaged away in silence. An empty prediction is no answer: a wrong one, of no
class. No torch here.
"""

from collections.abc import Sequence
from typing import Literal

from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    precision_score,
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
        N labels each, at least one; a prediction may be empty.
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


def micro_f1(
    truth: Sequence[str], prediction: Sequence[str], labels: Sequence[str]
) -> float:
    """F1 of all decisions together, 2 right / (clips + answers).

    It is the WA, unless clips have no answer: then it is higher. Arguments,
    range and errors as ``weighted_accuracy``.

    Example
    -------
    >>> micro_f1(list("aaab"), list("aabb"), list("ab"))
    0.75
    >>> round(micro_f1(list("aaab"), ["a", "a", "", "b"], list("ab")), 4)
    0.8571
    """
    _check(truth, prediction, labels)
    return float(
        f1_score(
            truth, prediction, labels=labels, average="micro", zero_division=0
        )
    )


def recalls(
    truth: Sequence[str], prediction: Sequence[str], labels: Sequence[str]
) -> dict[str, float | None]:
    """Of the clips of each class, the share that is found.

    Arguments and errors as ``weighted_accuracy``.

    Returns
    -------
    dict
        Label to float in [0, 1], in their order; None for a class that the
        truth lacks.

    Example
    -------
    >>> recalls(list("aaabb"), list("aacbb"), list("abc"))
    {'a': 0.6666666666666666, 'b': 1.0, 'c': None}
    """
    return _by_class(recall_score, truth, truth, prediction, labels)


def precisions(
    truth: Sequence[str], prediction: Sequence[str], labels: Sequence[str]
) -> dict[str, float | None]:
    """Of the clips that are taken for each class, the share that is of it.

    Arguments and errors as ``weighted_accuracy``.

    Returns
    -------
    dict
        Label to float in [0, 1], in their order; None for a class that is
        never predicted.

    Example
    -------
    >>> precisions(list("aaab"), list("aabb"), list("abc"))
    {'a': 1.0, 'b': 0.5, 'c': None}
    """
    return _by_class(precision_score, prediction, truth, prediction, labels)


def _by_class(score, among, truth, prediction, labels):
    """A score of each class; None for those not among some labels."""
    _check(truth, prediction, labels)
    values = score(
        truth, prediction, labels=labels, average=None, zero_division=0
    )
    found = set(among)
    return {
        label: float(value) if label in found else None
        for label, value in zip(labels, values)
    }


def confusion(
    truth: Sequence[str], prediction: Sequence[str], labels: Sequence[str]
) -> list[list[int]]:
    """Counts, true class in rows, predicted class in columns.

    A clip without an answer is in no column, so that its row sums to less
    than the clips of the class. Arguments and errors as
    ``weighted_accuracy``.

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
        ``n``, ``UAR``, ``WA``, ``macro_F1``, ``micro_F1``, ``recall``,
        ``precision`` and ``confusion``. If classes are absent and to be
        reported, what is defined without them: ``n``, ``WA`` and
        ``absent_classes`` (list of str). In both, if some clips have no
        answer, ``n_failed``: how many.

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
    given = truth, prediction, labels
    failed = sum(not answer for answer in prediction)
    size = {"n": len(truth)} | ({"n_failed": failed} if failed else {})
    missing = _absent(truth, labels)
    if missing and absent == "report":
        right = {"WA": weighted_accuracy(*given), "absent_classes": missing}
        return size | right
    return size | {
        "UAR": unweighted_average_recall(*given),
        "WA": weighted_accuracy(*given),
        "macro_F1": macro_f1(*given),
        "micro_F1": micro_f1(*given),
        "recall": recalls(*given),
        "precision": precisions(*given),
        "confusion": confusion(*given),
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
    answers = {answer for answer in prediction if answer}
    unknown = sorted({*truth, *answers} - {*labels})
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
