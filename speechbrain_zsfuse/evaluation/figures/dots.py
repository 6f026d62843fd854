"""Values of groups, each with its interval: classes, speakers, or any other.

One row a group, series side by side in it, so that names of any length are
read without turning the head. It draws numbers, whatever they measure.
"""

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas
from matplotlib.figure import Figure

from speechbrain_zsfuse.evaluation.figures.style import (
    COLUMN,
    GRID,
    SERIES,
    add_texts,
    paper_style,
)

_LINE = 20  # letters of a name in a line
_SERIES_LINE = 44
_ROW, _LINE_HEIGHT = 0.1, 0.12  # inches of a series, of a line of a name


def draw_dots(
    table: pandas.DataFrame,
    measure: str,
    title: str,
    notes: Sequence[str] = (),
    chance: float | None = None,
) -> Figure:
    """Draw a dot and an interval for each group and series.

    Arguments
    ---------
    table : pandas.DataFrame
        ``group`` and ``series`` (text, in the order in which they come; at
        most four series), ``value``, ``low`` and ``high`` in [0, 1]; NaN where
        there is none.
    measure : str
        What the value is; it is drawn in percent.
    title : str
    notes : list of str
        What else is to be known, below the figure.
    chance : float, optional
        Value of a guess, marked by a line.

    Returns
    -------
    matplotlib.figure.Figure
        As wide as a column.

    Example
    -------
    >>> row = ["sad", "FM alone", 0.5, 0.25, 0.75]
    >>> columns = ["group", "series", "value", "low", "high"]
    >>> table = pandas.DataFrame([row], columns=columns)
    >>> figure = draw_dots(table, "recall", "Tiny")
    >>> figure.axes[0].get_xlabel()
    'recall (%)'
    """
    groups = list(dict.fromkeys(table["group"]))
    names = [textwrap.fill(group, _LINE) for group in groups]
    series = list(dict.fromkeys(table["series"]))
    lines = max(name.count("\n") + 1 for name in names)
    row = max(_ROW * (len(series) + 0.6), _LINE_HEIGHT * lines)
    height = 1.0 + 0.15 * len(series) + row * len(groups) + 0.1 * len(notes)
    with paper_style():
        figure = Figure((COLUMN, height), layout="constrained")
        axes = figure.subplots()
        for place, (name, look) in enumerate(zip(series, SERIES)):
            own = table[table["series"] == name].set_index("group")
            own = own.reindex(groups)
            shift = (place - (len(series) - 1) / 2) / (len(series) + 0.6)
            _draw_series(axes, own, np.arange(len(groups)) + shift, name, look)
        axes.set_yticks(range(len(groups)), names)
        axes.set_ylim(len(groups) - 0.5, -0.5)
        axes.set_xlim(-2, 102)
        axes.grid(axis="x", color=GRID, linewidth=0.3)
        axes.set_axisbelow(True)
        axes.set_xlabel(f"{measure} (%)")
        if chance is not None:
            add_chance(axes.axvline, chance)
        add_legend(axes)
        add_texts(figure, title, notes)
    return figure


def _draw_series(axes, own, places, name, look):
    value = 100 * own["value"].to_numpy(float)
    ends = 100 * own[["low", "high"]].to_numpy(float)
    known = np.isfinite(ends).all(axis=1)
    axes.hlines(
        *(places[known], *ends[known].T), color=look.colour, linewidth=1.0
    )
    axes.plot(
        *(value, places, look.marker),
        label=name_series(name),
        color=look.colour,
        markeredgecolor="black",
        markeredgewidth=0.5,
        markersize=4,
    )


def name_series(name: str) -> str:
    """A name as the legend shows it, in lines that fit.

    Arguments
    ---------
    name : str

    Returns
    -------
    str
        matplotlib leaves out what begins with a line below; a blank helps.

    Example
    -------
    >>> name_series("WavLM + CLAP"), name_series("_mine")
    ('WavLM + CLAP', ' _mine')
    """
    text = textwrap.fill(name, _SERIES_LINE)
    return f" {text}" if text.startswith("_") else text


def add_chance(line, chance: float) -> None:
    """Mark a guess by a line across the axes.

    Arguments
    ---------
    line : callable
        ``axvline`` or ``axhline`` of the axes.
    chance : float
        In [0, 1].

    Example
    -------
    >>> axes = Figure().subplots()
    >>> add_chance(axes.axvline, 0.25)
    >>> axes.lines[0].get_label()
    'chance, 25.0'
    """
    look = {"color": "black", "linewidth": 0.8, "linestyle": (0, (1, 2))}
    line(100 * chance, label=f"chance, {100 * chance:.1f}", zorder=1, **look)


def add_legend(axes) -> None:
    """Name what is drawn, above the axes, where it hides nothing.

    Example
    -------
    >>> axes = Figure().subplots()
    >>> _ = axes.plot([0, 1], label="a line")
    >>> add_legend(axes)
    >>> [text.get_text() for text in axes.get_legend().get_texts()]
    ['a line']
    """
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        frameon=False,
        borderaxespad=0.2,
        handlelength=2.4,
        labelspacing=0.25,
    )
