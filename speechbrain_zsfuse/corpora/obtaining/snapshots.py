"""Recordings within Parquet tables, as snapshots of Hugging Face's hub hold
them, written as files with a table beside them.

    data/train-00000-of-00002.parquet  ->  train/a.wav …  metadata.csv

Sound is copied byte by byte, nothing is decoded; needs pyarrow.
"""

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path, PurePosixPath

import pandas

from speechbrain_zsfuse.corpora.own.columns import find_fields
from speechbrain_zsfuse.corpora.own.rows import as_text
from speechbrain_zsfuse.corpora.words.splits import find_split
from speechbrain_zsfuse.errors import explain_imports, list_names
from speechbrain_zsfuse.files import write_bytes, write_text
from speechbrain_zsfuse.progress import show_bar

TABLE = "metadata.csv"
_SHARD = re.compile(r"(.+)-\d{5}-of-\d{5}")
_BEGINNINGS = {b"RIFF": ".wav", b"fLaC": ".flac", b"OggS": ".ogg"}
_BATCH = 64  # recordings in memory


def unpack_snapshot(snapshot, out):
    """Write the recordings of a snapshot as files.

    Arguments
    ---------
    snapshot : str or Path
        A Parquet file, or a folder with some at any depth.
    out : str or Path
        Another folder. What is there already stays.

    Returns
    -------
    pandas.DataFrame
        What ``metadata.csv`` in ``out`` says: ``file_name``, ``split`` where
        names of files tell it, and the other columns; the classes of a label
        by their names. A column that would be read as that of the files is
        called ``snapshot_<name>``.

    Raises
    ------
    FileNotFoundError
        If there is no Parquet file.
    ValueError
        If it holds no recordings, or two columns of them.
    ImportError
        If pyarrow is not installed.

    Example
    -------
    >>> import pyarrow, pyarrow.parquet
    >>> folder = Path(getfixture("tmpdir"))
    >>> clip = {"audio": {"bytes": b"RIFF", "path": "a.wav"}, "speaker": "1"}
    >>> table = pyarrow.Table.from_pylist([clip])
    >>> path = folder / "train-00000-of-00001.parquet"
    >>> pyarrow.parquet.write_table(table, path)
    >>> unpack_snapshot(path, folder / "out").to_dict("records")
    [{'file_name': 'train/a.wav', 'split': 'train', 'speaker': '1'}]
    """
    with explain_imports(extra="parquet"):
        import pyarrow.parquet

    snapshot, out = Path(snapshot), Path(out)
    shards = [snapshot]
    if not snapshot.is_file():
        shards = sorted(snapshot.rglob("*.parquet"))
    if not shards:
        raise FileNotFoundError(
            f"Expected Parquet files in {snapshot}, but there is none. Give "
            "the folder of a snapshot, or one of its files."
        )
    rows, taken = [], Counter()
    files = [pyarrow.parquet.ParquetFile(shard) for shard in shards]
    columns = [_find_sound(f.schema_arrow, s) for f, s in zip(files, shards)]
    total = sum(file.metadata.num_rows for file in files)
    with show_bar(title="Unpacking", unit=" recording", total=total) as bar:
        for shard, file, column in zip(shards, files, columns):
            split = _SHARD.fullmatch(shard.stem)
            names = _class_names(file.schema_arrow)
            for batch in file.iter_batches(_BATCH):
                for row in batch.to_pylist():
                    sound = row.pop(column)
                    name = _name(sound, split and split[1], taken, shard)
                    _write(out / name, sound["bytes"])
                    rows.append(_describe(row, name, split, names))
                    bar.update()
    table = pandas.DataFrame(rows, dtype=object).fillna("")
    write_text(out / TABLE, table.to_csv(index=False))
    return table


def _find_sound(schema, shard):
    """The column of recordings."""
    import pyarrow

    found = [
        field.name
        for field in schema
        if pyarrow.types.is_struct(field.type)
        and {"bytes", "path"} <= {inner.name for inner in field.type}
    ]
    if len(found) != 1:
        raise ValueError(
            f"Expected one column of recordings (bytes and path) in {shard}, "
            f"but got {list_names(found) or 'none'}: it has "
            f"{list_names(schema.names, 20)}. A table of paths needs no "
            "unpacking."
        )
    return found[0]


def _class_names(schema):
    """Column to the names of its classes, where numbers stand for them."""
    content = (schema.metadata or {}).get(b"huggingface", b"{}")
    features = json.loads(content).get("info", {}).get("features", {})
    return {
        column: feature["names"]
        for column, feature in features.items()
        if isinstance(feature, dict) and "names" in feature
    }


def _name(sound, split, taken, shard):
    """Where a recording goes: its own name, below its split."""
    content = (sound or {}).get("bytes")
    if not content:
        raise ValueError(
            f"Expected the bytes of every recording in {shard}, but one has "
            f"none ({sound}). Download the snapshot with its files."
        )
    # A name of others leads nowhere else.
    own = PurePosixPath((sound["path"] or "").replace("\\", "/")).name
    if own in ("", ".."):
        own = f"{taken.total():07}{_BEGINNINGS.get(content[:4], '.mp3')}"
    place = f"{split}/{own}" if split else own
    taken[place] += 1
    if taken[place] == 1:
        return place
    return str(PurePosixPath(place).parent / str(taken[place]) / own)


def _write(path, content):
    # Of its size alone a file would be kept that another snapshot left.
    if not path.is_file() or path.read_bytes() != content:
        write_bytes(path, content)


def _describe(row, name, split, names):
    """A row of the table."""
    told = {
        _rename(column): names[column][value]
        if column in names and isinstance(value, int) and value >= 0
        else as_text(value)
        for column, value in row.items()
    }
    known = split and find_split(split[1]) and "split" not in told
    own = {"split": split[1]} if known else {}
    return {"file_name": name, **own, **told}


@cache
def _rename(column):
    """Paths of where the snapshot was made are not those of its files here."""
    is_file = find_fields([column], TABLE).get(column) == "file"
    return f"snapshot_{column}" if is_file else column
