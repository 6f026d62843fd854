"""What there is to extract in a folder, and what becomes of it: names alone."""

from pathlib import PurePosixPath
from typing import NamedTuple

from speechbrain_zsfuse.audio.sound import MEDIA, SOUNDS
from speechbrain_zsfuse.corpora.media.listing import NAME
from speechbrain_zsfuse.errors import list_names, shorten
from speechbrain_zsfuse.folders import nearest_path, walk_files

KINDS = tuple(ending[1:] for ending in MEDIA)
# Tables and notes, which a preparation may need.
TEXTS = ".csv", ".tsv", ".txt", ".json", ".jsonl", ".yaml", ".yml", ".md"


class Survey(NamedTuple):
    """Names below a folder, with ``/`` between parts.

    Arguments
    ---------
    media : dict
        Name to that of the FLAC it becomes.
    texts : list of str
        What is copied.
    sounds : list of str
        What can be read as it is, and is left where it lies.
    ignored : list of str
        Media that are no part of the corpus.

    Example
    -------
    >>> Survey({"a.mp4": "a.flac"}, [], [], []).media["a.mp4"]
    'a.flac'
    """

    media: dict[str, str]
    texts: list[str]
    sounds: list[str]
    ignored: list[str]


def survey(folder, kinds=KINDS, ignored=lambda name: False):
    """Look through a folder; hidden files and folders are left out.

    Arguments
    ---------
    folder : Path
    kinds : iterable of str
        Endings of what is extracted, without dot.
    ignored : callable
        Name to whether it is no part of the corpus.

    Returns
    -------
    Survey

    Raises
    ------
    FileNotFoundError
        If there is no such folder, or nothing to extract.
    ValueError
        If two files would become one.

    Example
    -------
    >>> folder = getfixture("tmp_path")
    >>> for name in ("a.MP4", "labels.csv", "b.wav", "._a.mp4"):
    ...     (folder / name).touch()
    >>> survey(folder)
    Survey(media={'a.MP4': 'a.flac'}, texts=['labels.csv'], \
sounds=['b.wav'], ignored=[])
    """
    if not folder.is_dir():
        raise FileNotFoundError(
            f"Expected a folder of recordings in {folder}, but there is none. "
            f"{nearest_path(folder)}Correct the path."
        )
    kinds = tuple(f".{kind.lower().removeprefix('.')}" for kind in kinds)
    names = [
        path.relative_to(folder).as_posix()
        for path in walk_files(folder, "")
        if path.name[0] != "."
    ]
    found = [name for name in names if name.lower().endswith(kinds)]
    left = {name: None for name in found if ignored(name)}  # a set in order
    found = [name for name in found if name not in left]
    if not found:
        raise FileNotFoundError(
            f"Expected files with the endings {', '.join(kinds)} in {folder}, "
            f"but there is none. There is: {list_names(names) or 'nothing'}. "
            "Correct the path, or name other endings: --kinds wav,flac."
        )
    media = {n: str(PurePosixPath(n).with_suffix(".flac")) for n in found}
    _refuse_equal(media)
    taken = {*media, *left, NAME}
    others = (_others(names, e, taken) for e in (TEXTS, SOUNDS))
    return Survey(media, *others, [*left])


def _others(names, endings, taken):
    return [n for n in names if n.lower().endswith(endings) and n not in taken]


def _refuse_equal(media):
    """Two files that would become one."""
    makers = {}
    for name, target in media.items():
        makers.setdefault(target, []).append(name)
    makers = {t: names for t, names in makers.items() if len(names) > 1}
    if not makers:
        return
    lines = [f"  {t}: {', '.join(names)}" for t, names in makers.items()]
    found = [
        PurePosixPath(n).suffix for names in makers.values() for n in names
    ]
    often = max(sorted({*found}), key=found.count)
    raise ValueError(
        "Expected one recording to become one FLAC, but several that differ in "
        f"their endings alone would become {len(lines):,}:\n{shorten(lines)}\n"
        "If they are the same recording, choose an ending: --kinds "
        f"{often[1:].lower()}, for instance, takes files with it alone. If "
        "not, give each a name of its own."
    )
