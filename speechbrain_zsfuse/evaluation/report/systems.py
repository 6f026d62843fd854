"""The systems of a report, one by one: where each is right, and where not."""

from speechbrain_zsfuse.evaluation.collection.gathering import Collection
from speechbrain_zsfuse.evaluation.figures.making.drawing import (
    Drawing,
    draw_results,
)
from speechbrain_zsfuse.evaluation.figures.making.kinds import OF_SYSTEM
from speechbrain_zsfuse.evaluation.paper_tables.columns import columns_of
from speechbrain_zsfuse.evaluation.report.blocks import (
    Block,
    Details,
    Figure,
    Group,
    Notes,
    Text,
)
from speechbrain_zsfuse.evaluation.report.drawn import figure_block
from speechbrain_zsfuse.evaluation.report.measures import (
    tabulate_classes,
    tabulate_groups,
    tabulate_metrics,
    tabulate_soft_labels,
)
from speechbrain_zsfuse.progress import show_bar

_TITLES = {
    "confusion": "Confusion matrix",
    "classes": "Recall of each class",
    "speakers": "Speakers",
    "reliability": "Reliability",
    "curves": "Learning curves",
}


def describe_systems(collection: Collection) -> list[Block]:
    """Tables and figures of each system.

    Arguments
    ---------
    collection : Collection

    Returns
    -------
    list of Group
        One for each corpus; systems of which no seed is tested on all folds
        are left out.

    Example
    -------
    >>> describe_systems(Collection((), ()))[0].text
    'No seed of any system is tested on all folds.'
    """
    columns = columns_of(collection)
    if not columns:
        return [Text("No seed of any system is tested on all folds.")]
    drawings = {}
    total = len(list(OF_SYSTEM)) * sum(
        len(column.systems) for column in columns
    )
    drawn = draw_results(collection, list(OF_SYSTEM))
    for drawing in show_bar(drawn, "Drawing", unit=" figure", total=total):
        own = drawings.setdefault((drawing.corpus, drawing.system), [])
        own.append(_svg(drawing))
    return [
        Group(
            column.title,
            [
                _describe(name, system, drawings.get((column.title, name), []))
                for name, system in column.systems.items()
            ],
        )
        for column in columns
    ]


def _svg(drawing: Drawing) -> Figure | str:
    """A figure for the page, or why there is none."""
    title = _TITLES[drawing.kind]
    if drawing.figure is None:
        return f"{title}: {drawing.reason}"
    name = f"{title}, {drawing.system}, {drawing.corpus}"
    return figure_block(drawing.figure, name, title)


def _describe(name, system, drawn):
    tables, labels = list(system.pooled().values()), system.labels
    figures = [one for one in drawn if isinstance(one, Figure)]
    lacking = [one for one in drawn if not isinstance(one, Figure)]
    metrics = tabulate_metrics(tables, labels)
    soft = tabulate_soft_labels(tables, labels)
    blocks = [metrics, tabulate_classes(tables, labels), *figures]
    blocks += [soft] if soft else []
    blocks += tabulate_groups(tables, labels)
    if lacking:
        blocks.append(Notes(lacking, "Not possible:"))
    first, value = metrics.rows[0]
    return Details(name, blocks, f"{first} {value}, n = {len(tables)}")
