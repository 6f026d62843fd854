"""Files: read strictly, hashed, and written whole or not at all.

A file is written aside, then renamed. What is damaged is an error that names
it, never a default.
"""

import codecs
import hashlib
import json
import os
import re
from contextlib import contextmanager, suppress
from pathlib import Path

from speechbrain_zsfuse.errors import show, unreadable


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
    return write_bytes(path, text.encode())


def write_bytes(path, content):
    """The same for any file.

    Example
    -------
    >>> write_bytes(getfixture("tmpdir") / "a.png", b"PNG").read_bytes()
    b'PNG'
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(aside, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except BaseException as error:
        with suppress(OSError):
            aside.unlink()  # half a file would keep a full disk full
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)
        raise
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
            f"{show(value, 1000)} ({error}). Nothing was written."
        ) from error
    return write_text(path, text + "\n")


def read_json(path, advice):
    """Read a JSON object, strictly: numbers are finite, no key comes twice.

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
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            object_pairs_hook=without_doubles,
        )
    except FileNotFoundError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(
            f"Expected a JSON object in {path}, but it cannot be read: "
            f"{error}. {advice}"
        ) from error
    if not isinstance(value, dict):
        raise ValueError(
            f"Expected a JSON object in {path}, but got {show(value)}. {advice}"
        )
    return value


def without_doubles(pairs):
    """An object of JSON as a dict, for ``json``; no key may come twice.

    Example
    -------
    >>> json.loads('{"a": 1, "a": 2}', object_pairs_hook=without_doubles)
    Traceback (most recent call last):
    ValueError: the key 'a' stands there twice
    """
    entries = dict(pairs)
    if len(entries) < len(pairs):
        keys = [key for key, _ in pairs]
        double = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {double!r} stands there twice")
    return entries


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
        raise unreadable(path, error) from error
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


def check_unchanged(path, sha256, witness, advice):
    """Raise a ValueError if a file is not as it was written.

    Arguments
    ---------
    path : str or Path
    sha256 : str or None
        What it had then, 64 hexadecimal digits; None: nobody knows.
    witness : str or Path
        Where that stands, for the error.
    advice : str
        What to do, for the error.

    Example
    -------
    >>> path = write_text(getfixture("tmpdir") / "a.csv", "ID")
    >>> check_unchanged(path, "0" * 64, "a.json", "Make it again.")
    Traceback (most recent call last):
    ValueError: Expected ...a.csv as a.json says, but it was edited or damaged \
since. Make it again.
    """
    if sha256 not in (None, file_sha256(path)):
        raise ValueError(
            f"Expected {path} as {witness} says, but it was edited or damaged "
            f"since. {advice}"
        )


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


@contextmanager
def hold_lock(path, wait):
    """Keep others from what a file stands for; on network file systems that
    have no locks, nobody is kept.

    Arguments
    ---------
    path : str or Path
        Of the file; who is killed holds it no longer.
    wait : bool
        For whoever else has it.

    Yields
    ------
    bool
        Whether nobody else is at it.

    Example
    -------
    >>> path = str(getfixture("tmpdir") / "a.lock")
    >>> with hold_lock(path, wait=False) as ours:
    ...     with hold_lock(path, wait=False) as others:
    ...         print(ours, others)
    True False
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    try:
        lock.acquire(timeout=-1 if wait else 0)
    except Timeout:
        yield False
        return
    except NotImplementedError:
        pass
    try:
        yield True
    finally:
        lock.release()
