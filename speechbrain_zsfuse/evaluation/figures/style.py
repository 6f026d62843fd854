"""How figures look, and how they are saved: the same for all of them.

Sizes are those of a paper in two columns, fonts are readable there, colours
are told apart by colour-blind eyes and in grey. matplotlib is used by its
objects alone: no pyplot, no window, no settings of the user's own.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from speechbrain_zsfuse.files import write_bytes

COLUMN, PAGE = 3.5, 7.2  # inches: one column, and both
SMALLEST, SMALL = 6, 7  # points
COLOURS = "viridis"  # the lighter, the higher; grey keeps the order
_STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # it comes with matplotlib
    "font.size": SMALL,
    "axes.titlesize": 8,
    "axes.labelsize": SMALL,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.fontsize": SMALLEST,
    "axes.linewidth": 0.6,
    "lines.linewidth": 1.0,
    "hatch.linewidth": 0.4,
    "figure.dpi": 100,
    "savefig.dpi": 300,
    "image.cmap": COLOURS,
    "pdf.fonttype": 42,  # TrueType: publishers refuse Type 3
}


@contextmanager
def paper_style() -> Iterator[None]:
    """matplotlib's defaults and this style, while something is drawn.

    Example
    -------
    >>> before = matplotlib.rcParams["font.size"]
    >>> with paper_style():
    ...     matplotlib.rcParams["font.size"]
    7.0
    >>> matplotlib.rcParams["font.size"] == before
    True
    """
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


def save_figure(figure: Figure, stem: str | Path) -> list[Path]:
    """Write a figure as PNG, to look at, and as PDF, to print.

    Arguments
    ---------
    figure : matplotlib.figure.Figure
    stem : str or Path
        Path without its ending; the folder is made if need be.

    Returns
    -------
    list of Path
        The two files. The same figure gives the same bytes.

    Example
    -------
    >>> stem = Path(getfixture("tmpdir")) / "empty"
    >>> [path.name for path in save_figure(Figure(), stem)]
    ['empty.png', 'empty.pdf']
    """
    stem, paths = Path(stem), []
    for ending, undated in (("png", "Software"), ("pdf", "CreationDate")):
        content = io.BytesIO()
        with paper_style():
            figure.savefig(content, format=ending, metadata={undated: None})
        path = stem.with_name(f"{stem.name}.{ending}")
        paths.append(write_bytes(path, content.getvalue()))
    return paths
