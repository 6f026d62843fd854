"""A balanced set of a corpus: as many clips of each class from each speaker.
Pure, and without a seed: the same corpus gives the same clips.
"""

import hashlib
from collections.abc import Sequence

import pandas


def draw_balanced(
    clips: pandas.DataFrame,
    labels: Sequence[str],
    per_class: int,
    speakers: int,
) -> pandas.DataFrame:
    """Draw ``per_class`` clips of each class, evenly from some speakers.

    Speakers who have the most clips of the class that they have the fewest of
    come first, the sha256 of their names breaks ties; so it does among the
    clips of a speaker and class.

    Arguments
    ---------
    clips : pandas.DataFrame
        With ``ID``, ``emotion`` and ``speaker``.
    labels : list of str
        The E classes; others are left out.
    per_class : int
        A multiple of ``speakers``.
    speakers : int
        How many.

    Returns
    -------
    pandas.DataFrame
        E × ``per_class`` rows, in the order of ``clips``.

    Raises
    ------
    ValueError
        If there are not so many speakers with enough clips of every class, or
        the clips cannot be shared out evenly.

    Example
    -------
    >>> clips = pandas.DataFrame({"ID": list("stuvwxyz")})
    >>> clips["emotion"], clips["speaker"] = list("nhnhnhnn"), list("11112222")
    >>> len(draw_balanced(clips, ["n", "h"], per_class=2, speakers=2))
    4
    """
    each, rest = divmod(per_class, speakers)
    if rest or not each:
        raise ValueError(
            f"Expected clips of a class that {speakers} speakers share evenly, "
            f"but got {per_class}. Give a multiple of {speakers}."
        )
    known = clips[clips["emotion"].isin(labels) & (clips["speaker"] != "")]
    counts = known.groupby(["speaker", "emotion"]).size().unstack(fill_value=0)
    fewest = counts.reindex(columns=list(labels), fill_value=0).min(axis=1)
    enough = fewest[fewest >= each]
    if len(enough) < speakers:
        raise ValueError(
            f"Expected {speakers} speakers with {each} clips each of "
            f"{', '.join(labels)}, but there are {len(enough)}. Give the whole "
            "corpus, or a smaller set."
        )
    chosen = sorted(enough.index, key=lambda one: (-enough[one], _rank(one)))
    known = known[known["speaker"].isin(chosen[:speakers])]
    ranked = known.assign(rank=known["ID"].map(_rank)).sort_values("rank")
    drawn = ranked.groupby(["speaker", "emotion"]).head(each).index
    return clips[clips.index.isin(drawn)]


def _rank(name):
    return hashlib.sha256(str(name).encode()).hexdigest()
