"""Inventories of emotions that papers test on, by name. Pure.

A corpus rarely has exactly the classes of another. Words that count as a class
are for a preparation to ``merge`` (IEMOCAP's excited as happy, as the papers
do); words without a home in the inventory (calm of RAVDESS in the first four)
are left out there, and its certificate counts them.
"""

from collections.abc import Sequence
from typing import Literal

from speechbrain_zsfuse.options import Labels, check

_FOUR = ("neutral", "happy", "sad", "angry")
_SIX = (*_FOUR, "fearful", "disgusted")
_SEVEN = (*_SIX, "surprised")
INVENTORIES = {
    # ZS-Fuse on RAVDESS and IEMOCAP, VoxEmo on IEMOCAP, EmoBox across corpora.
    "four": _FOUR,
    "six": _SIX,  # of CREMA-D
    "seven": _SEVEN,  # of MELD
    "eight": (*_SEVEN, "contemptuous"),  # of MSP-Podcast
    "eight_calm": (*_SEVEN, "calm"),  # of RAVDESS
}


def find_labels(labels: str | Sequence[str], name: str = "labels") -> list[str]:
    """The classes that a name of an inventory stands for, or a list itself.

    Arguments
    ---------
    labels : str or list of str
    name : str
        Of the option, for errors.

    Returns
    -------
    list of str

    Raises
    ------
    ValueError
        If there is no such inventory, or the list is none of labels.

    Example
    -------
    >>> find_labels("four"), find_labels(["sad", "angry"])
    (['neutral', 'happy', 'sad', 'angry'], ['sad', 'angry'])
    >>> find_labels("five")
    Traceback (most recent call last):
    ValueError: Expected `labels` to be one of four, six, seven, eight, \
eight_calm, but got 'five'.
    """
    if isinstance(labels, str):
        check(name, labels, Literal[tuple(INVENTORIES)])
        return list(INVENTORIES[labels])
    return list(check(name, labels, Labels))


def shared_labels(source: Sequence[str], target: Sequence[str]) -> list[str]:
    """Classes that both know, in the order of the target.

    Arguments
    ---------
    source, target : list of str
        Classes of the model, and of the corpus that it is tested on.

    Returns
    -------
    list of str

    Example
    -------
    >>> shared_labels(["angry", "bored", "sad"], ["sad", "calm", "angry"])
    ['sad', 'angry']
    """
    known = {*source}
    return [label for label in target if label in known]
