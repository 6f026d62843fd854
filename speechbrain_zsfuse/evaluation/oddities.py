"""What makes a table of predictions say something else than was meant: a class
or a column that is spelled in two ways, blanks in place of nothing, numbers
that cannot be. Pure functions on a ``pandas.DataFrame`` of texts.
"""

import unicodedata
from pathlib import Path

import pandas

from speechbrain_zsfuse.errors import shorten
from speechbrain_zsfuse.evaluation.columns import (
    FURTHER,
    MISMATCH,
    PREDICTIONS,
    PROBABILITY,
    TEXTS,
    ZERO_SHOT,
)
from speechbrain_zsfuse.evaluation.metrics.votes import VOTES, are_votes
from speechbrain_zsfuse.evaluation.rows import refuse_rows, with_numbers

_NAMES = {*TEXTS, *FURTHER, MISMATCH}


def check_oddities(table: pandas.DataFrame, path: str | Path) -> None:
    """Refuse what would be read otherwise than it was meant.

    Arguments
    ---------
    table : pandas.DataFrame
        Texts, see ``read_predictions``.
    path : str or Path
        The file it comes from or goes to, for the errors.

    Raises
    ------
    ValueError
        If a column is nearly one that has a meaning (``Speaker``), a class is
        spelled in two ways (``sad`` and ``Sad``), a cell holds blanks alone, a
        duration is below 0, or votes are none.

    Example
    -------
    >>> table = pandas.DataFrame({"id": list("abc"), "prediction": "sad"})
    >>> check_oddities(table.assign(label=["sad", "sad", "Sad"]), "p.csv")
    Traceback (most recent call last):
    ValueError: Expected each class spelled in one way, but in 1 of 3 rows of \
p.csv it is not so:
      clip c: label 'Sad', elsewhere 'sad'
    Correct the file, or write it again with `write_predictions`.
    """
    _check_columns(table, path)
    for name in ("prediction", "speaker"):
        if name in table:
            blank = (table[name] != "") & (table[name].str.strip() == "")
            _refuse(table, path, blank, f"a {name}, or nothing", [name])
    _check_classes(table, path)
    if "votes" in table:
        wrong = ~table["votes"].map(are_votes)
        _refuse(table, path, wrong, VOTES, ["votes"])
    if "duration" in table:
        of = ["duration"], "seconds, 0 or more", 0
        with_numbers(table, path, PREDICTIONS, *of)


def _check_columns(table, path):
    """None is nearly one that has a meaning and is not there."""
    wanted = {name: _meant(name) for name in table}
    lines = [
        f"  {name!r} is nearly `{meant}`"
        for name, meant in wanted.items()
        if meant not in table
    ]
    if lines:
        raise ValueError(
            f"Expected columns of known names, or quite other ones, but in "
            f"{path}\n{shorten(lines)}\nRename it so, or otherwise if it is "
            "something else."
        )


def _meant(name):
    """The column that a name is like; itself, if like none."""
    plain = name.strip()
    if plain.casefold() in _NAMES:
        return plain.casefold()
    for prefix in (PROBABILITY, ZERO_SHOT):
        if plain.casefold().startswith(prefix):
            return prefix + plain[len(prefix) :]
    return name


def _check_classes(table, path):
    """A class is spelled as it is most often, as a true class first."""
    columns = [name for name in ("label", "prediction") if name in table]
    spelled = {}
    for name in columns:
        for word in table[name].value_counts().index:
            spelled.setdefault(_plain(word), word)
    for name in columns:
        words = table[name].unique()
        usual = table[name].map({word: spelled[_plain(word)] for word in words})
        both = table.assign(elsewhere=usual)
        expected = "each class spelled in one way"
        wrong = table[name] != usual
        _refuse(both, path, wrong, expected, [name, "elsewhere"])


def _plain(word):
    """Without blanks around, case, and ways to write one letter."""
    return unicodedata.normalize("NFC", " ".join(word.split())).casefold()


def _refuse(table, path, wrong, expected, columns):
    refuse_rows(table, path, PREDICTIONS, wrong, expected, columns)
