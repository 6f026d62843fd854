"""Stacking: a small classifier that learns, on validation, whom to trust.

What a system finds probable is all it sees; labels of the test it never does.
"""

import numpy as np
from sklearn.linear_model import LogisticRegression

from speechbrain_zsfuse.evaluation.ensembles.members import Members

# A lower probability counts as this one: a system that is sure weighs as one
# that is nearly sure, not without end.
FLOOR = 1e-4
REGULARISATION = 1.0  # scikit-learn's C: the L2 penalty is ½ |w|² / C
_NEAR, _ROUNDS = 1e-8, 10_000  # to the optimum, which is one


def stack(valid: Members, test: Members) -> np.ndarray:
    """Probabilities of a multinomial logistic regression on all systems'.

    Its K x E features are ln(max(p, 0.0001)) of each system and class; its
    penalty is L2 with C = 1, scikit-learn's default; classes count alike, as
    they do in the UAR (``class_weight="balanced"``). It is fitted on the
    labels of the validation and applied to the test (Wolpert, 1992).

    Arguments
    ---------
    valid, test : Members
        The same systems, in the same order, on two sets of clips.

    Returns
    -------
    numpy.ndarray
        float64, shape [N, E] of the test, rows that sum to 1.

    Raises
    ------
    ValueError
        If classes differ, or if one does not occur in the validation; or if a
        system has no probabilities.

    Example
    -------
    >>> from speechbrain_zsfuse.evaluation.ensembles.members import (
    ...     align_systems,
    ... )
    >>> from speechbrain_zsfuse.evaluation.predictions import predictions_table
    >>> labels, sure = ["sad", "angry"], [[0.9, 0.1], [0.1, 0.9]]
    >>> table = predictions_table(labels, "ab", "12", labels[::-1], sure)
    >>> members = align_systems({"always wrong": table})
    >>> stack(members, members).round(1)  # so the opposite is right
    array([[0.2, 0.8],
           [0.8, 0.2]])
    """
    _check(valid, test)
    model = LogisticRegression(
        C=REGULARISATION,
        class_weight="balanced",
        tol=_NEAR,
        max_iter=_ROUNDS,
    )
    model.fit(_features(valid), valid.truth)
    order = [list(model.classes_).index(label) for label in test.labels]
    return model.predict_proba(_features(test))[:, order]


def _check(valid, test):
    absent = [label for label in test.labels if label not in valid.truth]
    if sorted(valid.labels) != sorted(test.labels) or absent:
        raise ValueError(
            f"Expected a validation of the classes {', '.join(test.labels)}, "
            f"but {', '.join(absent) or 'others'} "
            f"{'does not occur in it' if absent else 'are in it'}. Give the "
            "validation of the same systems, with all classes, or take "
            "another rule."
        )


def _features(members):
    """[N, K * E], classes in alphabetical order, as nobody else's is."""
    members = members._replace(labels=tuple(sorted(members.labels)))
    logs = np.log(np.maximum(members.probabilities(), FLOOR))
    return np.concatenate(logs, axis=1)
