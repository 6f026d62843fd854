"""Recordings that stand in several corpora: they borrow from each other, and
what is trained on in one may not be tested in another.

Within a corpus, its own preparation has looked.
"""

from speechbrain_zsfuse.corpora.recordings.copies import find_copies
from speechbrain_zsfuse.corpora.recordings.inspection import inspect_files
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
    parts = fragments(clips)
    places = [
        fill_root(wav, data_folder) + part
        for wav, part in zip(clips["wav"], parts)
    ]
    findings = {}
    for name, folder in data_folder.items():
        own = [
            place for place, it in zip(places, clips["corpus"]) if it == name
        ]
        relative = [place[len(str(folder)) + 1 :] for place in own]
        found = inspect_files(folder, relative, audio_cache, progress=False)
        findings |= dict(zip(own, found))
    home = dict(zip(places, clips["corpus"]))
    groups = [
        group
        for group in find_copies("/", findings)
        if len({home[place] for place in group}) > 1
    ]
    return shared_recordings(clips.assign(wav=places), groups)


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
