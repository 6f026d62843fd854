"""Files: found in folders, and written whole or not at all (aside, renamed)."""

import codecs
import hashlib
import json
import os
import re
from pathlib import Path


def write_text(path, text):
    """Write a text file so that a kill leaves the old one or the new one.

    Arguments
    ---------
    path : str or Path
        Its folder is made if need be.
    text : str

    Returns
    -------
    Path

    Example
    -------
    >>> path = write_text(getfixture("tmpdir") / "sub" / "a.txt", "whole")
    >>> path.read_text()
    'whole'
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with open(aside, "w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, path)
    return path


def clear_unfinished(folder):
    """Remove what killed processes had begun to write; nobody else writes.

    Arguments
    ---------
    folder : str or Path

    Example
    -------
    >>> clear_unfinished(getfixture("tmpdir"))
    """
    for path in Path(folder).glob(".*"):
        if re.fullmatch(r"\..+\.\d+", path.name) and path.is_file():
            path.unlink()


def write_json(path, value):
    """Write indented JSON, strictly: numbers are finite; see ``write_text``.

    Raises
    ------
    ValueError
        If there is something that JSON cannot hold.

    Example
    -------
    >>> path = write_json(getfixture("tmpdir") / "a.json", {"n": 1})
    >>> read_json(path, "Make it again.")
    {'n': 1}
    >>> write_json("b.json", {"loss": float("nan")})
    Traceback (most recent call last):
    ValueError: Expected values of JSON, numbers finite, for b.json, but got \
{'loss': nan} (Out of range float values ...). Nothing was written.
    """
    try:
        text = json.dumps(value, indent=2, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"Expected values of JSON, numbers finite, for {path}, but got "
            f"{value!r:.1000} ({error}). Nothing was written."
        ) from error
    return write_text(path, text + "\n")


def read_json(path, advice):
    """Read a JSON object, strictly.

    Arguments
    ---------
    path : str or Path
    advice : str
        What to do if it is damaged, for the error.

    Returns
    -------
    dict

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is something else.

    Example
    -------
    >>> read_json(write_text(getfixture("tmpdir") / "a.json", "[]"), "Go on.")
    Traceback (most recent call last):
    ValueError: Expected a JSON object in ...a.json, but got []. Go on.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        value = json.loads(text, parse_constant=_refuse_constant)
    except FileNotFoundError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(
            f"Expected a JSON object in {path}, but it cannot be read: "
            f"{error}. {advice}"
        ) from error
    if not isinstance(value, dict):
        raise ValueError(
            f"Expected a JSON object in {path}, but got {value!r:.80}. {advice}"
        )
    return value


def _refuse_constant(name):
    raise ValueError(f"{name} is no number of JSON")


def read_lines(path):
    """Lines of a text file in UTF-8, or in UTF-16 that says so.

    Bytes that are neither become question marks.

    Arguments
    ---------
    path : str or Path

    Returns
    -------
    list of str

    Raises
    ------
    OSError
        If it cannot be read; PermissionError, FileNotFoundError and others.

    Example
    -------
    >>> read_lines(write_text(getfixture("tmpdir") / "a.txt", "a\\r\\nb"))
    ['a', 'b']
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise type(error)(
            f"Expected to read {path}, but: {error.strerror or error}. Restore "
            "the file, or ask its owner for permission (chmod a+r)."
        ) from error
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = data.decode("utf-16" if wide else "utf-8-sig", errors="replace")
    return text.splitlines()


def file_sha256(path):
    """sha256 of a file, 64 hexadecimal digits.

    Example
    -------
    >>> file_sha256(write_text(getfixture("tmpdir") / "empty", ""))[:8]
    'e3b0c442'
    """
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def file_state(path):
    """What changes when a file does; None if it is not there.

    Size in bytes, times of change of content and of the entry in ns, and
    number of the entry: the last two tell when size and time were kept. A
    copy, or a network drive that numbers its files anew, is another file.

    Example
    -------
    >>> file_state(getfixture("tmpdir") / "missing") is None
    True
    """
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


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
    PermissionError
        If a folder cannot be read.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> (folder / "a.WAV").touch()
    >>> [path.name for path in find_files(folder, (".wav", ".flac"))]
    ['a.WAV']
    """
    found = []
    for place, folders, names in os.walk(
        folder, onerror=_refuse, followlinks=True
    ):
        here = Path(place)
        folders[:] = [
            name
            for name in folders
            # A link to a folder above would never end.
            if name[0] != "." and not _lies_in(here, (here / name).resolve())
        ]
        found += [here / n for n in names if n.lower().endswith(suffixes)]
    return sorted(found, key=str)  # thrice as fast as by parts of the path


def _lies_in(place, folder):
    return place.resolve().is_relative_to(folder)


def _refuse(error):
    if isinstance(error, FileNotFoundError):
        return
    raise PermissionError(
        f"Expected to read the folder {error.filename}, but the system "
        f"refuses: {error.strerror}. Give yourself permission, for instance "
        f"with: chmod -R u+rX {error.filename}"
    ) from error


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
        raise PermissionError(
            f"Expected to read {folder}, but there is no permission. Ask its "
            "owner, or change it (chmod a+rX)."
        )
    if is_corpus(folder):
        return folder
    problem = "there is none" if folder.is_dir() else "there is no such folder"
    near = [*folder.parents[:4], *_children(folder)]
    meant = next((place for place in near if is_corpus(place)), None)
    raise FileNotFoundError(
        f"Expected {description} in {folder}, but {problem}. "
        + (f"Did you mean {meant}?" if meant else "Give the corpus's folder.")
    )


def _children(folder):
    """Folders one and two levels below."""
    for pattern in ("*/", "*/*/"):
        yield from sorted(p for p in folder.glob(pattern) if p.is_dir())
