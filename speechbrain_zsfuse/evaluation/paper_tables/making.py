"""A table of the paper as text, from folders and files of results."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from speechbrain_zsfuse.errors import show
from speechbrain_zsfuse.evaluation.collection.gathering import gather
from speechbrain_zsfuse.evaluation.cross.matrix import build_matrix
from speechbrain_zsfuse.evaluation.cross.records import format_records
from speechbrain_zsfuse.evaluation.cross.tables import format_matrix
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
CROSS = "cross"  # no table of the paper, but quoted like them
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
        ``I``, ``II`` or ``zero-shot``; or ``cross``: the matrix of one folder
        of ``zsfuse cross``.
    form : str
        ``markdown``, ``latex`` or ``csv``.
    baseline : str, optional
        See ``gather``; not of a matrix.
    labels : list of str, optional
        See ``gather``; not of a matrix.

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
    ValueError: Expected --paper to be one of I, II, zero-shot, cross, but \
got 'III'.
    """
    check("--paper", paper, Literal[(*_TABLES, CROSS)])
    check("--format", form, Literal[FORMATS])
    if paper == CROSS:
        given = {"--baseline": baseline, "--labels": labels}
        return _make_matrix(paths, form, given)
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


def _make_matrix(paths, form, given):
    for name, value in given.items():
        if value is not None:
            raise ValueError(
                f"Expected no {name} with --paper {CROSS}, whose systems and "
                f"classes are those of the crossing, but got {show(value)}. "
                "Leave it out."
            )
    if len(paths) != 1 or form == "latex":
        raise ValueError(
            "Expected one folder of `zsfuse cross`, and --format markdown or "
            f"csv, with --paper {CROSS}, but got {', '.join(map(str, paths))} "
            f"and {form}. Make a matrix at a time."
        )
    matrix = build_matrix(paths[0])
    if form == "csv":
        return format_records(matrix).rstrip("\n")
    return format_matrix(matrix)


def _reasons(table):
    """Footnotes, but how numbers come about that are not there."""
    how = "UAR (", "Interval:"
    return [note for note in table.footnotes if not note.startswith(how)]
