"""``extraction.json``: which file of the source every file of an extraction was
made of, with hashes of both. What it lists as it is now is not made again.
"""

import os
from pathlib import Path

from speechbrain_zsfuse.files import file_sha256, read_json, write_json

NAME = "extraction.json"
FORMAT = 1
_AGAIN = "Delete it and what lies beside it, and run the same command again."


def read_listing(folder):
    """What a folder was extracted from; empty if it was not.

    Arguments
    ---------
    folder : str or Path

    Returns
    -------
    dict
        Path of a source to its entry.

    Raises
    ------
    ValueError
        If the file is damaged, or the folder is not empty and has none.

    Example
    -------
    >>> read_listing(getfixture("tmpdir"))
    {}
    """
    folder = Path(folder)
    try:
        content = read_json(folder / NAME, _AGAIN)
    except FileNotFoundError:
        there = sorted(folder.glob("[!.]*"))
        if there:
            raise ValueError(
                f"Expected an empty folder, or one with {NAME}, in {folder}, "
                f"but there is {there[0].name}. Give another --out."
            ) from None
        return {}
    files = content.get("files")
    if content.get("format") != FORMAT or not _are_entries(files):
        raise ValueError(
            f"Expected what an extraction writes (format {FORMAT}) in "
            f"{folder / NAME}, but it is something else. {_AGAIN}"
        )
    return files


def _are_entries(files):
    return isinstance(files, dict) and all(
        isinstance(entry, dict) and isinstance(entry.get("to"), str)
        for entry in files.values()
    )


def write_listing(folder, files, failed):
    """Write it, sorted: equal content, equal bytes.

    Arguments
    ---------
    folder : str or Path
    files : dict
        Path of a source to its entry: see ``state_of``; ``to`` and
        ``to_sha256``, of the file that was made; and how.
    failed : dict
        Path of a source to what is wrong with it.

    Example
    -------
    >>> write_listing(getfixture("tmpdir"), {}, {}).name
    'extraction.json'
    """
    content = {"format": FORMAT, "files": dict(sorted(files.items()))}
    content["failed"] = dict(sorted(failed.items()))
    return write_json(Path(folder) / NAME, content)


def state_of(source):
    """What an entry says of its source.

    Arguments
    ---------
    source : Path

    Returns
    -------
    dict

    Example
    -------
    >>> path = Path(getfixture("tmpdir") / "a.csv")
    >>> _ = path.write_text("sad")
    >>> state_of(path)["size"]
    3
    """
    status = os.stat(source)
    return {
        "size": status.st_size,
        "modified_ns": status.st_mtime_ns,
        "sha256": file_sha256(source),
    }


def refresh(entry, source, target, rule):
    """The entry of a file that need not be made again; None if it must.

    Arguments
    ---------
    entry : dict or None
        As listed.
    source, target : Path
    rule : str, int or None
        Channel that is asked for now.

    Returns
    -------
    dict or None
        A source that was only touched has its new time.

    Example
    -------
    >>> refresh(None, Path("a.mp4"), Path("a.flac"), "mean") is None
    True
    """
    if entry is None or entry.get("rule") != rule or not target.is_file():
        return None
    status = os.stat(source)
    state = {"size": status.st_size, "modified_ns": status.st_mtime_ns}
    same = all(entry.get(key) == value for key, value in state.items())
    if not same and entry.get("sha256") != file_sha256(source):
        return None
    if entry.get("to_sha256") != file_sha256(target):
        return None
    return entry | state
