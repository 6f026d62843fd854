"""Combinations of audio and text repeats, and how one of them is chosen.

Pure functions; this file knows neither models nor files.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from speechbrain_zsfuse.evaluation.columns import highest
from speechbrain_zsfuse.evaluation.metrics.classification import (
    unweighted_average_recall,
)

REPEATS = (1, 2, 3, 4)  # of audio and of text: paper, Fig. 2
DIGITS = 12  # of a UAR that count: the order of a sum changes later ones


class Cell(NamedTuple):
    """A combination: the clip is repeated a times, the text says t instances.

    Example
    -------
    >>> str(Cell(2, 3)), Cell.read("2x3").audio_repeats
    ('2x3', 2)
    """

    audio_repeats: int
    text_repeats: int

    def __str__(self):
        return f"{self.audio_repeats}x{self.text_repeats}"

    @classmethod
    def read(cls, text):
        """What was written by ``str``."""
        return cls(*map(int, text.split("x")))


DEFAULT = Cell(1, 1)


def simplest(cells: Sequence[Cell]) -> Cell:
    """The combination of the fewest repeats a·t; of equals that with the
    smallest a, then the smallest t.

    Example
    -------
    >>> str(simplest([Cell(4, 1), Cell(2, 2), Cell(1, 4)]))
    '1x4'
    """
    return min(cells, key=lambda cell: (cell[0] * cell[1], *cell))


def choose_cell(uars: Mapping[Cell, float]) -> Cell:
    """The combination of the highest UAR; of equals the simplest.

    Arguments
    ---------
    uars : dict
        Cell to UAR in [0, 1]; those that differ by rounding alone are equal.

    Returns
    -------
    Cell

    Example
    -------
    >>> str(choose_cell({Cell(1, 1): 0.5, Cell(4, 1): 0.7, Cell(1, 3): 0.7}))
    '1x3'
    """
    return _of_highest(uars, 1)


def worst_cell(uars: Mapping[Cell, float]) -> Cell:
    """That of the lowest UAR; of equals the simplest.

    Example
    -------
    >>> str(worst_cell({Cell(1, 1): 0.5, Cell(4, 1): 0.7, Cell(1, 2): 0.5}))
    '1x1'
    """
    return _of_highest(uars, -1)


def _of_highest(uars, sign):
    rounded = {cell: round(sign * uar, DIGITS) for cell, uar in uars.items()}
    best = max(rounded.values())
    return simplest([cell for cell in rounded if rounded[cell] == best])


def fall_short(best: float, uar: float) -> float:
    """By how much a UAR is lower than the best: the regret.

    Arguments
    ---------
    best, uar : float
        In [0, 1].

    Returns
    -------
    float
        0, not a little less, of those that differ by rounding alone.

    Example
    -------
    >>> fall_short(0.75, 0.5), fall_short(0.3, 0.1 + 0.2)
    (0.25, 0.0)
    """
    regret = best - uar
    return regret if round(regret, DIGITS) else 0.0


def find_same(
    cells: Sequence[Cell], heard: Mapping[int, Sequence[str]]
) -> dict[Cell, Cell]:
    """Which combinations are one and the same for a model.

    A model that hears a window of fixed length may hear the same however often
    a clip is repeated.

    Arguments
    ---------
    cells : list of Cell
    heard : dict
        Audio repeats to what the model effectively hears of each clip, as
        texts.

    Returns
    -------
    dict
        Cell to the simplest one of the same text repeats that sounds the same
        for every clip; itself, if no other does.

    Example
    -------
    >>> cells = [Cell(1, 1), Cell(2, 1), Cell(2, 2)]
    >>> same = find_same(cells, {1: ["x", "y"], 2: ["x", "y"]})
    >>> [str(same[cell]) for cell in cells]
    ['1x1', '1x1', '2x2']
    """
    return {
        cell: simplest(
            [
                other
                for other in cells
                if other.text_repeats == cell.text_repeats
                and list(heard[other.audio_repeats])
                == list(heard[cell.audio_repeats])
            ]
        )
        for cell in cells
    }


def name_same(cell: Cell, same: Mapping[Cell, Cell]) -> str:
    """For a table: the other one that a combination is the same as, or nothing.

    Arguments
    ---------
    cell : Cell
    same : dict
        See ``find_same``.

    Returns
    -------
    str

    Example
    -------
    >>> same = {Cell(1, 1): Cell(1, 1), Cell(2, 1): Cell(1, 1)}
    >>> [name_same(cell, same) for cell in same]
    ['', '1x1']
    """
    return "" if same[cell] == cell else str(same[cell])


def zero_shot_uar(
    scores: np.ndarray, truth: Sequence[str], labels: Sequence[str]
) -> float:
    """UAR of the highest scores, the first of equals.

    Arguments
    ---------
    scores : numpy.ndarray
        float, shape [N, E].
    truth : list of str
        N labels.
    labels : list of str
        The E classes, in the order of the scores.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        See ``unweighted_average_recall``.

    Example
    -------
    >>> scores = np.array([[0.2, 0.1], [0.3, 0.4], [0.5, 0.1]])
    >>> zero_shot_uar(scores, ["a", "b", "b"], ["a", "b"])
    0.75
    """
    predicted = highest(scores, list(labels))
    return unweighted_average_recall(list(truth), predicted, list(labels))
