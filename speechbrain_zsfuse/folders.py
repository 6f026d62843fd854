"""Folders of a user: which files are below, is it the corpus's folder, and what
was meant by a path that is not there.
"""

import os
from difflib import get_close_matches
from pathlib import Path

from speechbrain_zsfuse.errors import unreadable


def find_files(folder, suffixes):
    """All files of some kinds below a folder, links followed.

    Arguments
    ---------
    folder : str or Path
    suffixes : tuple of str
        In lower case, with the dot.

    Returns
    -------
    list of Path
        Sorted; empty if there is no such folder. Hidden folders hold what is
        not finished, and are left out.

    Raises
    ------
    OSError
        If a folder cannot be read; mostly a PermissionError.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> (folder / "a.WAV").touch()
    >>> [path.name for path in find_files(folder, (".wav", ".flac"))]
    ['a.WAV']
    """
    # thrice as fast as by parts of the path
    return sorted(walk_files(folder, suffixes), key=str)


def walk_files(folder, suffixes):
    """The same one by one, sorted within each folder: no list is made.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> (folder / "a").mkdir()
    >>> (folder / "a" / "b.wav").touch()
    >>> (folder / "c.wav").touch()
    >>> [path.name for path in walk_files(folder, (".wav",))]
    ['c.wav', 'b.wav']
    """
    for place, folders, names in os.walk(
        folder, onerror=_refuse, followlinks=True
    ):
        here = Path(place)
        folders[:] = sorted(
            name
            for name in folders
            # A link to a folder above would never end.
            if name[0] != "." and not _lies_in(here, (here / name).resolve())
        )
        for name in sorted(names):
            if name.lower().endswith(suffixes):
                yield here / name


def _lies_in(place, folder):
    return place.resolve().is_relative_to(folder)


def _refuse(error):
    if not isinstance(error, FileNotFoundError):
        raise unreadable(error.filename, error) from error


def nearest_path(path):
    """ "Did you mean …? ", if a path that is not there is like one that is;
    else nothing.

    Arguments
    ---------
    path : str or Path

    Returns
    -------
    str

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> (folder / "results").mkdir()
    >>> nearest_path(folder / "resluts" / "clap")
    'Did you mean .../results? '
    """
    path = Path(path)
    while len(path.parts) > 1 and not path.parent.is_dir():
        path = path.parent
    try:
        there = [n for n in os.listdir(path.parent) if n[0] != "."]
    except OSError:  # it may be read by nobody
        return ""
    if path.name in there:  # it is something else
        return ""
    near = get_close_matches(path.name, there, n=3, cutoff=0.7)
    meant = ", ".join(str(path.parent / name) for name in near)
    return f"Did you mean {meant}? " if near else ""


def check_folder(folder, is_corpus, description):
    """Return the corpus folder, or say which folder was meant.

    Arguments
    ---------
    folder : str or Path
        Given by the user.
    is_corpus : callable
        Path to bool.
    description : str
        What the folder should hold, for the error.

    Returns
    -------
    Path
        Absolute.

    Raises
    ------
    FileNotFoundError
        If it is not the corpus; with the right folder, if that is near.
    PermissionError
        If it cannot be read.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> (folder / "release" / "Session1").mkdir(parents=True)
    >>> def has_sessions(place):
    ...     return (place / "Session1").is_dir()
    >>> check_folder(folder / "release", has_sessions, "Session1").name
    'release'
    """
    folder = Path(folder).resolve()
    if folder.is_dir() and not os.access(folder, os.R_OK | os.X_OK):
        raise unreadable(folder, PermissionError())
    if is_corpus(folder):
        return folder
    is_there = folder.is_dir()
    problem = "there is none" if is_there else "there is no such folder"
    near = [*folder.parents[:4], *_children(folder)]
    meant = next((place for place in near if is_corpus(place)), None)
    hint = f"Did you mean {meant}?" if meant else "Give the corpus's folder."
    if not (meant or is_there):
        hint = f"{nearest_path(folder)}{hint}"
    raise FileNotFoundError(
        f"Expected {description} in {folder}, but {problem}. {hint}"
    )


def _children(folder):
    """Folders one and two levels below."""
    for pattern in ("*/", "*/*/"):
        yield from sorted(p for p in folder.glob(pattern) if p.is_dir())
