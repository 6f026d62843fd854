"""What a user calls a table: a file, or a folder of a form that is known."""

from pathlib import Path
from typing import NamedTuple

import pandas

from speechbrain_zsfuse.corpora.own.audformat import HEADER, read_audformat
from speechbrain_zsfuse.corpora.own.emobox import is_emobox, read_emobox
from speechbrain_zsfuse.corpora.own.rows import SUFFIXES, read_rows
from speechbrain_zsfuse.corpora.words.splits import find_split
from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.folders import nearest_path

_METADATA = ("metadata.csv", "metadata.jsonl", "metadata.parquet")
# Names of tables that say nothing: the corpus is called as its folder.
_NAMELESS = {
    *("metadata", "data", "labels", "annotations", "table", "index"),
    *("files", "clips", "all", "dataset", "manifest"),
}


class Found(NamedTuple):
    """A table, its columns as their owner calls them.

    Arguments
    ---------
    rows : pandas.DataFrame
        See ``read_rows``.
    folder : Path
        What its paths are relative to.
    name : str
        Of the corpus.
    sources : list of Path
        Files that were read.
    about : dict
        What is said of the corpus.

    Example
    -------
    See ``find_table``.
    """

    rows: pandas.DataFrame
    folder: Path
    name: str
    sources: list[Path]
    about: dict


def find_table(table, columns=None):
    """Read whatever table a path leads to.

    Arguments
    ---------
    table : str or Path
        A file of ``read_rows``; a folder of audformat, or one of its tables;
        an audiofolder of Hugging Face, ``metadata.csv`` beside its files or in
        the folder of each split; a list of EmoBox; or a folder with one table.
    columns : dict, optional
        See ``read_own``: of audformat, which column is the emotion.

    Returns
    -------
    Found

    Raises
    ------
    FileNotFoundError
        If there is no such file, or no table in a folder.
    ValueError
        If there are several; see ``read_rows``.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> _ = (folder / "metadata.csv").write_text("file_name\\na.wav\\n")
    >>> found = find_table(folder)
    >>> found.rows["file_name"].tolist(), found.sources[0].name
    (['a.wav'], 'metadata.csv')
    """
    table = Path(table).absolute()
    if not table.exists():
        raise FileNotFoundError(
            f"Expected a table in {table}, but there is no such file. "
            f"{nearest_path(table)}Give the path of a CSV file with the "
            "columns file, emotion and speaker."
        )
    folder = table if table.is_dir() else table.parent
    if (folder / HEADER).is_file() and (
        table.is_dir() or table.name == HEADER or table.name.startswith("db.")
    ):
        whole = table.is_dir() or table.name == HEADER
        only = None if whole else table.name.split(".", 1)[1].rpartition(".")[0]
        emotion = (columns or {}).get("emotion", "emotion")
        rows, sources, about = read_audformat(folder, only, emotion)
        return Found(rows, folder, about.pop("name"), sources, about)
    if table.is_dir():
        return _find_in(table)
    rows, sources = read_rows(table), [table]
    if is_emobox(rows):
        rows, more = read_emobox(rows, table)
        sources += more
    name = folder.name if table.stem.lower() in _NAMELESS else table.stem
    return Found(rows, folder, name, sources, {})


def _find_in(folder):
    """The one table of a folder, or an audiofolder's in each of its splits."""
    for name in _METADATA:
        if (folder / name).is_file():
            return find_table(folder / name)
        parts = sorted(folder.glob(f"*/{name}"))
        if parts:
            return _join_splits(folder, parts)
    tables = [
        p for p in sorted(folder.iterdir()) if p.suffix.lower() in SUFFIXES
    ]
    if len(tables) == 1:
        return find_table(tables[0])
    has = (
        f"it has {list_names(p.name for p in tables)}"
        if tables
        else "it has none"
    )
    raise (ValueError if tables else FileNotFoundError)(
        f"Expected one table in the folder {folder}, but {has}. Give the path "
        "of one: --table=my.csv."
    )


def _join_splits(folder, parts):
    """Paths relative to the folder above; its name is the split, as Hugging
    Face has it, unless it is no word for one (``audio/metadata.csv``)."""
    found, no_split = [], not any(find_split(p.parent.name) for p in parts)
    for part in parts:
        rows = read_rows(part)
        home = part.parent.name
        if "file_name" in rows:
            rows = rows.assign(file_name=f"{home}/" + rows["file_name"])
        if "split" not in rows and not no_split:
            rows = rows.assign(split=find_split(home))
        found.append(rows)
    rows = pandas.concat(found, ignore_index=True).fillna("")
    rows.index = pandas.RangeIndex(1, len(rows) + 1, name="row")
    return Found(rows, folder, folder.name, parts, {})
