"""Splits that others published, taken where they share no speaker. Pure; this
file knows no corpus.
"""

from speechbrain_zsfuse.corpora.folds.groups import TOGETHER
from speechbrain_zsfuse.corpora.manifests import SPLITS
from speechbrain_zsfuse.corpora.table import refuse_clips
from speechbrain_zsfuse.corpora.words.splits import find_split
from speechbrain_zsfuse.errors import list_names

_NAMES = {"speaker": "speakers", "group": "groups", "wav": "files"}


def read_official(clips):
    """The split of each clip in words of this package.

    Arguments
    ---------
    clips : pandas.DataFrame
        With ``split``: train, valid and test, or usual words for them.

    Returns
    -------
    pandas.Series

    Raises
    ------
    ValueError
        If there is no such column, or other words are in it.

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame({"split": ["Train", "dev", "test"]})
    >>> read_official(clips).tolist()
    ['train', 'valid', 'test']
    """
    if "split" not in clips:
        raise ValueError(
            "Expected an official split, but nothing says who trains and who "
            "is tested. Take a fold: --fold=1; or give a column `split` with "
            "train, valid and test."
        )
    split = clips["split"].map(find_split)
    words = f"{', '.join(SPLITS[:-1])} or {SPLITS[-1]} (or --fold=1, a fold)"
    wrong = ~split.isin(SPLITS)
    refuse_clips(clips, wrong, "split", words, "something else")
    missing = {"train", "test"} - set(split)
    if missing:
        raise ValueError(
            "Expected clips in train and test of the official split, but there "
            f"are none in {' and '.join(sorted(missing))}. Take a fold: "
            "--fold=1; or the whole: --fold=whole."
        )
    return split


def refuse_shared(clips, whose, instead="--fold=1"):
    """Raise a ValueError if splits of others share speakers.

    Arguments
    ---------
    clips : pandas.DataFrame
        With ``split`` and some of ``speaker, group, wav``; empty values are
        not compared.
    whose : str
        The splits, for the error.
    instead : str
        How to have folds of this package.

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame({"speaker": list("aab")})
    >>> clips["split"] = ["train", "test", "test"]
    >>> refuse_shared(clips, "the official split")
    Traceback (most recent call last):
    ValueError: Expected no common speakers in the official split, but 1 of \
the 2 speakers of test are in train, too (a). No option allows that, since \
its numbers are not of unknown speakers. Take folds of this package: --fold=1.
    """
    for field in [name for name in TOGETHER if name in clips]:
        found = {
            split: {*clips[field][clips["split"] == split]} - {""}
            for split in SPLITS
        }
        for later, earlier in (
            ("test", "train"),
            ("test", "valid"),
            ("valid", "train"),
        ):
            both = found[later] & found[earlier]
            if both:
                names = _NAMES[field]
                raise ValueError(
                    f"Expected no common {names} in {whose}, but {len(both)} "
                    f"of the {len(found[later])} {names} of {later} are in "
                    f"{earlier}, too ({list_names(sorted(both))}). No option "
                    "allows that, since its numbers are not of unknown "
                    f"speakers. Take folds of this package: {instead}."
                )
