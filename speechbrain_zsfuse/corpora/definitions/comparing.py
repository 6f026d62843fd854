"""A copy of a corpus beside the releases that are known. Pure."""

from collections import Counter

from speechbrain_zsfuse.corpora.certificate import compare_counts
from speechbrain_zsfuse.errors import offer


def choose_release(definition, clips, release=None):
    """The release that a copy is, or is closest to.

    Arguments
    ---------
    definition : Definition
    clips : pandas.DataFrame
        With ``emotion``.
    release : str, optional
        Said by the user.

    Returns
    -------
    str
        Empty if none is known.

    Raises
    ------
    ValueError
        If there is no such release.

    Example
    -------
    >>> import pandas
    >>> from speechbrain_zsfuse.corpora.definitions.definition import (
    ...     find_definition,
    ... )
    >>> clips = pandas.DataFrame({"emotion": ["angry"] * 127})
    >>> choose_release(find_definition("emodb"), clips)
    '1.x'
    """
    known = definition.releases
    if release is not None:
        if release not in known:
            raise ValueError(
                f"Expected a release of {definition.name}, but got "
                f"{release!r}. {offer(release, known)}."
            )
        return release
    found = Counter(clips["emotion"])

    def distance(name):
        one = known[name]
        if not one.classes:
            return abs(one.clips - len(clips))
        words = {*one.classes, *found}
        return sum(abs(one.classes.get(w, 0) - found[w]) for w in words)

    return min(known, key=distance, default="")


def differences_of(definition, clips, release):
    """A function that says where clips are not those of a release.

    Arguments
    ---------
    definition : Definition
    clips : pandas.DataFrame
        All that was found, with ``wav`` and ``emotion``.
    release : str
        See ``choose_release``.

    Returns
    -------
    callable
        Some of the clips to a list of str. Emotions that were left out as a
        whole are not compared: a copy of four classes is complete in them.
        Each clip counts as what the corpus calls it, whatever was merged. Of a
        release without classes, totals are those of all that was found.

    Example
    -------
    >>> import pandas
    >>> from speechbrain_zsfuse.corpora.definitions.definition import (
    ...     find_definition,
    ... )
    >>> clips = [(f"{n}.wav", "angry", "03") for n in range(126)]
    >>> columns = ["wav", "emotion", "speaker"]
    >>> clips = pandas.DataFrame(clips, columns=columns)
    >>> differences_of(find_definition("emodb"), clips, "1.x")(clips)
    ['compared with release 1.x, clips of angry: expected 127, found 126 (-1)']
    """
    if not release:
        return lambda kept: []
    known = definition.releases[release]
    places = [column for column in ("wav", "start") if column in clips]
    emotions = dict(zip(_places(clips, places), clips["emotion"]))

    def compare(kept):
        if not known.classes:
            return _compare_totals(release, known, clips)
        found = Counter(emotions[place] for place in _places(kept, places))
        used = {word: n for word, n in known.classes.items() if word in found}
        lines = compare_counts(
            f"compared with release {release}, clips of", used, found
        )
        if used == known.classes:
            lines += _compare_totals(release, known, kept)
        return lines

    return compare


def _places(clips, columns):
    return list(zip(*(clips[column] for column in columns)))


def _compare_totals(release, known, kept):
    """Where the numbers of clips and speakers differ."""
    expected, found = {}, {}
    if not known.classes:
        expected["clips"], found["clips"] = known.clips, len(kept)
    if known.speakers:
        speakers = {name for name in kept["speaker"] if name}
        expected["speakers"], found["speakers"] = known.speakers, len(speakers)
    return compare_counts(f"compared with release {release},", expected, found)
