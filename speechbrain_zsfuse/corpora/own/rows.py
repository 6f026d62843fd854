"""Rows of a table as text, stripped, whatever its form: separated values, JSON
lines, JSON, Parquet. What columns mean is not known here.

Nothing stored by others is executed: a pickle is never opened.
"""

import csv
import json
import re
from pathlib import Path

import pandas

from speechbrain_zsfuse.errors import explain_imports, list_names, show
from speechbrain_zsfuse.evaluation.rows import LINE, TableKind
from speechbrain_zsfuse.evaluation.tables import read_text, split_rows
from speechbrain_zsfuse.files import without_doubles

KIND = TableKind("a table of clips", "file", "Correct the file.")
SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet")
# In JSON a text may hold what no name of a file, and no manifest, can.
_ODD = re.compile("\\\\u0000|[\ud800-\udfff]")
_SEPARATORS = (",", "\t", ";", "|")
_REFUSED = {
    **dict.fromkeys((".pkl", ".pickle"), "a pickle, which can run code,"),
    **dict.fromkeys((".xlsx", ".xls", ".ods"), "a spreadsheet"),
}


def read_rows(path):
    """Read a table.

    Arguments
    ---------
    path : str or Path
        Its ending says what it is: ``.jsonl``, ``.ndjson``, ``.json``,
        ``.parquet``; any other is text with a header, its columns separated
        by commas, tabs, semicolons or bars.

    Returns
    -------
    pandas.DataFrame
        Texts as they stand there ("01", "NA"), without blanks around them;
        empty where there is nothing. The index is the line of the file; of
        JSON and Parquet the number of the row.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no table, holds no rows or a column twice.
    ImportError
        If it is Parquet, and pyarrow is not installed.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "mine.tsv"
    >>> _ = path.write_text("file\\tspeaker\\na.wav\\t   01\\n")
    >>> read_rows(path).to_dict("index")
    {2: {'file': 'a.wav', 'speaker': '01'}}
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix in _REFUSED and path.is_file():
        raise ValueError(
            f"Expected a table of clips in {path}, but it is "
            f"{_REFUSED[suffix]} and is not opened. Save it as CSV (UTF-8)."
        )
    if suffix == ".parquet":
        rows = _read_parquet(path)
    elif suffix in (".jsonl", ".ndjson", ".json"):
        rows = _read_json(path, suffix == ".json")
    else:
        rows = _read_separated(path)
    if not len(rows):
        raise ValueError(
            f"Expected at least one row, but {path} lacks rows. {KIND.advice}"
        )
    return rows.apply(lambda column: column.str.strip())


def tell_rows(rows, wrong, limit=5):
    """Where rows stand, for an error or a note.

    Arguments
    ---------
    rows : pandas.DataFrame
        See ``read_rows``.
    wrong : pandas.Series
        bool, a value a row.
    limit : int
        How many are told.

    Returns
    -------
    str

    Example
    -------
    >>> rows = pandas.DataFrame({"file": ["a", ""]}, pandas.Index([2, 3]))
    >>> tell_rows(rows.rename_axis("line"), rows["file"] == "")
    'line 3'
    """
    places = rows.index[wrong.to_numpy(bool)]
    many = "s" * (len(places) > 1)
    return f"{rows.index.name}{many} {list_names(places, limit)}"


def _read_separated(path):
    # Excel may say the separator in a line of its own; it is found anyway.
    text = re.sub(r"\Asep=.?(?=\r?\n)", "", read_text(path, KIND))
    header = next((line for line in text.splitlines() if line.strip()), "")
    widths = {
        s: len(next(csv.reader([header], delimiter=s), [])) for s in _SEPARATORS
    }
    separator = max(widths, key=widths.get)  # of equals the first
    try:
        header, rows, lines = split_rows(text, path, KIND, separator)
    except ValueError:
        if separator != "\t":
            raise
        # Many write a TSV with quotation marks that are part of a text.
        quoting = csv.QUOTE_NONE
        header, rows, lines = split_rows(text, path, KIND, separator, quoting)
    names = [name.strip() for name in header]
    _check_names(names, path)
    table = pandas.DataFrame(
        rows, pandas.Index(lines, name=LINE), names, dtype=str
    )
    return table.loc[:, [name != "" for name in names]]


def _check_names(names, path):
    twice = sorted({n for n in names if n and names.count(n) > 1})
    if twice:
        raise ValueError(
            f"Expected each column once, but {path} repeats "
            f"{', '.join(twice)}. {KIND.advice}"
        )


def _read_json(path, whole):
    """An object a line; or, in a ``.json``, a list of objects, or an object of
    them by their ids, as SpeechBrain has manifests."""
    text, rows = read_text(path, KIND), []
    lines = [text] if whole else text.split("\n")
    for number, line in enumerate(lines, 1):
        if line.strip():
            where = path if whole else f"line {number} of {path}"
            rows.append((number, _parse(line, where)))
    if whole:
        content = rows[0][1] if rows else []
        if isinstance(content, dict):
            content = [*content.values()]
        rows = [*enumerate(content, 1)] if isinstance(content, list) else []
    for number, row in rows:
        if not isinstance(row, dict):
            where = "row" if whole else "line"
            raise ValueError(
                f"Expected a JSON object in each {where} of {path}, but "
                f"{where} {number} has {show(row)}. {KIND.advice}"
            )
    index = pandas.Index([n for n, _ in rows], name="row" if whole else LINE)
    cells = [
        {str(k).strip(): as_text(v) for k, v in row.items()} for _, row in rows
    ]
    return pandas.DataFrame(cells, index, dtype=object).fillna("").astype(str)


def _parse(text, where):
    try:
        value = json.loads(text, object_pairs_hook=without_doubles)
        if "\\u" in text and _ODD.search(json.dumps(value, ensure_ascii=False)):
            raise ValueError("it holds NUL, or half a character")
        return value
    except (ValueError, RecursionError) as error:
        raise ValueError(
            f"Expected JSON in {where}, but it cannot be read: {error}. "
            f"{KIND.advice}"
        ) from error


def as_text(value):
    """A value of JSON or Parquet as text; what has parts stays JSON.

    Example
    -------
    >>> as_text(1), as_text(None), as_text({"sad": 2})
    ('1', '', '{"sad": 2}')
    """
    if value is None or value != value:  # NaN is nothing
        return ""
    parts = isinstance(value, (bool, int, float, list, dict))
    return json.dumps(value, default=str) if parts else str(value)


def _read_parquet(path):
    if not path.is_file():
        read_text(path, KIND)  # says why there is none
    with explain_imports(extra="parquet"):
        import pyarrow.parquet
    try:
        table = pyarrow.parquet.read_table(path)
    except pyarrow.ArrowInvalid as error:
        raise ValueError(
            f"Expected Parquet in {path}, but it cannot be read: {error}. "
            "Restore the file."
        ) from error
    _refuse_sound(table.schema, path)
    _check_names(table.column_names, path)
    columns = {
        name: [as_text(value) for value in table[name].to_pylist()]
        for name in table.column_names
    }
    index = pandas.RangeIndex(1, len(table) + 1, name="row")
    return pandas.DataFrame(columns, index, dtype=str)


def _refuse_sound(schema, path):
    """A table holds paths; in a snapshot of a hub it may hold the files."""
    import pyarrow.types

    for field in schema:
        if pyarrow.types.is_struct(field.type) or pyarrow.types.is_binary(
            field.type
        ):
            raise ValueError(
                f"Expected paths of files in {path}, but its column "
                f"{field.name!r} holds {field.type}: recordings within the "
                "table. Write them as files first: zsfuse unpack."
            )
