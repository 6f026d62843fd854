"""The tables of the paper, from these results: what a report begins with."""

from speechbrain_zsfuse.evaluation.collection.gathering import Collection
from speechbrain_zsfuse.evaluation.figures.making.kinds import draw_comparisons
from speechbrain_zsfuse.evaluation.figures.making.subject import Lacking
from speechbrain_zsfuse.evaluation.marks import MARKS
from speechbrain_zsfuse.evaluation.paper_tables.structure import TableOne
from speechbrain_zsfuse.evaluation.paper_tables.table_two import (
    build_table_two,
)
from speechbrain_zsfuse.evaluation.paper_tables.writing.sheets import (
    Page,
    page_of,
)
from speechbrain_zsfuse.evaluation.paper_tables.zero_shot import (
    build_zero_shot,
)
from speechbrain_zsfuse.evaluation.report.blocks import (
    Block,
    Cell,
    Notes,
    Table,
    Text,
)
from speechbrain_zsfuse.evaluation.report.drawn import figure_block

_DOUBTS = tuple(MARKS[status] for status in ("seen", "unknown"))


def describe_systems_compared(table: TableOne) -> list[Block]:
    """Table I: every system, beside the paper and beside its baseline.

    Arguments
    ---------
    table : TableOne
        See ``build_table_one``.

    Returns
    -------
    list of blocks
        The improvement count first.

    Example
    -------
    >>> describe_systems_compared(TableOne([], [], []))[0].text
    'No seed of any system is tested on all folds.'
    """
    if not table.corpora:
        return [Text("No seed of any system is tested on all folds.")]
    page = page_of(table)
    counts = len(table.improvements)
    lead = [Text(line) for line in page.notes[:counts][-1:]]
    others = page.notes[: counts - 1] if counts else []
    notes = Notes([*others, *page.notes[counts:]])
    return [*lead, *_tables(page), notes]


def describe_differences(table: TableOne) -> list[Block]:
    """Each system less its baseline, with interval and verdict.

    Arguments, returns as ``describe_systems_compared``.

    Example
    -------
    >>> describe_differences(TableOne([], [], []))
    []
    """
    blocks = []
    for rows in table.corpora:
        try:
            figure = draw_comparisons(rows)
        except Lacking as error:
            blocks.append(Text(f"{rows.title}: not possible, {error}."))
        else:
            caption = f"{rows.title}: differences of UAR, as in the table."
            blocks.append(figure_block(figure, rows.title, caption))
    return blocks


def describe_zero_shot(collection: Collection) -> list[Block]:
    """What the scores reach alone, and what repeats do to fusion.

    Arguments
    ---------
    collection : Collection

    Returns
    -------
    list of blocks

    Example
    -------
    >>> describe_zero_shot(Collection((), ()))[0].text
    'No run has zero-shot scores beside its predictions.'
    """
    table, repeats = build_zero_shot(collection), build_table_two(collection)
    blocks = [Text("No run has zero-shot scores beside its predictions.")]
    if table.rows:
        page = page_of(table)
        blocks = [*_tables(page), Notes(page.notes)]
    if repeats.rows:
        page = page_of(repeats)
        blocks += [*_tables(page), Notes(page.notes)]
    return blocks


def _tables(page: Page) -> list[Table]:
    return [
        Table(sheet.title, sheet.rows[0], [*map(_mark, sheet.rows[1:])])
        for sheet in page.sheets
    ]


def _mark(row):
    """Verdicts and doubts are seen at once."""
    first, *others = row
    return [first, *(_look(text) for text in others)]


def _look(text):
    if text in ("better", "worse"):
        return Cell(text, text)
    return Cell(text, "alert") if text.startswith(_DOUBTS) else text
