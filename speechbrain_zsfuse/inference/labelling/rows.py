"""Answers as rows of a table: the columns of a run's predictions, and what is
known of recordings from anywhere. Pure functions; no torch here.
"""

import os
from typing import NamedTuple

from speechbrain_zsfuse.evaluation.columns import PROBABILITY, ZERO_SHOT


class Layout(NamedTuple):
    """Which columns there are.

    Arguments
    ---------
    labels : list of str
        The E classes.
    zero_shot : bool
        Whether there are scores of an audio-language model.
    further : list of str
        What tables said of clips, see ``clips.further_columns``.
    windows : bool
        Whether a row is a window of a recording.
    per_prompt : bool
        Whether the similarity with each prompt is told.

    Example
    -------
    >>> layout = Layout(["sad"], zero_shot=False)
    >>> ", ".join(layout.columns)
    'id, path, duration, prediction, probability_sad, warnings'
    """

    labels: list[str]
    zero_shot: bool
    further: list[str] = ()
    windows: bool = False
    per_prompt: bool = False

    @property
    def columns(self):
        """Names, in order; ``error`` is not among them."""
        return [
            *("id", "path", *self.further, "duration"),
            *(["start", "end"] if self.windows else []),
            *("prediction", *self.numbers),
            *(["per_prompt"] if self.per_prompt else []),
            "warnings",
        ]

    @property
    def numbers(self):
        """Names of the columns of probabilities and scores."""
        scores = [ZERO_SHOT + label for label in self.labels]
        probabilities = [PROBABILITY + label for label in self.labels]
        return probabilities + scores * self.zero_shot


def answer_rows(layout, clip, prediction):
    """The rows of a recording: one, or one a window.

    Arguments
    ---------
    layout : Layout
    clip : Clip
    prediction : Prediction

    Returns
    -------
    list of dict
        A value for each of ``layout.columns``.

    Example
    -------
    >>> from speechbrain_zsfuse.inference.labelling.clips import Clip
    >>> from speechbrain_zsfuse.inference.prediction import Prediction
    >>> answer = Prediction("a.wav", 2.0, ["sad", "calm"], [0.25, 0.75])
    >>> layout = Layout(answer.labels, False, windows=True)
    >>> [row] = answer_rows(layout, Clip("a", "a.wav", []), answer)
    >>> row["start"], row["end"], row["prediction"]
    (0.0, 2.0, 'calm')
    """
    known = clip_row(layout, clip) | {"duration": prediction.duration}
    if layout.per_prompt:
        known["per_prompt"] = prediction.per_prompt
    known["warnings"] = "; ".join(prediction.warnings)
    if not layout.windows:
        return [known | _said(layout, prediction)]
    whole = {"start": 0.0, "end": prediction.duration}
    parts = [
        {"start": part.start, "end": part.end} | _said(layout, part)
        for part in prediction.segments
    ]
    parts = parts or [whole | _said(layout, prediction)]
    return [known | part for part in parts]


def clip_row(layout, clip):
    """What is known of a clip before it is heard.

    Bytes of a name that are no UTF-8 are told as such.

    Example
    -------
    >>> from speechbrain_zsfuse.inference.labelling.clips import Clip
    >>> clip_row(Layout([], False), Clip("a", "caf\\udce9.wav", []))
    {'id': 'a', 'path': 'caf\\\\xe9.wav'}
    """
    known = {"id": _text(clip.id), "path": _text(clip.path)}
    return known | dict(zip(layout.further, map(_text, clip.further)))


def error_text(error):
    """Why a recording has no answer, in one line.

    Example
    -------
    >>> error_text(ValueError("it is empty.\\nReplace it."))
    'it is empty. Replace it.'
    """
    return _text(" ".join(str(error).split()))


def _text(name):
    """Content of a file has no name."""
    if isinstance(name, bytes):
        return ""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _said(layout, part):
    """Answer of a recording, or of a window of it."""
    best = max(range(len(layout.labels)), key=part.probabilities.__getitem__)
    values = [*part.probabilities]
    if layout.zero_shot:
        values += part.zero_shot
    return {
        "prediction": layout.labels[best],
        **dict(zip(layout.numbers, values)),
    }
