"""A table of the paper as text, from folders and files of results."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from speechbrain_zsfuse.evaluation.collection.gathering import gather
from speechbrain_zsfuse.evaluation.paper_tables.table_one import (
    build_table_one,
)
from speechbrain_zsfuse.evaluation.paper_tables.table_two import (
    build_table_two,
)
from speechbrain_zsfuse.evaluation.paper_tables.writing.records import (
    records_of,
)
from speechbrain_zsfuse.evaluation.paper_tables.writing.render import (
    to_latex,
    to_markdown,
)
from speechbrain_zsfuse.evaluation.paper_tables.writing.sheets import page_of
from speechbrain_zsfuse.evaluation.paper_tables.zero_shot import (
    build_zero_shot,
)
from speechbrain_zsfuse.options import check

_TABLES = {
    "I": (build_table_one, "a system of which a seed is tested on all folds"),
    "II": (
        build_table_two,
        "runs of one system at two or more combinations of repeats "
        "(`zsfuse study … --fused` trains them)",
    ),
    "zero-shot": (build_zero_shot, "runs with zero-shot scores"),
}
FORMATS = ("markdown", "latex", "csv")


def make_table(
    paths: Sequence[str | Path],
    paper: str = "I",
    form: str = "markdown",
    baseline: str | None = None,
    labels: Sequence[str] | None = None,
) -> str:
    """Make a table of the paper.

    Arguments
    ---------
    paths : list of str or Path
        See ``gather``.
    paper : str
        ``I``, ``II`` or ``zero-shot``.
    form : str
        ``markdown``, ``latex`` or ``csv``.
    baseline : str, optional
        See ``gather``.
    labels : list of str, optional
        See ``gather``.

    Returns
    -------
    str
        The same results give the same text; without a line end.

    Raises
    ------
    FileNotFoundError, ValueError
        See ``gather``; or if the results hold nothing for such a table.

    Example
    -------
    >>> make_table(["results"], paper="III")
    Traceback (most recent call last):
    ValueError: Expected --paper to be one of I, II, zero-shot, but got 'III'.
    """
    check("--paper", paper, Literal[tuple(_TABLES)])
    check("--format", form, Literal[FORMATS])
    build, needed = _TABLES[paper]
    table = build(gather(paths, labels, baseline))
    if not table[0]:
        raise ValueError(
            f"Expected {needed} in {', '.join(map(str, paths))}, but there is "
            f"none. {' '.join(_reasons(table))}".strip()
        )
    if form == "csv":
        return records_of(table).to_csv(index=False).rstrip("\n")
    return (to_latex if form == "latex" else to_markdown)(page_of(table))


def _reasons(table):
    """Footnotes, but how numbers come about that are not there."""
    how = "UAR (", "Interval:"
    return [note for note in table.footnotes if not note.startswith(how)]
