"""UAR over audio and text repeats as a heat map, a panel for each model: the
form of ZS-Fuse, Fig. 2. Text repeats go to the right, audio repeats down.

It draws a table, and knows nothing of models or of how the UAR came about.
"""

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
import pandas
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from speechbrain_zsfuse.evaluation.amplification.cells import Cell
from speechbrain_zsfuse.evaluation.figures.style import (
    COLUMN,
    PAGE,
    add_texts,
    paper_style,
    readable_on,
)

_AXES = dict(zip(("index", "columns"), Cell._fields))
_ABREAST = 15  # cells of three panels side by side
_CELL = 0.45  # inches
_EDGE = 0.03  # of the scale, so that chance is seen even at its end
_MIDDLE = {"ha": "center", "va": "center"}
_BEST = "Frame: highest on this split, which is no way to choose."
_SAME = "Hatched, = a{0}: the model hears every clip as with a = {0}."
_LEFT_OUT = "–: left out, see the table."


def draw_heat_maps(
    table: pandas.DataFrame,
    chance: float,
    title: str,
    notes: Sequence[str] = (),
) -> Figure:
    """Draw a panel for each audio-language model, all in one scale.

    Arguments
    ---------
    table : pandas.DataFrame
        A row a cell: ``alm`` (panels in the order in which they come),
        ``audio_repeats`` and ``text_repeats`` (int), ``UAR`` in [0, 1], and
        ``same_as``: "1x2" where every clip is heard as with one audio repeat
        (and the text has two), else empty. A combination without a row stays
        blank.
    chance : float
        UAR of a guess, marked in the scale.
    title : str
        Of which clips.
    notes : list of str
        What else is to be known, below the panels.

    Returns
    -------
    matplotlib.figure.Figure
        As wide as a column, or as a page if there are several panels.

    Example
    -------
    >>> cells = [("CLAP", a, t, 0.25 * a, "") for a in (1, 2) for t in (1, 2)]
    >>> columns = ["alm", *Cell._fields, "UAR", "same_as"]
    >>> table = pandas.DataFrame(cells, columns=columns)
    >>> figure = draw_heat_maps(table, chance=0.25, title="Tiny, 8 clips")
    >>> [axes.get_title() for axes in figure.axes]
    ['CLAP', '']
    """
    names = list(dict.fromkeys(table["alm"]))
    a, t = (sorted(set(table[repeats])) for repeats in Cell._fields)
    columns = min(len(names), max(_ABREAST // len(t), 1))
    rows = -(-len(names) // columns)
    width = COLUMN if len(names) * len(t) < _ABREAST / 2 else PAGE
    height = 1 + rows * (_CELL * len(a) + 0.3)
    values = 100 * np.array([chance, *table["UAR"]])
    edge = _EDGE * (np.ptp(values) or 1)
    shades = Normalize(values.min() - edge, values.max() + edge)
    with paper_style():
        figure = Figure((width, height), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False)
        for axes in grid[:, 0]:
            axes.set_ylabel("audio repeats a")
        for axes, name in zip_longest(grid.flat, names):
            if name is None:
                axes.set_axis_off()
                continue
            _draw_panel(axes, table[table["alm"] == name], a, t, shades)
            axes.set_title(name)
        _draw_scale(figure, chance, shades)
        marks = _marks(table, len(a) * len(t))
        add_texts(figure, title, [*marks, *notes])
    return figure


def _marks(table, cells):
    """What the marks mean, of those that there are."""
    if table.groupby("alm")["UAR"].nunique().max() > 1:
        yield _BEST
    for same_as in [*filter(None, table["same_as"])][:1]:
        yield _SAME.format(Cell.read(same_as).audio_repeats)
    if len(table) < cells * table["alm"].nunique():
        yield _LEFT_OUT


def _draw_panel(axes, table, a, t, shades):
    grid = table.pivot(values="UAR", **_AXES)
    grid = 100 * grid.reindex(index=a, columns=t)
    image = axes.imshow(grid, norm=shades, aspect="auto")
    axes.set_xlabel("text repeats t")
    axes.set_xticks(range(len(t)), t)
    axes.set_yticks(range(len(a)), a)
    axes.tick_params(length=0)
    for row, column in np.argwhere(grid.isna().to_numpy()):
        axes.text(column, row, "–", **_MIDDLE)
    best = table["UAR"].max() if table["UAR"].nunique() > 1 else None
    for cell in table.itertuples():
        place = t.index(cell.text_repeats), a.index(cell.audio_repeats)
        shade = image.cmap(shades(100 * cell.UAR))
        colour, text = readable_on(shade), f"{100 * cell.UAR:.1f}"
        if cell.same_as:
            text += f"\n= a{Cell.read(cell.same_as).audio_repeats}"
            _frame(axes, place, edgecolor=colour, linewidth=0, hatch="////")
        elif cell.UAR == best:
            _frame(axes, place, edgecolor=colour, linewidth=1.2, zorder=3)
        box = {"facecolor": shade, "edgecolor": "none", "pad": 1.5}
        axes.text(*place, text, color=colour, bbox=box, **_MIDDLE)


def _frame(axes, place, **look):
    """A rectangle just within a cell."""
    column, row = place
    corner = column - 0.44, row - 0.44
    axes.add_patch(Rectangle(corner, 0.88, 0.88, fill=False, **look))


def _draw_scale(figure, chance, shades):
    """The colour bar of all panels, with chance in it."""
    bar = figure.colorbar(ScalarMappable(shades), ax=figure.axes, pad=0.02)
    bar.set_label(f"UAR (%)\nline: chance, {100 * chance:.1f}")
    bar.ax.axhline(100 * chance, color="white", linewidth=2.4)
    bar.ax.axhline(100 * chance, color="black", linewidth=1.0)
