"""What clips and speakers are called: by the path of the file, and by the name
that a corpus gives a speaker behind its own. Pure; this file knows no corpus.
"""

import unicodedata

from speechbrain_zsfuse.corpora.segments import names_of_parts
from speechbrain_zsfuse.corpora.speakers import spell_alike
from speechbrain_zsfuse.errors import shorten


def name_clips(clips, corpus):
    """Ids, and speakers that are nobody else's.

    An id is the path below the corpus folder without the ending of the sound
    file, in one form of accents (NFC); of a part of a file with its seconds
    and channel.

    Arguments
    ---------
    clips : pandas.DataFrame
        See ``Reading``.
    corpus : str
        Goes before each speaker, all of whose spellings are one, as are those
        of a group.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    ValueError
        If two clips would have one id; both are named.

    Example
    -------
    >>> import pandas
    >>> clip = {"wav": "a/1.wav", "emotion": "sad", "speaker": "01"}
    >>> part = clip | {"start": "1.5", "end": "3"}
    >>> clips = pandas.DataFrame([clip | {"start": "", "end": ""}, part])
    >>> name_clips(clips, "tiny")[["ID", "speaker"]].values.tolist()
    [['a/1', 'tiny:01'], ['a/1@1.5-3', 'tiny:01']]
    """
    ids = clips["wav"].str.replace(r"(?<=[^/])\.[^./]+$", "", regex=True)
    ids = ids.map(lambda name: unicodedata.normalize("NFC", name))
    ids += names_of_parts(clips)
    _refuse_equal(ids, clips["wav"])
    alike = spell_alike(clips["speaker"])
    speakers = clips["speaker"].map(alike)
    speakers = speakers.where(speakers == "", f"{corpus}:" + speakers)
    if "group" in clips:
        alike = spell_alike(clips["group"])
        clips = clips.assign(group=clips["group"].map(alike))
    return clips.assign(ID=ids, speaker=speakers)


def _refuse_equal(ids, wavs):
    """Two files that differ in their ending alone, or in a form of accents."""
    twice = ids.duplicated(keep=False)
    if not twice.any():
        return
    files = wavs[twice].groupby(ids[twice])
    lines = [
        f"  {name}: {' and '.join(map(repr, found))}" for name, found in files
    ]
    raise ValueError(
        "Expected each clip to have an id of its own, its path without the "
        f"ending, but {len(lines):,} ids are of several files:\n"
        f"{shorten(lines, 5)}\nKeep one of each: copies in another format are "
        "no further clips."
    )
