"""What a table of predictions holds: its columns, and what must be true of it.

Pure functions on a ``pandas.DataFrame``, whoever made it; no file is opened
here, a path is only named.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas

from speechbrain_zsfuse.errors import show
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
FURTHER = (
    *("corpus", "part", "gender", "session", "style"),
    *("duration", "votes"),
)
SUM_TOLERANCE = 1e-3  # probabilities rounded to four digits still sum to 1
PREDICTIONS = TableKind(
    "predictions",
    "id",
    "Correct the file, or write it again with `write_predictions`.",
    "Rename its columns: the name of a clip is `id`, its true class `label`, "
    "what the system answers `prediction`, how probable it finds a class "
    "`probability_<label>`.",
)
_EVEN = 1e-6  # probabilities this near to each other are equal


def labels_of(table: pandas.DataFrame) -> list[str]:
    """Classes of a table of predictions, in the order of its probabilities.

    Without probabilities, those that occur in it, sorted: as true classes or
    as predictions. One that does not occur cannot be known from the table.

    Example
    -------
    >>> labels_of(pandas.DataFrame(columns=["id", "probability_sad"]))
    ['sad']
    >>> labels_of(pandas.DataFrame({"label": ["sad"], "prediction": [""]}))
    ['sad']
    """
    return _after(table, PROBABILITY) or sorted(
        {*table["label"], *table["prediction"]} - {""}
    )


def probabilities_of(table: pandas.DataFrame) -> np.ndarray | None:
    """Probabilities of a table of predictions.

    Arguments
    ---------
    table : pandas.DataFrame
        See ``predictions_table``.

    Returns
    -------
    numpy.ndarray or None
        float64 in [0, 1], shape [N, E], in the order of ``labels_of``; None if
        the table has none.

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
    return _values(table, ZERO_SHOT)


def truth_and_prediction(
    table: pandas.DataFrame,
) -> tuple[list[str], list[str]]:
    """True classes and answers, as metrics ask for them.

    Example
    -------
    >>> table = {"label": ["sad"], "prediction": [""]}
    >>> truth_and_prediction(pandas.DataFrame(table))
    (['sad'], [''])
    """
    return table["label"].tolist(), table["prediction"].tolist()


def highest(values: np.ndarray, labels: list[str]) -> list[str]:
    """The label of the highest value of each row; the first of equals.

    Example
    -------
    >>> highest(np.array([[0.2, 0.8], [0.5, 0.5]]), ["sad", "angry"])
    ['angry', 'sad']
    """
    return [labels[index] for index in np.argmax(values, axis=1)]


def check_predictions(
    table: pandas.DataFrame,
    path: str | Path,
    labels: Sequence[str] | None = None,
) -> pandas.DataFrame:
    """Check a table of predictions.

    Arguments
    ---------
    table : pandas.DataFrame
        See ``predictions_table``; numbers may still be text.
    path : str or Path
        The file it comes from or goes to, for the errors.
    labels : list of str, optional
        Classes that it must have.

    Returns
    -------
    pandas.DataFrame
        The table, its numbers as float64 and ``corpus_mismatch`` as bool; with
        ``speaker`` (empty: unknown) and ``prediction``, if it lacked them.

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
    if "speaker" not in table:
        table = table.assign(speaker="")
    probable = _after(table, PROBABILITY)
    _check_answers(table, path, probable)
    blank = table["label"].str.strip() == ""
    _refuse(table, path, blank, "a label each", ["label"])
    labels = list(labels or probable or labels_of(table))
    _check_classes(table, path, labels)
    table = _with_flags(_with_numbers(table, path), path)
    if probable:
        table = _check_probabilities(table, path, probable)
    _check_texts(table, path, labels)
    return table


def _check_answers(table, path, probable):
    """There are predictions, or probabilities, or both."""
    if all(probable) and (probable or "prediction" in table):
        return
    raise ValueError(
        f"Expected the columns prediction or {PROBABILITY}<label>, or both, "
        f"but {path} lacks {PROBABILITY}<label>: it has "
        f"{show(', '.join(map(str, table)), 400)}. {PREDICTIONS.rename}"
    )


def _check_classes(table, path, labels):
    """Probabilities and scores: each of all classes, or of none."""
    for prefix in (PROBABILITY, ZERO_SHOT):
        found = _after(table, prefix)
        wanted = [prefix + label for label in labels if found]
        missing = [name for name in wanted if name not in table]
        strangers = [prefix + label for label in found if label not in labels]
        for names, problem in ((missing, "lacks"), (strangers, "also has")):
            if names:
                raise ValueError(
                    f"Expected the columns {', '.join(wanted)}, but {path} "
                    f"{problem} {', '.join(names)}. {PREDICTIONS.advice}"
                )


def _check_texts(table, path, labels):
    """Each a class; a prediction may be empty, which is no answer."""
    for column, also in (("label", []), ("prediction", [""])):
        expected = f"each {column} among {', '.join(labels)}"
        unknown = ~table[column].isin([*labels, *also])
        _refuse(table, path, unknown, expected, [column])


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
    """In [0, 1], summing to 1, and highest where the prediction is; it is
    added if there is none."""
    for label in labels:
        column = PROBABILITY + label
        outside = ~table[column].between(0, 1)
        _refuse(table, path, outside, "probabilities in [0, 1]", [column])
    values = probabilities_of(table)
    sums = table.assign(sum=values.sum(axis=1).round(6))
    expected = f"probabilities that sum to 1 (within {SUM_TOLERANCE:g})"
    off = (sums["sum"] - 1).abs() > SUM_TOLERANCE
    _refuse(sums, path, off, expected, ["sum"])
    if "prediction" not in table:
        return table.assign(prediction=highest(values, labels))
    _check_highest(table, path, values, labels)
    return table


def _check_highest(table, path, values, labels):
    """The prediction is any of the most probable; no answer knows nothing."""
    both = table.assign(highest=highest(values, labels))
    expected = "no prediction only where all probabilities are equal"
    told = values.max(axis=1) - values.min(axis=1) > _EVEN
    silent = table["prediction"] == ""
    _refuse(both, path, silent & told, expected, ["prediction", "highest"])
    expected = "each prediction to have the highest probability"
    places = pandas.Index(labels).get_indexer(table["prediction"])
    given = values[np.arange(len(values)), places]
    other = (places >= 0) & (given < values.max(axis=1))
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
    """In the order of the classes; None if there are none."""
    if not _after(table, prefix):
        return None
    return table[[prefix + label for label in labels_of(table)]].to_numpy()
