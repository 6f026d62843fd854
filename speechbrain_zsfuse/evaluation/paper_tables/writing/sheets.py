"""Tables as texts in rows, whatever they are written as: which columns there
are, and how a number is shown.
"""

from collections.abc import Sequence
from typing import NamedTuple

from speechbrain_zsfuse.evaluation.paper_tables.structure import (
    TableOne,
    TableTwo,
    ZeroShotTable,
)
from speechbrain_zsfuse.evaluation.paper_tables.writing.wording import (
    NOTHING,
    count,
    ends,
    name_folds,
    share,
    spread,
)


class Sheet(NamedTuple):
    """One table of texts.

    Attributes
    ----------
    title : str
    rows : list of list of str
        The header first, all of one length.

    Example
    -------
    >>> Sheet("RAVDESS", [["model", "UAR"], ["CLAP", ".2500"]]).title
    'RAVDESS'
    """

    title: str
    rows: list[list[str]]


class Page(NamedTuple):
    """A table of the paper, as text.

    Attributes
    ----------
    sheets : list of Sheet
    notes : list of str
        Sentences below it.

    Example
    -------
    >>> Page([], []).notes
    []
    """

    sheets: list[Sheet]
    notes: list[str]


def page_of(table: TableOne | TableTwo | ZeroShotTable) -> Page:
    """Lay a table out.

    Arguments
    ---------
    table : TableOne, TableTwo or ZeroShotTable

    Returns
    -------
    Page
        Columns in which nothing is known are left out.

    Example
    -------
    >>> page_of(TableTwo([], ["Nothing."])).notes
    ['Nothing.']
    """
    lay_out = {
        TableOne: _page_one,
        TableTwo: _page_two,
        ZeroShotTable: _page_zero_shot,
    }
    sheets, notes = lay_out[type(table)](table)
    return Page(
        [Sheet(title, _without_empty(rows)) for title, rows in sheets], notes
    )


def _page_one(table):
    header = ["FM + ALM", "UAR", "n", "95 % interval", "paper"]
    header += [f"than {table.baseline or 'alone'}", "difference"]
    sheets = [
        (
            f"{corpus.title}: {_tested(corpus.rows[0])}",
            [header, *map(_system_cells, corpus.rows)],
        )
        for corpus in table.corpora
    ]
    counts = [_tell_improvements(one) for one in table.improvements]
    return sheets, counts + table.footnotes


def _system_cells(row):
    found = row.comparison
    return [
        row.name,
        spread(row.uar),
        str(row.uar["n"]),
        ends(row.interval),
        spread(row.paper),
        row.verdict or NOTHING,
        NOTHING
        if found is None
        else f"{share(found.difference, '+')} {ends(found.interval, '+')}",
    ]


def _tell_improvements(one):
    known = one.paper_up + one.paper_down
    arrows = (
        f" (arrows of the paper: {one.paper_up} up, {one.paper_down} down)"
        if known
        else ""
    )
    return (
        f"Improvement count, {one.name}: better in {one.better} of "
        f"{one.compared}, worse in {one.worse}, not significant in "
        f"{one.not_significant}{arrows}."
    )


def _page_two(table):
    header = ["System", "Best a x t (oracle)", "Default 1 x 1", "Worst a x t"]
    header += ["Range", "No ALM", "Chosen on validation"]
    titles = dict.fromkeys(row.title for row in table.rows)
    sheets = []
    for title in titles:
        rows = [header]
        for row in table.rows:
            if row.title == title:
                rows += _repeats_cells(row)
        sheets.append((title, rows))
    return sheets, table.footnotes


def _repeats_cells(row):
    """Ours, and the paper's below."""
    fold = f", fold {row.fold}" if row.fold else ""
    yield [
        f"{row.name}{fold}",
        *(_of_cell(one) for one in (row.best, row.default, row.worst)),
        share(row.range),
        _of_cell(row.no_alm),
        _of_cell(row.chosen),
    ]
    if row.paper:
        names = ("best", "default", "worst")
        yield [
            "  paper",
            *(_of_paper(row.paper[name]) for name in names),
            share(row.paper["range"]),
            _of_paper(row.paper["no_alm"]),
            NOTHING,
        ]


def _of_cell(one):
    if one is None:
        return NOTHING
    cell = one["audio_repeats"], one["text_repeats"]
    start = "" if None in cell else "{}x{}: ".format(*cell)
    return f"{start}{spread(one)}, n={one['n']}"


def _of_paper(one):
    start = f"{one['cell']}: " if "cell" in one else ""
    return f"{start}{spread(one['UAR'])}"


def _page_zero_shot(table):
    header = ["ALM", "a x t", "prompts", "UAR", "n", "95 % interval"]
    header += ["chance", "paper", "zero-shot?"]
    titles = dict.fromkeys(row.title for row in table.rows)
    sheets = []
    for title in titles:
        own = [row for row in table.rows if row.title == title]
        rows = [header, *map(_zero_shot_cells, own)]
        sheets.append((f"{title}: {_tested(own[0])}", rows))
    return sheets, table.footnotes


def _zero_shot_cells(row):
    return [
        row.alm,
        str(row.repeats or NOTHING),
        row.prompts,
        spread(row.uar),
        str(row.uar["n"]),
        ends(row.interval),
        share(row.chance),
        NOTHING if row.paper is None else share(row.paper),
        row.mark,
    ]


def _tested(row):
    """Which clips a row is about."""
    who = f" of {count(row.speakers, 'speaker')}" if row.speakers else ""
    return f"{count(row.clips, 'test clip')}{who}{name_folds(row.folds)}"


def _without_empty(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    header, *body = rows
    kept = [
        index
        for index in range(len(header))
        if any(row[index] != NOTHING for row in body)
    ]
    return [[row[index] for index in kept] for row in rows]
