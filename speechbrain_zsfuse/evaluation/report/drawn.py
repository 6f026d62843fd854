"""Figures of the project as blocks of a report."""

import matplotlib.figure

from speechbrain_zsfuse.evaluation.figures.style import COLUMN
from speechbrain_zsfuse.evaluation.figures.svg import figure_svg
from speechbrain_zsfuse.evaluation.report.blocks import Figure


def figure_block(
    figure: matplotlib.figure.Figure, name: str, caption: str
) -> Figure:
    """Put a figure into a page.

    Arguments
    ---------
    figure : matplotlib.figure.Figure
    name : str
        What it shows, unique in the page, for those who do not see it.
    caption : str

    Returns
    -------
    Figure

    Example
    -------
    >>> drawn = matplotlib.figure.Figure((7.2, 1))
    >>> figure_block(drawn, "nothing at all", "Nothing").wide
    True
    """
    svg = figure_svg(figure, name)
    return Figure(svg, caption, bool(figure.get_figwidth() > COLUMN))
