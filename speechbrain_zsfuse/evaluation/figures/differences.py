"""Differences of systems to their baselines, with interval and verdict.

It draws numbers; how they were found is for the notes to say.
"""

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas
from matplotlib.figure import Figure

from speechbrain_zsfuse.evaluation.figures.dots import add_legend
from speechbrain_zsfuse.evaluation.figures.style import (
    COLUMN,
    GRID,
    SERIES,
    SMALLEST,
    add_texts,
    paper_style,
)

_LINE = 24  # letters of a system in a line
_LINE_HEIGHT, _ROW = 0.125, 0.17  # inches
_VERDICTS = {
    "better": SERIES[1],
    "worse": SERIES[0],
    "not significant": SERIES[2]._replace(colour="white", marker="D"),
}


def draw_differences(
    table: pandas.DataFrame,
    title: str,
    notes: Sequence[str] = (),
) -> Figure:
    """Draw a row a system: difference of the UAR in percentage points.

    Arguments
    ---------
    table : pandas.DataFrame
        ``system`` (text, unique), ``difference``, ``low`` and ``high`` in
        [-1, 1] (the latter NaN where there is no interval), ``p_value``
        (NaN: not known) and ``verdict``: "better", "worse" or
        "not significant".
    title : str
    notes : list of str
        What else is to be known, below the figure.

    Returns
    -------
    matplotlib.figure.Figure
        As wide as a column.

    Example
    -------
    >>> row = {"system": "WavLM + CLAP", "difference": 0.02, "low": -0.01}
    >>> row |= {"high": 0.05, "p_value": 0.25, "verdict": "not significant"}
    >>> figure = draw_differences(pandas.DataFrame([row]), "Tiny")
    >>> figure.axes[0].texts[0].get_text()
    '+2.0 (p = .25)'
    """
    names = [textwrap.fill(name, _LINE) for name in table["system"]]
    tops = np.cumsum([0, *(_height(name) for name in names)])
    places = (tops[:-1] + tops[1:]) / 2
    height = 1.3 + tops[-1] + 0.1 * len(notes)
    with paper_style():
        figure = Figure((COLUMN, height), layout="constrained")
        axes = figure.subplots()
        axes.axvline(0, color="black", linewidth=0.8)
        beside = axes.get_yaxis_transform()
        for row, place in zip(table.itertuples(), places):
            ends = 100 * row.low, 100 * row.high
            if np.isfinite(ends).all():
                axes.hlines(place, *ends, color="black", linewidth=1.0)
            axes.text(
                *(1.02, place, _tell(row)),
                transform=beside,
                va="center",
                fontsize=SMALLEST,
            )
        _mark(axes, table, places)
        axes.set_yticks(places, names)
        axes.set_ylim(tops[-1], 0)
        axes.margins(x=0.08)
        axes.grid(axis="x", color=GRID, linewidth=0.3)
        axes.set_axisbelow(True)
        axes.set_xlabel("difference of UAR (points)")
        add_legend(axes)
        add_texts(figure, title, notes)
    return figure


def _height(name):
    return max(_ROW, _LINE_HEIGHT * (name.count("\n") + 1) + 0.03)


def _mark(axes, table, places):
    """Differences, in the mark of their verdict."""
    for verdict, look in _VERDICTS.items():
        own = (table["verdict"] == verdict).to_numpy()
        if own.any():
            axes.plot(
                *(100 * table["difference"][own], places[own], look.marker),
                label=verdict,
                color=look.colour,
                markeredgecolor="black",
                markeredgewidth=0.7,
                markersize=4.5,
            )


def _tell(row):
    told = f"{100 * row.difference:+.1f}".replace("-", "−")
    known = np.isfinite(row.p_value)
    return f"{told} ({tell_p(row.p_value)})" if known else told


def tell_p(p_value: float) -> str:
    """A p value as papers write it.

    Arguments
    ---------
    p_value : float
        In [0, 1].

    Returns
    -------
    str

    Example
    -------
    >>> tell_p(0.25), tell_p(0.0123), tell_p(0.0001), tell_p(1.0)
    ('p = .25', 'p = .012', 'p < .001', 'p = 1')
    """
    if p_value < 0.001:
        return "p < .001"
    return f"p = {f'{p_value:.2g}'.removeprefix('0')}"
