"""How sure a model is, and how often it is right then: bins of confidence.

From probabilities alone: whose they are does not matter. No torch here.
"""

import numpy as np
import pandas

from speechbrain_zsfuse.evaluation.columns import SUM_TOLERANCE
from speechbrain_zsfuse.options import Count, check

BINS = 15  # Guo et al. (2017)


def confidence_bins(
    probabilities: np.ndarray, truth: np.ndarray, bins: int = BINS
) -> pandas.DataFrame:
    """The bins of the ECE, as a reliability diagram shows them.

    Arguments
    ---------
    probabilities : numpy.ndarray
        float in [0, 1], shape [N, E], rows that sum to 1 (within 0.001; they
        are divided by their sum).
    truth : numpy.ndarray
        int, shape [N]: columns of the true classes.
    bins : int
        All equally wide.

    Returns
    -------
    pandas.DataFrame
        A row a bin (``low``, ``high``]: ``n`` clips (int), their ``accuracy``
        and mean ``confidence`` (float in [0, 1]; NaN without clips).

    Raises
    ------
    ValueError
        See ``check_probabilities``.

    Example
    -------
    >>> probabilities = np.array([[0.9, 0.1], [0.7, 0.3]])
    >>> confidence_bins(probabilities, np.array([0, 1]), bins=2)
       low  high  n  accuracy  confidence
    0  0.0   0.5  0       NaN         NaN
    1  0.5   1.0  2       0.5         0.8
    """
    check("bins", bins, Count)
    probabilities, truth = check_probabilities(probabilities, truth)
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    edges = np.linspace(0, 1, bins + 1)
    place = np.digitize(confidence, edges[1:-1], right=True)
    n, hits, sums = (
        np.bincount(place, weights, minlength=bins)
        for weights in (None, right, confidence)
    )
    with np.errstate(invalid="ignore"):
        means = {"accuracy": hits / n, "confidence": sums / n}
    ends = {"low": edges[:-1], "high": edges[1:], "n": n}
    return pandas.DataFrame(ends | means)


def check_probabilities(
    probabilities: np.ndarray, truth: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Both as arrays, rows divided by their sums.

    Arguments
    ---------
    probabilities, truth : array_like
        See ``confidence_bins``.

    Returns
    -------
    tuple of numpy.ndarray

    Raises
    ------
    ValueError
        If there is no clip, or shapes, classes or probabilities are not so.

    Example
    -------
    >>> check_probabilities([[0.25, 0.75]], [1])
    (array([[0.25, 0.75]]), array([1]))
    """
    probabilities, truth = np.asarray(probabilities, float), np.asarray(truth)
    shape = probabilities.shape
    fits = len(shape) == 2 and truth.shape == shape[:1] and all(shape)
    if not fits or truth.dtype.kind not in "iu":
        raise ValueError(
            "Expected probabilities of shape [clips, classes], of at least "
            "one clip, and a whole number for each clip, but got "
            f"{list(shape)} and {truth.dtype} of shape {list(truth.shape)}. "
            "Give the column of the true class of each clip."
        )
    if not (0 <= truth.min() and truth.max() < shape[1]):
        raise ValueError(
            f"Expected true classes from 0 to {shape[1] - 1}, but got "
            f"{truth.min()} to {truth.max()}. Count the columns from 0."
        )
    sums = probabilities.sum(axis=1)
    wrong = ~(abs(sums - 1) <= SUM_TOLERANCE) | ~(probabilities >= 0).all(1)
    if wrong.any():
        raise ValueError(
            f"Expected probabilities in [0, 1] that sum to 1 (within "
            f"{SUM_TOLERANCE:g}), but row {wrong.argmax()} is "
            f"{probabilities[wrong.argmax()].tolist()}. Take the softmax of "
            "logits first."
        )
    return probabilities / sums[:, None], truth
