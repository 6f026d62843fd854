"""Rows as Parquet files of a folder, as pandas, Spark and Ray read it.

``part-00000.parquet`` holds the rows of the first clips of a plan, and so on;
``_bad/`` those that could not be used, with the reason. Names that begin with
``_`` or ``.`` are no data to any of these readers. A file is there whole, or
not at all.
"""

import io
import json
from pathlib import Path

from speechbrain_zsfuse.errors import explain_imports
from speechbrain_zsfuse.evaluation.columns import PROBABILITY, ZERO_SHOT
from speechbrain_zsfuse.files import write_bytes
from speechbrain_zsfuse.inference.labelling.rows import (
    answer_rows,
    clip_row,
    error_text,
)

BAD = "_bad"
_KEY = b"speechbrain_zsfuse"


def shard_path(folder, number):
    """File of a part of the clips.

    Example
    -------
    >>> shard_path("labels.parquet", 3).name
    'part-00003.parquet'
    """
    return Path(folder) / f"part-{number:05}.parquet"


def write_shard(folder, number, layout, answers, facts):
    """Write what a model said of some clips; what is bad first.

    Arguments
    ---------
    folder : str or Path
    number : int
        See ``shard_path``.
    layout : Layout
    answers : iterable of (Clip, Prediction or Exception)
    facts : dict
        JSON, kept in the file: model, options.

    Returns
    -------
    int
        Clips that could not be used.

    Example
    -------
    >>> from speechbrain_zsfuse.inference.labelling.clips import Clip
    >>> from speechbrain_zsfuse.inference.labelling.rows import Layout
    >>> folder = getfixture("tmpdir")
    >>> answers = [(Clip("a", "a.wav", []), ValueError("Empty."))]
    >>> write_shard(folder, 0, Layout(["sad"], False), answers, {})
    1
    >>> import pandas
    >>> pandas.read_parquet(folder / "_bad")["reason"].tolist()
    ['Empty.']
    """
    rows, bad = [], []
    for clip, answer in answers:
        if isinstance(answer, Exception):
            reason = {"reason": error_text(answer)}
            bad.append(clip_row(layout, clip) | reason)
        else:
            rows += answer_rows(layout, clip, answer)
    path = shard_path(folder, number)
    aside = path.parent / BAD / path.name
    _clear_unfinished(path)
    _clear_unfinished(aside)
    if bad:
        columns = ["id", "path", *layout.further, "reason"]
        _write(aside, columns, bad, facts)
    else:
        aside.unlink(missing_ok=True)
    _write(path, layout.columns, rows, facts | {"bad": len(bad)})
    return len(bad)


def count_bad(path):
    """Clips of a finished part that could not be used.

    Arguments
    ---------
    path : str or Path
        See ``shard_path``.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the file is damaged, or none of these.

    Example
    -------
    >>> from speechbrain_zsfuse.inference.labelling.rows import Layout
    >>> folder = getfixture("tmpdir")
    >>> write_shard(folder, 0, Layout(["sad"], False), [], {})
    0
    >>> count_bad(shard_path(folder, 0))
    0
    """
    with explain_imports("parquet"):
        from pyarrow import parquet

    try:
        return json.loads(parquet.read_schema(path).metadata[_KEY])["bad"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"Expected {path} to be as it was written, but it is damaged or "
            "another file. Delete it, and run the same command again: this "
            "part is labelled anew."
        ) from error


def _clear_unfinished(path):
    """Remove what a killed process had begun to write of a file."""
    for left in path.parent.glob(f".{path.name}.*"):
        left.unlink()


def _write(path, columns, rows, facts):
    from pyarrow import parquet

    table = make_table(columns, rows)
    table = table.replace_schema_metadata({_KEY: json.dumps(facts)})
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    write_bytes(path, buffer.getvalue())


def make_table(columns, rows):
    """Rows as a table whose types depend on the names of columns alone.

    Arguments
    ---------
    columns : list of str
        Those of ``Layout``, or other texts.
    rows : list of dict
        What is not in one, is null.

    Returns
    -------
    pyarrow.Table

    Example
    -------
    >>> make_table(["id", "probability_sad"], []).schema.types
    [DataType(string), DataType(float)]
    """
    with explain_imports("parquet"):
        import pyarrow

    prompt = {"prompt": pyarrow.string(), "label": pyarrow.string()}
    prompt = pyarrow.struct({**prompt, "score": pyarrow.float32()})
    types = {
        "duration": pyarrow.float64(),
        "start": pyarrow.float64(),
        "end": pyarrow.float64(),
        "per_prompt": pyarrow.list_(prompt),
    }

    def kind(name):
        if name.startswith((PROBABILITY, ZERO_SHOT)):
            return pyarrow.float32()
        return types.get(name, pyarrow.string())

    schema = pyarrow.schema([(name, kind(name)) for name in columns])
    return pyarrow.Table.from_pylist(rows, schema=schema)
