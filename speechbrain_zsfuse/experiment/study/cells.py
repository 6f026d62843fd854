"""From scores under all repeats to a table of results, a row a cell.

Pure functions; true labels come in here, and are used to measure alone.
"""

from itertools import product

import numpy as np
import pandas

from speechbrain_zsfuse.evaluation.amplification.cells import (
    Cell,
    find_same,
    name_same,
)
from speechbrain_zsfuse.evaluation.columns import highest
from speechbrain_zsfuse.evaluation.statistics.intervals import measure_uar

_UNKNOWN = float("nan"), float("nan")


def tabulate(name, swept, labels, clips):
    """Zero-shot UAR of every cell of a sweep.

    Arguments
    ---------
    name : str
        Of the model.
    swept : Sweep
    labels : list of str
        E classes, in the order of the scores.
    clips : pandas.DataFrame
        N rows with ``emotion`` and ``speaker``.

    Returns
    -------
    pandas.DataFrame
        ``alm``; ``audio_repeats`` and ``text_repeats``; ``n`` clips; ``UAR``
        and the ends ``low`` and ``high`` of its 95 % interval by clips, in [0,
        1]; the same by speakers, ``speakers_low`` and ``speakers_high`` (NaN
        if there are too few; all four, if every clip is taken for one class);
        ``same_as``: "1x2" if the model hears every clip as with one repeat
        (and the text has two), else empty; ``heard_before``: share of clips
        that it hears as with fewer repeats of the sweep.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> scores = np.array([[[[0.1, 0.2], [0.4, 0.3]]]] * 2)
    >>> swept = SimpleNamespace(audio_repeats=(1, 2), text_repeats=(1,))
    >>> swept.scores, swept.inputs = scores, [["1", "1"], ["2", "1"]]
    >>> clips = {"emotion": ["angry", "sad"], "speaker": ["", ""]}
    >>> table = tabulate(
    ...     "CLAP", swept, ["sad", "angry"], pandas.DataFrame(clips)
    ... )
    >>> table[["audio_repeats", "UAR", "heard_before"]].values.tolist()
    [[1.0, 1.0, 0.0], [2.0, 1.0, 0.5]]
    """
    columns = {"label": clips["emotion"], "speaker": clips["speaker"]}
    rows, guesses = [], pandas.DataFrame(columns)
    repeats = swept.audio_repeats, swept.text_repeats
    cells = [Cell(*pair) for pair in product(*repeats)]
    same = find_same(cells, dict(zip(swept.audio_repeats, swept.inputs)))
    for index, a in enumerate(swept.audio_repeats):
        before = share_heard_before(swept.inputs, index)
        for t, scores in zip(swept.text_repeats, swept.scores[index]):
            cell = Cell(a, t)
            predicted = highest(np.asarray(scores), labels)
            rows.append(
                {"alm": name, **cell._asdict(), "n": len(clips)}
                | _measure(guesses.assign(prediction=predicted), labels)
                | {"same_as": name_same(cell, same), "heard_before": before}
            )
    return pandas.DataFrame(rows)


def share_heard_before(inputs, index):
    """Share of clips whose input is that of an earlier list.

    Arguments
    ---------
    inputs : list of list of str
        See ``Sweep``.
    index : int

    Returns
    -------
    float

    Example
    -------
    >>> share_heard_before([["1", "1"], ["2", "full"], ["3", "full"]], 2)
    0.5
    """
    earlier = zip(*inputs[:index]) if index else [()] * len(inputs[0])
    known = [one in others for one, others in zip(inputs[index], earlier)]
    return sum(known) / len(known)


def _measure(table, labels):
    """What ``measure_uar`` says, an end a column."""
    found = measure_uar(table, labels)
    low, high = found["interval_by_clips"] or _UNKNOWN
    speakers_low, speakers_high = found["interval_by_speakers"] or _UNKNOWN
    return {
        "UAR": found["UAR"],
        "low": low,
        "high": high,
        "speakers_low": speakers_low,
        "speakers_high": speakers_high,
    }
