"""What was once found out about files, so that it is not found out again.

One SQLite file. A file is known by its path and what changes when it does,
see ``files.file_state``: a copy, or a network drive that numbers its files
anew, is only read once more. What is remembered is a JSON value with a
checksum over all of this, so that damage is never believed. Each call of
``keep`` is a transaction: a kill loses what came after, nothing else.
Processes may share the file: each waits for the others' writing.
"""

import json
import os
import sqlite3
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

from speechbrain_zsfuse.files import file_state
from speechbrain_zsfuse.progress import show_bar

_PATIENCE = 600  # seconds to wait for another process's transaction
# More would wait for one another: reading sound is mostly Python and C code
# that lets no other thread run.
THREADS = min(4, os.cpu_count() or 1)
_TABLE = """
CREATE TABLE IF NOT EXISTS facts (
    kind TEXT, path TEXT, size INTEGER, modified INTEGER, value TEXT,
    checksum INTEGER, PRIMARY KEY (kind, path)
)
"""
# The types are enforced, since damage may change them, too.
_FIND = """
SELECT CAST(size AS INTEGER), CAST(modified AS INTEGER),
    CAST(value AS BLOB), CAST(checksum AS INTEGER)
FROM facts WHERE kind = ? AND path = ?
"""
# What SQLite says when the file itself is fine; all else is damage.
_SURROUNDINGS = (
    ("is full", "there is no room", "Make room, and run it again."),
    ("is locked", "others write all the time", "Wait, and run it again."),
    ("readonly", "it may not be written", "Give yourself permission."),
    ("unable to open", "it cannot be opened", "Is it, or its folder, yours?"),
    ("disk I/O", "the disk fails", "If the disk is fine, delete the file."),
)


class FileCache:
    """Facts of one kind about files.

    Arguments
    ---------
    database : sqlite3.Connection
        See ``open_database``.
    kind : str
        Name of what is remembered.
    folder : str or Path
        What the paths are relative to.
    file_of : callable, optional
        Path to that of the file it is about, if it may be a place within one.

    Example
    -------
    >>> path = Path(getfixture("tmpdir") / "a.txt")
    >>> _ = path.write_text("abc")
    >>> with open_database() as database:
    ...     cache = FileCache(database, "letters", path.parent)
    ...     cache.recall(["a.txt"])
    ...     cache.keep({"a.txt": 3})
    ...     cache.recall(["a.txt"])
    {}
    {'a.txt': 3}
    """

    def __init__(self, database, kind, folder, file_of=Path):
        self.database, self.kind, self.folder = database, kind, Path(folder)
        self.file_of = file_of
        self._stats = {}
        with database:
            database.execute(_TABLE)

    @property
    def path(self):
        """Of the database; empty if it is in memory."""
        return self.database.execute("PRAGMA database_list").fetchone()[2]

    def recall(self, paths):
        """What is remembered of files that have not changed since.

        Arguments
        ---------
        paths : iterable of str

        Returns
        -------
        dict
            Path to value.
        """
        stats = {
            path: file_state(self.file_of(self.folder / path)) for path in paths
        }
        self._stats |= stats
        found = {}
        for path, stat in stats.items():
            place = self.kind, _text(path)
            row = self.database.execute(_FIND, place).fetchone()
            if row is None or stat is None or row[:2] != stat[:2]:
                continue
            *_, value, checksum = row
            if value and checksum == _checksum(self.kind, path, stat, value):
                found[path] = json.loads(value)
        return found

    def keep(self, values):
        """Remember values of files, as these were when recalled.

        Arguments
        ---------
        values : dict
            Path to JSON value; each path was asked for before.
        """
        rows = []
        for path, value in values.items():
            if stat := self._stats[path]:
                text = json.dumps(value)
                checksum = _checksum(self.kind, path, stat, text.encode())
                rows.append((self.kind, _text(path), *stat[:2], text, checksum))
        with self.database:
            self.database.executemany(
                "INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?, ?, ?)", rows
            )


def look_up(facts, paths, find, title, progress=True, keep_if=None, batch=64):
    """What is remembered of files, and, found out in threads, what is not.

    Arguments
    ---------
    facts : FileCache
    paths : list of str
        As ``facts`` knows files.
    find : callable
        A path to the JSON value that is remembered.
    title : str
        Of the bar.
    progress : bool
        Whether to show it.
    keep_if : callable, optional
        Whether a value is remembered; default: all are.
    batch : int
        Files between two transactions.

    Returns
    -------
    dict
        Path to value.

    Raises
    ------
    Exception
        What ``find`` raised; batches before it are remembered.

    Example
    -------
    >>> path = Path(getfixture("tmpdir") / "a.txt")
    >>> _ = path.write_text("abc")
    >>> def count(name):
    ...     return path.stat().st_size
    >>> with open_database() as database:
    ...     facts = FileCache(database, "letters", path.parent)
    ...     look_up(facts, ["a.txt"], count, "Counting", progress=False)
    {'a.txt': 3}
    """
    found = facts.recall(paths)
    todo = [path for path in dict.fromkeys(paths) if path not in found]
    batches = [todo[i : i + batch] for i in range(0, len(todo), batch)]
    bar = show_bar(
        title=title,
        wanted=progress,
        total=len(found) + len(todo),
        initial=len(found),
        unit=" clip",
    )

    def find_all(batch):
        return {path: find(path) for path in batch}

    with bar, ThreadPoolExecutor(THREADS) as pool:
        for new in pool.map(find_all, batches):
            last = {
                p: v for p, v in new.items() if keep_if is None or keep_if(v)
            }
            facts.keep(last)
            found |= new
            bar.update(len(new))
    return found


def _text(path):
    """As it is, but for bytes that are no UTF-8, which SQLite refuses."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _checksum(kind, path, stat, value):
    """Over what is remembered, and of which file in which state."""
    facts = json.dumps([kind, path, stat]).encode()
    return zlib.crc32(value, zlib.crc32(facts))


@contextmanager
def open_database(path=None, description="a database"):
    """A SQLite file, made with its folder if need be; None: in memory.

    Arguments
    ---------
    path : str or Path, optional
    description : str
        What it holds, for the error.

    Raises
    ------
    ValueError
        If the file is damaged, or something else.
    OSError
        If it cannot be written: no room, no permission, another's lock.

    Example
    -------
    >>> with open_database() as database:
    ...     database.execute("SELECT 1").fetchone()
    (1,)
    """
    if path is not None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    try:
        with closing(
            sqlite3.connect(path or ":memory:", timeout=_PATIENCE)
        ) as database:
            _read_schema(database)
            yield database
    except sqlite3.DatabaseError as error:
        for words, problem, advice in _SURROUNDINGS:
            if words in str(error):
                raise OSError(
                    f"Expected to use {description} in {path}, but {problem} "
                    f"({error}). {advice}"
                ) from error
        raise ValueError(
            f"Expected {description} in {path}, but it is damaged, or "
            f"something else ({error}). Delete it, unless you need it: it will "
            "be made again."
        ) from error


def _read_schema(database):
    """SQLite may quote damage that is no text in its complaint."""
    try:
        database.execute("SELECT name FROM sqlite_master").fetchall()
    except UnicodeDecodeError as error:
        raise sqlite3.DatabaseError(str(error.object)) from error
