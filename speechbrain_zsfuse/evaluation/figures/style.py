"""How figures look, and how they are saved: the same for all of them.

Sizes are those of a paper in two columns, fonts are readable there, colours
are told apart by colour-blind eyes and in grey. matplotlib is used by its
objects alone: no pyplot, no window, no settings of the user's own.
"""

import io
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import matplotlib
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from speechbrain_zsfuse.files import write_bytes

COLUMN, PAGE = 3.5, 7.2  # inches: one column, and both
SMALLEST, SMALL = 6, 7  # points
COLOURS = "viridis"  # the lighter, the higher; grey keeps the order
LETTERS = 20  # an inch of a text at the smallest size holds at least as many
_LARGE_LETTERS = 14  # of a title
_DARK = 0.47  # luminance under which white stands out more than black


class Look(NamedTuple):
    """How a series is drawn: any two differ in each of these, and in grey.

    Arguments
    ---------
    colour : str
        Of Okabe and Ito (2008), who chose them for colour-blind eyes.
    marker, line, hatch : str
        Of matplotlib.

    Example
    -------
    >>> SERIES[0].marker
    'o'
    """

    colour: str
    marker: str
    line: str
    hatch: str


SERIES = (
    Look("#E69F00", "o", "--", "...."),
    Look("#0072B2", "s", "-", ""),
    Look("#000000", "^", ":", "////"),
    Look("#F0E442", "D", "-.", "xxxx"),
)
GRID = "#B0B0B0"  # lines that guide the eye
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
    "text.parse_math": False,  # a dollar in somebody's name is one
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


def add_texts(figure: Figure, title: str, notes: Sequence[str] = ()) -> None:
    """Put a title above a figure and notes below it, in lines that fit.

    Arguments
    ---------
    figure : matplotlib.figure.Figure
        Of constrained layout.
    title : str
    notes : list of str
        A paragraph each; empty ones are left out.

    Example
    -------
    >>> figure = Figure((COLUMN, 2))
    >>> add_texts(figure, "Tiny, test", ["Two clips.", ""])
    >>> figure.get_suptitle(), figure.get_supxlabel()
    ('Tiny, test', 'Two clips.')
    """
    width = figure.get_figwidth()
    title = textwrap.fill(title, int(width * _LARGE_LETTERS))
    figure.suptitle(title, fontsize=8)
    lines = [textwrap.fill(n, int(width * LETTERS)) for n in notes if n]
    figure.supxlabel("\n".join(lines), fontsize=SMALLEST)


def settle(figure: Figure) -> None:
    """Place what a figure holds for good.

    The layout moves it a little each time that it is drawn.

    Example
    -------
    >>> figure = Figure(layout="constrained")
    >>> settle(figure)
    >>> type(figure.get_layout_engine()).__name__
    'PlaceHolderLayoutEngine'
    """
    if isinstance(figure.get_layout_engine(), ConstrainedLayoutEngine):
        figure.draw_without_rendering()
        figure.set_layout_engine("none")


def readable_on(colour: Sequence[float]) -> str:
    """Black or white, whichever stands out.

    Arguments
    ---------
    colour : tuple of float
        Red, green and blue in [0, 1], and more.

    Example
    -------
    >>> readable_on((0, 0, 0.5, 1))
    'white'
    """
    return "white" if luminance(colour) < _DARK else "black"


def luminance(colour: Sequence[float]) -> float:
    """How light a colour is in grey, in [0, 1] (ITU-R BT.601).

    Example
    -------
    >>> luminance((0, 1, 0))
    0.587
    """
    red, green, blue = colour[:3]
    return 0.299 * red + 0.587 * green + 0.114 * blue


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
    with paper_style():
        settle(figure)
    for ending, undated in (("png", "Software"), ("pdf", "CreationDate")):
        content = io.BytesIO()
        with paper_style():
            figure.savefig(content, format=ending, metadata={undated: None})
        path = stem.with_name(f"{stem.name}.{ending}")
        paths.append(write_bytes(path, content.getvalue()))
    return paths
