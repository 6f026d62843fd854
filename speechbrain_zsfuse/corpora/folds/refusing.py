"""Why clips cannot be divided, in words: who is held together by what, and
what can be done. Pure; this file knows no corpus.
"""

from speechbrain_zsfuse.corpora.folds.groups import join_groups
from speechbrain_zsfuse.errors import list_names, shorten

_SHOWN = 5  # lines of each kind
_TARGET = "take the corpus as a target alone, with --fold=whole."
_REMEDIES = {
    "file": "cut the recordings so that no file has speakers of two sides",
    "group": "name smaller groups",
    "recording": "name one speaker of each recording, or leave its copies out",
}


def refuse_few(clips, groups, table, copies=()):
    """Raise a ValueError if a class is spoken by one speaker alone, or by such
    as cannot be parted, so that nobody is left to test.

    Arguments
    ---------
    clips : pandas.DataFrame
        With ``ID, wav, emotion, speaker`` and perhaps ``group``.
    groups : pandas.Series
        See ``join_groups``.
    table : pandas.DataFrame
        See ``count_groups``.
    copies : iterable of list of str
        Ids that are the same recording.

    Raises
    ------
    ValueError
        If so; it names the speakers, and what several of them have in common.

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame({"ID": list("ab"), "emotion": "sad"})
    >>> clips = clips.assign(speaker=["1", "2"], wav="talk.wav")
    >>> table = pandas.DataFrame({"sad": [2]}, ["1"])
    >>> refuse_few(clips, join_groups(clips), table)
    Traceback (most recent call last):
    ValueError: Expected two speakers or more who can be parted, some to learn \
from and some to test, but all of 1, 2 belong together, since they share:
      file talk.wav: 1, 2
    To part them, cut the recordings so that no file has speakers of two \
sides. Or take the corpus as a target alone, with --fold=whole.
    """
    found = table.gt(0).sum()
    single = found.index[found < 2].tolist()
    if not single:
        return
    names = clips["speaker"].where(clips["speaker"] != "", groups)
    who = list_names(names[clips["emotion"].isin(single)].unique().tolist())
    shared = _tell_shared(clips, single, copies)
    if len(table) == 1 and shared:
        raise ValueError(
            "Expected two speakers or more who can be parted, some to learn "
            f"from and some to test, but all of {who} belong together, since "
            f"they share:\n{shared} Or {_TARGET}"
        )
    if len(table) == 1:
        raise ValueError(
            "Expected two speakers or more, one to learn from and one to test, "
            f"but there is one ({who}), so no result would be of an unknown "
            "speaker. Take the corpus as a source (--fold=source) or as a "
            "target (--fold=whole) of cross-corpus work."
        )
    start = (
        "Expected two speakers or more of every class, but all clips of "
        f"{'each of ' * (len(single) > 1)}{list_names(single)} belong together "
        f"({who})"
    )
    end = "leave such a class out of `labels`, or merge it into another."
    if {*clips["emotion"]} == {*single}:
        end = _TARGET
    if shared:
        raise ValueError(f"{start}, since they share:\n{shared} Or {end}")
    raise ValueError(f"{start}. {end.capitalize()}")


def refuse_stretch(clips, single, copies=()):
    """Raise the ValueError of classes that are whole on one side.

    Arguments
    ---------
    clips : pandas.DataFrame
        All that may train, see ``refuse_few``.
    single : list of str
        The classes of which nothing would be left to validate with.
    copies : iterable of list of str
        Ids that are the same recording.

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame({"ID": ["a"], "emotion": "sad"})
    >>> refuse_stretch(clips.assign(speaker="1", wav="a.wav"), ["sad"])
    Traceback (most recent call last):
    ValueError: Expected clips of every class to train on and others to \
validate with, but all of sad are of one speaker and in one file or \
recording. Take the corpus as a target alone, with --fold=whole.
    """
    start = (
        "Expected clips of every class to train on and others to validate "
        f"with, but all of {list_names(single)} "
    )
    end = f"leave such a class out of `labels`; or {_TARGET}"
    if {*clips["emotion"]} == {*single}:
        end = _TARGET
    shared = _tell_shared(clips, single, copies)
    if shared:
        start += "belong together, since speakers share:\n"
        raise ValueError(f"{start}{shared} Or {end}")
    start += "are of one speaker and in one file or recording."
    raise ValueError(f"{start} {end.capitalize()}")


def _tell_shared(clips, single, copies):
    """What several speakers of some classes have in common, and what to do;
    empty if there is nothing."""
    groups = join_groups(clips, copies)
    concerned = groups[clips["emotion"].isin(single)]
    clips = clips[groups.isin(concerned) & (clips["speaker"] != "")]
    kinds = {
        "file": _values(clips, "wav"),
        "group": _values(clips, "group"),
        "recording": _copied(clips, copies),
    }
    lines, remedies = [], []
    for kind, values in kinds.items():
        told = [
            f"  {kind} {value}: {list_names(sorted(names))}"
            for value, names in values.items()
            if len(names) > 1
        ]
        if told:
            lines.append(shorten(told, _SHOWN))
            remedies.append(_REMEDIES[kind])
    if not lines:
        return ""
    return "\n".join([*lines, f"To part them, {'; '.join(remedies)}."])


def _values(clips, field):
    """Each value of a field to its speakers."""
    if field not in clips:
        return {}
    known = clips[clips[field] != ""]
    return known.groupby(field)["speaker"].agg(set).to_dict()


def _copied(clips, copies):
    """Ids that are one recording, in one text, to their speakers."""
    speaker = dict(zip(clips["ID"], clips["speaker"]))
    kept = ([clip for clip in same if clip in speaker] for same in copies)
    return {" = ".join(same): {speaker[c] for c in same} for same in kept}
