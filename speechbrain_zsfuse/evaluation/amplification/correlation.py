"""Does zero-shot strength predict what fusion gains? Spearman's rank
correlation over combinations of audio and text repeats. No files here.

Two things are drawn anew, for two questions. By clips: what would other clips
of the same classes say of these combinations? All combinations hear the same
clips, so one draw is for all of them, and for zero-shot and fused where these
are of one split. By cells: what would other combinations say on these clips?
Both always with the same draws.

On the same clips, both UARs share their luck: a fused model follows the scores
in part, so that combinations which are all equal correlate there. What is to be
predicted, and what it is predicted from, are therefore of different clips.
"""

import warnings
from collections.abc import Sequence
from functools import partial

import numpy as np
from scipy import stats

from speechbrain_zsfuse.evaluation.amplification.cells import DIGITS
from speechbrain_zsfuse.evaluation.statistics.bootstrap import ends_of

_DRAWS = 2000
_SEED = 0
# Of four combinations, one order in 24 is perfect, and one its opposite: that
# comes about by chance, and draws of these four would be sure of it.
_FEWEST = 5


def rank_correlation(x: np.ndarray, y: np.ndarray, axis: int = -1):
    """Spearman's rho, ties with their mean rank.

    Arguments
    ---------
    x, y : numpy.ndarray
        float, of the same shape.
    axis : int
        That of the combinations.

    Returns
    -------
    numpy.ndarray or float
        In [-1, 1]; NaN where all values of one are equal.

    Example
    -------
    >>> float(rank_correlation([1, 2, 3], [0.1, 0.5, 0.4]))
    0.5
    """
    first, second = (
        stats.rankdata(np.round(values, DIGITS), axis=axis) for values in (x, y)
    )
    first = first - first.mean(axis, keepdims=True)
    second = second - second.mean(axis, keepdims=True)
    norm = np.sqrt((first**2).sum(axis) * (second**2).sum(axis))
    with np.errstate(invalid="ignore"):
        return (first * second).sum(axis) / norm


def correlate_cells(
    zero_shot: np.ndarray,
    fused: np.ndarray,
    truth: Sequence[str],
    zero_shot_truth: Sequence[str] | None = None,
    level: float = 0.95,
) -> dict:
    """Rank correlation of zero-shot and fused UAR over combinations.

    The gain over one baseline is the fused UAR less a constant: its rank
    correlation is the same.

    Arguments
    ---------
    zero_shot : numpy.ndarray
        bool, shape [C, M]: whether each of M clips is right at each of C
        combinations; those that sound the same are there once.
    fused : numpy.ndarray
        bool, shape [C, S, N]: the same of N clips and S seeds, whose UARs are
        averaged.
    truth : list of str
        N labels.
    zero_shot_truth : list of str, optional
        M labels; default: the scores are of the same clips as the runs.
    level : float
        In (0, 1).

    Returns
    -------
    dict
        ``rho`` in [-1, 1], ``cells`` (C), ``interval_by_clips`` and
        ``interval_by_cells``; null where it is not defined: fewer than three
        combinations, or all with one UAR, or too many draws of that kind. By
        cells it takes five: of four, a perfect order, or its opposite, comes
        about by chance once in 12 times.

    Example
    -------
    >>> zero_shot = np.tri(3, dtype=bool)  # UAR 1/3, 2/3 and 1
    >>> found = correlate_cells(zero_shot, zero_shot[:, None], ["a"] * 3)
    >>> found["rho"], found["cells"]
    (1.0, 3)
    """
    zero_shot, fused = np.asarray(zero_shot, bool), np.asarray(fused, bool)
    count, seeds = fused.shape[:2]
    fused = fused.reshape(count * seeds, -1)

    def measure(uars):
        """Zero-shot and mean fused UARs, [..., C] each."""
        if zero_shot_truth is None:
            both = uars(np.concatenate([zero_shot, fused]), truth)
            alone, runs = both[..., :count], both[..., count:]
        else:
            alone, runs = uars(zero_shot, zero_shot_truth), uars(fused, truth)
        shape = (*runs.shape[:-1], count, seeds)
        return alone, runs.reshape(shape).mean(-1)

    generator = np.random.default_rng(_SEED)
    drawn = rank_correlation(*measure(partial(_draw_uars, generator)))
    x, y = measure(uars_of)
    rho = rank_correlation(x, y)
    known = count > 2 and np.isfinite(rho)
    return {
        "rho": float(rho) if known else None,
        "cells": count,
        "interval_by_clips": _ends(drawn, level) if known else None,
        "interval_by_cells": _by_cells(x, y, level)
        if known and count >= _FEWEST
        else None,
    }


def _classes(truth):
    """Positions of the clips of each class."""
    truth = np.asarray(truth)
    return [np.flatnonzero(truth == label) for label in np.unique(truth)]


def uars_of(rows: np.ndarray, truth: Sequence[str]) -> np.ndarray:
    """UAR of each of some models of the same clips.

    Arguments
    ---------
    rows : numpy.ndarray
        bool, shape [R, N]: whether each clip is right.
    truth : list of str
        N labels.

    Returns
    -------
    numpy.ndarray
        float, shape [R], in [0, 1].

    Example
    -------
    >>> uars_of(np.array([[True, False, True]]), ["a", "b", "b"]).tolist()
    [0.75]
    """
    return np.mean([rows[:, own].mean(1) for own in _classes(truth)], axis=0)


def _draw_uars(generator, rows, truth):
    """UAR of each row in each draw of clips within their class, [D, R]."""
    recalls = []
    for own in _classes(truth):
        size, right = len(own), rows[:, own].T.astype(float)
        recalls.append(
            np.stack(
                [  # one by one: a large corpus would not fit at once
                    np.bincount(drawn, minlength=size) @ right / size
                    for drawn in (
                        generator.integers(size, size=size)
                        for _ in range(_DRAWS)
                    )
                ]
            )
        )
    return np.mean(recalls, axis=0)


def _by_cells(x, y, level):
    with warnings.catch_warnings():
        # Of scipy's own interval, which takes no draws that are not defined.
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        drawn = stats.bootstrap(
            (x, y),
            rank_correlation,
            paired=True,
            vectorized=True,
            n_resamples=_DRAWS,
            method="percentile",
            random_state=np.random.default_rng(_SEED),
        ).bootstrap_distribution
    return _ends(drawn, level)


def _ends(values, level):
    """Ends of an interval, if enough draws are defined."""
    values = values[np.isfinite(values)]
    if len(values) < level * _DRAWS:
        return None
    return [*ends_of(values, level)]
