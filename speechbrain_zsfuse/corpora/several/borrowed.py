"""Recordings that stand in several corpora: they borrow from each other, and
what is trained on in one may not be tested in another; nor may parts of one
file, if corpora share it.

Within a corpus, its own preparation has looked.
"""

import os
from itertools import chain

from speechbrain_zsfuse.audio.places import file_of
from speechbrain_zsfuse.corpora.recordings.inspection import inspect_files
from speechbrain_zsfuse.corpora.recordings.remembering import recall_copies
from speechbrain_zsfuse.corpora.recordings.sharing import shared_recordings
from speechbrain_zsfuse.corpora.roots import fill_root
from speechbrain_zsfuse.corpora.segments import fragments
from speechbrain_zsfuse.errors import shorten


def find_borrowed(clips, data_folder, audio_cache=None):
    """Recordings that two corpora hold.

    Arguments
    ---------
    clips : pandas.DataFrame
        See ``join_tables``.
    data_folder : dict
        Corpus to its folder, absolute.
    audio_cache : str or Path, optional
        See ``inspect_files``: what was heard before is remembered.

    Returns
    -------
    differences : list of str
        Those in two splits or two classes.
    notes : list of str
        Those in one class of one split.

    Example
    -------
    >>> import numpy, pandas, soundfile
    >>> folder = getfixture("tmpdir")
    >>> sound = numpy.random.default_rng(0).uniform(-0.5, 0.5, 16000)
    >>> for name in ("x", "y"):
    ...     soundfile.write(folder.mkdir(name) / "a.wav", sound, 16000)
    >>> rows = [("x", "train"), ("y", "test")]
    >>> clips = pandas.DataFrame(rows, columns=["corpus", "split"])
    >>> clips = clips.assign(emotion="sad", ID=clips["corpus"] + "/a")
    >>> clips["wav"] = "$data_root_" + clips["corpus"] + "/a.wav"
    >>> folders = {name: str(folder / name) for name in ("x", "y")}
    >>> find_borrowed(clips, folders)[0]
    ['x/a (train, sad) and y/a (test, sad) are the same recording']
    """
    places = [
        fill_root(wav, data_folder) + part
        for wav, part in zip(clips["wav"], fragments(clips))
    ]
    clips = clips.assign(place=places)
    groups = find_across(clips, data_folder, audio_cache)
    differences, notes = shared_recordings(clips, groups)
    return differences + _shared_files(clips, groups), notes


def find_across(clips, data_folder, audio_cache=None):
    """Which clips of several corpora are the same recording.

    Arguments
    ---------
    clips : pandas.DataFrame
        ``ID``, ``corpus`` and ``place``, absolute.
    data_folder : dict
        Corpus to its folder.
    audio_cache : str or Path, optional
        See ``find_borrowed``.

    Returns
    -------
    list of list of str
        Ids, of two corpora or more in each.

    Example
    -------
    See ``find_borrowed``.
    """
    findings = {}
    for name, folder in data_folder.items():
        own = clips["place"][clips["corpus"] == name].tolist()
        relative = [os.path.relpath(place, folder) for place in own]
        found = inspect_files(folder, relative, audio_cache, progress=False)
        findings |= dict(zip(own, found))
    ids = clips.groupby("place", sort=False)["ID"].agg(list)
    # A file may lie in the folders of two corpora: it is a copy of itself.
    copies = recall_copies("/", findings, audio_cache)
    alone = ids.index.difference([*chain(*copies)], sort=False)
    groups = [
        [clip for place in group for clip in ids[place]]
        for group in [*copies, *([place] for place in alone)]
    ]
    home = dict(zip(clips["ID"], clips["corpus"]))
    return [g for g in groups if len({home[clip] for clip in g}) > 1]


def _shared_files(clips, groups):
    """Files of which corpora have parts in several splits."""
    told = {clip for group in groups for clip in group}
    files = clips["place"].map(lambda place: os.path.realpath(file_of(place)))
    lines = []
    for file, rows in clips[~clips["ID"].isin(told)].groupby(files):
        if rows["corpus"].nunique() > 1 and rows["split"].nunique() > 1:
            first = rows.drop_duplicates("split")
            names = [f"{r.ID} ({r.split})" for r in first.itertuples()]
            lines.append(f"{' and '.join(names)} are parts of {file}")
    return lines


def refuse_borrowed(differences, names):
    """Raise a ValueError if recordings stand where they must not.

    Example
    -------
    >>> same = ["x/a (train, sad) and y/a (test, sad) are the same recording"]
    >>> refuse_borrowed(same, ["x", "y"])
    Traceback (most recent call last):
    ValueError: Expected recordings of their own in x, y, but some stand in \
two of them:
      x/a (train, sad) and y/a (test, sad) are the same recording
    Leave one of these corpora out, or take these clips out of its table. To \
go on nevertheless, with every result marked, add --allow_mismatch.
    """
    if differences:
        lines = shorten([f"  {line}" for line in differences], 20)
        raise ValueError(
            f"Expected recordings of their own in {', '.join(names)}, but some "
            f"stand in two of them:\n{lines}\nLeave one of these corpora out, "
            "or take these clips out of its table. To go on nevertheless, with "
            "every result marked, add --allow_mismatch."
        )
