"""The matrix of a crossing: source by target, one cell a system and pair.

Made from the files of ``files.py`` alone; no torch here.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas

from speechbrain_zsfuse.evaluation.cross.files import (
    ZERO_SHOT,
    Corpus,
    Crossing,
    find_answers,
    read_crossing,
)
from speechbrain_zsfuse.evaluation.cross.inventories import shared_labels
from speechbrain_zsfuse.evaluation.cross.measures import measure_transfer
from speechbrain_zsfuse.evaluation.cross.shift import (
    tell_confounded,
    tell_shift,
)
from speechbrain_zsfuse.evaluation.marks import footnote
from speechbrain_zsfuse.evaluation.metrics.speakers import count_speakers


class Cell(NamedTuple):
    """A system that learned from one corpus, on another.

    Attributes
    ----------
    system, source, target : str
        The source is ``zero-shot`` where nothing was trained.
    within : bool
        Whether source and target are one: then it is the test of its folds.
    shared : list of str
        Classes that both know; chance is 1 / their number.
    classes, known : int
        Of the target, and of the source.
    UAR, UAR_all : float
        In [0, 1], see ``measure_transfer``; their intervals, and standard
        deviations over runs.
    seeds, folds : int
        How many: of a pair, each fold's model hears all clips; within a corpus,
        each its own.
    clips, speakers : int
        Tested, of all classes.
    shift, marks : list of str
        What changes; what is to be known of it.

    Example
    -------
    >>> pair = "small", "a", "b", False, ["sad", "angry"]
    >>> Cell(*pair, 2, 4, 0.5, None, 0.5, None).chance
    0.5
    """

    system: str
    source: str
    target: str
    within: bool
    shared: list
    classes: int
    known: int
    UAR: float
    interval: tuple | None
    UAR_all: float
    interval_all: tuple | None
    sd: float | None = None
    sd_all: float | None = None
    seeds: int = 0
    folds: int = 0
    clips: int = 0
    speakers: int = 0
    shift: list = []
    marks: list = []

    @property
    def chance(self) -> float:
        """UAR of a guess, over the shared classes."""
        return 1 / len(self.shared)


class Matrix(NamedTuple):
    """All cells, in the order of the corpora, system by system.

    ``stale`` names tables of predictions that are of other clips or classes
    than those of the corpora now: they are not counted.

    Example
    -------
    >>> Matrix(None, []).systems
    []
    """

    crossing: Crossing
    cells: list
    stale: list = []

    @property
    def systems(self) -> list[str]:
        """Names, each once."""
        return [*dict.fromkeys(cell.system for cell in self.cells)]

    @property
    def is_equal(self) -> bool:
        """Whether every source knows exactly the classes of every target."""
        return all(
            len(cell.shared) == cell.classes == cell.known
            for cell in self.cells
        )


def build_matrix(folder: str | Path) -> Matrix:
    """Measure all pairs whose predictions are there.

    Arguments
    ---------
    folder : str or Path
        Of a crossing.

    Returns
    -------
    Matrix

    Raises
    ------
    FileNotFoundError
        If it is none, or has no predictions yet.
    ValueError
        If files were edited, damaged, or name a corpus that is unknown.

    Example
    -------
    >>> build_matrix("no-such-folder")
    Traceback (most recent call last):
    FileNotFoundError: Expected the folder of a crossing in no-such-folder, ...
    """
    crossing, pairs = read_crossing(folder), defaultdict(list)
    stale = []
    for answers, table in find_answers(folder):
        if _is_stale(crossing, answers):
            stale.append(answers.path("").as_posix())
            continue
        pairs[answers.system, answers.source, answers.target].append(
            (answers, table)
        )
    if not pairs:
        raise FileNotFoundError(
            f"Expected predictions in {folder}, but there are none yet. Let "
            "`zsfuse cross` go on."
        )
    order = [ZERO_SHOT, *crossing.corpora]
    strangers = {one for _, *two in pairs for one in two} - {*order}
    if strangers:
        raise ValueError(
            f"Expected predictions of {', '.join(crossing.corpora)} in "
            f"{folder}, but there are some of {', '.join(sorted(strangers))}. "
            "Take them away, or cross these corpora in another results_folder."
        )
    keys = sorted(
        pairs, key=lambda key: (key[0], *(order.index(one) for one in key[1:]))
    )
    cells = [_measure(crossing, pairs[key]) for key in keys]
    return Matrix(crossing, cells, stale)


def _is_stale(crossing, answers):
    """Whether the corpora had other clips or classes when it was answered."""
    target = crossing.corpora.get(answers.target)
    if target and target.digest not in ("", answers.clips):
        return True
    zero_shot = answers.source == ZERO_SHOT
    asked = target if zero_shot else crossing.corpora.get(answers.source)
    return asked is not None and asked.labels != answers.labels


def _measure(crossing, pair):
    first = pair[0][0]
    labels = crossing.corpora[first.target].labels
    shared = shared_labels(first.labels, labels)
    tables, seeds, folds = join_runs(pair, first.within)
    found = measure_transfer(tables, shared, labels)
    return Cell(
        *(first.system, first.source, first.target, first.within),
        shared=shared,
        classes=len(labels),
        known=len(first.labels),
        **found,
        seeds=seeds,
        folds=folds,
        clips=len(tables[0]),
        speakers=count_speakers(tables[0]),
        shift=_shift(crossing, first),
        marks=_marks(crossing, first),
    )


def join_runs(
    pair: Sequence[tuple], within: bool
) -> tuple[list[pandas.DataFrame], int, int]:
    """Predictions of the runs of a pair as tables of the same clips.

    Arguments
    ---------
    pair : list of (Answers, pandas.DataFrame)
    within : bool
        Whether each fold has clips of its own: then those of a seed are one
        table, of the folds that all seeds have.

    Returns
    -------
    tables : list of pandas.DataFrame
    seeds, folds : int
        How many are in them.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> table = pandas.DataFrame({"id": ["a"]})
    >>> runs = [(SimpleNamespace(seed=1, fold=k), table) for k in (1, 2)]
    >>> tables, *counts = join_runs(runs, within=True)
    >>> tables[0]["fold"].tolist(), counts
    ([1, 2], [1, 2])
    """
    if not within:
        seeds, folds = ({getattr(a, n) for a, _ in pair} for n in _OF_RUNS)
        return [table for _, table in pair], len(seeds), len(folds)
    by_seed = defaultdict(dict)
    for answers, table in pair:
        by_seed[answers.seed][answers.fold] = table.assign(fold=answers.fold)
    common = set.intersection(*(set(folds) for folds in by_seed.values()))
    if not common:  # some have this fold, others that: those of one seed count
        by_seed = dict([next(iter(by_seed.items()))])
        [common] = (set(folds) for folds in by_seed.values())
    chosen = sorted(common, key=str)
    tables = [
        pandas.concat([folds[k] for k in chosen], ignore_index=True)
        for folds in by_seed.values()
    ]
    return tables, len(tables), len(chosen)


_OF_RUNS = ("seed", "fold")


def _shift(crossing, answers):
    if answers.source == ZERO_SHOT or answers.within:
        return []
    source, target = (
        crossing.corpora[name] for name in (answers.source, answers.target)
    )
    words = crossing.same_text.get(answers.source, {}).get(answers.target)
    return tell_shift(source.about, target.about, words)


def mark_corpus(corpus: Corpus) -> list[str]:
    """What is to be known of a corpus wherever it stands.

    Example
    -------
    >>> facts = {"name": "URDU", "labels": ["sad", "angry"], "clips": 400}
    >>> about = {"confounded": "speaker"}
    >>> mark_corpus(Corpus(**facts, speakers=29, about=about))
    ['URDU: the speaker gives the emotion away']
    """
    marks = [f"{corpus.name} is not as it is known"] * bool(corpus.mismatch)
    reasons = corpus.caveats or filter(None, [tell_confounded(corpus.about)])
    return marks + [f"{corpus.name}: {why}" for why in reasons]


def _marks(crossing, answers):
    """Those of both corpora, and what models have heard before."""
    marks = []
    for name in (answers.source, answers.target):
        if name in crossing.corpora:
            marks += mark_corpus(crossing.corpora[name])
    for heard in answers.contamination.values():
        for found in heard.values():
            if found and found.get("status") != "clean":
                marks.append(footnote(found).rstrip("."))
    return [*dict.fromkeys(marks)]
