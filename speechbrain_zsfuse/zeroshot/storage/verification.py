"""Is every stored answer intact? All are read, a thousand at a time.

Others may go on with the store meanwhile: no lock lasts longer than that.
"""

from typing import NamedTuple

from speechbrain_zsfuse.progress import show_bar
from speechbrain_zsfuse.zeroshot.storage import layout
from speechbrain_zsfuse.zeroshot.storage.usage import (
    Use,
    read_text,
    read_uses,
    title_of,
)

_CHUNK = 1000
_PARTS = ("model", "audio", "input", "prompt", "kind", "value")
_COLUMNS = ", ".join(f"CAST({part} AS BLOB)" for part in _PARTS)
_SELECT = f"SELECT id, CAST(checksum AS INTEGER), {_COLUMNS} FROM answers"
_AGAIN = f"{_SELECT} WHERE id = ?"


class Damaged(NamedTuple):
    """An answer that is not what was stored.

    Arguments
    ---------
    number : int
        Of its row.
    model, audio : str
        Name and fingerprint, and sha256, as far as these can be read.

    Example
    -------
    >>> print(Damaged(1, "CLAP x (0123456789ab)", "e3b0c442"))
    an answer of CLAP x (0123456789ab) about the audio with sha256 e3b0c442
    """

    number: int
    model: str
    audio: str

    def __str__(self):
        return (
            f"an answer of {self.model} about the audio with sha256 "
            f"{self.audio}"
        )


def find_damaged(store, progress=True):
    """Check every answer.

    Arguments
    ---------
    store : AnswerStore
    progress : bool
        Whether to show a bar.

    Returns
    -------
    list of Damaged
        They count as not stored, and will be computed again when needed.

    Raises
    ------
    ValueError
        If the file itself is damaged.

    Example
    -------
    >>> from speechbrain_zsfuse.zeroshot.store import AnswerKey, AnswerStore
    >>> store = AnswerStore(getfixture("tmpdir"))
    >>> store.keep({AnswerKey("model", "sha256", "1"): "sad"})
    >>> find_damaged(store, progress=False)
    []
    """
    damaged = []
    bar = show_bar(
        title="Checking answers",
        wanted=progress,
        total=len(store),
        unit=" answer",
    )
    with bar, store.open() as database:
        uses = read_uses(database)
        for rows in layout.walk(database, _SELECT, _CHUNK):
            bad = [row for row in rows if not _is_intact(*row)]
            damaged += [_describe(uses, *row) for row in bad]
            bar.update(len(rows))
    return damaged


def _describe(uses, number, _, model, audio, *rest):
    model = read_text(model)
    title = title_of(model, uses.get(model, Use()))
    return Damaged(number, title, read_text(audio))


def _is_intact(number, checksum, *parts):
    """Whether a row is what was stored, and lies where it is looked for."""
    *key, kind, value = parts
    try:
        key = [part.decode() for part in key]
    except (AttributeError, UnicodeDecodeError):  # nothing there, or no text
        return False
    return number == layout.number_of(key) and checksum == layout.checksum_of(
        key, kind, value
    )


def remove_damaged(store, damaged):
    """Remove damaged answers, and no other.

    What was stored anew in their place since they were found is left.

    Arguments
    ---------
    store : AnswerStore
    damaged : list of Damaged

    Returns
    -------
    int
        How many were removed.

    Example
    -------
    >>> from speechbrain_zsfuse.zeroshot.store import AnswerStore
    >>> remove_damaged(AnswerStore(getfixture("tmpdir")), [])
    0
    """
    removed = 0
    with store.open() as database:
        for start in range(0, len(damaged), _CHUNK):
            with database:
                database.execute("BEGIN IMMEDIATE")
                for number, *_ in damaged[start : start + _CHUNK]:
                    row = database.execute(_AGAIN, (number,)).fetchone()
                    if row and not _is_intact(*row):
                        where = "DELETE FROM answers WHERE id = ?"
                        database.execute(where, (number,))
                        removed += 1
    return removed
