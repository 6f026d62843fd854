"""Groups of clips to folds in which every class is as frequent as in every
other. Pure numbers, no seed: the same table always gives the same folds,
whatever the version of a library.

Each group goes where it fits best, the largest first; then groups move or
change places for as long as that helps. What helps is first that no fold lacks
a class, then a smaller chi-square of clips per fold and class against equal
counts.
"""

import numpy as np

_ROUNDS = 100  # more than any corpus was seen to need
_DIGITS = 9  # of a gain: what is smaller comes from rounding


def spread(counts, k):
    """Find a fold for every group.

    Arguments
    ---------
    counts : array
        Clips of each class in each group, whole numbers, shape [G, C]; of
        equal groups the first comes first. Each class has clips.
    k : int
        Number of folds, 2 or more.

    Returns
    -------
    numpy.ndarray
        The fold of each group, 0 to k-1, shape [G].

    Example
    -------
    >>> spread([[4, 0], [0, 4], [2, 2], [1, 1], [1, 1]], k=2)
    array([0, 0, 1, 1, 1])
    """
    counts = np.asarray(counts, dtype=np.int64)
    total = counts.sum(axis=0)
    # Two orders to begin with: many clips first, rare classes first.
    begun = (counts.sum(axis=1), (counts / total).sum(axis=1))
    found = [_improve(counts, _place(counts, k, size), k) for size in begun]
    return min(found, key=lambda folds: unevenness(counts, folds, k))


def unevenness(counts, folds, k):
    """What ``spread`` makes small.

    Arguments
    ---------
    counts : array
        See ``spread``.
    folds : array
        A fold each, shape [G].
    k : int

    Returns
    -------
    (int, float)
        How many classes are missing in folds, each counted; chi-square.

    Example
    -------
    >>> unevenness([[4, 0], [0, 4], [2, 2]], [0, 0, 1], k=2)
    (0, 1.333333333)
    """
    counts, sums = np.asarray(counts), np.zeros((k, np.shape(counts)[1]))
    np.add.at(sums, np.asarray(folds), counts)
    even = sums.sum(axis=0) / k
    square = (np.square(sums - even) / even).sum()
    return int((sums == 0).sum()), round(float(square), _DIGITS)


def _place(counts, k, size):
    """Each group where chi-square stays smallest, the largest first."""
    rows, sums = _scaled(counts, k), np.zeros((k, counts.shape[1]))
    folds = np.zeros(len(counts), dtype=np.int64)
    for group in np.argsort(-size, kind="stable"):
        # |sum + row - even|^2 grows by 2 row * sum, and by what is the same
        # in each fold
        grown = np.round(sums @ rows[group], _DIGITS)
        folds[group] = np.argmin(grown)
        sums[folds[group]] += rows[group]
    return folds


def _scaled(counts, k):
    """Counts such that chi-square is a squared distance from even folds."""
    return counts * np.sqrt(k / counts.sum(axis=0))


def _improve(counts, folds, k):
    """Groups move or change places until nothing is better."""
    state = _Folds(counts, folds, k)
    for _ in range(_ROUNDS):
        if not sum(map(state.improve, range(len(counts)))):
            break
    return state.folds[: len(counts)]


class _Folds:
    """Who is in which fold, and what does not change between two changes."""

    def __init__(self, counts, folds, k):
        # To move is to change places with a group of no clips.
        self.movable = len(counts)
        self.counts = np.vstack([counts, np.zeros((k, counts.shape[1]), int)])
        self.folds = np.append(folds, np.arange(k))
        self.rows = _scaled(self.counts, k)
        self.note_sums(k)

    def note_sums(self, k):
        self.sums = np.zeros((k, self.counts.shape[1]), int)
        np.add.at(self.sums, self.folds, self.counts)
        self.lacking = (self.sums == 0).sum(axis=1)
        self.scaled = np.zeros(self.sums.shape)
        np.add.at(self.scaled, self.folds, self.rows)
        self.near = self.rows @ self.scaled.T
        self.own = np.square(self.rows).sum(axis=1)
        self.own -= self.near[np.arange(len(self.folds)), self.folds]

    def improve(self, group):
        """Change places with whoever makes it best; whether it did."""
        other = self.partner(group)
        if other is None:
            return False
        home, there = self.folds[[group, other]]
        self.folds[group] = there
        if other < self.movable:
            self.folds[other] = home
        self.note_sums(len(self.sums))
        return True

    def partner(self, group):
        """With whom to change places, or None if nothing gets better."""
        row, home = self.rows[group], self.folds[group]
        # Half of what |sum - even|^2 of both folds grows by
        gain = self.rows @ (self.scaled[home] - 2 * row) + self.own
        gain += self.near[group][self.folds] + self.own[group]
        gain = np.round(gain, _DIGITS)
        elsewhere = self.folds != home
        # Where no class is missing, only what gains is of interest.
        useful = elsewhere if self.lacking.any() else elsewhere & (gain < 0)
        tried = np.flatnonzero(useful)
        if not len(tried):
            return None
        step, there = self.counts[group] - self.counts[tried], self.folds[tried]
        lost = (self.sums[home] - step == 0).sum(axis=1) - self.lacking[home]
        lost += (self.sums[there] + step == 0).sum(axis=1) - self.lacking[there]
        best = np.lexsort((gain[tried], lost))[0]
        better = (lost[best], gain[tried[best]]) < (0, 0)
        return tried[best] if better else None
