"""The folds of EmoBox (Ma et al., 2024) from a copy of its repository: a list
of files for each fold and split, joined to a corpus by the ends of their paths.

Many of its lists share speakers between train and test. Whether they do is not
asked here; see ``official.py``.
"""

import unicodedata
from pathlib import Path, PurePosixPath

import pandas

from speechbrain_zsfuse.corpora.manifests import SPLITS
from speechbrain_zsfuse.errors import list_names, offer

UNLISTED = "not in EmoBox's lists of this fold"


def list_files(emobox, corpus, fold):
    """The lists of a fold that there are.

    Arguments
    ---------
    emobox : str or Path
        Root of the repository, or its folder ``data``.
    corpus : str
        As EmoBox names it.
    fold : int

    Returns
    -------
    dict
        Split to path; ``valid`` is seldom there.

    Raises
    ------
    FileNotFoundError
        If there is no such corpus, or no list to train or test with.

    Example
    -------
    >>> list_files(getfixture("tmpdir"), "emodb", 1)
    Traceback (most recent call last):
    FileNotFoundError: Expected lists of emodb in ..., but there are none. \
There is: nothing. Give --emobox=/path/to/EmoBox, a copy of its repository.
    """
    folder = Path(emobox)
    folder = folder / "data" if (folder / "data").is_dir() else folder
    known = sorted(path.parent.name for path in folder.glob("*/fold_1"))
    if corpus not in known:
        raise FileNotFoundError(
            f"Expected lists of {corpus} in {folder}, but there are none. "
            f"{offer(corpus, known)}. Give --emobox=/path/to/EmoBox, a copy of "
            "its repository."
        )
    place = folder / corpus / f"fold_{fold}"
    paths = {
        split: place / f"{corpus}_{split}_fold_{fold}.jsonl" for split in SPLITS
    }
    missing = [s for s in ("train", "test") if not paths[s].is_file()]
    if missing:
        folds = len([*(folder / corpus).glob("fold_*")])
        raise FileNotFoundError(
            f"Expected {paths[missing[0]]}, but there is no such file; of "
            f"{corpus} EmoBox has {folds} folds. Choose another --fold, or "
            "restore the file."
        )
    return {split: path for split, path in paths.items() if path.is_file()}


def read_lists(paths, clips):
    """The split of each clip as the lists say.

    Arguments
    ---------
    paths : dict
        Split to path, see ``list_files``.
    clips : pandas.DataFrame
        With the columns ``ID`` and ``wav``.

    Returns
    -------
    pandas.Series
        Of each clip, in the order of ``clips``; empty where no list has it.

    Raises
    ------
    ValueError
        If a list cannot be read, if no clip is in one, or one in several.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "test.jsonl"
    >>> _ = path.write_text('{"wav": "downloads/tiny/wav/a.wav"}')
    >>> clips = pandas.DataFrame({"ID": ["x/a", "x/b"]})
    >>> read_lists({"test": path}, clips.assign(wav=clips["ID"])).tolist()
    ['test', '']
    """
    listed = pandas.concat(
        [
            pandas.DataFrame({"path": _read(path), "split": split})
            for split, path in paths.items()
        ]
    )
    ours, theirs = clips["wav"].map(_parts), listed["path"].map(_parts)
    most = int(ours.str.len().max())
    depth = min(most, max(_depth(ours), _depth(theirs)))
    ours, theirs = ours.str[-depth:], theirs.str[-depth:]
    found = ours.map(dict(zip(theirs, listed["split"]))).fillna("")
    several = listed["split"].groupby(theirs).nunique().reindex(ours)
    twice = clips["wav"][(several > 1).to_numpy()].tolist()
    if twice:
        raise ValueError(
            f"Expected each file in one list of {paths['test'].parent}, but "
            f"{list_names(twice)} are in several. Restore EmoBox's lists, or "
            "give the whole folder of the corpus."
        )
    if not (found != "").any():
        raise ValueError(
            f"Expected clips of the corpus in {paths['test'].parent}, but its "
            f"files have other names: {listed['path'].iloc[0]}, and not "
            f"{clips['wav'].iloc[0]}. Give the folder of that corpus."
        )
    return found


def _read(path):
    try:
        lines = pandas.read_json(path, lines=True, dtype=str)
        return lines["wav"].tolist()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"Expected JSON lines with `wav` in {path}, but got: {error}. "
            "Restore EmoBox's lists."
        ) from None


def _parts(path):
    """Of a path, without the ending: one form of accents, one separator."""
    path = unicodedata.normalize("NFC", str(path).replace("\\", "/"))
    return PurePosixPath(path).with_suffix("").parts


def _depth(paths):
    """How many last parts of a path it takes to tell files apart."""
    deepest = int(paths.str.len().max())
    for depth in range(1, deepest):
        tails = paths.str[-depth:]
        if tails.nunique() == paths.nunique():
            return depth
    return deepest
