"""What cells of a table may hold, field by field."""

import math

import pandas

from speechbrain_zsfuse.audio.places import CHANNEL
from speechbrain_zsfuse.corpora.own.rows import KIND
from speechbrain_zsfuse.corpora.segments import fragments
from speechbrain_zsfuse.corpora.words.splits import find_split
from speechbrain_zsfuse.evaluation.rows import refuse_rows

_GENDERS = {
    **dict.fromkeys(("female", "f", "woman", "w"), "female"),
    **dict.fromkeys(("male", "m", "man"), "male"),
}


def check_values(rows, path):
    """Give the cells of a table one form, or say which have none.

    Arguments
    ---------
    rows : pandas.DataFrame
        Texts, fields as columns.
    path : str or Path
        Of the table, for errors.

    Returns
    -------
    pandas.DataFrame
        ``start`` and ``end`` in seconds; ``split`` train, valid or test;
        ``gender`` female, male or what it was.

    Raises
    ------
    ValueError
        If a cell is something else, a file is missing, or a part of a file
        ends before it begins.

    Example
    -------
    >>> rows = [("a.wav", "0 days 00:00:01.50", "2", "dev", "F")]
    >>> columns = ["file", "start", "end", "split", "gender"]
    >>> rows = check_values(pandas.DataFrame(rows, columns=columns), "my.csv")
    >>> rows.values.tolist()
    [['a.wav', '1.5', '2', 'valid', 'female']]
    """
    empty = rows["file"] == ""
    refuse_rows(rows, path, KIND, empty, "the path of a file", ["file"])
    if "start" in rows or "end" in rows:
        rows = _check_times(rows, path)
    if "channel" in rows:
        wrong = pandas.isna(fragments(rows[["channel"]]))
        wrong = pandas.Series(wrong, rows.index)
        expected = f"{CHANNEL}, or nothing"
        refuse_rows(rows, path, KIND, wrong, expected, ["channel"])
    if "split" in rows:
        splits = rows["split"].map(find_split)
        wrong = (splits == "") & (rows["split"] != "")
        expected = "train, valid (or dev) or test"
        refuse_rows(rows, path, KIND, wrong, expected, ["split"])
        rows = rows.assign(split=splits)
    if "gender" in rows:
        words = rows["gender"].str.lower()
        rows = rows.assign(gender=words.map(lambda w: _GENDERS.get(w, w)))
    return rows


def _check_times(rows, path):
    """Seconds; without an end, a part goes to that of the file."""
    seconds = {}
    for name in ("start", "end"):
        cells = rows.get(name, pandas.Series("", rows.index, dtype=str))
        cells = cells.replace("NaT", "")  # of pandas: no time
        seconds[name] = _seconds(cells)
        wrong = (cells != "") & ~seconds[name].between(0, math.inf, "left")
        expected = "seconds of at least 0 (1.5) or 0 days 00:00:01.5"
        if name in rows:
            refuse_rows(rows, path, KIND, wrong, expected, [name])
    start, end = seconds["start"], seconds["end"]
    start = start.where(start.notna() | end.isna(), 0.0)
    start = start.mask((start == 0) & end.isna())  # the whole file
    rows = rows.assign(start=_text(start), end=_text(end))
    wrong = end.notna() & ~(end > start)
    expected = "the end of each part of a file, behind its start"
    refuse_rows(rows, path, KIND, wrong, expected, ["start", "end"])
    return rows


def _seconds(cells):
    """Numbers; text with colons or words is a span of time of pandas."""
    numbers = pandas.to_numeric(cells, errors="coerce").astype(float)
    spans = cells.str.contains("[:a-z]", regex=True) & numbers.isna()
    if spans.any():
        found = pandas.to_timedelta(cells[spans], errors="coerce")
        numbers[spans] = found.dt.total_seconds()
    return numbers


def _text(numbers):
    """1.5, 2; empty where there is none."""
    texts = {
        n: "" if n != n else f"{n:.6f}".rstrip("0").rstrip(".")
        for n in numbers.unique()
    }
    return numbers.map(texts)
