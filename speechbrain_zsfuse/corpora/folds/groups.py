"""What must stay together: clips of one speaker, of one group, of one file,
and recordings that are the same. Pure; this file knows no corpus.
"""

import numpy as np
import pandas
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from speechbrain_zsfuse.errors import shorten

TOGETHER = ("speaker", "group", "wav")


def join_groups(clips, copies=(), fields=TOGETHER):
    """Which clips no two splits may share out among them.

    Clips are in one group if they have a value of a field in common, or are
    copies, or are in one group with a third one.

    Arguments
    ---------
    clips : pandas.DataFrame
        With the column ``ID``; of ``fields``, those that are there count, and
        an empty value is none.
    copies : iterable of list of str
        Ids that are the same recording; those of no clip are passed over.
    fields : tuple of str

    Returns
    -------
    pandas.Series
        For each clip the name of its group: the first of its speakers, in
        alphabetical order, so that folders and formats of a copy change
        nothing; of clips without a speaker, what else they have.

    Example
    -------
    >>> clips = pandas.DataFrame({"ID": list("abcd")})
    >>> clips["speaker"] = ["1", "2", "1", "3"]
    >>> join_groups(clips).tolist()
    ['1', '2', '1', '3']
    >>> join_groups(clips, copies=[["b", "c"]]).tolist()
    ['1', '1', '1', '3']
    """
    number = {clip: place for place, clip in enumerate(clips["ID"])}
    heads, tails, size = [], [], len(clips)
    for field in fields:
        if field in clips:
            known = (clips[field] != "").to_numpy()
            values, names = pandas.factorize(clips[field][known])
            heads.append(np.flatnonzero(known))
            tails.append(values + size)
            size += len(names)
    for same in copies:
        first, *others = [number[i] for i in same if i in number] or [0]
        heads.append(np.array(others, int))
        tails.append(np.full(len(others), first))
    if heads:
        heads, tails = np.concatenate(heads), np.concatenate(tails)
    links = coo_array((np.ones(len(heads)), (heads, tails)), (size, size))
    _, found = connected_components(links, directed=False)
    found = found[: len(clips)]
    name = clips["ID"]
    for field in reversed(fields):
        if field in clips:
            name = clips[field].where(clips[field] != "", name)
    name = name.groupby(found).transform("min")
    if name.nunique() < len(set(found)):  # a dialogue called like a speaker
        name += " of " + clips["ID"].groupby(found).transform("min")
    return name


def count_groups(clips, groups, labels):
    """Clips of each class in each group.

    Arguments
    ---------
    clips : pandas.DataFrame
        With the column ``emotion``.
    groups : pandas.Series
        See ``join_groups``.
    labels : list of str
        All classes of the clips.

    Returns
    -------
    pandas.DataFrame
        A row a group and a column a label, both in alphabetical order:
        nothing depends on that of clips or options.

    Example
    -------
    >>> clips = pandas.DataFrame({"emotion": ["sad", "angry", "sad"]})
    >>> groups = pandas.Series(["a", "a", "b"])
    >>> count_groups(clips, groups, ["angry", "sad"]).to_numpy().tolist()
    [[1, 1], [0, 1]]
    """
    found = pandas.crosstab(groups.to_numpy(), clips["emotion"].to_numpy())
    return found.reindex(columns=sorted(labels), fill_value=0)


def check_known(clips):
    """Raise a ValueError if nobody knows who speaks, nor what belongs together.

    Arguments
    ---------
    clips : pandas.DataFrame
        With the columns ``ID``, ``speaker`` and perhaps ``group``.

    Example
    -------
    >>> check_known(pandas.DataFrame({"ID": ["a"], "speaker": [""]}))
    Traceback (most recent call last):
    ValueError: Expected the speaker of every clip, but of 1 it is unknown:
      a
    Without it nobody can tell whether somebody is trained on and tested. Name \
the speakers; or give a column `group` (the dialogue, the show, the family) in \
which whatever may share a speaker has the same name.
    """
    unknown = clips["speaker"] == ""
    if "group" in clips:
        unknown &= clips["group"] == ""
    if unknown.any():
        ids = clips["ID"][unknown].tolist()
        lines = shorten([f"  {clip}" for clip in ids], 5)
        raise ValueError(
            "Expected the speaker of every clip, but of "
            f"{len(ids):,} it is unknown:\n{lines}\nWithout it nobody can tell "
            "whether somebody is trained on and tested. Name the speakers; or "
            "give a column `group` (the dialogue, the show, the family) in "
            "which whatever may share a speaker has the same name."
        )
