"""How values of very many groups spread: 1,200 speakers as one curve each.

Groups are sorted for each series by itself; the lowest of the last series are
named. It draws numbers, whatever they measure.
"""

from collections.abc import Sequence

import numpy as np
import pandas
from matplotlib.figure import Figure

from speechbrain_zsfuse.evaluation.figures.dots import (
    add_chance,
    add_legend,
    name_series,
)
from speechbrain_zsfuse.evaluation.figures.style import (
    COLUMN,
    GRID,
    SERIES,
    add_texts,
    paper_style,
)

_NAMED = 10


def draw_spread(
    table: pandas.DataFrame,
    measure: str,
    groups: str,
    title: str,
    notes: Sequence[str] = (),
    chance: float | None = None,
) -> Figure:
    """Draw the sorted values of each series, the lowest first.

    Arguments
    ---------
    table : pandas.DataFrame
        See ``draw_dots``; intervals are not drawn, and groups without a value
        are left out.
    measure : str
        What the value is; it is drawn in percent.
    groups : str
        What the groups are, such as ``speakers``.
    title : str
    notes : list of str
        What else is to be known, below the figure and the names of the lowest.
    chance : float, optional
        Value of a guess, marked by a line.

    Returns
    -------
    matplotlib.figure.Figure
        As wide as a column.

    Example
    -------
    >>> rows = [[str(n), "FM alone", n / 9] for n in range(10)]
    >>> table = pandas.DataFrame(rows, columns=["group", "series", "value"])
    >>> figure = draw_spread(table, "UAR", "speakers", "Tiny")
    >>> figure.get_supxlabel()[:34]
    'Lowest speakers of FM alone (UAR):'
    """
    table = table.dropna(subset=["value"])
    series = list(dict.fromkeys(table["series"]))
    with paper_style():
        height = 2.7 + 0.13 * len(series) + 0.1 * len(notes)
        figure = Figure((COLUMN, height), layout="constrained")
        axes = figure.subplots()
        for name, look in zip(series, SERIES):
            values = np.sort(table[table["series"] == name]["value"])
            step = max(len(values) // 8, 1)
            place = 100 * (np.arange(len(values)) + 0.5) / len(values)
            axes.plot(
                *(place, 100 * values, look.line),
                label=name_series(name),
                color=look.colour,
                linewidth=1.4,
                marker=look.marker,
                markevery=(step // 2, step),
                markersize=4,
                markeredgecolor="black",
                markeredgewidth=0.5,
            )
        axes.set_xlim(0, 100)
        axes.set_ylim(-2, 102)
        axes.grid(color=GRID, linewidth=0.3)
        axes.set_xlabel(f"{groups}, each curve sorted (% of {len(values)})")
        axes.set_ylabel(f"{measure} (%)")
        if chance is not None:
            add_chance(axes.axhline, chance)
        add_legend(axes)
        lowest = table[table["series"] == series[-1]].nsmallest(_NAMED, "value")
        named = ", ".join(
            f"{row.group} {100 * row.value:.1f}" for row in lowest.itertuples()
        )
        told = f"Lowest {groups} of {series[-1]} ({measure}): {named}."
        add_texts(figure, title, [told, *notes])
    return figure
