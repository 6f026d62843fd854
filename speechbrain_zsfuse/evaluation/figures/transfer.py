"""UAR of source by target as a heat map, a panel for each system: what a model
keeps on a corpus that it has not learned from.

It draws a table, and knows nothing of how the UAR came about.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from speechbrain_zsfuse.evaluation.figures.style import (
    COLUMN,
    PAGE,
    SMALLEST,
    add_texts,
    paper_style,
    readable_on,
)

_CELL = 0.5  # inches
_NARROW = 4  # targets that a column holds
_MIDDLE = {"ha": "center", "va": "center"}


def draw_transfer(
    table: pandas.DataFrame,
    names: Mapping[str, str],
    title: str,
    notes: Sequence[str] = (),
) -> Figure:
    """Draw a panel for each system, below each other, all in one scale.

    Arguments
    ---------
    table : pandas.DataFrame
        A row a cell: ``system``, ``source`` (rows), ``target`` (columns),
        ``UAR`` and ``chance`` in [0, 1], ``interval`` (a pair, or None) and
        ``within`` (framed). A pair without a row stays blank.
    names : dict
        Key of a corpus to its name, in the order of rows and columns; a source
        that is none of them comes first, by its key.
    title : str
    notes : list of str
        What else is to be known, below the panels.

    Returns
    -------
    matplotlib.figure.Figure
        As wide as a column, or as a page if there are many targets.

    Example
    -------
    >>> cells = [("small", "a", "b", 0.5, 0.25, (0.4, 0.6), False)]
    >>> columns = "system source target UAR chance interval within".split()
    >>> table = pandas.DataFrame(cells, columns=columns)
    >>> figure = draw_transfer(table, {"a": "A", "b": "B"}, "A and B")
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['50.0\\n40–60']
    """
    systems = [*dict.fromkeys(table["system"])]
    own = [one for one in dict.fromkeys(table["source"]) if one not in names]
    sources = own + [one for one in names if one in {*table["source"]}]
    targets = [one for one in names if one in {*table["target"]}]
    width = COLUMN if len(targets) <= _NARROW else PAGE
    height = 1.3 + len(systems) * (_CELL * len(sources) + 0.5)
    values = 100 * np.array([*table["UAR"], *table["chance"]])
    shades = Normalize(np.floor(values.min()), np.ceil(values.max()) + 1e-9)
    with paper_style():
        figure = Figure((width, height), layout="constrained")
        grid = figure.subplots(len(systems), 1, squeeze=False)[:, 0]
        for axes, system in zip(grid, systems):
            rows = table[table["system"] == system]
            _draw_panel(axes, rows, sources, targets, shades)
            axes.set_xticks(range(len(targets)), [names[k] for k in targets])
            labels = [names.get(one, one) for one in sources]
            axes.set_yticks(range(len(sources)), labels)
            axes.set_ylabel("trained on")
            axes.set_title(system if len(systems) > 1 else "")
        grid[-1].set_xlabel("tested on")
        bar = figure.colorbar(ScalarMappable(shades), ax=[*grid], pad=0.02)
        bar.set_label("UAR (%)")
        add_texts(figure, title, notes)
    return figure


def _draw_panel(axes, table, sources, targets, shades):
    grid = np.full((len(sources), len(targets)), np.nan)
    image = axes.imshow(grid, norm=shades, aspect="auto")
    for cell in table.itertuples():
        row, column = sources.index(cell.source), targets.index(cell.target)
        grid[row, column] = 100 * cell.UAR
        colour = readable_on(image.cmap(shades(100 * cell.UAR)))
        text = f"{100 * cell.UAR:.1f}"
        if cell.interval:
            text += "\n{:.0f}–{:.0f}".format(*(100 * e for e in cell.interval))
        axes.text(column, row, text, color=colour, fontsize=SMALLEST, **_MIDDLE)
        if cell.within:
            corner = column - 0.46, row - 0.46
            frame = {"edgecolor": colour, "linewidth": 1.2}
            axes.add_patch(Rectangle(corner, 0.92, 0.92, fill=False, **frame))
    image.set_data(grid)
    axes.tick_params(length=0)
