"""How a collection is laid out: systems of one corpus and classes together, in
the order of the paper, each with a name for its row.
"""

from collections.abc import Sequence
from typing import NamedTuple

from speechbrain_zsfuse.evaluation.amplification.cells import DEFAULT
from speechbrain_zsfuse.evaluation.collection.gathering import Collection
from speechbrain_zsfuse.evaluation.collection.system import System
from speechbrain_zsfuse.evaluation.paper_tables.paper import (
    name_setting,
    place_in_paper,
)


class Column(NamedTuple):
    """Systems that can stand below each other.

    Arguments
    ---------
    corpus : str or None
        None where it is not known.
    labels : list of str
        The classes.
    systems : dict
        Name of a row to its System, in the order of the paper.

    Example
    -------
    >>> Column(None, ["sad", "angry"], {}).title
    'Test clips, 2 classes'
    """

    corpus: str | None
    labels: list[str]
    systems: dict[str, System]

    @property
    def title(self) -> str:
        """The corpus and how many classes."""
        return f"{self.corpus or 'Test clips'}, {len(self.labels)} classes"


def columns_of(collection: Collection) -> list[Column]:
    """Sort systems by corpus and classes.

    Arguments
    ---------
    collection : Collection

    Returns
    -------
    list of Column
        Sorted by corpus; systems of which no seed is complete are left out.

    Example
    -------
    >>> columns_of(Collection((), ()))
    []
    """
    found = {}
    for system in collection.systems:
        if system.seeds:
            classes = tuple(sorted(system.labels))
            found.setdefault((system.corpus, classes), []).append(system)
    return [
        Column(corpus, _labels_of(systems), _in_order(systems))
        for (corpus, _), systems in found.items()
    ]


def _labels_of(systems):
    """Classes in the order of a run, if there is one: a file without
    probabilities has none, and guesses depend on it."""
    first = max(systems, key=lambda system: system.encoder is not None)
    return list(first.labels)


def name_row(system: System) -> str:
    """Speech model and audio-language model, and repeats if there are any.

    Arguments
    ---------
    system : System

    Returns
    -------
    str
        The system's own name if its models are not known.

    Example
    -------
    >>> from pathlib import Path
    >>> from speechbrain_zsfuse.evaluation.collection.result import Result
    >>> one = Result(Path("votes.csv"), "votes", ("sad", "angry"), "1", "1")
    >>> name_row(System("votes", (one,)))
    'votes'
    """
    if system.encoder is None:
        return system.name
    name = name_setting(system.encoder, system.alm)
    if system.alm is None or system.repeats == DEFAULT:
        return name
    source = system.results[0].record.score_source
    if source.get("chosen"):
        return f"{name}, chosen repeats"
    return f"{name}, a{{}} x t{{}}".format(*system.repeats or ("?", "?"))


def known_folds(system: System) -> list[str]:
    """Folds that a system was tested on.

    Arguments
    ---------
    system : System

    Returns
    -------
    list of str
        Empty if there is one alone and its number is not known.

    Example
    -------
    >>> from pathlib import Path
    >>> from speechbrain_zsfuse.evaluation.collection.result import Result
    >>> one = Result(Path("votes.csv"), "votes", ("sad", "angry"), "1", "1")
    >>> known_folds(System("votes", (one,)))
    []
    """
    record = system.results[0].record
    numbered = record and record.fold is not None
    return system.folds if numbered or len(system.folds) > 1 else []


def _in_order(systems: Sequence[System]) -> dict[str, System]:
    """By the paper's order; names of rows are unique."""
    systems = sorted(systems, key=_place)
    names = [name_row(system) for system in systems]
    return {
        name if names.count(name) == 1 else f"{name} ({system.name})": system
        for name, system in zip(names, systems)
    }


def _place(system):
    repeats = system.repeats or (0, 0)
    return *place_in_paper(system.encoder, system.alm), repeats, system.name
