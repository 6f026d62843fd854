"""Clips as statistics see them: whose they are, of which class, how often they
are right over seeds.

A UAR is linear in that share, so the mean over seeds of the UAR needs no more.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas

from speechbrain_zsfuse.errors import shorten

_KEYS = ["fold", "id", "label", "speaker"]


class Clips(NamedTuple):
    """N clips of C classes.

    Arguments
    ---------
    value : numpy.ndarray
        float, shape [N]: of each clip the share of seeds that have it right,
        or a difference of two such shares.
    label : numpy.ndarray
        int in 0 .. C - 1, shape [N]; each class occurs.
    block : numpy.ndarray
        int, shape [N]: clips of one speaker are in one block; of an unknown
        speaker (empty) each clip is a block of its own, as if independent.

    Example
    -------
    >>> clips = Clips(np.array([1.0, 0.5]), np.array([0, 1]), np.array([0, 0]))
    >>> float(clips.mean())
    0.75
    """

    value: np.ndarray
    label: np.ndarray
    block: np.ndarray

    def mean(self) -> float:
        """Mean over classes of the mean value: the UAR, or a difference."""
        return self.by_block().sum()

    def by_block(self) -> np.ndarray:
        """What each block adds to the mean; float, shape [blocks]."""
        counts = np.bincount(self.label)
        shares = self.value / counts[self.label] / len(counts)
        return np.bincount(self.block, shares)

    def standard_error(self) -> float:
        """Of the mean, by how blocks differ; linearised, as the number of
        clips that a block has of a class is up to chance, too."""
        counts = np.bincount(self.label)
        means = np.bincount(self.label, self.value) / counts
        apart = self._replace(value=self.value - means[self.label])
        shares = apart.by_block()
        size = len(shares)
        return float(np.sqrt(size / (size - 1) * (shares**2).sum()))


def clips_of(
    tables: Sequence[pandas.DataFrame],
    labels: Sequence[str],
    less: Sequence[pandas.DataFrame] = (),
) -> Clips:
    """Clips of a system, or of the difference of two.

    Arguments
    ---------
    tables : list of pandas.DataFrame
        Predictions of a system on the same clips, one a seed; see
        ``read_predictions``, and ``fold`` if it is there. An empty prediction
        is wrong.
    labels : list of str
        The C classes.
    less : list of pandas.DataFrame
        Those of another system, to be subtracted.

    Returns
    -------
    Clips

    Raises
    ------
    ValueError
        If there is no table, clips are not the same everywhere, or a class
        does not occur.

    Example
    -------
    >>> table = pandas.DataFrame({"id": ["x", "y"], "speaker": ["1", "2"]})
    >>> table["label"], table["prediction"] = ["a", "b"], ["a", "a"]
    >>> clips_of([table], ["a", "b"]).value.tolist()
    [1.0, 0.0]
    """
    if not tables:
        raise ValueError(
            "Expected predictions of at least one seed, but got none. Give "
            "one table a seed."
        )
    first, shares = tables[0], []
    keys = [key for key in _KEYS if key in first]
    home = pandas.MultiIndex.from_frame(first[keys])
    for own in filter(None, (list(tables), list(less))):
        right = [_right(table, home, keys) for table in own]
        shares.append(np.mean(right, axis=0))
    value = shares[0] - shares[1] if less else shares[0]
    return Clips(
        value, _numbers(first["label"], labels), _blocks(first["speaker"])
    )


def _right(table, home, keys):
    """Whether each clip is right, in the order of the first table."""
    right = table["label"] == table["prediction"]
    if len(table) == len(home) and all(
        (table[key].to_numpy() == home.get_level_values(key)).all()
        for key in keys
    ):
        return right.to_numpy()
    index = pandas.MultiIndex.from_frame(table.reindex(columns=keys))
    if len(strangers := home.symmetric_difference(index)):
        lines = [
            "  " + ", ".join(f"{n} {v!r}" for n, v in zip(keys, row))
            for row in strangers
        ]
        raise ValueError(
            "Expected all tables to be of the same clips, but these are not "
            f"in all, with the same label and speaker:\n{shorten(lines)}\n"
            "Test on one corpus and split."
        )
    return pandas.Series(right.to_numpy(), index).reindex(home).to_numpy()


def _numbers(truth, labels):
    """Labels as their places in the list."""
    numbers = pandas.Index(labels).get_indexer(truth)
    counts = np.bincount(numbers[numbers >= 0], minlength=len(labels))
    if (numbers < 0).any() or not counts.all():
        found = sorted(set(truth))
        raise ValueError(
            f"Expected clips of each of {list(labels)} and of no other class, "
            f"but got {found}. Evaluate on all classes, or name in `labels` "
            "those that occur."
        )
    return numbers


def _blocks(speakers):
    """Speakers as numbers; an unknown one is somebody else in each clip."""
    known = (speakers != "").to_numpy()
    numbers = np.zeros(len(speakers), int)
    numbers[known], names = pandas.factorize(speakers[known])
    numbers[~known] = len(names) + np.arange((~known).sum())
    return numbers
