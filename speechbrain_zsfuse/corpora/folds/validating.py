"""Which of the clips that may train validate instead: those of other speakers,
as evenly as can be, and never a random share.

Where there are too few speakers for that, other words of the same speakers
validate, and where the words are not known, another stretch of the corpus.
Both overrate what an unknown speaker can expect, so both are told. Pure; this
file knows no corpus.
"""

from speechbrain_zsfuse.corpora.folds.assigning import (
    choose_number,
    is_possible,
    number_folds,
)
from speechbrain_zsfuse.corpora.folds.groups import count_groups, join_groups
from speechbrain_zsfuse.corpora.folds.refusing import refuse_stretch

SPEAKERS, TEXT, BLOCKS = "other speakers", "other words", "another stretch"
_PARTS = 4  # of words, or of a stretch: one of them validates


def hold_out(clips, labels, turn=1, copies=()):
    """Choose the clips that validate.

    Arguments
    ---------
    clips : pandas.DataFrame
        All that may train, with the columns ``ID, emotion, speaker`` and
        perhaps ``group, wav, text``.
    labels : list of str
        The classes, each with clips.
    turn : int
        From 1: of parts that are as even, another validates with the next
        one, cyclically.
    copies : iterable of list of str
        Ids that are the same recording.

    Returns
    -------
    chosen : pandas.Series
        bool, for each clip whether it validates. Each class is on both sides.
    how : str
        ``SPEAKERS``, ``TEXT`` or ``BLOCKS``.

    Raises
    ------
    ValueError
        If a class would be missing on one side however clips are divided.

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame({"ID": list("abcd"), "emotion": "sad"})
    >>> clips["speaker"] = ["1", "2", "1", "2"]
    >>> chosen, how = hold_out(clips, ["sad"])
    >>> chosen.tolist(), how
    ([True, False, True, False], 'other speakers')
    >>> clips = clips.assign(speaker="1", text=["x", "y", "x", "z"])
    >>> chosen, how = hold_out(clips, ["sad"], turn=3)
    >>> chosen.tolist(), how
    ([False, False, False, True], 'other words')
    """
    groups = join_groups(clips, copies)
    found = _part(count_groups(clips, groups, labels), turn)
    if found:
        return groups.isin(found), SPEAKERS
    if "text" in clips and (clips["text"] != "").all():
        groups = join_groups(clips, copies, ("text", "wav"))
        found = _part(count_groups(clips, groups, labels), turn, _PARTS)
        if found:
            return groups.isin(found), TEXT
    return _hold_out_stretch(clips, labels, turn, copies), BLOCKS


def _part(table, turn, most=None):
    """Groups of one of as many parts as leave no class out, or None."""
    usual = choose_number(table)
    for k in range(min(usual, most or usual), 1, -1):
        if is_possible(table, k):
            folds = number_folds(table, k)
            counts = table.groupby(table.index.map(folds)).sum()
            even = table.sum() / k
            apart = ((counts - even) ** 2 / even).sum(axis=1).round(9)
            # The most even part; of equals it is another with each turn.
            best = min(counts.index, key=lambda n: (apart[n], (n - turn) % k))
            return [group for group in folds if folds[group] == best]
    return None


def _hold_out_stretch(clips, labels, turn, copies):
    """Neighbours by id, of each class as many: not what lies between others."""
    groups = join_groups(clips, copies, ("wav",))
    table = count_groups(clips, groups, labels)
    usual = table.idxmax(axis=1)
    k = min(_PARTS, int(usual.value_counts().reindex(labels).fillna(0).min()))
    if k < 2:
        found = table.gt(0).sum()
        single = found.index[found < 2].tolist() or labels
        refuse_stretch(clips, single, copies)
    place = usual.groupby(usual).cumcount()
    part = place * k // usual.map(usual.value_counts())
    return groups.isin(part.index[part == (turn - 1) % k])


def tell_validation(how, clips, chosen):
    """What to say of a validation that is not of other speakers.

    Arguments
    ---------
    how, clips, chosen
        See ``hold_out``.

    Returns
    -------
    list of str
        Empty if it is.

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame({"text": ["x", "y", "x", "z"]})
    >>> print(*tell_validation(TEXT, clips, clips["text"] == "z"))
    validated with other words (1 of 3) of the speakers who train, since there \
are too few speakers: the validation is easier than an unknown speaker
    """
    if how == SPEAKERS:
        return []
    what = "another stretch of the recordings"
    if how == TEXT:
        number = clips["text"][chosen].nunique()
        what = f"other words ({number} of {clips['text'].nunique()})"
    return [
        f"validated with {what} of the speakers who train, since there are too "
        "few speakers: the validation is easier than an unknown speaker"
    ]
