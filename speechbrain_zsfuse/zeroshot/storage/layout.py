"""How answers lie in the SQLite file, and when one of them is intact.

One tree of rows under a number made from the key: a look-up walks down once,
and a page holds several embeddings. A checksum over key and value tells an
intact row, wherever it came to lie. This file opens no database.
"""

import hashlib
import json
import sqlite3
import zlib

import numpy as np

PAGE = 8192  # bytes; three embeddings of 512 floats
_TABLE = """
CREATE TABLE IF NOT EXISTS answers (
    id INTEGER PRIMARY KEY, model TEXT, audio TEXT, input TEXT, prompt TEXT,
    kind TEXT, value BLOB, checksum INTEGER
)
"""
# The types are enforced, since damage may change them, too.
FIND = """
SELECT CAST(kind AS BLOB), CAST(value AS BLOB), CAST(checksum AS INTEGER)
FROM answers WHERE id = ?
"""
KEEP = "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_VECTOR, _JSON = "float32", "json"
_COLUMNS = ["model", "audio", "input", "prompt", "kind", "value", "checksum"]
_TABLES = {"answers", "models", "facts"}


def prepare(database):
    """Make the table of answers, or one of an older store into it.

    Arguments
    ---------
    database : sqlite3.Connection

    Returns
    -------
    bool
        Whether it was an older one; all its answers are kept.

    Raises
    ------
    sqlite3.DatabaseError
        If it holds something else: then nothing is changed.

    Example
    -------
    >>> from speechbrain_zsfuse.file_cache import open_database
    >>> with open_database() as database:
    ...     prepare(database)
    ...     database.execute("SELECT COUNT(*) FROM answers").fetchone()
    False
    (0,)
    """
    _refuse_others(database)
    older = _is_older(database)
    if older:
        with database:
            database.execute("BEGIN IMMEDIATE")
            if _is_older(database):  # no other process was faster
                _convert(database)
    database.execute(_TABLE)
    return older


def _refuse_others(database):
    """Another program's database is not written to."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table'"
    names = [name for (name,) in database.execute(query)]
    others = [n for n in names if n not in _TABLES and n[:7] != "sqlite_"]
    if others:
        raise sqlite3.DatabaseError(f"it has a table {others[0]}")
    columns = _columns(database)
    if columns and [name for name in columns if name != "id"] != _COLUMNS:
        raise sqlite3.DatabaseError(f"its answers have {', '.join(columns)}")


def _is_older(database):
    """Older stores have a second tree, of keys of any length."""
    return _columns(database)[:1] == _COLUMNS[:1]


def _columns(database):
    rows = database.execute("PRAGMA table_info(answers)")
    return [name for _, name, *_ in rows]


def _convert(database):
    database.create_function("number", 4, _number, deterministic=True)
    database.execute("ALTER TABLE answers RENAME TO older")
    database.execute(_TABLE)
    key = ", ".join(
        f"CAST({part} AS BLOB)"
        for part in ("model", "audio", "input", "prompt")
    )
    database.execute(
        f"INSERT OR IGNORE INTO answers SELECT number({key}), model, audio, "
        "input, prompt, kind, value, checksum FROM older"
    )
    database.execute("DROP TABLE older")


def has_table(database, name):
    """Whether a store has a table: older ones have fewer.

    Example
    -------
    >>> from speechbrain_zsfuse.file_cache import open_database
    >>> with open_database() as database:
    ...     prepare(database)
    ...     has_table(database, "answers"), has_table(database, "models")
    False
    (True, False)
    """
    query = "SELECT 1 FROM sqlite_master WHERE name = ?"
    return bool(database.execute(query, (name,)).fetchone())


def walk(database, select, size, **values):
    """Rows of answers, some at a time; no lock lasts longer than that.

    Arguments
    ---------
    database : sqlite3.Connection
    select : str
        "SELECT id, … FROM answers", perhaps with one condition.
    size : int
        Rows at a time.
    **values
        Of the names in the condition: ":model".

    Yields
    ------
    list of tuple

    Raises
    ------
    sqlite3.DatabaseError
        If the tree of rows is damaged.

    Example
    -------
    >>> from speechbrain_zsfuse.file_cache import open_database
    >>> with open_database() as database:
    ...     prepare(database)
    ...     list(walk(database, "SELECT id, model FROM answers", 1000))
    False
    []
    """
    word = "AND" if " WHERE " in select else "WHERE"
    query = f"{select} {word} id >= :start ORDER BY id LIMIT {size}"
    values["start"], last = -(2**63), 2**63 - 1
    while rows := database.execute(query, values).fetchall():
        numbers = [values["start"] - 1, *(row[0] for row in rows)]
        if any(a >= b for a, b in zip(numbers, numbers[1:])):
            raise sqlite3.DatabaseError("rows out of order")
        yield rows
        if rows[-1][0] == last:
            return
        values["start"] = rows[-1][0] + 1


def number_of(key):
    """The number that a key's row has.

    64 bits of a hash: two of a million keys share one with a chance of 3 in a
    hundred million, and then neither is taken for the other.

    Arguments
    ---------
    key : tuple of str

    Returns
    -------
    int

    Example
    -------
    >>> number_of(("model", "sha256", "1", ""))
    -7967785909608156579
    """
    return _number(*(part.encode() for part in key))


def _number(*parts):
    text = b"\0".join(part or b"" for part in parts)
    digest = hashlib.blake2b(text, digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def to_row(key, answer):
    """What is stored of an answer.

    Arguments
    ---------
    key : tuple of str
    answer : numpy.ndarray or object
        float32, shape [D], or a JSON value.

    Returns
    -------
    tuple

    Raises
    ------
    TypeError
        If the answer is neither.

    Example
    -------
    >>> _, *key, kind, value, checksum = to_row(("m", "a", "1", ""), "sad")
    >>> key, kind, value
    (['m', 'a', '1', ''], 'json', b'"sad"')
    """
    kind, value = _encode(answer)
    checksum = checksum_of(key, kind.encode(), value)
    return (number_of(key), *key, kind, value, checksum)


def _encode(answer):
    """Kind and bytes of an answer."""
    if isinstance(answer, np.ndarray):
        if answer.dtype == np.float32 and answer.ndim == 1:
            return _VECTOR, answer.tobytes()
        got = f"{answer.dtype} of shape {list(answer.shape)}"
    else:
        try:
            return _JSON, json.dumps(answer).encode()
        except TypeError as error:
            got = str(error)
    raise TypeError(
        "Expected to store a float32 numpy array of shape [D] or a JSON value, "
        f"but got: {got}. Convert it; of a batch, store each row by itself."
    )


def decode(kind, value):
    """The answer of an intact row.

    Example
    -------
    >>> decode(b"json", b'"sad"')
    'sad'
    """
    if kind == _VECTOR.encode():
        return np.frombuffer(value, np.float32)
    return json.loads(value)


def checksum_of(key, kind, value):
    """Over what is stored, and under which key.

    Arguments
    ---------
    key : tuple of str
    kind, value : bytes or None

    Returns
    -------
    int

    Example
    -------
    >>> checksum_of(("m", "a", "1", ""), b"json", b"1")
    4142463810
    """
    name = "\0".join(key).encode() + (kind or b"")
    return zlib.crc32(value or b"", zlib.crc32(name))
