"""Where the files of a table lie: paths as people write them, below a folder.

The table may be in any folder, its paths absolute or relative, of Windows or
of another machine, with the ending that a file had before it was converted.
"""

import os
import re
from collections import Counter, defaultdict
from pathlib import Path
from posixpath import commonprefix, normpath, splitext
from unicodedata import normalize

from speechbrain_zsfuse.audio.sound import MEDIA, SOUNDS
from speechbrain_zsfuse.folders import find_files

_ENDINGS = SOUNDS + MEDIA
_ROOTS = re.compile(r"^(\$data_root|\{data_root\})/+")
_ABSOLUTE = re.compile(r"^(/|[A-Za-z]:/)")


def home_of(paths, table_folder):
    """The folder of a table's files, where nobody says it: that of the table;
    or, if files lie outside of it, the one that has all of them.

    Arguments
    ---------
    paths : pandas.Series
        See ``place_files``.
    table_folder : Path
        Absolute.

    Returns
    -------
    Path
        That of the table, too, if the files outside are not there, or have
        nothing but the root of the disk in common.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> (folder / "a.wav").touch()
    >>> import pandas
    >>> paths = pandas.Series([f"{folder}/a.wav"])
    >>> home_of(paths, folder / "tables") == folder
    True
    """
    names = [_tidy(path, ()) for path in paths.unique()]
    names = [normpath(os.path.join(table_folder, name)) for name in names]
    inside = os.path.join(table_folder, "")
    if all(name.startswith(inside) for name in names):
        return table_folder
    there = [name for name in names if os.path.isfile(name)]
    if all(name.startswith(inside) for name in there):
        return table_folder
    home = Path(os.path.commonpath(map(os.path.dirname, there)))
    return home if home.name else table_folder


def place_files(paths, data_folder, table_folder):
    r"""Find the files that a table names.

    Arguments
    ---------
    paths : pandas.Series
        Texts, not empty: relative to either folder or absolute.
    data_folder : Path
        All files lie below it.
    table_folder : Path

    Returns
    -------
    wavs : pandas.Series
        Paths below ``data_folder``, ``/`` between parts; empty where there is
        no such file.
    notes : list of str
        Files that are not where the table says, or have another ending.

    Example
    -------
    >>> from pathlib import Path
    >>> folder = Path(getfixture("tmpdir"))
    >>> (folder / "wav").mkdir()
    >>> (folder / "wav" / "a.ogg").touch()
    >>> import pandas
    >>> paths = pandas.Series([r"C:\ours\wav\a.wav", "b.wav"])
    >>> wavs, notes = place_files(paths, folder, folder)
    >>> wavs.tolist()
    ['wav/a.ogg', '']
    >>> notes
    ['1 files were found by name: C:/ours/wav/a.wav is wav/a.ogg, for one']
    """
    roots = {p.as_posix().rstrip("/") + "/" for p in _spellings(data_folder)}
    names = {path: _tidy(path, roots) for path in paths.unique()}
    found = _find_there(set(names.values()), data_folder, "")
    prefix = os.path.relpath(table_folder, data_folder).replace(os.sep, "/")
    if prefix != ".":
        rest = {n for n in names.values() if n not in found}
        found |= _find_there(rest, data_folder, prefix)
    rest = sorted({n for n in names.values() if n not in found})
    searched = _search(rest, data_folder, not found) if rest else {}
    notes = []
    if searched:
        name, wav = next(iter(searched.items()))
        notes.append(
            f"{len(searched):,} files were found by name: {name} is {wav}, "
            "for one"
        )
    found |= searched
    placed = {path: found.get(name, "") for path, name in names.items()}
    return paths.map(placed), notes


def _spellings(folder):
    return folder.absolute(), folder.resolve()


def _tidy(path, roots):
    """Relative to the folder of data, if it lies there; else as it is."""
    path = normpath(_ROOTS.sub("", path.replace("\\", "/")))
    for root in roots:
        if path.startswith(root):
            return path[len(root) :]
    return path


def _find_there(names, data_folder, prefix):
    """Name to path below the folder, of those that are there; a folder is
    listed once, however many of its files are asked for."""
    homes = defaultdict(list)
    for name in names:
        if not _ABSOLUTE.match(name):
            place = normpath(f"{prefix}/{name}" if prefix else name)
            if not place.startswith("../"):
                homes[place.rpartition("/")[0]].append((name, place))
    found = {}
    for home, asked in homes.items():
        there = _list(data_folder / home)
        found |= {
            name: place
            for name, place in asked
            if place.rpartition("/")[2] in there
        }
    return found


def _list(folder):
    try:
        with os.scandir(folder) as entries:
            return {entry.name for entry in entries if not entry.is_dir()}
    except (FileNotFoundError, NotADirectoryError):
        return frozenset()


def _search(names, data_folder, moved):
    """Name to path, by the end of the path without the ending of the file; a
    name that fits several files fits none, nor does a file that fits several
    names.

    Only if all have moved may folders be others: where some files are in their
    place, ``anna/1`` is missing, and ``ben/1`` or ``1`` is not it.
    """
    ends, wholes = defaultdict(list), defaultdict(list)
    for path in find_files(data_folder, _ENDINGS):
        wav = path.relative_to(data_folder).as_posix()
        stem, ending = _split(wav)
        wholes[stem].append((wav, ending))
        for end in _ends(stem):
            ends[end].append((wav, ending))
    # A folder of all of them may be that of the data, called otherwise there.
    folders = [name.split("/")[:-1] for name in names]
    common = len(commonprefix(folders)) if moved else 0
    found = {}
    for name in names:
        short = "/".join(name.split("/")[common:])
        fit = _fitting(name, ends, wholes, moved)
        fit = fit or _fitting(short, ends, wholes, moved)
        if len(fit) == 1:
            found[name] = fit[0]
    once = Counter(found.values())
    return {name: wav for name, wav in found.items() if once[wav] == 1}


def _fitting(name, ends, wholes, moved):
    """Files whose path ends as the name does; or the other way round, of names
    from another machine or if all have moved."""
    stem, ending = _split(name)
    fit = ends.get(stem, [])
    if not fit and (moved or _ABSOLUTE.match(name)):
        fit = [one for end in _ends(stem) for one in wholes.get(end, ())]
    same = [wav for wav, its in fit if its == ending]
    return same if len(same) == 1 else [wav for wav, _ in fit]


def _ends(stem):
    """A path and all its ends: /a/b/c, /b/c, /c."""
    places = [place for place, sign in enumerate(stem) if sign == "/"]
    return [stem[place:] for place in places]


def _split(name):
    """A path and its ending as they are compared: whatever the capitals, and
    whether an accent is a character or a part of one."""
    stem, ending = splitext(normalize("NFC", f"/{name}").lower())
    return (stem, ending) if ending in _ENDINGS else (stem + ending, "")
