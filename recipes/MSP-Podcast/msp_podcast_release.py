"""Which release of MSP-Podcast it is, and whether it is the paper's."""

import re
from collections import Counter
from typing import Annotated

from pydantic import Field, WithJsonSchema

from speechbrain_zsfuse.corpora import compare_counts
from speechbrain_zsfuse.files import read_lines
from speechbrain_zsfuse.options import check

PAPER = "1.11"  # of the ZS-Fuse paper, by its counts
SPLITS = {"train": 65205, "valid": 15341, "test": 35528}
CLASSES = {
    "neutral": 52753,
    "happy": 29454,
    "angry": 10342,
    "sad": 8347,
    "surprised": 5227,
    "contemptuous": 5127,
    "disgusted": 2827,
    "fearful": 1997,
}

# Clips of a release; of 1.11 with and without Test3.
TOTALS = {
    73042: "1.8",
    104267: "1.10",
    149307: "1.11",
    151654: "1.11",
    207136: "1.12",
    264705: "2.0",
}
_VERSION = re.compile(r"(?<![\d.])(1\.\d{1,2}|2\.\d)(?![\d.]*\d)")
# A number would do for 1.11, but 1.10 would become 1.1.
Release = Annotated[
    str,
    Field(pattern=r"^(1\.\d{1,2}|2\.\d)$"),
    WithJsonSchema(
        {
            "description": "a version in quotes",
            "advice": 'Write "1.11", for instance.',
        }
    ),
]


def find_release(data_folder, clips, given=None):
    """The release: as given, as the corpus says, or by its number of clips.

    Arguments
    ---------
    data_folder : Path
        The corpus. Its name and its readme may hold the version.
    clips : int
        How many clips it has, with labels or without.
    given : str, optional
        The user's word.

    Returns
    -------
    str
        For instance "1.11"; empty if nothing tells.

    Raises
    ------
    ValueError
        If ``given`` is no version.

    Example
    -------
    >>> from pathlib import Path
    >>> find_release(Path("MSP-PODCAST-Publish-1.11"), clips=133)
    '1.11'
    >>> find_release(Path("MSP-Podcast"), clips=73042)
    '1.8'
    """
    if given is not None:
        return check("release", given, Release)
    if TOTALS.get(clips) == PAPER:  # a readme may speak of other versions
        return PAPER
    named = _VERSION.findall(data_folder.name)
    return next(iter([*named, *_readme_versions(data_folder)]), None) or (
        TOTALS.get(clips, "")
    )


def compare_with_paper(clips):
    """Where splits or classes are not those of the paper.

    Arguments
    ---------
    clips : pandas.DataFrame
        With the columns ``split`` and ``emotion``.

    Returns
    -------
    list of str

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame([{"split": "train", "emotion": "sad"}])
    >>> print(compare_with_paper(clips)[0])
    compared with release 1.11, clips in test: expected 35,528,
    found 0 (-35,528)
    """
    compared = f"compared with release {PAPER}, clips"
    return [
        *compare_counts(f"{compared} in", SPLITS, Counter(clips["split"])),
        *compare_counts(
            f"{compared} labelled",
            CLASSES,
            Counter(clips["emotion"]),
        ),
    ]


def _readme_versions(data_folder):
    """Versions after the word release or version, the newest first."""
    if not data_folder.is_dir():
        return []
    text = "\n".join(
        line
        for path in sorted(data_folder.iterdir())
        if path.is_file()
        and "readme" in path.name.lower()
        and path.suffix.lower() in ("", ".txt", ".md")
        for line in read_lines(path)
    )
    near = re.findall(r"(?i)(?:release|version|v)\W{0,3}([\d.]*\d)", text)
    found = {word for word in near if _VERSION.fullmatch(word)}
    return sorted(found, key=lambda v: [*map(int, v.split("."))], reverse=True)
