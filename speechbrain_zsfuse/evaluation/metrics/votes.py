"""Raters' votes of a clip: a JSON object of emotion to count, as a text.

This file knows no labels but those it is given.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas

from speechbrain_zsfuse.errors import show

VOTES = "votes as a JSON object of emotion to count"  # for errors
_MOST_VOTES = 1_000_000  # of one clip for one emotion; shares stay finite


def read_votes(text: str) -> dict[str, float]:
    """Emotion to count; empty if nobody voted.

    Raises
    ------
    ValueError
        If the text is something else.

    Example
    -------
    >>> read_votes('{"sad": 2, "angry": 1}')
    {'sad': 2, 'angry': 1}
    >>> read_votes("")
    {}
    """
    try:
        votes = json.loads(text or "{}")
    except (ValueError, RecursionError):
        votes = None
    if not isinstance(votes, dict) or not all(map(_is_count, votes.values())):
        raise ValueError(
            f"Expected {VOTES}, for instance "
            f'{{"sad": 2, "angry": 1}}, but got {show(text)}.'
        )
    return votes


def are_votes(text: str) -> bool:
    """Whether ``read_votes`` can read a text.

    Example
    -------
    >>> are_votes('{"sad": 2}'), are_votes("sad, sad")
    (True, False)
    """
    try:
        return read_votes(text) is not None
    except ValueError:
        return False


def merge_votes(text: str, merge: Mapping[str, str] | None = None) -> Counter:
    """Votes, those for some emotions counted as for another.

    Arguments
    ---------
    text : str
        See ``read_votes``.
    merge : dict, optional
        Emotion to the one its votes count for.

    Example
    -------
    >>> merge_votes('{"happy": 1, "excited": 2}', {"excited": "happy"})
    Counter({'happy': 3})
    """
    counts = Counter()
    for word, number in read_votes(text).items():
        counts[(merge or {}).get(word, word)] += number
    return counts


def merged_text(text: str, merge: Mapping[str, str] | None = None) -> str:
    """The same as a text again; empty if nobody voted.

    Example
    -------
    >>> merged_text('{"excited": 2, "angry": 1}', {"excited": "happy"})
    '{"angry": 1, "happy": 2}'
    >>> merged_text("{}")
    ''
    """
    counts = merge_votes(text, merge)
    return json.dumps(counts, sort_keys=True) if counts else ""


def vote_shares(
    votes: pandas.Series, labels: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Shares of the raters' votes among the labels, y_c = n_c / N.

    Votes for other emotions are dropped, and N counts those that are left
    (VoxEmo leaves open what is done with them).

    Arguments
    ---------
    votes : pandas.Series
        A text for each of N clips, see ``read_votes``.
    labels : list of str
        The E classes.

    Returns
    -------
    shares : numpy.ndarray
        float64, shape [K, E], rows sum to 1: of the clips that have a vote
        for a label.
    rated : numpy.ndarray
        bool, shape [N]: which those are.

    Example
    -------
    >>> votes = pandas.Series(['{"sad": 3, "bored": 1}', '{"bored": 2}'])
    >>> vote_shares(votes, ["angry", "sad"])
    (array([[0., 1.]]), array([ True, False]))
    """
    counts = np.array(
        [
            [found.get(label, 0) for label in labels]
            for found in map(read_votes, votes)
        ],
        dtype=float,
    )
    sums = counts.sum(axis=1)
    rated = sums > 0
    return counts[rated] / sums[rated, None], rated


def _is_count(value):
    return type(value) in (int, float) and 0 <= value <= _MOST_VOTES
