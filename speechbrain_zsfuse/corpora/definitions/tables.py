"""Tables beside the sound, read as text and joined to clips.

Nothing of a table is run or guessed: CSV, TSV, JSON, JSON lines and YAML give
texts, blanks around them cut. Rows are dictionaries here; a corpus has some
ten thousand.
"""

import json
from fnmatch import fnmatchcase

import pandas
import yaml

from speechbrain_zsfuse.corpora.definitions.names import clip_name, words_of
from speechbrain_zsfuse.corpora.definitions.schema import compiled
from speechbrain_zsfuse.errors import list_names, unreadable
from speechbrain_zsfuse.files import read_lines

_SPLIT, _PLACE = 0, 1  # what the file of a row tells: no name of a column
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
            own = {_SPLIT: split} if split else {}
            rows += [row | own | {_PLACE: path} for row in found]
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
            encoding_errors="replace",
        )
    except OSError as error:
        raise unreadable(place, error) from error
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise ValueError(
            f"Expected a table in {place}, but it cannot be read: {error}. "
            "Restore the file."
        ) from error
    return _as_rows(table.to_dict("records"), source)


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
    for row in rows[:1]:
        missing = sorted(needed - row.keys())
        if missing:
            raise ValueError(
                f"Expected the columns {', '.join(sorted(needed))} in {place}, "
                f"but {', '.join(missing)} are missing. It has "
                f"{list_names(row, 20)}. Restore the file."
            )


def by_clip(rows, source, definition):
    """Rows under what they are joined by.

    Arguments
    ---------
    rows : list of dict
        See ``read_source``.
    source : Source
    definition : Definition

    Returns
    -------
    dict
        Tuple of texts to the list of rows.

    Example
    -------
    See ``join``.
    """
    index = {}
    for row in rows:
        key = [
            clip_name(row[column].replace("\\", "/")).rsplit("/")[-1]
            if field == "name"
            else words_of(definition, {field: row[column]})[field]
            for column, field in source.key.items()
        ]
        index.setdefault((*key, row.get(_SPLIT)), []).append(row)
    return index


def clip_key(clip, source):
    """What a clip is joined by: see ``by_clip``.

    Example
    -------
    See ``join``.
    """
    split = clip["split"] if isinstance(source.file, dict) else None
    return *(clip[field] for field in source.key.values()), split


def join(clips, table, rows, definition):
    """Add what a table says to each clip, or cut each file into its segments.

    Arguments
    ---------
    clips : list of dict
        ``wav``, ``name`` and fields.
    table : Table
    rows : list of dict
        See ``read_source``.
    definition : Definition

    Returns
    -------
    clips : list of dict
    problems : dict
        File (str) to what is wrong with it: it is not among the clips.
    silent : list of str
        Files of which the table says nothing, though they are kept.

    Example
    -------
    >>> from speechbrain_zsfuse.corpora.definitions.definition import (
    ...     find_definition,
    ... )
    >>> nemo = find_definition("nemo")
    >>> clip = {"wav": "KD0_fear_2.wav", "name": "KD0_fear_2"}
    >>> row = {"file_id": "KD0_fear_2.wav", "raw_text": "Tak.", "age": "28"}
    >>> row |= {"gender": "female"}
    >>> clips, problems, _ = join([clip], nemo.tables[0], [row], nemo)
    >>> clips[0]["gender"], problems
    ('female', {})
    """
    if table.segments:
        index = {}
        for row in rows:
            index.setdefault(clip_name(row[_PLACE]), []).append(row)
        keys = [clip_name(clip["wav"]) for clip in clips]
    else:
        index = by_clip(rows, table, definition)
        keys = [clip_key(clip, table) for clip in clips]
    kept, problems, silent = [], {}, []
    for clip, key in zip(clips, keys):
        found = index.get(key, [])
        said = [_fields(row, table) for row in found]
        try:
            if not table.segments and any(one != said[0] for one in said):
                raise ValueError("the table says two things of it")
            words = [words_of(definition, one) for one in said]
        except ValueError as error:
            problems[clip["wav"]] = str(error)
            continue
        if words:
            kept += [clip | w for w in (words if table.segments else words[:1])]
        elif needed(table):
            problems[clip["wav"]] = f"no row in {named(table)}"
        else:
            silent.append(clip["wav"])
            kept.append(clip)
    return kept, problems, silent


def needed(table):
    """Whether a corpus is nothing without a table.

    Example
    -------
    >>> from speechbrain_zsfuse.corpora.definitions.schema import Table
    >>> needed(Table(file="a.csv", columns={"emotion": "label"}))
    True
    """
    return bool(table.segments or {"emotion", "speaker"} & {*table.columns})


def _fields(row, table):
    fields = {field: row[column] for field, column in table.columns.items()}
    if table.segments:
        fields |= dict(zip(("start", "end"), (row[c] for c in table.segments)))
    return fields


def named(source):
    """The files of a table, for errors.

    Example
    -------
    >>> from speechbrain_zsfuse.corpora.definitions.schema import Table
    >>> named(Table(file={"a.csv": "train", "b.csv": "test"}, columns={}))
    'a.csv or b.csv'
    """
    files = source.file
    return files if isinstance(files, str) else " or ".join(files)
