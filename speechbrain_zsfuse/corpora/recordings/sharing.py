"""Where one recording has several ids, and whether that may be. Pure; this file
knows no corpus.
"""

from speechbrain_zsfuse.errors import list_names


def shared_recordings(clips, groups, known=(), fields=("split", "emotion")):
    """Where one recording has several ids.

    Arguments
    ---------
    clips : pandas.DataFrame
        With the columns ``ID, split, emotion``.
    groups : list of list of str
        Ids that are the same recording.
    known : iterable of tuple of str
        Ids that are one recording in the corpus as it is published. They may
        differ in anything but their split.
    fields : tuple of str
        What copies must have in common: columns of ``clips``, ``split`` first.
        Of speakers, those that are known.

    Returns
    -------
    differences : list of str
        Recordings in two splits, or with different values of a field.
    notes : list of str
        Recordings twice in one class of one split.

    Example
    -------
    >>> import pandas
    >>> clips = [("a", "train", "sad"), ("b", "test", "sad")]
    >>> clips = pandas.DataFrame(clips, columns=["ID", "split", "emotion"])
    >>> shared_recordings(clips, [["a", "b"]])
    (['a (train, sad) and b (test, sad) are the same recording'], [])
    """
    rows = {row.ID: row for row in clips.itertuples()}
    differences, twice, published = [], [], []
    for group in groups:
        found = [rows[clip] for clip in group]
        told = [f for f in fields if f != "speaker" or _several(found)]
        homes = {}  # one clip of each split and class is enough to see it
        for row in found:
            homes.setdefault(tuple(getattr(row, f) for f in told), row.ID)
        names = [f"{i} ({', '.join(home)})" for home, i in homes.items()]
        is_known = any({row.ID for row in found} <= {*ids} for ids in known)
        is_known &= len({row.split for row in found}) == 1
        if len(homes) > 1 and not is_known:
            more = len(found) - len(names)
            names += [f"{more} more of them"] if more else []
            first = ", ".join(names[:-1])
            differences.append(
                f"{first} and {names[-1]} are the same recording"
            )
        elif is_known:
            published.append(" = ".join(row.ID for row in found))
        else:
            twice.append(" = ".join(row.ID for row in found[:2]))
    return differences, [
        *_several_ids(published, "as in the published corpus"),
        *_several_ids(twice, "within one class of one split"),
    ]


def _several(rows):
    """Whether clips have more than one known speaker."""
    return len({row.speaker for row in rows} - {""}) > 1


def _several_ids(names, where):
    """A remark on recordings that have several ids, if there are any."""
    what = "recording has" if len(names) == 1 else "recordings have"
    several = f"{len(names):,} {what} several ids, {where}"
    return [f"{several}: {list_names(names)}"] if names else []
