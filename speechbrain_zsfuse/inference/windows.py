"""A long recording as windows, and the answers to them as one.

Pure functions; nothing here hears.
"""

from typing import Annotated

from pydantic import Field

from speechbrain_zsfuse.inference.prediction import Segment
from speechbrain_zsfuse.options import Number, check

# Below that there may be no sample in one, and there are too many.
Seconds = Annotated[Number, Field(ge=0.01)]


def cut_windows(duration, window, hop=None):
    """Where windows begin and end.

    Arguments
    ---------
    duration : float
        Of the recording, in seconds.
    window : float
        Length of a window, in seconds.
    hop : float, optional
        From one beginning to the next; default: the window, without overlap.

    Returns
    -------
    list of (float, float)
        Seconds. All are as long as ``window``, unless the recording is
        shorter; the last one ends with it.

    Raises
    ------
    ValueError
        If they are no lengths, or if windows would leave something out.

    Example
    -------
    >>> cut_windows(7.0, 3.0)
    [(0.0, 3.0), (3.0, 6.0), (4.0, 7.0)]
    >>> cut_windows(4.0, 3.0, hop=1.0), cut_windows(2.0, 3.0)
    ([(0.0, 3.0), (1.0, 4.0)], [(0.0, 2.0)])
    """
    check("window", window, Seconds)
    hop = check("hop", window if hop is None else hop, Seconds)
    if hop > window:
        raise ValueError(
            f"Expected a hop of at most the window, {window:g} s, but got "
            f"{hop:g} s, which leaves out what is between. Give a shorter one."
        )
    starts, number = [0.0], 1
    while starts[-1] + window < duration - 1e-6:
        starts.append(min(number * hop, duration - window))
        number += 1
    return [
        (float(start), float(min(start + window, duration))) for start in starts
    ]


def join_windows(segments):
    """Mean of the answers to windows, each as heavy as it is long.

    Arguments
    ---------
    segments : list of Segment
        At least one.

    Returns
    -------
    probabilities : list of float
    zero_shot : list of float or None

    Example
    -------
    >>> join_windows([Segment(0, 3, [1.0, 0.0]), Segment(3, 4, [0.0, 1.0])])
    ([0.75, 0.25], None)
    """
    lengths = [one.end - one.start for one in segments]
    zero_shot = None
    if segments[0].zero_shot is not None:
        zero_shot = _mean([one.zero_shot for one in segments], lengths)
    return _mean([one.probabilities for one in segments], lengths), zero_shot


def join_prompts(answers):
    """Mean of what each prompt gave to windows.

    Arguments
    ---------
    answers : list of list of dict, or of None
        ``per_prompt`` of each window.

    Returns
    -------
    list of dict or None
        None if it was not asked for.

    Example
    -------
    >>> prompt = {"prompt": "sad speech", "label": "sad"}
    >>> join_prompts([[prompt | {"score": 0.5}], [prompt | {"score": 0.25}]])
    [{'prompt': 'sad speech', 'label': 'sad', 'score': 0.375}]
    """
    if answers[0] is None:
        return None
    return [
        same[0] | {"score": sum(one["score"] for one in same) / len(same)}
        for same in zip(*answers)
    ]


def _mean(rows, lengths):
    total = sum(lengths)
    return [
        sum(value * length for value, length in zip(column, lengths)) / total
        for column in zip(*rows)
    ]


def as_segment(window, prediction):
    """The answer to a window, with its place.

    Arguments
    ---------
    window : (float, float)
        Seconds.
    prediction : Prediction

    Returns
    -------
    Segment
    """
    return Segment(*window, prediction.probabilities, prediction.zero_shot)
