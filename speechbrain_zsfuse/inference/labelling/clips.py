"""What there is to label: files, folders, tables and standard input as clips.

Nothing is opened but tables and folders; whether a recording is one, is asked
when it is read. Clips come one by one: a million of them take no memory.
"""

import csv
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from speechbrain_zsfuse.audio.places import (
    CHANNEL,
    COLUMNS,
    SECONDS,
    fragment_of,
    split_fragment,
)
from speechbrain_zsfuse.audio.sound import SOUNDS
from speechbrain_zsfuse.corpora.own.columns import FIELDS, columns_of
from speechbrain_zsfuse.corpora.roots import ROOT, fill_root, read_roots
from speechbrain_zsfuse.errors import list_names, show, unreadable
from speechbrain_zsfuse.folders import nearest_path, walk_files

STANDARD_INPUT = "-"
FURTHER = (
    *("label", "speaker", "corpus"),
    *("part", "gender", "session", "style"),
)
_SEPARATORS = {".csv": ",", ".tsv": "\t"}
_CALLED = {"file": "path", "emotion": "label"}  # fields that are so here
_READ = "id", *_CALLED, *COLUMNS, *FURTHER[1:]


class Clip(NamedTuple):
    """A recording that is to be labelled.

    Arguments
    ---------
    id : str
        Its name in a table; else its path.
    path : str
        Or a place within a file, see ``audio/places.py``.
    further : list of str
        What a table says of it, in the order of ``further_columns``.

    Example
    -------
    >>> Clip("a", "corpus/a.wav", []).id
    'a'
    """

    id: str
    path: str
    further: list[str]


def further_columns(inputs):
    """What tables among the inputs say of clips, beyond their names.

    Arguments
    ---------
    inputs : list of str
        See ``find_clips``.

    Returns
    -------
    list of str
        Those of ``FURTHER`` that a table has, in that order; ``emotion`` is
        ``label``.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "a.csv"
    >>> _ = path.write_text("ID,wav,emotion\\na,a.wav,sad\\n")
    >>> further_columns([str(path)])
    ['label']
    """
    found = set()
    for table in filter(_is_table, inputs):
        with _open_table(table) as rows:
            found |= {*_columns(next(rows, []), table)}
    return [name for name in FURTHER if name in found]


def find_clips(inputs, data_folder=None, lines=None):
    """Clips of files, folders, tables and standard input, one after the other.

    Arguments
    ---------
    inputs : list of str
        Sound files; folders, searched with all below, hidden ones left out;
        tables (.csv, .tsv) with a column of paths, and perhaps ID, or start,
        end and channel of a part, by any name that training knows, see
        ``corpora/own/columns.py``; and ``-``, a path a line.
    data_folder : str or Path, optional
        What stands for $data_root in tables, and what their paths and those of
        standard input are relative to. Default: the current folder; for a
        table whose first file is not there but beside it, the table's. Of
        tables of several corpora, see ``corpora/roots.py``.
    lines : iterable of str, optional
        Default: standard input.

    Yields
    ------
    Clip

    Raises
    ------
    FileNotFoundError
        If there is no such table.
    ValueError
        If it is no table, or says no path.

    Example
    -------
    >>> [clip.path for clip in find_clips(["a.wav", "-"], "corpus", ["b.wav"])]
    ['a.wav', 'corpus/b.wav']
    """
    if isinstance(data_folder, str):
        data_folder = read_roots(data_folder)
    further = further_columns(inputs)
    nothing = [""] * len(further)
    for name in inputs:
        if name == STANDARD_INPUT:
            for line in _standard_input() if lines is None else lines:
                if line := line.rstrip("\r\n"):
                    path = _place(line, data_folder, "standard input")
                    yield Clip(line, path, nothing)
        elif _is_table(name):
            yield from _table_clips(name, data_folder, further)
        elif Path(name).is_dir():
            for path in walk_files(name, SOUNDS):
                yield Clip(str(path), str(path), nothing)
        else:
            yield Clip(name, name, nothing)


def _standard_input():
    """Its lines; a name of other bytes than UTF-8 spoils no other."""
    if sys.stdin is None:
        raise ValueError(
            "Expected paths on standard input, but it is closed. Give it a "
            "path a line, or name the files."
        )
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="surrogateescape")
    return sys.stdin


def _is_table(name):
    return Path(name).suffix.lower() in _SEPARATORS


class _open_table:
    """Rows of a table as a context: the header, then the others."""

    def __init__(self, path):
        self.path = Path(path)

    def __enter__(self):
        try:
            self.file = open(self.path, encoding="utf-8-sig", newline="")
        except FileNotFoundError as error:
            raise FileNotFoundError(
                f"Expected the table {self.path}, but there is no such file. "
                f"{nearest_path(self.path)}Correct its name."
            ) from error
        except OSError as error:
            raise unreadable(self.path, error) from error
        separator = _SEPARATORS[self.path.suffix.lower()]
        self.rows = csv.reader(self.file, delimiter=separator, strict=True)
        return self._checked()

    def __exit__(self, *error):
        self.file.close()

    def _checked(self):
        try:
            yield from self.rows
        except (csv.Error, UnicodeDecodeError) as error:
            # Bytes are decoded ahead of lines.
            near = "at" if isinstance(error, csv.Error) else "after"
            raise ValueError(
                f"Expected a table in UTF-8, but {self.path} cannot be read "
                f"{near} line {self.rows.line_num}: {error}. Save it as CSV "
                "in UTF-8."
            ) from error


def _columns(header, table):
    """Name, as known here, to its place in a row."""
    columns = {}
    for field in _READ:
        found = columns_of(field, header)
        kind = _CALLED.get(field, field)
        if len(found) > 1:
            both = " and ".join(map(repr, found))
            raise ValueError(
                f"Expected one column of {kind}s in {table}, but got {both}. "
                "Rename or remove one."
            )
        if found:
            columns[kind] = header.index(found[0])
    if "path" not in columns:
        known = list_names(("file", *FIELDS["file"]), 5)
        raise ValueError(
            f"Expected one of the columns {known} in {table}, but "
            f"it has {show(', '.join(header), 400)}. Name the column of paths "
            "so; columns of a .csv are separated by commas, of a .tsv by tabs."
        )
    return columns


def _table_clips(table, data_folder, further):
    with _open_table(table) as rows:
        header = next(rows, [])
        columns = _columns(header, table)
        home = _Home(table, data_folder)
        for number, row in enumerate(rows, 1):
            if not any(row):
                continue
            if len(row) != len(header):
                raise ValueError(
                    f"Expected {len(header)} cells in each row of {table}, but "
                    f"row {number} has {len(row)}: {show(row)}. Correct it."
                )
            known = {name: row[place] for name, place in columns.items()}
            if not known["path"].strip():
                raise ValueError(
                    f"Expected a path in each row of {table}, but row {number} "
                    f"has none: {show(row)}. Correct it."
                )
            part = _part(known, table, number)
            yield Clip(
                known.get("id") or known["path"] + part,
                home.place(known["path"]) + part,
                [known.get(name, "") for name in further],
            )


class _Home:
    """Where the relative paths of a table begin: decided by the first file
    that is there, so that a million others are not looked for twice."""

    def __init__(self, table, data_folder):
        self.table, self.data_folder = table, data_folder
        self.open = data_folder is None

    def place(self, path):
        place = _place(path, self.data_folder, self.table)
        if self.open and not os.path.isabs(place):
            file = split_fragment(place)[0]
            beside = Path(self.table).parent
            if os.path.lexists(file):
                self.open = False
            elif os.path.lexists(beside / file):
                self.open, self.data_folder = False, beside
                place = str(beside / place)
        return place


def _part(known, table, number):
    """What follows the path of a row, for the part of the file it names."""
    values = {name: known[name] for name in COLUMNS if name in known}
    try:
        return fragment_of(**values)
    except ValueError as error:
        raise ValueError(
            f"Expected {SECONDS}, and {CHANNEL}, or nothing, in each row of "
            f"{table}, but row {number} has {show(values)}. Correct it, or "
            "rename columns that mean something else."
        ) from error


def _place(path, data_folder, origin):
    if path.startswith(ROOT):
        if data_folder is None:
            root = path.partition("/")[0]
            raise ValueError(
                f"Expected to know the folder that {root} stands for in "
                f"{origin}, but it is not given. Add --data_folder."
            )
        return str(Path(fill_root(path, data_folder)))
    several = isinstance(data_folder, Mapping)
    return str(Path("" if several else data_folder or "", path))
