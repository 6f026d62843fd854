"""How answers of several systems become one: votes, and means. Pure functions.

Whose answers they are does not matter here; see ``members.py``.
"""

from collections.abc import Sequence

import numpy as np

from speechbrain_zsfuse.errors import shorten, show


def plurality(
    votes: Sequence[Sequence[str]],
    labels: Sequence[str],
    ids: Sequence[str],
) -> tuple[list[str], np.ndarray]:
    """The class with the most votes, which need not be half of them.

    Of classes with equally many, the one that the earliest system voted for
    wins: the earliest whose vote is among the tied, whoever else stands before.

    Arguments
    ---------
    votes : list of list of str
        K systems in the order of their priority, N clips each: a class, or ""
        for no answer, which does not count.
    labels : list of str
        All E classes.
    ids : list of str
        Names of the clips, for errors.

    Returns
    -------
    winners : list of str
        A class a clip.
    shares : numpy.ndarray
        float64, shape [N, E]: of the votes that a clip has. Where classes are
        tied the winner is not always the first of the highest.

    Raises
    ------
    ValueError
        If nobody votes for a clip, or a vote is none of the classes.

    Example
    -------
    >>> votes = [["sad"], ["happy"], ["angry"], ["angry"], ["happy"]]
    >>> winners, shares = plurality(votes, ["sad", "angry", "happy"], ["c1"])
    >>> winners, shares.tolist()  # the second system decides
    (['happy'], [[0.2, 0.4, 0.4]])
    """
    ballots = _ballots(votes, labels, ids)
    counts = ballots.sum(axis=0)
    silent = counts.sum(axis=1) == 0
    if silent.any():
        clips = [f"  clip {ids[place]}" for place in np.flatnonzero(silent)]
        raise ValueError(
            f"Expected a vote for every clip, but {len(clips)} of {len(ids)} "
            f"have none:\n{shorten(clips)}\nAdd a system that has an answer, "
            "or take the rule eq2, where no answer is a vote for all."
        )
    tied = counts == counts.max(axis=1, keepdims=True)
    deciding = (ballots & tied).any(axis=2).argmax(axis=0)  # the first of them
    winners = ballots[deciding, np.arange(len(ids))].argmax(axis=1)
    shares = counts / counts.sum(axis=1, keepdims=True)
    return [labels[winner] for winner in winners], shares


def share_votes(
    votes: Sequence[Sequence[str]],
    labels: Sequence[str],
    ids: Sequence[str],
) -> np.ndarray:
    """P(k, c) = (n_kc + f_k / C) / N: VoxEmo's Eq. 2.

    Of N answers to clip k, n_kc are class c and f_k are none of the C classes:
    each of these is a uniform vote.

    Arguments
    ---------
    votes, labels, ids
        See ``plurality``; the order of the systems does not matter.

    Returns
    -------
    numpy.ndarray
        float64, shape [N, E]; each the double nearest to the exact share, so
        that failures alone give what 1 / C gives, and no more.

    Raises
    ------
    ValueError
        If a vote is none of the classes.

    Example
    -------
    >>> votes = [["sad"], [""], [""], [""], [""]]
    >>> share_votes(votes, ["sad", "angry", "happy", "calm"], ["c1"]).tolist()
    [[0.4, 0.2, 0.2, 0.2]]
    """
    counts = _ballots(votes, labels, ids).sum(axis=0)
    failures = len(votes) - counts.sum(axis=1, keepdims=True)
    classes = len(labels)
    return (classes * counts + failures) / (classes * len(votes))


def average(
    probabilities: np.ndarray, weights: Sequence[float] | None = None
) -> np.ndarray:
    """Weighted mean over systems.

    Arguments
    ---------
    probabilities : numpy.ndarray
        float in [0, 1], shape [K, N, E].
    weights : list of float, optional
        One a system, 0 or more, not all 0. Default: equal ones.

    Returns
    -------
    numpy.ndarray
        float64, shape [N, E].

    Raises
    ------
    ValueError
        If the weights are not so.

    Example
    -------
    >>> average(np.array([[[1.0, 0.0]], [[0.5, 0.5]]]), [3, 1]).tolist()
    [[0.875, 0.125]]
    """
    if weights is None:
        weights = np.ones(len(probabilities))
    weights = np.asarray(weights, dtype=float)
    fits = weights.shape == (len(probabilities),)
    if not fits or not (weights >= 0).all() or not 0 < weights.sum() < np.inf:
        raise ValueError(
            f"Expected {len(probabilities)} weights, one a system, of 0 or "
            f"more and not all 0, but got {show(weights.tolist())}. Give as "
            "many as there are systems."
        )
    return np.average(probabilities, axis=0, weights=weights)


def _ballots(votes, labels, ids):
    """Whether a system votes for a class: bool, shape [K, N, E]."""
    votes = [[vote or "" for vote in own] for own in votes]
    known = {*labels, ""}
    lines = [
        f"  system {number}, clip {clip}: {vote!r}"
        for number, own in enumerate(votes, 1)
        for clip, vote in zip(ids, own, strict=True)
        if vote not in known
    ]
    if lines:
        raise ValueError(
            f"Expected votes for {', '.join(labels)}, or empty ones, but "
            f"{len(lines)} are for something else:\n{shorten(lines)}\nCorrect "
            "them, or name all classes."
        )
    return np.array(votes)[:, :, None] == np.array(list(labels))
