"""What a table of predictions holds: its columns, and what must be true of it.

Pure functions on a ``pandas.DataFrame``, whoever made it; no file is opened
here, a path is only named.
"""

from pathlib import Path

import numpy as np
import pandas

from speechbrain_zsfuse.evaluation.rows import (
    TableKind,
    refuse_rows,
    with_numbers,
)

PROBABILITY = "probability_"
ZERO_SHOT = "zero_shot_"
MISMATCH = "corpus_mismatch"
TEXTS = ("id", "speaker", "label", "prediction")
# What else may be known of a clip: texts, but the duration, in seconds.
FURTHER = ("part", "gender", "session", "style", "duration", "votes")
SUM_TOLERANCE = 1e-3  # probabilities rounded to four digits still sum to 1
PREDICTIONS = TableKind(
    "predictions",
    "id",
    "Correct the file, or write it again with `write_predictions`.",
)


def labels_of(table: pandas.DataFrame) -> list[str]:
    """Classes of a table of predictions, in the order of its probabilities.

    Example
    -------
    >>> labels_of(pandas.DataFrame(columns=["id", "probability_sad"]))
    ['sad']
    """
    return _after(table, PROBABILITY)


def probabilities_of(table: pandas.DataFrame) -> np.ndarray:
    """Probabilities of a table of predictions.

    Arguments
    ---------
    table : pandas.DataFrame
        See ``predictions_table``.

    Returns
    -------
    numpy.ndarray
        float64 in [0, 1], shape [N, E], in the order of ``labels_of``.

    Example
    -------
    >>> table = {"probability_sad": [0.25], "probability_angry": [0.75]}
    >>> probabilities_of(pandas.DataFrame(table))
    array([[0.25, 0.75]])
    """
    return _values(table, PROBABILITY)


def zero_shot_of(table: pandas.DataFrame) -> np.ndarray | None:
    """Zero-shot scores of a table of predictions.

    Arguments
    ---------
    table : pandas.DataFrame
        See ``predictions_table``.

    Returns
    -------
    numpy.ndarray or None
        float64, shape [N, E], in the order of ``labels_of``; None if the run
        had no scores.

    Example
    -------
    >>> zero_shot_of(pandas.DataFrame({"probability_sad": [1.0]})) is None
    True
    """
    return _values(table, ZERO_SHOT) if _after(table, ZERO_SHOT) else None


def highest(values: np.ndarray, labels: list[str]) -> list[str]:
    """The label of the highest value of each row; the first of equals.

    Example
    -------
    >>> highest(np.array([[0.2, 0.8], [0.5, 0.5]]), ["sad", "angry"])
    ['angry', 'sad']
    """
    return [labels[index] for index in np.argmax(values, axis=1)]


def check_predictions(
    table: pandas.DataFrame, path: str | Path
) -> pandas.DataFrame:
    """Check a table of predictions.

    Arguments
    ---------
    table : pandas.DataFrame
        See ``predictions_table``; numbers may still be text.
    path : str or Path
        The file it comes from or goes to, for the errors.

    Returns
    -------
    pandas.DataFrame
        The table, its numbers as float64 and ``corpus_mismatch`` as bool.

    Raises
    ------
    ValueError
        See ``read_predictions``.

    Example
    -------
    >>> row = {"id": "a", "speaker": "01", "label": "sad", "prediction": "sad"}
    >>> row |= {"probability_sad": "0.5", "probability_angry": "0.6"}
    >>> check_predictions(pandas.DataFrame([row]), "p.csv")
    Traceback (most recent call last):
    ValueError: Expected probabilities that sum to 1 (within 0.001), but in \
1 of 1 rows of p.csv it is not so:
      clip a: sum 1.1
    Correct the file, or write it again with `write_predictions`.
    """
    _check_columns(table, path)
    labels = labels_of(table)
    for column in ("label", "prediction"):
        expected = f"each {column} among {', '.join(labels)}"
        unknown = ~table[column].isin(labels)
        _refuse(table, path, unknown, expected, [column])
    table = _with_flags(_with_numbers(table, path), path)
    _check_probabilities(table, path, labels)
    return table


def _check_columns(table, path):
    """Classes: some, and scores of all of them or of none."""
    labels, scored = labels_of(table), _after(table, ZERO_SHOT)
    wanted = [] if all(labels or [""]) else [f"{PROBABILITY}<label>"]
    wanted += [ZERO_SHOT + label for label in labels if scored]
    missing = [name for name in wanted if name not in table]
    strangers = [label for label in scored if label not in labels]
    for expected, found, problem in (
        (f"the columns {', '.join(wanted)}", missing, "lacks"),
        (f"scores of {', '.join(labels)}", strangers, "also has those of"),
    ):
        if found:
            raise ValueError(
                f"Expected {expected}, but {path} {problem} "
                f"{', '.join(found)}. {PREDICTIONS.advice}"
            )


def _with_numbers(table, path):
    """Text to finite numbers."""
    columns = [name for name in ("duration",) if name in table]
    columns += [
        prefix + label
        for prefix in (PROBABILITY, ZERO_SHOT)
        for label in _after(table, prefix)
    ]
    return with_numbers(table, path, PREDICTIONS, columns)


def _with_flags(table, path):
    """Text to bool."""
    if MISMATCH not in table:
        return table
    words = table[MISMATCH].astype(str)
    wrong = ~words.isin(["True", "False"])
    _refuse(table, path, wrong, "True or False", [MISMATCH])
    return table.assign(**{MISMATCH: words == "True"})


def _check_probabilities(table, path, labels):
    """In [0, 1], summing to 1, and highest where the prediction is."""
    for label in labels:
        column = PROBABILITY + label
        outside = ~table[column].between(0, 1)
        _refuse(table, path, outside, "probabilities in [0, 1]", [column])
    values = probabilities_of(table)
    sums = table.assign(sum=values.sum(axis=1).round(6))
    expected = f"probabilities that sum to 1 (within {SUM_TOLERANCE:g})"
    off = (sums["sum"] - 1).abs() > SUM_TOLERANCE
    _refuse(sums, path, off, expected, ["sum"])
    both = table.assign(highest=highest(values, labels))
    expected = "each prediction to have the highest probability"
    other = both["prediction"] != both["highest"]
    _refuse(both, path, other, expected, ["prediction", "highest"])


def _refuse(table, path, wrong, expected, columns):
    refuse_rows(table, path, PREDICTIONS, wrong, expected, columns)


def _after(table, prefix):
    """What follows a prefix in the names of columns."""
    return [
        name.removeprefix(prefix)
        for name in map(str, table.columns)
        if name.startswith(prefix)
    ]


def _values(table, prefix):
    return table[[prefix + label for label in labels_of(table)]].to_numpy()
