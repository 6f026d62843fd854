"""What a figure is about: a system, its predictions, what stands beside it."""

from functools import cached_property

import pandas

from speechbrain_zsfuse.evaluation.collection.system import System, pair
from speechbrain_zsfuse.evaluation.metrics.speakers import count_speakers
from speechbrain_zsfuse.evaluation.paper_tables.columns import Column


class Lacking(ValueError):
    """Results do not hold what a figure shows; the text says what.

    Example
    -------
    >>> print(Lacking("no probabilities"))
    no probabilities
    """


class Subject:
    """A system, and what stands beside it.

    Arguments
    ---------
    name : str
        Of its row in the tables.
    column : Column
        Where it stands.
    baseline : System, optional

    Example
    -------
    >>> from pathlib import Path
    >>> from speechbrain_zsfuse.evaluation.collection.result import Result
    >>> one = Result(Path("votes.csv"), "votes", ("sad", "angry"), "1", "1")
    >>> column = Column(None, ["sad", "angry"], {"votes": System("v", (one,))})
    >>> Subject("votes", column).title
    'votes: Test clips, 2 classes'
    """

    def __init__(
        self, name: str, column: Column, baseline: System | None = None
    ):
        self.name, self.column, self.baseline = name, column, baseline
        self.system, self.labels = column.systems[name], column.labels
        self.title = f"{name}: {column.title}"

    @cached_property
    def tables(self) -> list[pandas.DataFrame]:
        """Test predictions, one table a seed."""
        return list(self.system.pooled().values())

    @cached_property
    def series(self) -> dict[str, list[pandas.DataFrame]]:
        """Tables of the baseline, if there is one, and its own, of folds that
        both have; by their names, and how many seeds if there are several."""
        ours, theirs = self.tables, []
        if self.baseline:
            names = {s.name: n for n, s in self.column.systems.items()}
            own, theirs = pair(self.system, self.baseline)
            ours = own if theirs else ours
        both = {self.name: ours}
        if theirs:
            both = {names[self.baseline.name]: theirs, **both}
        if max(map(len, both.values())) == 1:
            return both
        return {f"{n} (n = {len(own)})": own for n, own in both.items()}

    @property
    def chance(self) -> float:
        """UAR of a guess."""
        return 1 / len(self.labels)

    @cached_property
    def speakers(self) -> int:
        """How many are known."""
        *_, own = self.series.values()  # a baseline may know more of them
        return count_speakers(own[0])

    @property
    def facts(self) -> list[str]:
        """What a figure tells of the data, as notes."""
        counts = {
            "Test clips": len(self.tables[0]),
            "speakers": self.speakers,
            "folds": len(self.system.folds),
            "seeds": len(self.tables),
        }
        told = [f"{name}: {n}" for name, n in counts.items() if n]
        drift = any(record.mismatch for record in self.system.records)
        return [
            ", ".join(told) + ".",
            "The corpus is not as it is known: see the tables." * drift,
        ]
