"""What must be true of the rows of a table, and how it is said if it is not:
file, column, clips. Pure functions on a ``pandas.DataFrame``.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas

from speechbrain_zsfuse.errors import shorten, show

LINE = "line"  # name of an index that holds the lines of a file
_LARGEST = sys.float_info.max


class TableKind(NamedTuple):
    """What a table is, for its errors.

    Arguments
    ---------
    what : str
        Its name.
    clip : str
        The column that names clips.
    advice : str
        What to do if the content is wrong.
    rename : str
        What to do if a column is missing; empty: the same.

    Example
    -------
    >>> TableKind("a manifest", "ID", "Correct the file.").clip
    'ID'
    """

    what: str
    clip: str
    advice: str
    rename: str = ""


def refuse_rows(
    table: pandas.DataFrame,
    path: str | Path,
    kind: TableKind,
    wrong: pandas.Series,
    expected: str,
    columns: Sequence[str],
) -> None:
    """Raise a ValueError that names the rows which are wrong, if any are.

    Arguments
    ---------
    table : pandas.DataFrame
        An index of the name ``line`` is told, too.
    path : str or Path
    kind : TableKind
    wrong : pandas.Series
        bool, a value a row.
    expected : str
        What would be right.
    columns : list of str
        Those to show.

    Example
    -------
    >>> table = pandas.DataFrame({"ID": ["a", "b"], "duration": ["1", "long"]})
    >>> kind = TableKind("a manifest", "ID", "Correct the file.")
    >>> wrong = table["duration"] == "long"
    >>> refuse_rows(table, "a.csv", kind, wrong, "seconds", ["duration"])
    Traceback (most recent call last):
    ValueError: Expected seconds, but in 1 of 2 rows of a.csv it is not so:
      clip b: duration 'long'
    Correct the file.
    """
    if not wrong.any():
        return
    found = table[wrong]
    rows = found[list(columns)].to_dict("records")
    numbered = found.index.name == LINE
    lines = [
        (f"  line {line}, " if numbered else "  ")
        + f"clip {clip:.100}: "
        + ", ".join(f"{name} {show(value)}" for name, value in row.items())
        for line, clip, row in zip(found.index, found[kind.clip], rows)
    ]
    raise ValueError(
        f"Expected {expected}, but in {len(lines)} of {len(table)} rows of "
        f"{path} it is not so:\n{shorten(lines)}\n{kind.advice}"
    )


def with_numbers(
    table: pandas.DataFrame,
    path: str | Path,
    kind: TableKind,
    columns: Sequence[str],
    expected: str = "finite numbers",
    lowest: float = -_LARGEST,
    highest: float = _LARGEST,
) -> pandas.DataFrame:
    """Turn columns of text into numbers.

    Arguments
    ---------
    table : pandas.DataFrame
    path : str or Path
    kind : TableKind
    columns : list of str
    expected : str
        What they are, for the error.
    lowest, highest : float
        What they must lie between; both are allowed.

    Returns
    -------
    pandas.DataFrame
        With these columns as float64.

    Raises
    ------
    ValueError
        If a cell is no such number.

    Example
    -------
    >>> table = pandas.DataFrame({"ID": ["a"], "duration": ["1.5"]})
    >>> kind = TableKind("a manifest", "ID", "Correct the file.")
    >>> with_numbers(table, "a.csv", kind, ["duration"])["duration"].tolist()
    [1.5]
    """
    new = {}
    for column in columns:
        values = pandas.to_numeric(table[column], errors="coerce")
        new[column] = values.astype(float)
        wrong = ~new[column].between(lowest, highest)  # NaN is not between
        refuse_rows(table, path, kind, wrong, expected, [column])
    return table.assign(**new)
