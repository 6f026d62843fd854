"""Raters' answers to counts, and the label that most of them heard. Pure."""

import json
from collections import Counter

from speechbrain_zsfuse.corpora.definitions.joining import (
    by_clip,
    clip_key,
    named,
)
from speechbrain_zsfuse.errors import show

NO_VOTES = "no votes"
TIE = "no emotion has the most votes"
OTHER = "other"


def count_votes(clips, votes, rows, definition):
    """Give each clip its ``votes``: JSON of word to count, in all words that
    raters could choose; ``{}`` if nobody voted.

    Arguments
    ---------
    clips : list of dict
    votes : Votes
        See ``schema.py``.
    rows : list of dict
        See ``tables.read_source``.
    definition : Definition

    Returns
    -------
    clips : list of dict
    notes : list of str
        Answers that do not count, or count as ``other``.

    Raises
    ------
    ValueError
        If a count is no number.

    Example
    -------
    >>> from speechbrain_zsfuse.corpora.definitions.definition import (
    ...     find_definition,
    ... )
    >>> cremad = find_definition("cremad")
    >>> row = dict.fromkeys("ADFHNS", "0") | {"A": "5", "N": "2"}
    >>> row["fileName"] = "1001_DFA_ANG_XX"
    >>> clip = {"wav": "1001_DFA_ANG_XX.wav", "name": "1001_DFA_ANG_XX"}
    >>> count_votes([clip], cremad.votes, [row], cremad)[0][0]["votes"]
    '{"angry": 5, "neutral": 2}'
    """
    index, notes, strange = by_clip(rows, votes, definition), [], Counter()
    again, counted = 0, []
    for clip in clips:
        found = index.get(clip_key(clip, votes), [])
        if votes.rater:
            first = {row[votes.rater]: row for row in reversed(found)}
            again += len(found) - len(first)
            found = list(first.values())
        counts = Counter()
        for row in found:
            counts.update(_count(row, votes, strange, clip["name"]))
        text = json.dumps({w: n for w, n in sorted(counts.items()) if n})
        counted.append(clip | {"votes": text})
    if again:
        notes.append(f"{again:,} answers are a rater's second of one clip")
    if strange:
        common = ", ".join(repr(word) for word, _ in strange.most_common(5))
        notes.append(
            f"{strange.total():,} answers are none of the words of "
            f"{definition.name} and count as {OTHER}: {common}"
        )
    silent = sum(clip["votes"] == "{}" for clip in counted)
    if silent:
        notes.append(f"{silent:,} clips have no votes")
    return counted, notes


def _count(row, votes, strange, clip):
    """Word to count of one row."""
    for column in votes.counts:
        if not row[column].isdecimal():
            raise ValueError(
                f"Expected a number of votes in the column {column} of "
                f"{named(votes)}, but {clip} has {show(row[column])}. Restore "
                "the file."
            )
    if votes.counts:
        return {word: int(row[c]) for c, word in votes.counts.items()}
    answer = row[votes.answer]
    if answer not in votes.words:
        strange[answer] += 1
    return {votes.words.get(answer, OTHER): 1}


def majority(clips):
    """Label each clip by what most raters heard.

    Arguments
    ---------
    clips : list of dict
        With ``votes``.

    Returns
    -------
    clips : list of dict
        Those that have a majority.
    dropped : dict
        Reason to files.

    Example
    -------
    >>> clips = [{"wav": "a", "votes": '{"sad": 2, "angry": 1}'}]
    >>> clips += [{"wav": "b", "votes": '{"sad": 1, "angry": 1}'}]
    >>> kept, dropped = majority(clips)
    >>> kept[0]["emotion"], dropped
    ('sad', {'no emotion has the most votes': ['b']})
    """
    kept, dropped = [], {}
    for clip in clips:
        counts = json.loads(clip["votes"])
        most = max(counts.values(), default=0)
        heard = [word for word, number in counts.items() if number == most]
        if len(heard) == 1:
            kept.append(clip | {"emotion": heard[0]})
        else:
            reason = TIE if heard else NO_VOTES
            dropped.setdefault(reason, []).append(clip["wav"])
    return kept, dropped
