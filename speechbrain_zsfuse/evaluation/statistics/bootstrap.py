"""How far a UAR may be off by chance: speakers are drawn anew, then their
clips, for all seeds alike.

Of a draw only counts are kept: how many clips of each class and value.
"""

from collections.abc import Sequence

import numpy as np
import pandas
from scipy import stats

from speechbrain_zsfuse.evaluation.statistics.clips import Clips, clips_of

DRAWS = 10_000
_SEED = 0
_CHUNK = 10_000  # clips that are drawn at once: small arrays are the fastest


def bootstrap_uar(
    tables: Sequence[pandas.DataFrame],
    labels: Sequence[str],
    level: float = 0.95,
) -> tuple[float, float] | None:
    """Interval of the mean over seeds of a UAR.

    It says what other speakers, and other clips of them, would give the same
    trained models; not what other seeds would. See ``interval_of``.

    Arguments
    ---------
    tables : list of pandas.DataFrame
        Predictions of one system on the same clips, one a seed.
    labels : list of str
        All classes; each occurs.
    level : float
        In (0, 1).

    Returns
    -------
    tuple of float or None
        Lower and upper end, in [0, 1]; see ``interval_of``.

    Raises
    ------
    ValueError
        See ``clips_of``.

    Example
    -------
    >>> table = pandas.DataFrame({"id": list("stuvwxyz")})
    >>> table["speaker"], table["label"] = list("11223344"), list("abababab")
    >>> table["prediction"] = list("ababaabb")
    >>> low, high = bootstrap_uar([table], ["a", "b"])
    >>> 0 <= low < 0.75 < high <= 1
    True
    """
    ends = interval_of(clips_of(tables, labels), level)
    return ends and tuple(float(end) for end in np.clip(ends, 0, 1))


def interval_of(
    clips: Clips, level: float = 0.95, draws: int = DRAWS
) -> tuple[float, float] | None:
    """Interval of the mean over classes of the mean value of clips.

    Draws of speakers, then of clips within, spread too far: how speakers
    differ already holds the chance of their clips (Davison and Hinkley,
    Bootstrap Methods, 1997, section 3.8). They are scaled about the mean to
    the standard error between speakers, by Student's t, for there are few.

    In 1,000 simulations each (those of ``tests/evaluation/test_coverage.py``,
    speakers hardly and much unlike: spread 0.2 and 0.8) a 95 % interval holds
    the truth in so many percent; beside it plain percentiles of the draws, and
    of draws of speakers alone::

        speakers   this interval   percentiles   of speakers alone
               4       95 and 94     97 and 91           78 and 79
              10       94 and 94     98 and 95           90 and 90
              24       95 and 94     99 and 96           93 and 92

    With four speakers it is right, and wide: it says how little they tell.

    Arguments
    ---------
    clips : Clips
    level : float
        In (0, 1).
    draws : int
        More of them make its ends steadier, not wider.

    Returns
    -------
    tuple of float or None
        Lower and upper end. None if there are fewer than two speakers, if too
        many draws lack a class, or if all are the same, as of a model that
        takes every clip for one class or makes no mistake.

    Example
    -------
    >>> value, label = np.array([1.0, 0, 1, 1] * 4), np.tile([0, 1], 8)
    >>> clips = Clips(value, label, np.repeat(np.arange(4), 4))
    >>> interval_of(clips) is None  # all speakers are alike
    True
    """
    if clips.block.max() < 1 or clips.standard_error() < 1e-12:
        return None
    means = draw_means(clips, draws)
    if len(means) < level * draws:
        return None
    mean, tail = clips.mean(), (1 + level) / 2
    students = stats.t.ppf(tail, clips.block.max()) / stats.norm.ppf(tail)
    scale = clips.standard_error() * students / means.std()
    return ends_of(mean + scale * (means - mean), level)


def draw_means(
    clips: Clips, draws: int = DRAWS, seed: int = _SEED
) -> np.ndarray:
    """Means of clips that are drawn anew: speakers, then clips of each.

    Arguments
    ---------
    clips : Clips
    draws : int
    seed : int

    Returns
    -------
    numpy.ndarray
        float, shape [draws], or fewer: those in which each class occurs.

    Example
    -------
    >>> clips = Clips(np.ones(4), np.arange(4) % 2, np.arange(4) // 2)
    >>> set(draw_means(clips, 100).tolist())
    {1.0}
    """
    rng = np.random.default_rng(seed)
    kinds, kind = np.unique(
        np.stack([clips.label, clips.value]), axis=1, return_inverse=True
    )
    counts = _counts(clips.block, kind.ravel(), draws, rng)
    label, value = kinds[0].astype(int), kinds[1]
    classes = np.eye(label.max() + 1)[label]
    heard, total = counts @ classes, counts @ (classes * value[:, None])
    whole = heard.all(axis=1)
    return (total[whole] / heard[whole]).mean(axis=1)


def _counts(block, kind, draws, rng):
    """Clips of each kind in each draw, int [draws, kinds]."""
    sizes, kinds = np.bincount(block), np.bincount(kind)
    if sizes.max() == 1:  # no speaker is known: the same law, but faster
        return rng.multinomial(len(kind), kinds / len(kind), draws)
    kind = kind[np.argsort(block, kind="stable")]
    step = max(1, _CHUNK // len(kind))
    return np.concatenate(
        [
            _draw(kind, sizes, len(kinds), min(step, draws - start), rng)
            for start in range(0, draws, step)
        ]
    )


def _draw(kind, sizes, kinds, draws, rng):
    """The same of a few draws; clips are given block after block."""
    blocks = rng.integers(len(sizes), size=(draws, len(sizes)))
    size = sizes[blocks]
    place = np.repeat((np.cumsum(sizes) - sizes)[blocks], size.ravel())
    size_of_clip = np.repeat(size, size.ravel())
    place += (rng.random(len(place), np.float32) * size_of_clip).astype(int)
    row = np.repeat(np.arange(draws), size.sum(axis=1))
    found = np.bincount(row * kinds + kind[place], minlength=draws * kinds)
    return found.reshape(draws, kinds)


def ends_of(draws: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """Ends of an interval that holds the middle of bootstrap draws.

    Arguments
    ---------
    draws : numpy.ndarray
        float, shape [D].
    level : float
        In (0, 1): the share that it holds.

    Returns
    -------
    tuple of float
        Lower and upper end.

    Example
    -------
    >>> ends_of(np.linspace(0, 1, 101), level=0.5)
    (0.25, 0.75)
    """
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
