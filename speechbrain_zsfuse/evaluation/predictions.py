"""Predictions of a run: one table, one CSV, written and read.

A row is a clip: ``id``, ``speaker``, ``label``, ``prediction``; of ``part``,
``gender``, ``session``, ``style``, ``duration`` and ``votes`` those that the
data have; one ``probability_<label>`` and, if there are zero-shot
scores, one ``zero_shot_<label>`` per class; and ``corpus_mismatch``, if the
corpus was not as it is known. Metrics, tables and figures are made from such
files alone, whoever wrote them: of those from elsewhere, ``id``, ``label`` and
``prediction`` or probabilities are enough. No torch here.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pandas

from speechbrain_zsfuse.evaluation.columns import (
    FURTHER,
    MISMATCH,
    PREDICTIONS,
    PROBABILITY,
    TEXTS,
    ZERO_SHOT,
    check_predictions,
    highest,
)
from speechbrain_zsfuse.evaluation.oddities import check_oddities
from speechbrain_zsfuse.evaluation.tables import parse_table, read_lines
from speechbrain_zsfuse.files import write_text
from speechbrain_zsfuse.options import check


def predictions_path(folder: str | Path, split: str) -> Path:
    """Where a run keeps its predictions of a split, ``valid`` or ``test``.

    Example
    -------
    >>> predictions_path("results", "test").name
    'predictions_test.csv'
    """
    check("split", split, Literal["valid", "test"])
    return Path(folder) / f"predictions_{split}.csv"


def predictions_table(
    labels: Sequence[str],
    ids: Sequence[str],
    speakers: Sequence[str],
    truth: Sequence[str],
    probabilities: Sequence[Sequence[float]] | np.ndarray,
    scores: Sequence[Sequence[float]] | np.ndarray | None = None,
    further: Mapping[str, Sequence] | None = None,
    mismatched: bool = False,
) -> pandas.DataFrame:
    """Put predictions into a table; the most probable class is predicted.

    Arguments
    ---------
    labels : list of str
        The E classes, in the order of probabilities and scores.
    ids, speakers, truth : list of str
        Name, speaker and label of N clips.
    probabilities : array_like
        float in [0, 1], shape [N, E], rows that sum to 1.
    scores : array_like, optional
        Zero-shot scores, float, shape [N, E].
    further : dict, optional
        Those of the columns ``FURTHER`` that are known, a value a clip; one
        that is empty throughout is left out.
    mismatched : bool
        Whether the corpus was not as it is known: marks every row.

    Returns
    -------
    pandas.DataFrame
        One row a clip, sorted by ``id``; columns as in the file.

    Raises
    ------
    ValueError
        If the number of labels, clips or values is not the same everywhere.

    Example
    -------
    >>> table = predictions_table(
    ...     ["sad", "angry"], ["a"], ["01"], ["angry"], [[0.75, 0.25]]
    ... )
    >>> table["prediction"].tolist()
    ['sad']
    """
    labels, ids = list(labels), list(ids)
    values = _array("probabilities", probabilities, (len(ids), len(labels)))
    columns = {"id": ids, "speaker": list(speakers), "label": list(truth)}
    columns["prediction"] = highest(values, labels)
    for name, column in (further or {}).items():
        check("further", name, Literal[FURTHER])
        if any(column):
            columns[name] = list(column)
    for name, column in columns.items():
        _array(name, column, (len(ids),), object)
    table = pandas.DataFrame(columns)
    table[[PROBABILITY + label for label in labels]] = values
    if scores is not None:
        names = [ZERO_SHOT + label for label in labels]
        table[names] = _array("scores", scores, values.shape)
    if mismatched:
        table[MISMATCH] = True
    return table.sort_values("id", kind="stable", ignore_index=True)


def _array(name, values, shape, kind=float):
    values = np.asarray(values, dtype=kind)
    if values.shape != shape:
        raise ValueError(
            f"Expected {name} of shape {list(shape)} (clips, labels), but got "
            f"{list(values.shape)}. Give one for each."
        )
    return values


def write_predictions(path: str | Path, table: pandas.DataFrame) -> Path:
    """Write predictions, one line a clip, unless they could not be read.

    Arguments
    ---------
    path : str or Path
        CSV to write.
    table : pandas.DataFrame
        See ``predictions_table``.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        See ``read_predictions``.

    Example
    -------
    >>> table = predictions_table(
    ...     ["sad", "angry"], ["a"], ["01"], ["angry"], [[0.25, 0.75]]
    ... )
    >>> path = getfixture("tmpdir") / "predictions.csv"
    >>> print(write_predictions(path, table).read_text())
    id,speaker,label,prediction,probability_sad,probability_angry
    a,01,angry,angry,0.25,0.75
    <BLANKLINE>
    """
    # nine digits give a float32 back exactly
    text = table.to_csv(index=False, float_format="%.9g")
    _check(parse_table(text, path, PREDICTIONS, TEXTS), path)
    return write_text(path, text)


def read_predictions(
    path: str | Path, labels: Sequence[str] | None = None
) -> pandas.DataFrame:
    """Read predictions and check them.

    Arguments
    ---------
    path : str or Path
        CSV of ``write_predictions``, or of anyone: ``id``, ``label`` (the true
        class), ``prediction`` or ``probability_<label>`` of every class, or
        both. Columns in any order; no other names for them are guessed.
        Further ones are kept as text.
    labels : list of str, optional
        The classes that it must have. Default: those with a probability, or,
        if there are none, those that occur, see ``labels_of``.

    Returns
    -------
    pandas.DataFrame
        One row a clip, as in the file. ``id``, ``speaker``, ``label``,
        ``prediction`` and ``part`` are text as it stands there ("007", "NA");
        probabilities, scores and ``duration`` are float64,
        ``corpus_mismatch`` is bool.
        ``labels_of``, ``probabilities_of`` and ``zero_shot_of`` take it apart.

        ``speaker`` is added if it is not there, empty: unknown. So is
        ``prediction``: the first of the most probable classes. One that is
        there may be any of the most probable, since a vote breaks ties by
        another rule; or empty, if the system gave no answer that is a class,
        and so no probabilities, or equal ones. It is wrong then.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no CSV; if columns or rows are missing; if an id is empty or
        comes twice, a label or prediction is none of the classes, a number is
        not finite, probabilities leave [0, 1] or do not sum to 1 within 0.001,
        or the prediction is not most probable; or see ``check_oddities``. Line,
        clip and column are told.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "predictions.csv"
    >>> header = "id,speaker,label,prediction,probability_sad,probability_angry"
    >>> _ = path.write_text(f"{header}\\n007,01,angry,sad,0.75,0.25\\n")
    >>> read_predictions(path)[["id", "speaker"]].values.tolist()
    [['007', '01']]
    >>> _ = path.write_text("id,label,prediction\\na,sad,sad\\nb,sad,\\n")
    >>> read_predictions(path, ["sad", "angry"])["prediction"].tolist()
    ['sad', '']
    """
    table = read_lines(path, PREDICTIONS, ["id", "label"])
    return _check(table, path, labels).reset_index(drop=True)


def _check(table, path, labels=None):
    check_oddities(table, path)
    return check_predictions(table, path, labels)
