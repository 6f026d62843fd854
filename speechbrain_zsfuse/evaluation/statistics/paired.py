"""Whether one system is better than another on the same clips.

The difference is that of the means over seeds of the UAR. Speakers are the
blocks: their clips are not independent. All is said of the models as they were
trained; what other seeds would give is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas

from speechbrain_zsfuse.evaluation.metrics.speakers import count_speakers
from speechbrain_zsfuse.evaluation.statistics.bootstrap import (
    DRAWS,
    interval_of,
)
from speechbrain_zsfuse.evaluation.statistics.clips import clips_of

_SEED = 0
_CHUNK = 1_000  # draws that are in memory at once


@dataclass(frozen=True)
class Comparison:
    """A system beside another, see ``compare``.

    Arguments
    ---------
    difference : float
        Ours less theirs, in [-1, 1]: 0.01 is one point of UAR.
    interval : tuple of float or None
        95 % interval of the difference.
    p_value : float
        Of the permutation test, two-sided, in (0, 1].
    smallest_p : float
        The least that a test of so few speakers can give: 2 / 2^speakers.
        Where it is above 0.05, no difference can be significant.
    clips, speakers : int
        How many were compared; clips of unknown speakers are not of one.

    Example
    -------
    >>> Comparison(0.02, (0.01, 0.03), 0.002, 0.002, 800, 10).p_value
    0.002
    """

    difference: float
    interval: tuple[float, float] | None
    p_value: float
    smallest_p: float
    clips: int
    speakers: int


def compare(
    ours: Sequence[pandas.DataFrame],
    theirs: Sequence[pandas.DataFrame],
    labels: Sequence[str],
) -> Comparison:
    """Compare two systems on the same clips.

    Arguments
    ---------
    ours, theirs : list of pandas.DataFrame
        Predictions, one table a seed; the numbers of seeds may differ.
    labels : list of str
        All classes; each occurs.

    Returns
    -------
    Comparison
        Interval of the paired bootstrap, see ``interval_of``; p-value of the
        paired permutation test, see ``permutation_p``.

    Raises
    ------
    ValueError
        See ``clips_of``.

    Example
    -------
    >>> table = pandas.DataFrame({"id": list("uvwxyz")})
    >>> table["speaker"], table["label"] = list("112233"), list("ababab")
    >>> ours = table.assign(prediction=table["label"])
    >>> found = compare([ours], [table.assign(prediction="a")], ["a", "b"])
    >>> found.difference, found.p_value, found.smallest_p
    (0.5, 0.25, 0.25)
    """
    clips = clips_of(ours, labels, less=theirs)
    ends = interval_of(clips)
    shares = clips.by_block()
    return Comparison(
        difference=float(shares.sum()),
        interval=ends and tuple(float(end) for end in np.clip(ends, -1, 1)),
        p_value=permutation_p(shares),
        smallest_p=_smallest_p(len(shares)),
        clips=len(clips.value),
        speakers=count_speakers(ours[0]),
    )


def permutation_p(
    shares: np.ndarray, draws: int = DRAWS, seed: int = _SEED
) -> float:
    """Two-sided p-value of the paired permutation test, speakers as blocks.

    If the two systems are alike, then to swap all their answers of any
    speaker changes nothing but signs. The share of swaps whose difference is
    at least as large as the true one: of all 2^speakers, if these are at most
    ``draws``; else of random ones, with the true one counted among them
    (Phipson and Smyth, 2010), so that p is never 0.

    Arguments
    ---------
    shares : numpy.ndarray
        float, shape [blocks]: what each adds to the difference.
    draws, seed : int

    Returns
    -------
    float
        In (0, 1].

    Example
    -------
    >>> permutation_p(np.array([0.1, 0.2, 0.3]))  # of 8, all or none swapped
    0.25
    """
    apart = shares[np.abs(shares) > 1e-12]  # the others change nothing
    least = abs(apart.sum()) - 1e-9  # sums in another order are equal
    if 2 ** len(apart) <= draws:
        signs = np.array(list(product([-1, 1], repeat=len(apart))))
        return float((np.abs(signs @ apart) >= least).mean())
    values, counts = np.unique(apart, return_counts=True)
    rng, hits = np.random.default_rng(seed), 0
    for start in range(0, draws, _CHUNK):
        rows = min(_CHUNK, draws - start)
        kept = rng.binomial(counts, 0.5, (rows, len(counts)))
        hits += (np.abs((2 * kept - counts) @ values) >= least).sum()
    return float((1 + hits) / (1 + draws))


def _smallest_p(blocks):
    """Of all swaps, two have the largest difference: all, and none."""
    exact = 2.0 ** (1 - min(blocks, 1000))
    return exact if 2 / exact <= DRAWS else max(exact, 1 / (1 + DRAWS))
