"""Predictions of several systems side by side: the same clips, labels, classes.

Whatever is not the same is an error that names it; nothing is left out.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np
import pandas

from speechbrain_zsfuse.errors import shorten
from speechbrain_zsfuse.evaluation.columns import (
    FURTHER,
    MISMATCH,
    labels_of,
    probabilities_of,
)
from speechbrain_zsfuse.evaluation.metrics.speakers import known_speakers


class Members(NamedTuple):
    """Systems of an ensemble, in the order of their priority.

    Arguments
    ---------
    tables : dict
        Name of a system to its predictions; all of the same clips, sorted by
        ``id``. See ``align_systems``.
    labels : tuple of str
        The E classes.

    Example
    -------
    >>> table = pandas.DataFrame({"id": ["a"], "speaker": "", "label": "sad"})
    >>> members = align_systems({"s1": table.assign(prediction="sad"), \
"s2": table.assign(prediction="")})
    >>> members.labels, members.votes
    (('sad',), [['sad'], ['']])
    """

    tables: Mapping[str, pandas.DataFrame]
    labels: tuple[str, ...]

    @property
    def first(self) -> pandas.DataFrame:
        """Predictions of the first system."""
        return next(iter(self.tables.values()))

    @property
    def ids(self) -> list[str]:
        """Names of the N clips."""
        return self.first["id"].tolist()

    @property
    def truth(self) -> list[str]:
        """True classes of the clips."""
        return self.first["label"].tolist()

    @property
    def votes(self) -> list[list[str]]:
        """What each system predicts, "" where it gave no answer: [K][N]."""
        return [t["prediction"].tolist() for t in self.tables.values()]

    def probabilities(self) -> np.ndarray:
        """Those of all systems, float64, shape [K, N, E].

        Raises
        ------
        ValueError
            If a system has none.
        """
        without = [n for n, t in self.tables.items() if not _probable(t)]
        if without:
            raise ValueError(
                "Expected probabilities of every system, but "
                f"{', '.join(without)} has predictions alone. Take the rule "
                "plurality or eq2, or leave it out."
            )
        return np.stack(
            [
                probabilities_of(table)[:, _places(table, self.labels)]
                for table in self.tables.values()
            ]
        )

    def pick(self, names: Sequence[str]) -> "Members":
        """Some of the systems, in the order of the priority."""
        tables = {n: t for n, t in self.tables.items() if n in names}
        return Members(tables, self.labels)

    def known(self) -> dict[str, list]:
        """What all systems that know it say alike of the clips: name of a
        column to a value a clip. A corpus that is not as it is known to one
        is so to all.
        """
        found = {}
        tables = self.tables.values()
        for column in FURTHER:
            told = [t[column].tolist() for t in tables if column in t]
            if told and all(values == told[0] for values in told):
                found[column] = told[0]
        marks = [t[MISMATCH] for t in tables if MISMATCH in t]
        if marks:
            found[MISMATCH] = reduce(np.logical_or, marks).tolist()
        return found


def align_systems(tables: Mapping[str, pandas.DataFrame]) -> Members:
    """Put predictions of systems side by side.

    Arguments
    ---------
    tables : dict
        Name of a system to its predictions, see ``read_predictions``; in the
        order of priority.

    Returns
    -------
    Members
        With the classes in the order of the first that has probabilities; if
        none has, all that occur, sorted. Speakers that one system does not
        know are those of the others.

    Raises
    ------
    ValueError
        If classes, clips, true labels or speakers differ.

    Example
    -------
    >>> table = pandas.DataFrame({"id": ["b", "a"], "speaker": ["2", "1"]})
    >>> table["label"] = table["prediction"] = ["sad", "angry"]
    >>> align_systems({"s1": table, "s2": table}).ids
    ['a', 'b']
    >>> align_systems({"s1": table, "s2": table[:1]})
    Traceback (most recent call last):
    ValueError: Expected predictions of the same clips by all systems, but s2 \
lacks 1 of 2:
      s2 lacks clip 'a'
    Give files of one test set.
    """
    _check_clips(tables)
    labels = _common_labels(tables)
    tables = {
        name: table.sort_values("id", ignore_index=True)
        for name, table in tables.items()
    }
    _check_alike(tables, "label", "the same true label of each clip")
    _check_alike(tables, "speaker", "the same speaker of each clip")
    speakers = known_speakers(list(tables.values()))
    return Members(
        {n: table.assign(speaker=speakers) for n, table in tables.items()},
        tuple(labels),
    )


def _check_clips(tables):
    every = sorted(set().union(*(table["id"] for table in tables.values())))
    lacking = {
        name: [clip for clip in every if clip not in ids]
        for name, ids in ((n, set(t["id"])) for n, t in tables.items())
    }
    counts = [f"{n} lacks {len(c)}" for n, c in lacking.items() if c]
    if counts:
        lines = [
            f"  {name} lacks clip {clip!r}"
            for name, clips in lacking.items()
            for clip in clips
        ]
        raise ValueError(
            "Expected predictions of the same clips by all systems, but "
            f"{', '.join(counts)} of {len(every)}:\n{shorten(lines)}\n"
            "Give files of one test set."
        )


def _common_labels(tables):
    """Those with probabilities; without any, those that occur."""
    probable = {n: labels_of(t) for n, t in tables.items() if _probable(t)}
    occurring = {
        n: labels_of(t) for n, t in tables.items() if n not in probable
    }
    if not probable:
        return sorted(set().union(*occurring.values()))
    first, labels = next(iter(probable.items()))
    for name, own in (probable | occurring).items():
        strange = sorted(set(own) - set(labels))
        if name in probable:
            strange += sorted(set(labels) - set(own))
        if strange:
            raise ValueError(
                f"Expected the classes of {first} ({', '.join(labels)}) in "
                f"{name}, but {', '.join(strange)} is in one of both alone. "
                "Give files of one set of classes."
            )
    return labels


def _check_alike(tables, column, expected):
    """Texts of all that know them are those of the first that does."""
    known = {}
    lines = []
    for name, table in tables.items():
        for clip, text in zip(table["id"], table[column]):
            other, before = known.setdefault(clip, (name, text))
            if not before:
                known[clip] = (name, text)
            elif text and text != before:
                lines.append(
                    f"  clip {clip}: {before!r} in {other}, {text!r} in {name}"
                )
    if lines:
        raise ValueError(
            f"Expected {expected} in all files, but {len(lines)} differ:\n"
            f"{shorten(lines)}\nCorrect the file that is wrong."
        )


def _probable(table):
    return probabilities_of(table) is not None


def _places(table, labels):
    own = labels_of(table)
    return [own.index(label) for label in labels]
