"""Tables in CSV or JSON, read fast, and line by line where one is broken."""

import csv
import json
from collections import Counter, defaultdict
from io import StringIO

import pandas

from speechbrain_zsfuse.errors import unreadable
from speechbrain_zsfuse.files import read_lines


def find_entry(folder, *names):
    """A file or folder, whatever its capitals.

    Arguments
    ---------
    folder : Path
    names : str
        In lower case, the best first.

    Returns
    -------
    Path or None

    Raises
    ------
    PermissionError
        If the folder cannot be read.

    Example
    -------
    >>> find_entry(getfixture("msp_podcast"), "label", "labels").name
    'Labels'
    """
    try:
        entries = {path.name.lower(): path for path in folder.iterdir()}
    except PermissionError as error:
        raise unreadable(folder, error) from error
    return next((entries[name] for name in names if name in entries), None)


def read_table(path):
    """Rows of a CSV file, or of a JSON file that nests them by file name.

    Arguments
    ---------
    path : Path

    Returns
    -------
    rows : pandas.DataFrame
        str; names of columns in lower case, "filename" in case of JSON.
    problems : dict
        Reason to list of lines that could not be read.

    Raises
    ------
    ValueError
        If a JSON file is none, or a column comes twice.

    Example
    -------
    >>> from pathlib import Path
    >>> path = Path(getfixture("tmpdir")) / "labels.csv"
    >>> _ = path.write_text("FileName,EmoClass\\na.wav,N\\nb.wav\\n")
    >>> rows, problems = read_table(path)
    >>> rows.to_dict("records")
    [{'filename': 'a.wav', 'emoclass': 'N'}]
    >>> problems
    {'row of 1 fields instead of 2': ['labels.csv, line 3']}
    """
    if path.suffix.lower() == ".json":
        return _read_json(path), {}
    lines = read_lines(path)
    if len(lines) < 2:
        raise ValueError(
            f"Expected a table in {path}, but it has no rows. Restore the file."
        )
    if _is_whole(lines):
        rows, problems = _read_csv(lines), {}
    else:
        rows, problems = _read_line_by_line(lines, path.name)
    header = rows.iloc[0].str.strip("\ufeff ").str.lower()
    if twice := sorted(set(header[header.duplicated() & (header != "")])):
        raise ValueError(
            f"Expected each column once in {path}, but {', '.join(twice)} "
            "comes more than once. Restore the file."
        )
    return rows[1:].set_axis(list(header), axis=1), problems


def load_json(path):
    """Content of a JSON file: a dict of dicts, no key given twice, whatever
    its capitals.

    Arguments
    ---------
    path : Path

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        If it is something else.

    Example
    -------
    >>> from pathlib import Path
    >>> path = Path(getfixture("tmpdir")) / "labels.json"
    >>> _ = path.write_text('{"a.wav": {}, "a.wav": {}}')
    >>> load_json(path)
    Traceback (most recent call last):
    ValueError: Expected a JSON table in ...labels.json, but 'a.wav' is there \
twice. Restore the file.
    """
    problem = "it is none"
    try:
        content = json.loads(
            "\n".join(read_lines(path)), object_pairs_hook=_once
        )
        if isinstance(content, dict) and all(
            isinstance(row, dict) for row in content.values()
        ):
            return content
    except (ValueError, RecursionError) as error:
        problem = str(error)
    raise ValueError(
        f"Expected a JSON table in {path}, but {problem}. Restore the file."
    )


def _once(pairs):
    """A dict of pairs, as JSON is read, if no key is there twice."""
    seen = set()
    for name, _ in pairs:
        if name.lower() in seen:
            raise ValueError(f"{name!r} is there twice")
        seen.add(name.lower())
    return dict(pairs)


def _is_whole(lines):
    """Whether each line is one row, all with as many fields."""
    try:
        widths = Counter(map(len, csv.reader(lines, strict=True)))
    except csv.Error:
        return False
    rows = sum(widths.values())
    return rows == len(lines) and len(widths.keys() - {0}) == 1


def _read_csv(lines):
    """All fields of whole lines, fast."""
    text = StringIO("\n".join(lines))
    return pandas.read_csv(text, header=None, dtype=str, keep_default_na=False)


def _read_line_by_line(lines, name):
    """The same; an open quote swallows no line but its own."""
    rows, problems = [], defaultdict(list)
    for number, line in enumerate(lines or [""], 1):
        row, reason = _read_row(line)
        if reason is None and rows and len(row) != len(rows[0]):
            reason = f"row of {len(row)} fields instead of {len(rows[0])}"
        if reason is None or not rows:
            rows.append(row)
        elif line.strip():
            problems[reason].append(f"{name}, line {number}")
    return pandas.DataFrame(rows, dtype=str), dict(problems)


def _read_row(line):
    """Fields of a line, and what is wrong with it or None."""
    try:
        return next(csv.reader([line], strict=True), []), None
    except csv.Error:
        return [], "row with an open quote"


def _read_json(path):
    """{file: {column: value}} as a table; nulls and gaps become empty."""
    nested = load_json(path)
    rows = [*map(tidy, nested.values())]
    columns = sorted({column for row in rows for column in row})
    table = {"filename": list(nested)} | {
        column: [row.get(column, "") for row in rows] for column in columns
    }
    return pandas.DataFrame(table, dtype=object)


def tidy(row):
    """A row of JSON as text, its columns in lower case; null is empty.

    Example
    -------
    >>> tidy({"EmoClass": "N", "SpkrID": 7, "Gender": None})
    {'emoclass': 'N', 'spkrid': '7', 'gender': ''}
    """
    return {
        column.lower(): "" if value is None else str(value)
        for column, value in row.items()
    }
