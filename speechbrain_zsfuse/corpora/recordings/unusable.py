"""Clips that cannot be used, told so that a reader sees why: one by one if they
are few, in one sentence if all of a corpus has the same wrong with it.
"""

from speechbrain_zsfuse.corpora.segments import places_of
from speechbrain_zsfuse.errors import list_names, shorten

_EACH = 20  # clips that are named by themselves


def sort_out(clips, findings):
    """Usable clips with their duration, and the ids of the others by reason.

    Arguments
    ---------
    clips : pandas.DataFrame
        With ``ID``.
    findings : list of Finding
        One a clip.

    Returns
    -------
    clips : pandas.DataFrame
        With ``duration`` in seconds.
    unusable : dict
        Reason to list of ids.

    Example
    -------
    >>> import pandas
    >>> from speechbrain_zsfuse.corpora.recordings.inspection import Finding
    >>> found = [Finding(8000, 16000, None), Finding(0, 0, "it is empty")]
    >>> usable, unusable = sort_out(pandas.DataFrame({"ID": ["a", "b"]}), found)
    >>> usable["duration"].tolist(), unusable
    ([0.5], {'it is empty': ['b']})
    """
    clips = clips.assign(duration=[found.seconds for found in findings])
    unusable = {}
    for clip, found in zip(clips["ID"], findings):
        if found.problem:
            unusable.setdefault(found.problem, []).append(clip)
    return clips[[found.problem is None for found in findings]], unusable


def tell_unusable(clips, findings):
    """Why clips cannot be used: a line each, or one for a reason of many.

    Arguments
    ---------
    clips : pandas.DataFrame
        With ``ID`` and ``wav``.
    findings : list of Finding
        One a clip.

    Returns
    -------
    list of str

    Example
    -------
    >>> import pandas
    >>> from speechbrain_zsfuse.corpora.recordings.inspection import Finding
    >>> ids = [f"c{number}" for number in range(30)]
    >>> clips = pandas.DataFrame({"ID": ids, "wav": ids})
    >>> bad, good = Finding(0, 0, "it is empty"), Finding(8000, 16000, None)
    >>> tell_unusable(clips, [bad] + 29 * [good])
    ['c0 (c0): it is empty']
    >>> tell_unusable(clips, [good] + 29 * [bad])
    ['29 of 30 clips: it is empty (c1, c2, c3 and 26 more)']
    """
    by_reason = {}
    for clip, place, found in zip(clips["ID"], places_of(clips), findings):
        if found.problem:
            by_reason.setdefault(found.problem, []).append((clip, place))
    lines = []
    for reason, named in by_reason.items():
        if len(named) > _EACH:
            places = list_names([place for _, place in named], 3)
            count = f"{len(named):,} of {len(clips):,} clips"
            lines.append(f"{count}: {reason} ({places})")
        else:
            lines += [f"{clip} ({place}): {reason}" for clip, place in named]
    return lines


def check_any(corpus, data_folder, clips, findings):
    """Raise a ValueError if no clip of a corpus can be used.

    Arguments
    ---------
    corpus : str
    data_folder : str or Path
    clips, findings
        See ``tell_unusable``.

    Example
    -------
    >>> import pandas
    >>> from speechbrain_zsfuse.corpora.recordings.inspection import Finding
    >>> clips = pandas.DataFrame({"ID": ["a"], "wav": ["a.wav"]})
    >>> check_any("Tiny", "/corpus", clips, [Finding(0, 0, "it is empty")])
    Traceback (most recent call last):
    ValueError: Expected recordings of Tiny in /corpus, but none can be used:
      a (a.wav): it is empty
    Restore the corpus.
    """
    if all(found.problem for found in findings):
        lines = tell_unusable(clips, findings)
        raise ValueError(
            f"Expected recordings of {corpus} in {data_folder}, but none can "
            f"be used:\n{shorten([f'  {line}' for line in lines], _EACH)}\n"
            "Restore the corpus."
        )
