"""What has no further use in a store is found, shown, and removed.

Damaged answers; facts about files that are gone; and, if asked for, answers of
models that no run names or that were not used for long. A model that a run is
using at this moment is left, whatever is asked for, and locks are short: runs
may go on beside it.
"""

import os
from typing import NamedTuple

from speechbrain_zsfuse.zeroshot.storage import layout
from speechbrain_zsfuse.zeroshot.storage.locks import Locks
from speechbrain_zsfuse.zeroshot.storage.overview import show_bytes, survey
from speechbrain_zsfuse.zeroshot.storage.usage import forget_use
from speechbrain_zsfuse.zeroshot.storage.verification import (
    find_damaged,
    remove_damaged,
)

_CHUNK = 1000  # answers between two locks


class Useless(NamedTuple):
    """What has no further use.

    Arguments
    ---------
    damaged : list of Damaged
    gone : list of (str, str)
        Kind and path of facts about files that are gone.
    holdings : list of Holding
        Models whose answers go.

    Example
    -------
    >>> Useless([], [], []).lines()
    []
    """

    damaged: list
    gone: list
    holdings: list

    def lines(self):
        """What it is and how much, for the terminal."""
        lines = [
            f"{holding.title}: {holding.answers:,} answers about "
            f"{holding.clips:,} clips, {show_bytes(holding.bytes)}"
            for holding in self.holdings
        ]
        if self.damaged:
            lines.append(f"{len(self.damaged):,} damaged answers")
        if self.gone:
            lines.append(f"{len(self.gone):,} facts about files that are gone")
        return lines


def find_useless(store, choose, progress=True):
    """What could be removed from a store.

    Arguments
    ---------
    store : AnswerStore
    choose : callable
        List of Holding to those that shall go, see ``choices.py``.
    progress : bool
        Whether to show bars.

    Returns
    -------
    Useless

    Example
    -------
    >>> from speechbrain_zsfuse.zeroshot.store import AnswerKey, AnswerStore
    >>> store = AnswerStore(getfixture("tmpdir"))
    >>> store.keep({AnswerKey("f" * 64, "sha256", "1"): "sad"})
    >>> find_useless(store, lambda holdings: [], progress=False).lines()
    []
    >>> found = find_useless(store, list, progress=False)
    >>> found.lines()
    ['unnamed (ffffffffffff): 1 answers about 1 clips, 0 kB']
    >>> remove(store, found), len(store)
    ([], 0)
    """
    holdings = choose(survey(store).holdings)
    damaged = find_damaged(store, progress)
    return Useless(damaged, _find_gone(store), holdings)


def _find_gone(store):
    """Facts about files that are not there. (Names that are no UTF-8 are
    written otherwise than they are: they are left.)"""
    with store.open() as database:
        if not layout.has_table(database, "facts"):
            return []
        return [
            (kind, path)
            for kind, path in database.execute("SELECT kind, path FROM facts")
            if "\\" not in path and not os.path.lexists(path)
        ]


def remove(store, useless):
    """Remove what was found.

    Arguments
    ---------
    store : AnswerStore
    useless : Useless

    Returns
    -------
    list of Holding
        Models that are left, for a run is using them now.
    """
    remove_damaged(store, useless.damaged)
    with store.open() as database, database:
        where = "DELETE FROM facts WHERE kind = ? AND path = ?"
        for fact in useless.gone:
            if not os.path.lexists(fact[1]):  # it may have come back
                database.execute(where, fact)
    with Locks(store.path) as locks:
        return [
            holding
            for holding in useless.holdings
            if not _remove_model(store, holding.model, locks)
        ]


def _remove_model(store, model, locks):
    """Whether nobody is using it, and it is removed."""
    if not locks.claim([model]):
        return False
    where = "DELETE FROM answers WHERE id = ?"
    select = "SELECT id FROM answers WHERE model = :model"
    with store.open() as database:
        for rows in layout.walk(database, select, _CHUNK, model=model):
            with database:
                database.executemany(where, rows)
        with database:
            forget_use(database, model)
    locks.release([model])
    return True


def give_room_back(store):
    """Make a store's file as small as its content.

    Arguments
    ---------
    store : AnswerStore

    Returns
    -------
    int
        By how many bytes it is smaller.

    Raises
    ------
    OSError
        If there is no room for the new file beside the old one, or if others
        write all the time.

    Example
    -------
    >>> from speechbrain_zsfuse.zeroshot.store import AnswerStore
    >>> give_room_back(AnswerStore(getfixture("tmpdir")))
    0
    """
    before = store.path.stat().st_size
    with store.open() as database:
        database.execute("VACUUM")
    return before - store.path.stat().st_size
