"""Tables beside the sound, read as text.

Nothing of a table is run or guessed: CSV, TSV, JSON, JSON lines and YAML give
texts, blanks around them cut. Rows are dictionaries here; a corpus has some
ten thousand.
"""

import json
from fnmatch import fnmatchcase

import pandas
import yaml

from speechbrain_zsfuse.corpora.definitions.schema import compiled
from speechbrain_zsfuse.errors import list_names, unreadable
from speechbrain_zsfuse.files import read_lines

SPLIT, PLACE = 0, 1  # what the file of a row tells: no name of a column
_SEPARATORS = {".csv": ",", ".tsv": "\t", ".txt": "\t"}


def read_source(source, data_folder, paths):
    """All rows of a table that count.

    Arguments
    ---------
    source : Source
        See ``schema.py``.
    data_folder : Path
    paths : iterable of str
        All files below it.

    Returns
    -------
    rows : list of dict
        Column to text; and what the file tells, under numbers.
    files : list of Path
        What was read; none, if it is not there.

    Raises
    ------
    ValueError
        If a file is no table, or lacks a column.

    Example
    -------
    >>> from speechbrain_zsfuse.corpora.definitions.schema import Table
    >>> folder = getfixture("tmp_path")
    >>> _ = (folder / "a.csv").write_text("id,text\\n 07 ,Hello\\n")
    >>> table = Table(file="a.csv", key={"id": "name"}, columns={})
    >>> read_source(table, folder, ["a.csv"])[0]
    [{'id': '07', 'text': 'Hello', 1: 'a.csv'}]
    """
    wanted = source.file
    wanted = {wanted: None} if isinstance(wanted, str) else wanted
    rows, files = [], []
    for pattern, split in wanted.items():
        for path in paths:
            if not fnmatchcase(f"/{path}", f"*/{pattern}"):
                continue
            place = data_folder / path
            found = _read_file(place, source)
            _check_columns(found, source, place)
            own = {SPLIT: split} if split else {}
            rows += [row | own | {PLACE: path} for row in found]
            files.append(place)
    return [row for row in rows if _counts(row, source)], files


def _counts(row, source):
    return all(
        compiled(pattern).fullmatch(row[column])
        for column, pattern in source.where.items()
    )


def _read_file(place, source):
    ending = place.suffix.lower()
    try:
        if ending in (".yaml", ".yml"):
            text = place.read_text(encoding="utf-8-sig")
            loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # texts
            return _as_rows(yaml.load(text, Loader=loader), source)
        if ending in (".json", ".jsonl"):
            lines = read_lines(place)
            parts = lines if ending == ".jsonl" else ["\n".join(lines)]
            contents = [json.loads(part) for part in parts if part.strip()]
            return [r for part in contents for r in _as_rows(part, source)]
        table = pandas.read_csv(
            place,
            sep=source.separator or _SEPARATORS.get(ending, ","),
            dtype=str,
            keep_default_na=False,
            encoding="utf-8-sig",
            # Transcripts of some have a few bytes of another encoding.
            encoding_errors="replace",
        )
        if not isinstance(table.index, pandas.RangeIndex):
            raise ValueError("its rows have more fields than its header")
    except OSError as error:
        raise unreadable(place, error) from error
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise ValueError(
            f"Expected a table in {place}, but it cannot be read: {error}. "
            "Restore the file."
        ) from error
    return _as_rows(table.fillna("").to_dict("records"), source)


def _as_rows(content, source):
    """Rows of texts; of an object, its list ``rows`` with what it says else."""
    rows = content if isinstance(content, list) else [content]
    if source.rows:
        rows = [
            whole | part
            for whole in rows
            if isinstance(whole, dict)
            for part in whole.get(source.rows) or []
            if isinstance(part, dict)
        ]
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError("it holds something else than rows with columns")
    return [
        {
            str(key).strip(): "" if value is None else str(value).strip()
            for key, value in row.items()
            if not isinstance(value, (dict, list))
        }
        for row in rows
    ]


def _check_columns(rows, source, place):
    needed = {*source.where, *source.key}
    needed |= {*getattr(source, "columns", {}).values()}
    needed |= {*(getattr(source, "segments", None) or ())}
    needed |= {*getattr(source, "counts", {})}
    needed |= {getattr(source, "answer", None)} - {None}
    for number, row in enumerate(rows, 1):
        missing = sorted(needed - row.keys())
        if missing:
            raise ValueError(
                f"Expected the columns {', '.join(sorted(needed))} in {place}, "
                f"but row {number} has no {', '.join(missing)}. It has "
                f"{list_names(row, 20)}. Restore the file."
            )
