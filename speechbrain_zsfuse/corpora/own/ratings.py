"""A long table of ratings, a row an answer of a rater, as a table of clips."""

import pandas

from speechbrain_zsfuse.corpora.own.columns import FIELDS
from speechbrain_zsfuse.corpora.own.rows import KIND, tell_rows
from speechbrain_zsfuse.corpora.own.votes import most_named, write_votes
from speechbrain_zsfuse.evaluation.rows import refuse_rows

# What tells a clip; a cell that is empty is the whole file.
CLIP = ("file", "start", "end", "channel")


def count_ratings(rows, path):
    """One row a clip: its votes, and the emotion that most raters name.

    Arguments
    ---------
    rows : pandas.DataFrame
        With ``file, rater, emotion``; all else is the same in all rows of a
        clip.
    path : Path
        Of the table, for errors.

    Returns
    -------
    clips : pandas.DataFrame
        With ``votes``, and without ``rater``; ``emotion`` is empty where
        several have as many votes. A row stands where its clip came first.
    notes : list of str
        Answers that do not count.

    Raises
    ------
    ValueError
        If the rows of a clip contradict each other.

    Example
    -------
    >>> from pathlib import Path
    >>> rows = pandas.DataFrame(
    ...     [("a.wav", "1", "sad"), ("a.wav", "2", "sad"), ("a.wav", "2", "")],
    ...     columns=["file", "rater", "emotion"],
    ...     index=pandas.Index([2, 3, 4], name="line"),
    ... )
    >>> clips, notes = count_ratings(rows, Path("my.csv"))
    >>> clips.to_dict("records")
    [{'file': 'a.wav', 'emotion': 'sad', 'votes': '{"sad": 2}'}]
    >>> notes
    ['my.csv: answers that name no emotion (line 4)']
    """
    keys = [name for name in CLIP if name in rows]
    home = pandas.Series(
        rows.groupby(keys, sort=False).ngroup(), rows.index, dtype=int
    )
    _check_alike(rows, home, keys, path)
    silent = rows["emotion"] == ""
    again = rows.assign(home=home)[~silent].duplicated(["home", "rater"])
    again = again.reindex(rows.index, fill_value=False)
    again &= rows["rater"] != ""
    uncounted = {
        "answers that name no emotion": silent,
        "second answers of a rater, which do not count": again,
    }
    notes = [
        f"{path.name}: {what} ({tell_rows(rows, which)})"
        for what, which in uncounted.items()
        if which.any()
    ]
    counted = ~silent & ~again
    numbers = rows[counted].groupby([home[counted], "emotion"]).size()
    votes = {}
    for (clip, word), number in numbers.items():
        votes.setdefault(clip, []).append((word, number))
    first = ~home.duplicated()
    texts = [write_votes(votes.get(clip, ())) for clip in home[first]]
    clips = rows[first].drop(columns="rater")
    clips = clips.assign(votes=pandas.Series(texts, clips.index, dtype=str))
    return clips.assign(emotion=most_named(clips["votes"])), notes


def _check_alike(rows, home, keys, path):
    """A clip has one speaker, one sentence: whatever is said more than once."""
    fields = [f for f in rows if f in FIELDS]
    for field in fields:
        if field in (*keys, "rater", "emotion"):
            continue
        first = rows[field].groupby(home).transform("first")
        wrong = rows[field] != first
        expected = f"one {field} in all rows of a clip"
        refuse_rows(rows, path, KIND, wrong, expected, [field])
