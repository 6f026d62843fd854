"""Many clips through one model: read ahead, in batches of like lengths.

A labeller is anything with ``read(path)``, called in threads, and
``predict_sounds(sounds)``, a ``Prediction`` each. This file knows neither where
clips come from nor where answers go.
"""

import os
from itertools import islice
from pathlib import Path

from speechbrain_zsfuse.audio.batch import split_sounds
from speechbrain_zsfuse.audio.places import split_place
from speechbrain_zsfuse.zeroshot.ahead import read_ahead

AHEAD = 1024  # clips that are sorted by length, at a time
_BAD = (ValueError, OSError)  # of a recording, told in words


def label_clips(labeller, clips, batch_size=16, ahead=AHEAD):
    """What a model says of each clip, in their order.

    Arguments
    ---------
    labeller : object
        See this file.
    clips : iterable of Clip
    batch_size : int
        The most clips in a batch; of long ones fewer, see ``split_sounds``.
    ahead : int
        Clips that are sorted by length, for batches with little padding.

    Yields
    ------
    Clip, Prediction or Exception
        An exception if the recording cannot be used; the others go on.

    Example
    -------
    >>> from speechbrain_zsfuse.inference.labelling.clips import Clip
    >>> class Lengths:
    ...     def read(self, path):
    ...         return SimpleNamespace(duration=len(path))
    ...
    ...     def predict_sounds(self, sounds):
    ...         return [sound.duration for sound in sounds]
    >>> from types import SimpleNamespace
    >>> clips = [Clip("1", "abc", []), Clip("2", "a", [])]
    >>> [answer for _, answer in label_clips(Lengths(), clips)]
    [3, 1]
    """

    def read(place):
        try:
            return labeller.read(block[place].path)
        except _BAD as error:
            return error

    for block in _blocks(clips, ahead):
        answers = {}
        order = sorted(range(len(block)), key=lambda i: _length(block[i].path))
        batches = _blocks(order, batch_size)
        for places, sounds in read_ahead(read, ((b, b) for b in batches)):
            answers |= _answer(labeller, dict(zip(places, sounds)))
        yield from zip(block, map(answers.get, range(len(block))))


def _blocks(items, size):
    """Lists of some items, one after the other; the last may have less."""
    items = iter(items)
    while block := list(islice(items, size)):
        yield block


def _length(path):
    """What grows with a recording's length, without opening it."""
    if isinstance(path, bytes):  # the content itself
        return "", len(path)
    try:
        excerpt = split_place(path)
        if excerpt.end is not None:
            return "#", excerpt.end - excerpt.start
        return Path(excerpt.path).suffix, os.path.getsize(excerpt.path)
    except _BAD:
        return "", 0


def _answer(labeller, sounds):
    """Answers of a batch by place; what could not be read is one itself."""
    answers = {k: s for k, s in sounds.items() if isinstance(s, Exception)}
    heard = {k: s for k, s in sounds.items() if k not in answers}
    for places in split_sounds(heard):
        batch = [heard[place] for place in places]
        answers |= zip(places, _predict(labeller, batch))
    return answers


def _predict(labeller, sounds):
    """Answers; where a batch is refused, one by one, to find the bad clip."""
    try:
        return labeller.predict_sounds(sounds)
    except ValueError as error:
        if len(sounds) == 1:
            return [error]
        return [_predict(labeller, [sound])[0] for sound in sounds]
