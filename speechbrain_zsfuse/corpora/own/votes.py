"""Votes of raters in a table, in either form: counts in one cell, or a column
an emotion; and the emotion that most of them name.
"""

import json
import re
from collections import Counter

import pandas

from speechbrain_zsfuse.corpora.own.columns import VOTE
from speechbrain_zsfuse.corpora.own.rows import KIND
from speechbrain_zsfuse.corpora.words.families import find_family
from speechbrain_zsfuse.evaluation.metrics.votes import are_votes, read_votes
from speechbrain_zsfuse.evaluation.rows import refuse_rows, with_numbers

TIED = "no emotion has most votes"
_COUNTS = re.compile(r"([^\s:=,;]+(?: [^\s:=,;]+)*)\s*[:=]\s*(\d+)")
_EXPECTED = 'votes as {"sad": 2, "angry": 1} or sad:2 angry:1'


def gather_votes(rows, path):
    """Votes as JSON counts, one column.

    Arguments
    ---------
    rows : pandas.DataFrame
        With ``votes`` or columns of the form ``vote_<emotion>``, or neither.
    path : str or Path
        Of the table, for errors.

    Returns
    -------
    pandas.DataFrame
        With ``votes`` alone, each word in the spelling of its family; empty
        where nobody voted.

    Raises
    ------
    ValueError
        If cells are no votes.

    Example
    -------
    >>> rows = pandas.DataFrame({"file": ["a"], "votes": ["Anger:2, sad:1"]})
    >>> gather_votes(rows, "my.csv")["votes"].tolist()
    ['{"angry": 2, "sad": 1}']
    >>> rows = pandas.DataFrame({"file": ["a"], "vote_sad": ["3"]})
    >>> gather_votes(rows, "my.csv")["votes"].tolist()
    ['{"sad": 3}']
    """
    columns = [name for name in rows if name.startswith(VOTE)]
    if columns and "votes" in rows:
        raise ValueError(
            f"Expected votes in one column or in {VOTE}… columns of {path}, "
            f"but it has both, votes and {', '.join(columns)}. Remove one form."
        )
    if columns:
        filled = rows.assign(**{c: rows[c].replace("", "0") for c in columns})
        expected = "counts of votes"
        found = with_numbers(filled, path, KIND, columns, expected, lowest=0)
        words = [name.removeprefix(VOTE) for name in columns]
        texts = _write_all(words, found[columns])
        return rows.drop(columns=columns).assign(votes=texts)
    if "votes" not in rows:
        return rows
    read = {text: _read(text) for text in rows["votes"].unique()}
    votes = rows["votes"].map(read)
    refuse_rows(rows, path, KIND, votes.isna(), _EXPECTED, ["votes"])
    return rows.assign(votes=votes)


def write_votes(counts):
    """Counts as JSON, words in the spelling of their families; zeros are left
    out, and nothing is an empty text.

    Arguments
    ---------
    counts : iterable of (str, number)

    Example
    -------
    >>> write_votes([("anger", 1), ("angry", 1.0), ("sad", 0)])
    '{"angry": 2}'
    """
    total = Counter()
    for word, number in counts:
        total[find_family(word)] += int(number) if number % 1 == 0 else number
    total = {word: n for word, n in sorted(total.items()) if n}
    return json.dumps(total) if total else ""


def most_named(votes):
    """The emotion that most raters name.

    Arguments
    ---------
    votes : pandas.Series
        JSON counts.

    Returns
    -------
    pandas.Series
        Empty where several have as many, or nobody voted.

    Example
    -------
    >>> votes = pandas.Series(['{"sad": 2, "calm": 1}', '{"a": 1, "b": 1}'])
    >>> most_named(votes).tolist()
    ['sad', '']
    """
    return votes.map({text: _most_named(text) for text in votes.unique()})


def _most_named(text):
    first = Counter(read_votes(text)).most_common(2)
    tied = len(first) == 2 and first[0][1] == first[1][1]
    return "" if tied or not first else first[0][0]


def _read(text):
    """Votes of a cell as JSON, or None if it holds something else."""
    if text.startswith("{") or not text:
        is_json = are_votes(text)
        return write_votes(read_votes(text).items()) if is_json else None
    found = _COUNTS.findall(text)
    rest = _COUNTS.sub("", text).strip(" ,;|")
    if not found or re.search(r"[^\s,;|]", rest):
        return None
    return write_votes((word, int(number)) for word, number in found)


def _write_all(words, counts):
    """Rows of counts as JSON; many clips have the same."""
    rows = list(map(tuple, counts.to_numpy()))
    texts = {row: write_votes(zip(words, row)) for row in set(rows)}
    return pandas.Series([texts[row] for row in rows], counts.index, dtype=str)
