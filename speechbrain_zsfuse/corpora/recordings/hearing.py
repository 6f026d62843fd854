"""What is heard of all clips of a corpus, before anybody judges it."""

from typing import NamedTuple

from speechbrain_zsfuse.corpora.recordings.inspection import (
    Finding,
    inspect_files,
)
from speechbrain_zsfuse.corpora.recordings.remembering import recall_copies
from speechbrain_zsfuse.corpora.recordings.sharing import shared_recordings
from speechbrain_zsfuse.corpora.recordings.unusable import (
    check_any,
    sort_out,
    tell_unusable,
)
from speechbrain_zsfuse.corpora.segments import places_of


class Heard(NamedTuple):
    """A finding a clip, and ids of clips that are the same recording.

    Example
    -------
    >>> Heard([Finding(8000, 16000, None)]).copies
    []
    """

    findings: list[Finding]
    copies: list[list[str]] = []


def hear_clips(title, data_folder, clips, cache=None):
    """Inspect all clips, and compare them with each other.

    Arguments
    ---------
    title : str
        Of the corpus, for errors.
    data_folder : Path
    clips : pandas.DataFrame
        With ``ID`` and ``wav``; perhaps ``start, end, channel``.
    cache : str or Path, optional
        See ``inspect_files``.

    Returns
    -------
    Heard

    Raises
    ------
    ValueError
        If none of them can be used; see ``check_any``.

    Example
    -------
    >>> import pandas, soundfile
    >>> folder = getfixture("tmpdir")
    >>> soundfile.write(str(folder / "a.wav"), [0.1, 0.2] * 400, 16000)
    >>> clips = pandas.DataFrame({"ID": ["a"], "wav": ["a.wav"]})
    >>> hear_clips("tiny", folder, clips).findings[0].seconds
    0.05
    """
    places = places_of(clips)
    findings = inspect_files(data_folder, places, cache)
    check_any(title, data_folder, clips, findings)
    groups = recall_copies(data_folder, dict(zip(places, findings)), cache)
    names = dict(zip(places, clips["ID"]))
    return Heard(findings, [[names[p] for p in group] for group in groups])


def judge_clips(clips, heard, known=(), fields=("split", "emotion")):
    """Which clips can be used, and what is wrong with the others.

    Arguments
    ---------
    clips : pandas.DataFrame
        Those that were heard, with ``split``.
    heard : Heard
    known, fields
        See ``shared_recordings``.

    Returns
    -------
    clips : pandas.DataFrame
        The usable ones, with ``duration`` in seconds.
    unusable : dict
        Reason to ids.
    bad_files, shared, repeats : list of str
        Lines on clips that cannot be used, on recordings that contradict
        themselves, and on those that are there twice.

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame({"ID": ["a"], "wav": ["a.wav"]})
    >>> clips = clips.assign(emotion="sad", split="test")
    >>> heard = Heard([Finding(0, 0, "it is empty")])
    >>> judge_clips(clips, heard)[1:3]
    ({'it is empty': ['a']}, ['a (a.wav): it is empty'])
    """
    bad_files = tell_unusable(clips, heard.findings)
    usable, unusable = sort_out(clips, heard.findings)
    shared, repeats = shared_recordings(usable, heard.copies, known, fields)
    return usable, unusable, bad_files, shared, repeats
