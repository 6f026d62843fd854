"""Learning curves: loss and UAR over epochs, of one run or of several.

It draws a table of epochs, and knows nothing of where it comes from.
"""

from collections.abc import Sequence

import pandas
from matplotlib.figure import Figure

from speechbrain_zsfuse.evaluation.figures.dots import add_legend
from speechbrain_zsfuse.evaluation.figures.style import (
    COLUMN,
    GRID,
    SERIES,
    add_texts,
    paper_style,
)

_TRAIN, _VALID = SERIES[:2]
_THIN, _THICK = 0.5, 1.6
_ONE = "Marked: the chosen epoch."
_MANY = (
    "Thin: {0} runs; thick: their mean, as long as all were trained. Marked: "
    "the chosen epoch of each."
)


def draw_curves(
    table: pandas.DataFrame, title: str, notes: Sequence[str] = ()
) -> Figure:
    """Draw train and valid loss above, valid UAR below.

    Arguments
    ---------
    table : pandas.DataFrame
        A row a run and epoch: ``run`` (text), ``epoch`` (int from 1),
        ``train_loss``, ``valid_loss``, ``valid_UAR`` in [0, 1], and ``chosen``
        (bool).
    title : str
    notes : list of str
        What else is to be known, below the figure.

    Returns
    -------
    matplotlib.figure.Figure
        As wide as a column.

    Example
    -------
    >>> rows = [["1000", 1, 1.4, 1.3, 0.3, False]]
    >>> rows += [["1000", 2, 1.1, 1.2, 0.5, True]]
    >>> columns = ["run", "epoch", "train_loss", "valid_loss", "valid_UAR"]
    >>> table = pandas.DataFrame(rows, columns=[*columns, "chosen"])
    >>> figure = draw_curves(table, "Tiny")
    >>> [axes.get_ylabel() for axes in figure.axes]
    ['loss', 'valid UAR (%)']
    """
    table = table.assign(UAR=100 * table["valid_UAR"])
    with paper_style():
        height = 3.5 + 0.1 * len(notes)
        figure = Figure((COLUMN, height), layout="constrained")
        losses, shares = figure.subplots(2, sharex=True)
        _draw_runs(losses, table, "train_loss", _TRAIN, "train")
        _draw_runs(losses, table, "valid_loss", _VALID, "valid")
        _draw_runs(shares, table, "UAR", _VALID, "valid")
        for axes in (losses, shares):
            axes.grid(color=GRID, linewidth=0.3)
        losses.set_ylabel("loss")
        add_legend(losses)
        shares.set_ylabel("valid UAR (%)")
        shares.set_xlabel("epoch")
        shares.locator_params(axis="x", integer=True)
        runs = table["run"].nunique()
        told = _MANY.format(runs) if runs > 1 else _ONE
        add_texts(figure, title, [told, *notes])
    return figure


def _draw_runs(axes, table, column, look, name):
    """Each run, and the mean of several over the epochs that all have."""
    runs = table.pivot(index="epoch", columns="run", values=column)
    drawn = {"color": look.colour, "linestyle": look.line}
    several = runs.shape[1] > 1
    axes.plot(
        *(runs.index, runs),
        linewidth=_THIN if several else _THICK,
        label=None if several else name,
        **drawn,
    )
    if several:
        mean = runs.dropna().mean(axis=1)
        axes.plot(mean.index, mean, linewidth=_THICK, label=name, **drawn)
    chosen = table[table["chosen"]]
    if name == "valid":
        axes.plot(
            *(chosen["epoch"], chosen[column], look.marker),
            color="white",
            markeredgecolor=look.colour,
            markersize=4,
        )
