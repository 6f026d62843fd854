"""Reliability diagrams: how often a model is right where it is how sure.

It draws bins, and knows nothing of models or files.
"""

from collections.abc import Mapping, Sequence

import pandas
from matplotlib.figure import Figure

from speechbrain_zsfuse.evaluation.figures.style import (
    COLUMN,
    GRID,
    SERIES,
    add_texts,
    paper_style,
)

_GAP, _BAR = SERIES[0], SERIES[1]
_TOLD = (
    "Bars: share of right answers in each bin of confidence; hatched: up to "
    "the mean confidence of the bin; on the dashed line they agree. Below: "
    "clips in each bin."
)


def draw_reliability(
    panels: Mapping[str, pandas.DataFrame],
    title: str,
    notes: Sequence[str] = (),
) -> Figure:
    """Draw a diagram for each answer, such as before and after a temperature.

    Arguments
    ---------
    panels : dict
        Name of a panel, with its ECE, to its bins: see ``confidence_bins``.
    title : str
    notes : list of str
        What else is to be known, below the figure.

    Returns
    -------
    matplotlib.figure.Figure
        As wide as a column.

    Example
    -------
    >>> bins = {"low": [0.0, 0.5], "high": [0.5, 1.0], "n": [0, 4]}
    >>> bins |= {"accuracy": [float("nan"), 0.75]}
    >>> bins |= {"confidence": [float("nan"), 0.9]}
    >>> panels = {"ECE 0.150": pandas.DataFrame(bins)}
    >>> figure = draw_reliability(panels, "Tiny")
    >>> [axes.get_ylabel() for axes in figure.axes]
    ['accuracy', 'clips']
    """
    with paper_style():
        height = 3.1 + 0.1 * len(notes)
        figure = Figure((COLUMN, height), layout="constrained")
        grid = figure.subplots(
            *(2, len(panels)),
            height_ratios=[3, 1],
            sharex=True,
            sharey="row",
            squeeze=False,
        )
        for (upper, lower), (name, bins) in zip(grid.T, panels.items()):
            upper.set_title(name)
            _draw_bins(upper, bins[bins["n"] > 0])
            width = bins["high"] - bins["low"]
            lower.bar(bins["low"], bins["n"], width, align="edge", color=GRID)
            lower.set_xlabel("confidence")
        upper, lower = grid[:, 0]
        upper.set_ylabel("accuracy")
        upper.set_xlim(0, 1)
        upper.set_ylim(0, 1)
        upper.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
        lower.set_ylabel("clips")
        lower.locator_params(axis="y", nbins=3, integer=True)
        add_texts(figure, title, [_TOLD, *notes])
    return figure


def _draw_bins(axes, bins):
    width = bins["high"] - bins["low"]
    axes.bar(
        *(bins["low"], bins["accuracy"], width),
        align="edge",
        color=_BAR.colour,
        edgecolor="white",
        linewidth=0.3,
    )
    axes.bar(
        *(bins["low"], bins["confidence"] - bins["accuracy"], width),
        bottom=bins["accuracy"],
        align="edge",
        facecolor=(1, 1, 1, 0.3),
        edgecolor=_GAP.colour,
        hatch="////",
        linewidth=0.8,
    )
    axes.plot([0, 1], [0, 1], color="black", linestyle="--", linewidth=0.8)
