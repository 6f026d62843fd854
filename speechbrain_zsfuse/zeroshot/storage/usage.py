"""Which models have used a store, by name, and when.

A table beside the answers. Older stores have none: their models are unnamed.
"""

import time
from typing import NamedTuple

from speechbrain_zsfuse.zeroshot.storage.layout import has_table

UNNAMED = "unnamed"
_SHOWN = 12  # of 64 hexadecimal digits
_TABLE = """
CREATE TABLE IF NOT EXISTS models (
    model TEXT PRIMARY KEY, name TEXT, first INTEGER, last INTEGER
)
"""
_NOTE = """
INSERT INTO models VALUES (?1, ?2, ?3, ?3) ON CONFLICT (model)
DO UPDATE SET name = excluded.name, last = excluded.last
"""
# The types are enforced, since damage may change them, too.
_FIND = """
SELECT CAST(model AS BLOB), CAST(name AS BLOB), CAST(first AS INTEGER),
    CAST(last AS INTEGER)
FROM models
"""


class Use(NamedTuple):
    """What is known of a model's use of a store.

    Arguments
    ---------
    name : str
        Class and source.
    first, last : int or None
        Seconds since 1970.

    Example
    -------
    >>> Use().name
    'unnamed'
    """

    name: str = UNNAMED
    first: int | None = None
    last: int | None = None


def title_of(model, use):
    """How a model is called: name and fingerprint, shortened.

    Example
    -------
    >>> title_of("f" * 64, Use("CLAP x"))
    'CLAP x (ffffffffffff)'
    """
    return f"{use.name} ({model[:_SHOWN]})"


def read_text(data):
    """Text out of a store as it is, damage included.

    Arguments
    ---------
    data : bytes or None

    Returns
    -------
    str

    Example
    -------
    >>> read_text(b"sad"), read_text(None)
    ('sad', '')
    """
    return (data or b"").decode("utf-8", "backslashreplace")


def note_use(database, model, name, now=None):
    """Note that a model is used now.

    Arguments
    ---------
    database : sqlite3.Connection
    model : str
        Fingerprint.
    name : str
    now : float, optional
        Seconds since 1970.

    Example
    -------
    >>> from speechbrain_zsfuse.file_cache import open_database
    >>> with open_database() as database:
    ...     note_use(database, "f1", "CLAP", now=1)
    ...     note_use(database, "f1", "CLAP", now=2)
    ...     read_uses(database)
    {'f1': Use(name='CLAP', first=1, last=2)}
    """
    seconds = int(time.time() if now is None else now)
    with database:
        database.execute(_TABLE)
        database.execute(_NOTE, (model, name, seconds))


def read_uses(database):
    """Fingerprint to ``Use``, of the models that are noted.

    Example
    -------
    See ``note_use``.
    """
    if not has_table(database, "models"):
        return {}
    return {
        read_text(model): Use(read_text(name), *dates)
        for model, name, *dates in database.execute(_FIND)
    }


def forget_use(database, model):
    """Remove what is noted of a model, within a transaction.

    Example
    -------
    >>> from speechbrain_zsfuse.file_cache import open_database
    >>> with open_database() as database:
    ...     note_use(database, "f1", "CLAP")
    ...     forget_use(database, "f1")
    ...     read_uses(database)
    {}
    """
    if read_uses(database):
        database.execute("DELETE FROM models WHERE model = ?", (model,))
