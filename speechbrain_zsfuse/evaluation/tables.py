"""Tables with a row a clip (manifests, scores, predictions): anybody's CSV
files, read as text, so that what is wrong with one is always said alike.

Of columns, this file knows that of the clips' names alone; see ``rows.py``.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pandas

from speechbrain_zsfuse.errors import shorten, show
from speechbrain_zsfuse.evaluation.rows import LINE, TableKind, refuse_rows

_SAVE = "Save it as CSV: UTF-8, a header, columns separated by commas."


def read_table(
    path: str | Path, kind: TableKind, columns: Sequence[str] = ()
) -> pandas.DataFrame:
    """Read a CSV file as text.

    Arguments
    ---------
    path : str or Path
        UTF-8, with or without a byte-order mark, any ends of lines; columns
        in any order.
    kind : TableKind
    columns : list of str
        Those that it must have, further to that of the clips.

    Returns
    -------
    pandas.DataFrame
        Cells as they stand there ("007", "NA", ""), one row a clip. A column
        without a name (of row numbers, of commas at the end) is left out.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no table, holds no rows, or a column is missing or comes
        twice; or if ids are empty or come twice.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "a.csv"
    >>> _ = path.write_text("ID,emotion\\n007,sad\\n")
    >>> kind = TableKind("a manifest", "ID", "Correct the file.")
    >>> read_table(path, kind)["ID"].tolist()
    ['007']
    """
    return read_lines(path, kind, columns).reset_index(drop=True)


def read_lines(
    path: str | Path, kind: TableKind, columns: Sequence[str] = ()
) -> pandas.DataFrame:
    """The same with the lines of the file as index, see ``parse_table``.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "a.csv"
    >>> _ = path.write_text("ID,emotion\\n007,sad\\n")
    >>> kind = TableKind("a manifest", "ID", "Correct the file.")
    >>> read_lines(path, kind).index.tolist()
    [2]
    """
    return parse_table(read_text(path, kind), path, kind, columns)


def parse_table(
    text: str, path: str | Path, kind: TableKind, columns: Sequence[str] = ()
) -> pandas.DataFrame:
    """The same from a text; ``path`` is for the errors.

    Returns
    -------
    pandas.DataFrame
        Its index, ``line``, is the line on which each row ends, from 1: what
        ``refuse_rows`` tells.

    Example
    -------
    >>> kind = TableKind("a manifest", "ID", "Correct the file.")
    >>> parse_table("ID;wav\\na;b.wav\\n", "a.csv", kind, ["wav"])
    Traceback (most recent call last):
    ValueError: Expected the columns ID, wav, but a.csv lacks ID, wav: it has \
'ID;wav'. Save it as CSV: UTF-8, a header, columns separated by commas.
    """
    header, rows, lines = split_rows(text, path, kind)
    columns = list(dict.fromkeys([kind.clip, *columns]))
    missing = [name for name in columns if name not in header]
    if missing:
        advice = kind.rename or kind.advice
        advice = _SAVE if len(header) == 1 else advice
        raise ValueError(
            f"Expected the columns {', '.join(columns)}, but {path} lacks "
            f"{', '.join(missing)}: it has {show(', '.join(header), 400)}. "
            f"{advice}"
        )
    named = [name for name in header if name]
    repeated = sorted({name for name in named if named.count(name) > 1})
    if repeated:
        raise ValueError(
            f"Expected each column once, but {path} repeats "
            f"{', '.join(repeated)}. {kind.advice}"
        )
    if not rows:
        raise ValueError(
            f"Expected at least one row, but {path} lacks rows. {kind.advice}"
        )
    index = pandas.Index(lines, name=LINE)
    table = pandas.DataFrame(rows, index, header, dtype=str)[named]
    ids, name = table[kind.clip], [kind.clip]
    empty, twice = ids.str.strip() == "", ids.duplicated(keep=False)
    refuse_rows(table, path, kind, empty, "an id each", name)
    refuse_rows(table, path, kind, twice, "unique ids", name)
    return table


def read_text(path: str | Path, kind: TableKind) -> str:
    """Content of a file in UTF-8; why it has none is said in words.

    Example
    -------
    >>> kind = TableKind("a manifest", "ID", "Correct the file.")
    >>> read_text(getfixture("tmpdir"), kind)
    Traceback (most recent call last):
    FileNotFoundError: Expected a manifest in ..., but it is a folder. Give \
the path of a CSV file.
    """
    path = Path(path)
    problem = None if path.is_file() else _why_no_file(path)
    if problem:
        raise FileNotFoundError(
            f"Expected {kind.what} in {path}, but {problem}. Give the path of "
            "a CSV file."
        )
    try:
        content = path.read_bytes()
    except OSError as error:
        raise type(error)(
            f"Expected {kind.what} in {path}, but the system cannot read it: "
            f"{error.strerror}. Give yourself permission, or an intact copy."
        ) from error
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        _refuse_text(path, kind, f"line {line} holds NUL bytes (UTF-16?)")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        _refuse_text(path, kind, f"line {line} is not UTF-8 ({error.reason})")


def _why_no_file(path):
    if path.is_symlink():
        return f"it is a link to {path.readlink()}, which is no file"
    if path.is_dir():
        return "it is a folder"
    return "it is no file" if path.exists() else "there is no such file"


def split_rows(
    text: str,
    path: str | Path,
    kind: TableKind,
    separator: str = ",",
    quoting: int = csv.QUOTE_MINIMAL,
) -> tuple[list[str], list[list[str]], list[int]]:
    """Cells of a text, as many in each row as its header has.

    Arguments
    ---------
    text : str
    path : str or Path
        For the errors.
    kind : TableKind
    separator : str
    quoting : int
        ``csv.QUOTE_NONE``: quotation marks are text like any other.

    Returns
    -------
    header : list of str
    rows : list of list of str
        Blank lines are left out.
    lines : list of int
        On which each row ends, from 1.

    Example
    -------
    >>> kind = TableKind("a manifest", "ID", "Correct the file.")
    >>> split_rows("ID;wav\\n\\na;b.wav", "a.csv", kind, ";")
    (['ID', 'wav'], [['a', 'b.wav']], [3])
    """
    numbered = _number_rows(text, path, kind, separator, quoting)
    numbered = [
        (line, cells)
        for line, cells in numbered
        if len(cells) > 1 or cells and cells[0].strip()
    ]
    header = numbered[0][1] if numbered else None
    torn = [
        f"  line {line} has {len(cells)}"
        for line, cells in numbered
        if len(cells) != len(header)
    ]
    if header is None:
        _refuse_text(path, kind, "it is empty")
    if torn:
        fields = f"{len(header)} fields"
        if len(header) == 1:  # perhaps another separator
            fields = f"1 field, {show(header[0])}"
        problem = f"not all lines are as its header, {fields}:\n"
        _refuse_text(path, kind, problem + shorten(torn), end="\n")
    lines, rows = zip(*numbered[1:]) if len(numbered) > 1 else ((), ())
    return header, [*rows], [*lines]


def _number_rows(text, path, kind, separator, quoting):
    """The line on which each row ends, and its cells."""
    form = {"strict": True, "delimiter": separator, "quoting": quoting}
    reader = csv.reader(io.StringIO(text, newline=""), **form)
    rows = []
    try:
        rows += reader  # a million rows in a second
        if reader.line_num == len(rows):
            return enumerate(rows, 1)
        reader = csv.reader(io.StringIO(text, newline=""), **form)
        return [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        line = reader.line_num
        _refuse_text(path, kind, f"line {line} cannot be read: {error}")


def _refuse_text(path, kind, problem, end=". "):
    raise ValueError(
        f"Expected {kind.what} in {path}, but {problem}{end}{_SAVE}"
    )
