"""What is compared: a system, trained on some folds with some seeds, and beside
which of the others it stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas

from speechbrain_zsfuse.errors import shorten
from speechbrain_zsfuse.evaluation.amplification.cells import Cell
from speechbrain_zsfuse.evaluation.collection.result import Result
from speechbrain_zsfuse.evaluation.metrics.speakers import known_speakers
from speechbrain_zsfuse.evaluation.record import Record


@dataclass(frozen=True)
class System:
    """Results of one system on one corpus.

    Arguments
    ---------
    name : str
        Tells it from all others of the corpus.
    results : tuple of Result
        One a fold and seed.

    Example
    -------
    >>> from pathlib import Path
    >>> labels = ("sad", "angry")
    >>> one = Result(Path("a.csv"), "a", labels, fold="1", seed="1000")
    >>> system = System("a", (one,))
    >>> system.folds, system.seeds, system.alm
    (['1'], ['1000'], None)
    """

    name: str
    results: tuple[Result, ...]

    @property
    def labels(self) -> list[str]:
        """The classes."""
        return list(self.results[0].labels)

    @property
    def corpus(self) -> str | None:
        """Its name, if it is known."""
        return self.results[0].corpus

    @property
    def encoder(self) -> str | None:
        """See ``Result``."""
        return self.results[0].encoder

    @property
    def alm(self) -> str | None:
        """See ``Result``."""
        return self.results[0].alm

    @property
    def records(self) -> list[Record]:
        """What its runs say of themselves; none of files from elsewhere."""
        return [result.record for result in self.results if result.record]

    @property
    def repeats(self) -> Cell | None:
        """See ``Result``; None, too, if folds or seeds differ in it."""
        repeats = {result.repeats for result in self.results}
        return repeats.pop() if len(repeats) == 1 else None

    @property
    def folds(self) -> list[str]:
        """Those that any seed was tested on, in order."""
        return _in_order({result.fold for result in self.results})

    @property
    def seeds(self) -> list[str]:
        """Those that are complete: tested on all folds."""
        lacking = {seed for _, seed in self.missing}
        seeds = {result.seed for result in self.results}
        return _in_order(seeds - lacking)

    @property
    def missing(self) -> list[tuple[str, str]]:
        """Pairs of fold and seed without a result."""
        there = {(result.fold, result.seed) for result in self.results}
        seeds = _in_order({result.seed for result in self.results})
        every = [(fold, seed) for seed in seeds for fold in self.folds]
        return [pair for pair in every if pair not in there]

    def pooled(
        self, folds: Sequence[str] | None = None, split: str = "test"
    ) -> dict[str, pandas.DataFrame]:
        """Predictions of each seed that has all folds, its folds together.

        Arguments
        ---------
        folds : list of str, optional
            Default: all.
        split : str
            ``test``, or ``valid``, where a clip comes once for each fold that
            is validated on it.

        Returns
        -------
        dict
            Seed to a table, sorted by fold and ``id``, with the column
            ``fold``. Of files from elsewhere there is no validation.
        """
        wanted = list(folds or self.folds)
        tables = {}
        for result in self.results:
            if result.fold in wanted:
                table = self._table(result, split)
                if table is not None:
                    tables.setdefault(result.seed, {})[result.fold] = table
        return {
            seed: pandas.concat(
                [tables[seed][fold] for fold in wanted], ignore_index=True
            )
            for seed in _in_order(tables)
            if set(tables[seed]) == set(wanted)
        }

    def _table(self, result, split):
        key = result.path, result.fold, split
        if key not in self._read:
            table = result.table(split)
            if table is not None:
                table = table.assign(fold=result.fold)
                table = table.sort_values("id", kind="stable")
            self._read[key] = table
        return self._read[key]

    @cached_property
    def _read(self):
        """Tables that were read, for the next to ask."""
        return {}


def pair(
    ours: System, theirs: System
) -> tuple[list[pandas.DataFrame], list[pandas.DataFrame]]:
    """Two systems on the same clips, to be compared.

    Arguments
    ---------
    ours, theirs : System
        Only folds that both have count; of each all seeds that have these.

    Returns
    -------
    tuple of list of pandas.DataFrame
        A table a seed, all in the same order of clips; empty where there is no
        seed, or no fold in common. Speakers that one does not know are those
        of the others.

    Raises
    ------
    ValueError
        If clips, labels or speakers of a fold are not the same.

    Example
    -------
    >>> from pathlib import Path
    >>> path = Path(getfixture("tmpdir")) / "a.csv"
    >>> header = "id,speaker,label,prediction,probability_sad,probability_angry"
    >>> _ = path.write_text(f"{header}\\na,01,angry,sad,0.75,0.25\\n")
    >>> one = Result(path, "a", ("sad", "angry"), fold="1", seed="1000")
    >>> [ours], [theirs] = pair(System("a", (one,)), System("b", (one,)))
    >>> ours["prediction"].tolist(), theirs["fold"].tolist()
    (['sad'], ['1'])
    """
    folds = [fold for fold in ours.folds if fold in theirs.folds]
    both = [list(s.pooled(folds).values()) for s in (ours, theirs) if folds]
    tables = [table for own in both for table in own]
    for table in tables[1:]:
        _check_same(tables[0], table, ours, theirs)
    if not tables:
        return [], []
    speakers = known_speakers(tables)
    return tuple([t.assign(speaker=speakers) for t in own] for own in both)


def _check_same(first, second, ours, theirs):
    """Raise unless two tables are of the same clips."""
    columns = ["fold", "id", "label", "speaker"]
    if first[columns].equals(second[columns]):
        return
    one, other = _rows(first, second), _rows(second, first)
    if one != other:
        lines = [
            "  " + ", ".join(f"{n} {v!r}" for n, v in zip(columns, row))
            for row in sorted(one ^ other)
        ]
        raise ValueError(
            f"Expected {ours.name} and {theirs.name} to be tested on the same "
            f"clips, but {len(lines)} are not in both with the same label and "
            f"speaker:\n{shorten(lines)}\nTest them on one corpus and split."
        )


def _rows(table, beside):
    """What must be the same; a speaker that is not known is as there."""
    there = dict(zip(zip(beside["fold"], beside["id"]), beside["speaker"]))
    columns = (table[name] for name in ("fold", "id", "label", "speaker"))
    return {
        (fold, clip, label, speaker or there.get((fold, clip), ""))
        for fold, clip, label, speaker in zip(*columns)
    }


def _in_order(names):
    """Numbers by their size, before words."""
    return sorted(
        names, key=lambda n: (not n.isdigit(), int(n) if n.isdigit() else 0, n)
    )
