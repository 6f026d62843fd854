"""Several corpora in one table of predictions, each measured over the classes
that it has: where one knows no fear, nothing is missed in not finding any.

A class is a corpus's own if one of its clips is of it. No torch here.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas

from speechbrain_zsfuse.evaluation.columns import (
    highest,
    labels_of,
    zero_shot_of,
)

CORPUS = "corpus"


def classes_by_corpus(
    table: pandas.DataFrame, labels: Sequence[str]
) -> dict[str, list[str]]:
    """The classes of each of several corpora.

    Arguments
    ---------
    table : pandas.DataFrame
        Predictions, see ``read_predictions``.
    labels : list of str
        All classes.

    Returns
    -------
    dict
        Corpus, sorted, to its classes in the order of ``labels``; empty if
        the table does not name two.

    Example
    -------
    >>> table = pandas.DataFrame({"corpus": list("xxy"), "label": list("aba")})
    >>> classes_by_corpus(table, ["b", "a"])
    {'x': ['b', 'a'], 'y': ['a']}
    """
    if CORPUS not in table or table[CORPUS].nunique() < 2:
        return {}
    found = {name: set(rows) for name, rows in table.groupby(CORPUS)["label"]}
    return {
        name: [label for label in labels if label in own]
        for name, own in found.items()
    }


def zero_shot_answers(table: pandas.DataFrame) -> list[str] | None:
    """What the zero-shot scores alone say of each clip: the highest of the
    classes of its corpus.

    Arguments
    ---------
    table : pandas.DataFrame
        See ``classes_by_corpus``.

    Returns
    -------
    list of str or None
        A label a clip; None if the table has no scores.

    Example
    -------
    >>> table = pandas.DataFrame({"corpus": list("xxy"), "label": list("aba")})
    >>> table[["zero_shot_a", "zero_shot_b"]] = [[0.1, 0.2]] * 3
    >>> table["prediction"] = "a"
    >>> zero_shot_answers(table)
    ['b', 'b', 'a']
    """
    scores = zero_shot_of(table)
    if scores is None:
        return None
    labels = labels_of(table)
    return highest(among_own(scores, table, labels), labels)


def among_own(
    scores: np.ndarray, table: pandas.DataFrame, labels: Sequence[str]
) -> np.ndarray:
    """Scores of which those of absent classes are -inf.

    Arguments
    ---------
    scores : numpy.ndarray
        float, shape [..., N, E].
    table, labels
        See ``classes_by_corpus``; N rows and E classes.

    Returns
    -------
    numpy.ndarray
        As ``scores``, and the same unless there are several corpora.

    Example
    -------
    >>> table = pandas.DataFrame({"corpus": list("xxy"), "label": list("aba")})
    >>> among_own(np.zeros((3, 2)), table, ["a", "b"]).tolist()
    [[0.0, 0.0], [0.0, 0.0], [0.0, -inf]]
    """
    for name, own in classes_by_corpus(table, labels).items():
        absent = ~np.isin(labels, own)
        rows = (table[CORPUS] == name).to_numpy()
        scores = np.where(np.outer(rows, absent), -np.inf, scores)
    return scores


def as_in_run(
    answers: Mapping[str, Sequence[float]], table: pandas.DataFrame
) -> dict[str, list[float]]:
    """Answers of a model in use, which knows no corpora, as its run gave them:
    among the classes of a clip's corpus.

    Arguments
    ---------
    answers : dict
        Id of a clip to its E probabilities.
    table : pandas.DataFrame
        All predictions of the run, also of clips that are not answered.

    Returns
    -------
    dict
        The same ids; probabilities are 0 of absent classes, and sum to 1.

    Example
    -------
    >>> table = pandas.DataFrame({"corpus": list("xxy"), "label": list("aba")})
    >>> table["id"] = ["1", "2", "3"]
    >>> table[["probability_a", "probability_b"]] = 0.5
    >>> as_in_run({"2": [0.5, 0.5], "3": [0.5, 0.5]}, table)
    {'2': [0.5, 0.5], '3': [1.0, 0.0]}
    """
    labels, told = labels_of(table), dict(answers)
    for name, own in classes_by_corpus(table, labels).items():
        clips = table["id"][table[CORPUS] == name]
        for clip in clips[clips.isin(answers)]:
            pairs = zip(labels, answers[clip])
            kept = [p if label in own else 0.0 for label, p in pairs]
            whole = sum(kept)
            told[clip] = [p / whole for p in kept]
    return told
