"""Confusion matrices: true classes down, predicted ones to the right.

It draws counts, and knows nothing of models or files.
"""

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas
from matplotlib.figure import Figure

from speechbrain_zsfuse.evaluation.figures.style import (
    COLUMN,
    PAGE,
    SMALLEST,
    add_texts,
    paper_style,
    readable_on,
)

NO_ANSWER = "no answer"
_IN_A_COLUMN = 6  # classes whose numbers fit there
_LETTER = 0.065  # inches of a letter, at least
_LINE, _LINE_HEIGHT = 20, 0.12  # letters of a class in a line, inches
_ROW = 0.32  # inches, at least
_SHADES = "Blues"  # the many small shares stay light


def count_confusions(
    tables: Sequence[pandas.DataFrame], labels: Sequence[str]
) -> np.ndarray:
    """Clips of each true class that were taken for each class.

    Arguments
    ---------
    tables : list of pandas.DataFrame
        S tables of predictions of the same clips, one a seed: ``label`` and
        ``prediction``, which is empty where there was no answer.
    labels : list of str
        The E classes.

    Returns
    -------
    numpy.ndarray
        int, shape [S, E, E], true classes in rows; [S, E, E + 1] with those
        without an answer last, if there are any.

    Example
    -------
    >>> table = pandas.DataFrame({"label": list("aab"), "prediction": "a"})
    >>> count_confusions([table], ["a", "b"]).tolist()
    [[[2, 0], [1, 0]]]
    """
    silent = any((table["prediction"] == "").any() for table in tables)
    columns = [*labels, ""] if silent else list(labels)
    counts = [
        pandas.crosstab(table["label"], table["prediction"])
        .reindex(index=list(labels), columns=columns, fill_value=0)
        .to_numpy()
        for table in tables
    ]
    return np.stack(counts)


def draw_confusion(
    counts: np.ndarray,
    labels: Sequence[str],
    title: str,
    notes: Sequence[str] = (),
) -> Figure:
    """Draw shares of each true class in percent, and counts below them.

    Arguments
    ---------
    counts : numpy.ndarray
        See ``count_confusions``. Of several seeds the mean of the normalised
        matrices is drawn, and the mean count.
    labels : list of str
        The E classes.
    title : str
    notes : list of str
        What else is to be known, below the figure.

    Returns
    -------
    matplotlib.figure.Figure
        As wide as a column, or as a page if there are more than 6 classes. The
        row of a class without clips is blank.

    Example
    -------
    >>> figure = draw_confusion(np.array([[[3, 1], [0, 4]]]), "ab", "Tiny")
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['75.0\\n3', '25.0\\n1', '0.0\\n0', '100.0\\n4']
    """
    of_class = counts.sum(axis=2, keepdims=True)
    with np.errstate(invalid="ignore"):
        percent = (100 * counts / of_class).mean(axis=0)
    names = [textwrap.fill(label, _LINE) for label in labels]
    columns = [*names, NO_ANSWER][: percent.shape[1]]
    size, turned = _measure(names, columns)
    told = "Above: percent of the true class; below: clips"
    mean = f"; mean over {len(counts)} seeds" if len(counts) > 1 else ""
    with paper_style():
        figure = Figure(size, layout="constrained")
        axes = figure.subplots()
        _draw_cells(axes, percent, counts)
        axes.set_yticks(range(len(names)), names)
        axes.set_xticks(range(len(columns)), columns, rotation=90 * turned)
        axes.tick_params(length=0)
        axes.set_xlabel("predicted")
        axes.set_ylabel("true")
        add_texts(figure, title, [f"{told}{mean}.", *notes])
    return figure


def _measure(names, columns):
    """Width and height in inches, and whether names of columns are turned."""
    width = COLUMN if len(names) <= _IN_A_COLUMN else PAGE
    lines = [name.split("\n") for name in columns]
    longest = _LETTER * max(len(line) for own in lines for line in own)
    turned = longest > (width - longest - 0.4) / len(columns)
    row = max(_ROW, _LINE_HEIGHT * max(map(len, lines)))
    return (width, 1.1 + row * len(names) + turned * longest), turned


def _draw_cells(axes, percent, counts):
    image = axes.imshow(percent, _SHADES, vmin=0, vmax=100, aspect="auto")
    means = counts.mean(axis=0)
    for (row, column), share in np.ndenumerate(percent):
        text, colour = "–", "black"
        if np.isfinite(share):
            text = f"{share:.1f}\n{_tell(means[row, column], len(counts))}"
            colour = readable_on(image.cmap(image.norm(share)))
        axes.text(
            *(column, row, text),
            **{"ha": "center", "va": "center", "color": colour},
            fontsize=SMALLEST,
            linespacing=1.1,
        )


def _tell(count, seeds):
    """A mean count, no longer than there is room for."""
    return f"{count:.1f}" if seeds > 1 and count < 100 else f"{count:.0f}"
