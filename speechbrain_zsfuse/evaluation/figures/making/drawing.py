"""All figures that some results allow, and why others are not possible."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from matplotlib.figure import Figure

from speechbrain_zsfuse.evaluation.collection.gathering import Collection
from speechbrain_zsfuse.evaluation.figures.making.kinds import (
    KINDS,
    OF_SYSTEM,
    draw_comparisons,
    draw_kind,
)
from speechbrain_zsfuse.evaluation.figures.making.subject import (
    Lacking,
    Subject,
)
from speechbrain_zsfuse.evaluation.paper_tables.columns import columns_of
from speechbrain_zsfuse.evaluation.paper_tables.table_one import (
    build_table_one,
)


class Drawing(NamedTuple):
    """A figure, or why there is none.

    Attributes
    ----------
    kind : str
        Of ``KINDS``.
    corpus : str
        And how many classes.
    system : str
        Name of its row in the tables; empty: of all systems.
    figure : matplotlib.figure.Figure or None
    reason : str
        Why it is not possible; else empty.

    Example
    -------
    >>> Drawing("curves", "Tiny, 2 classes", "votes", None, "no log").figure
    """

    kind: str
    corpus: str
    system: str
    figure: Figure | None
    reason: str = ""


def draw_results(
    collection: Collection, kinds: Sequence[str] = ()
) -> Iterator[Drawing]:
    """Draw what there is, one figure after the other.

    Arguments
    ---------
    collection : Collection
        Systems of which no seed has all folds are left out.
    kinds : list of str
        Of ``KINDS``; default: all.

    Yields
    ------
    Drawing
        Of each corpus those of each system, and the differences last.

    Example
    -------
    >>> list(draw_results(Collection((), ())))
    []
    """
    for column in columns_of(collection):
        for name, system in column.systems.items():
            subject = Subject(name, column, collection.baseline_of(system))
            for kind in kinds or KINDS:
                if kind in OF_SYSTEM:
                    draw = partial(draw_kind, kind, subject)
                    yield _try(draw, kind, column.title, name)
    if not kinds or "differences" in kinds:
        for rows in build_table_one(collection).corpora:
            draw = partial(draw_comparisons, rows)
            yield _try(draw, "differences", rows.title)


def _try(draw, kind, corpus, system=""):
    try:
        return Drawing(kind, corpus, system, draw())
    except Lacking as error:
        return Drawing(kind, corpus, system, None, str(error))
