"""Answers of a model in use as predictions of a corpus that it may not know,
and whether they are those that its run has tested.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import torch

from speechbrain_zsfuse.corpora.manifests import read_manifest
from speechbrain_zsfuse.errors import shorten
from speechbrain_zsfuse.evaluation.columns import labels_of, probabilities_of
from speechbrain_zsfuse.evaluation.metrics.corpora import as_in_run
from speechbrain_zsfuse.evaluation.predictions import (
    predictions_path,
    predictions_table,
    read_predictions,
)

_COMPARED, _CLOSE = 8, 1e-4  # clips of the test, and how near answers are
_FURTHER = ("part", "gender")  # what else of a clip is kept


class KnownScores:
    """In the place of a model that scores: what it has said of each file.

    Arguments
    ---------
    by_path : dict
        Path to scores, float32, shape [E].

    Example
    -------
    >>> from types import SimpleNamespace
    >>> known = KnownScores({"a.wav": torch.zeros(4)})
    >>> known.score(known.hear([SimpleNamespace(name="a.wav")])).shape
    torch.Size([1, 4])
    """

    alm = None  # nothing is heard again

    def __init__(self, by_path):
        self.by_path = by_path

    def hear(self, sounds):
        """Scores of sounds, float32, shape [B, E]."""
        return torch.stack([self.by_path[sound.name] for sound in sounds])

    def score(self, heard):
        """The same."""
        return heard


def table_of(target, labels, probabilities):
    """Answers as predictions, whatever classes the target has.

    Arguments
    ---------
    target : Target
    labels : list of str
        The E classes of the model.
    probabilities : numpy.ndarray
        float, shape [N, E], in the order of the target's clips.

    Returns
    -------
    pandas.DataFrame
        See ``predictions_table``. A class that the target has and the model
        does not know has the probability 0.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> import pandas
    >>> clips = {"ID": ["c"], "emotion": ["calm"], "speaker": ["1"]}
    >>> target = SimpleNamespace(table=pandas.DataFrame(clips))
    >>> target.labels, target.facts = ["calm", "sad"], {"mismatch": []}
    >>> table = table_of(target, ["sad", "angry"], np.array([[0.7, 0.3]]))
    >>> table["prediction"].tolist(), table["probability_calm"].tolist()
    (['sad'], [0.0])
    """
    unseen = [label for label in target.labels if label not in labels]
    nothing = np.zeros((len(probabilities), len(unseen)))
    table = target.table
    return predictions_table(
        [*labels, *unseen],
        *(table[name] for name in ("ID", "speaker", "emotion")),
        np.hstack([probabilities, nothing]),
        further={name: table[name] for name in _FURTHER if name in table},
        mismatched=bool(target.facts["mismatch"]),
    )


def keep_test(table, part=None, mismatched=False):
    """The test of a run as predictions of its own corpus.

    Arguments
    ---------
    table : pandas.DataFrame
        See ``read_predictions``.
    part : str, optional
        Of its clips those with this value in ``part``.
    mismatched : bool
        Whether the corpus is not as it is known.

    Returns
    -------
    pandas.DataFrame
        Without zero-shot scores, which are for other tables.

    Example
    -------
    >>> import pandas
    >>> clips = {"id": ["a", "b"], "speaker": "1", "label": "sad"}
    >>> clips |= {"part": ["Test1", "Test2"], "probability_sad": 0.8}
    >>> table = pandas.DataFrame(clips | {"probability_angry": 0.2})
    >>> keep_test(table, "Test1")["id"].tolist()
    ['a']
    """
    if part is not None:
        table = table[table["part"] == part]
    return predictions_table(
        labels_of(table),
        *(table[name] for name in ("id", "speaker", "label")),
        probabilities_of(table),
        further={name: table[name] for name in _FURTHER if name in table},
        mismatched=mismatched,
    )


def check_answers(recognizer, folder, data_folder, split="test"):
    """Raise a ValueError if a model in use answers otherwise than in its test.

    A recipe with a ``compute_forward`` of its own may do so.

    Arguments
    ---------
    recognizer : EmotionRecognizer
    folder : str or Path
        Of the run.
    data_folder : str, Path or dict
        Its corpus.
    split : str
        ``test``, or ``valid`` of a run that was not tested.

    Example
    -------
    See ``run_cross``.
    """
    tested = read_predictions(predictions_path(folder, split))
    known = tested.set_index("id")
    clips = read_manifest(Path(folder) / f"{split}.csv", data_folder)
    clips = clips[clips["ID"].isin(known.index)].head(_COMPARED)
    before = known.loc[clips["ID"]]
    before = probabilities_of(before)
    answers = recognizer.predict(clips["wav"].tolist())
    after = {k: one.probabilities for k, one in zip(clips["ID"], answers)}
    after = np.array([*as_in_run(after, tested).values()])
    off = np.abs(before - after).max(axis=1) > _CLOSE
    if off.any():
        lines = [f"  {clip}" for clip in clips["ID"][off]]
        raise ValueError(
            f"Expected the model of {folder} to answer as in its test, but "
            f"{off.sum()} of {len(clips)} answers differ:\n{shorten(lines)}\n"
            "Its recipe computes otherwise than encoder, pooling and head, or "
            "its corpus or audio-language model has changed: test the run "
            "again (--test_only)."
        )


def digest(facts):
    """sha256 of JSON values.

    Example
    -------
    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    True
    """
    text = json.dumps(facts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
