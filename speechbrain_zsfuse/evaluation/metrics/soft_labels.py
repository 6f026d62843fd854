"""Predicted probabilities against the raters' votes, as VoxEmo measures them
(Table 6 and its appendix). Natural logarithms. No torch here.

The eps of the Kullback-Leibler divergence is not in the paper. Where a
prediction is 0 it decides the value, so it stands beside it; the
Jensen-Shannon divergence needs none.
"""

from collections.abc import Sequence

import numpy as np
import pandas
from scipy.special import rel_entr
from sklearn.metrics import f1_score

from speechbrain_zsfuse.evaluation.columns import (
    SUM_TOLERANCE,
    probabilities_of,
)
from speechbrain_zsfuse.evaluation.metrics.votes import vote_shares

EPS = 1e-10
_TOLERANCE = 1e-9  # 1 / C is not above 1 / C, whatever rounding says


def measure_soft_labels(
    truth: Sequence[Sequence[float]] | np.ndarray,
    prediction: Sequence[Sequence[float]] | np.ndarray,
    eps: float = EPS,
) -> dict:
    """Means over clips of how far two distributions over classes are apart.

    Arguments
    ---------
    truth, prediction : array_like
        float in [0, 1], shape [N, C], rows that sum to 1 (within 0.001; they
        are divided by their sum).
    eps : float
        Above 0: the least that a prediction counts as in ``KLD``.

    Returns
    -------
    dict
        ``n`` (N) and ``eps``; ``KLD``, sum of y ln(y / max(p, eps)) over y
        above 0; ``JSD``, in [0, ln 2]; ``TVD``, half the sum of ``|y - p|``, in
        [0, 1]; ``SIM``, 100 times the cosine; ``MSE``, mean over classes.
        ``macro_F1`` and ``micro_F1`` over all clips and classes, where a
        class is present that is above 1 / C, in truth and in prediction; one
        that is never present counts 0. ``top_1``: the share of clips whose
        first highest class is that of the truth; ``top_1_of_tied``: is one of
        the highest of the truth.

    Raises
    ------
    ValueError
        If shapes differ, there are no clips, or rows are no distributions.

    Example
    -------
    >>> found = measure_soft_labels([[0.5, 0.5, 0.0]], [[0.25, 0.75, 0.0]])
    >>> found["TVD"], found["top_1"], found["top_1_of_tied"]
    (0.25, 0.0, 1.0)
    """
    y, p = (
        _distributions("truth", truth),
        _distributions("prediction", prediction),
    )
    if y.shape != p.shape:
        raise ValueError(
            "Expected truth and prediction of one shape, but got "
            f"{list(y.shape)} and {list(p.shape)}. Give both for each clip "
            "and class."
        )
    if not eps > 0:
        raise ValueError(
            f"Expected eps above 0, but got {eps}. Leave it out, for {EPS:g}."
        )
    middle = (y + p) / 2
    lengths = np.linalg.norm(y, axis=1) * np.linalg.norm(p, axis=1)
    apart = {
        "KLD": rel_entr(y, np.maximum(p, eps)).sum(axis=1),
        "JSD": (rel_entr(y, middle) + rel_entr(p, middle)).sum(axis=1) / 2,
        "TVD": np.abs(y - p).sum(axis=1) / 2,
        "SIM": 100 * (y * p).sum(axis=1) / lengths,
        "MSE": ((y - p) ** 2).mean(axis=1),
    }
    means = {name: float(values.mean()) for name, values in apart.items()}
    return {"n": len(y), "eps": eps} | means | _hard(y, p)


def _hard(y, p):
    """Which classes are present, and which is the highest."""
    least = 1 / y.shape[1] + _TOLERANCE
    scores = {
        f"{average}_F1": float(
            f1_score(y > least, p > least, average=average, zero_division=0)
        )
        for average in ("macro", "micro")
    }
    first, tied = _highest(p).argmax(axis=1), _highest(y)
    return scores | {
        "top_1": float((first == tied.argmax(axis=1)).mean()),
        "top_1_of_tied": float(tied[np.arange(len(y)), first].mean()),
    }


def _highest(values):
    """Which classes are the highest of each row, bool."""
    return values >= values.max(axis=1, keepdims=True) - _TOLERANCE


def describe_soft_labels(
    table: pandas.DataFrame, labels: Sequence[str], eps: float = EPS
) -> dict | None:
    """Predictions against the votes that came with them.

    Arguments
    ---------
    table : pandas.DataFrame
        See ``read_predictions``; with ``votes``.
    labels : list of str
        The classes. Votes for others are dropped; a clip that has no other
        votes is left out, and counted.
    eps : float
        See ``measure_soft_labels``.

    Returns
    -------
    dict or None
        See ``measure_soft_labels``; and ``left_out``, the number of clips. A
        clip without an answer is uniform, as in VoxEmo. None without
        votes for a label, or without probabilities.

    Raises
    ------
    ValueError
        If votes are none.

    Example
    -------
    >>> table = pandas.DataFrame({"votes": ['{"sad": 3, "angry": 1}', "{}"]})
    >>> table["probability_sad"] = table["probability_angry"] = 0.5
    >>> found = describe_soft_labels(table, ["sad", "angry"])
    >>> found["n"], found["left_out"], found["TVD"]
    (1, 1, 0.25)
    """
    values = probabilities_of(table)
    if "votes" not in table or values is None:
        return None
    shares, rated = vote_shares(table["votes"], labels)
    if not len(shares):
        return None
    found = measure_soft_labels(shares, values[rated], eps)
    return found | {"left_out": int((~rated).sum())}


def _distributions(name, values):
    """Rows that sum to 1, exactly."""
    values = np.asarray(values, float)
    sums = values.sum(axis=1) if values.ndim == 2 else np.array([])
    # NaN is not near
    near = np.abs(sums - 1) <= SUM_TOLERANCE
    if not len(sums) or not near.all() or (values < 0).any():
        raise ValueError(
            f"Expected {name} to be rows of probabilities that sum to 1, "
            f"[clips, classes], but got {values[:3].tolist()}. Divide each "
            "row by its sum."
        )
    return values / sums[:, None]
