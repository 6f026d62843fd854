"""What a report is made of: texts, tables and figures, in sections.

Values alone; how they look is the templates' affair (``page.html``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias


class Cell(NamedTuple):
    """A cell of a table that has a look of its own.

    Arguments
    ---------
    text : str
    look : str
        ``better``, ``worse`` or ``alert``.

    Example
    -------
    >>> Cell("+0.02", "better").text
    '+0.02'
    """

    text: str
    look: str


@dataclass(frozen=True)
class Text:
    """A paragraph.

    Example
    -------
    >>> Text("No speakers are known.").text
    'No speakers are known.'
    """

    text: str


@dataclass(frozen=True)
class Notes:
    """Sentences, one below the other.

    Arguments
    ---------
    lines : list of str
    title : str
        Before them; of an alert, what is wrong.
    alert : bool
        Whether they cast doubt on the results, and must not be overlooked.

    Example
    -------
    >>> Notes(["4 seeds each."]).alert
    False
    """

    lines: Sequence[str]
    title: str = ""
    alert: bool = False


@dataclass(frozen=True)
class Facts:
    """Names and their values, a line each.

    Example
    -------
    >>> Facts({"Corpus": "RAVDESS"}).rows["Corpus"]
    'RAVDESS'
    """

    rows: Mapping[str, str]


@dataclass(frozen=True)
class Code:
    """What is typed, or stands in a file: spaces and lines are kept.

    Example
    -------
    >>> Code("Again", "python train.py").text
    'python train.py'
    """

    title: str
    text: str


@dataclass(frozen=True)
class Table:
    """Rows of texts; the first cell of each is its name.

    Arguments
    ---------
    caption : str
    columns : list of str
        The header.
    rows : list of list
        ``str`` or ``Cell``, as many as columns.
    notes : list of str
        Below it.
    prose : bool
        Whether cells hold words, not numbers.

    Example
    -------
    >>> Table("UAR", ["system", "UAR"], [["FM alone", "0.50"]]).prose
    False
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | Cell]]
    notes: Sequence[str] = ()
    prose: bool = False


@dataclass(frozen=True)
class Figure:
    """A figure and what it shows.

    Arguments
    ---------
    svg : str
        An ``<svg>`` element, put into the page as it is.
    caption : str
    wide : bool
        Whether it is as wide as a page of a paper, not a column.

    Example
    -------
    >>> Figure("<svg></svg>", "Nothing").caption
    'Nothing'
    """

    svg: str
    caption: str
    wide: bool = False


@dataclass(frozen=True)
class Group:
    """Blocks under a heading.

    Arguments
    ---------
    title : str
    blocks : list
    name : str
        Where links lead to: unique in the page; "" for none.

    Example
    -------
    >>> Group("Prompts", [Text("None.")], "prompts").name
    'prompts'
    """

    title: str
    blocks: "Sequence[Block]"
    name: str = ""


@dataclass(frozen=True)
class Details:
    """Blocks that are shown when they are asked for.

    Arguments
    ---------
    title : str
    blocks : list
    aside : str
        What is to be seen before, beside the title.
    name : str
        See ``Group``.

    Example
    -------
    >>> Details("Fold 1", [Text("All as known.")]).aside
    ''
    """

    title: str
    blocks: "Sequence[Block]"
    aside: str = ""
    name: str = ""


Block: TypeAlias = (
    Text | Notes | Facts | Code | Table | Figure | Group | Details
)
