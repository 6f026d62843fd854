"""Whose turn is a batch? Of runs that fill a store at the same time, one asks.

What another run is at work on is passed over, and looked for at the end. No
process waits while it holds a claim, so that none waits for ever.
"""

from typing import NamedTuple


class Turn(NamedTuple):
    """A batch that is this process's to ask.

    Arguments
    ---------
    number : int
        Of the batch.
    keys : list of AnswerKey
        What of it is not stored: all, nothing, or, if another run forms other
        batches of the same clips, something between.

    Example
    -------
    >>> Turn(3, []).number
    3
    """

    number: int
    keys: list


class Turns:
    """Claims of this process on batches, until the end of the context.

    Arguments
    ---------
    locks : Locks or None
        None: nobody else is there.
    store : AnswerStore
    batches : list of list of AnswerKey

    Example
    -------
    >>> with Turns(None, None, [["a"], ["b"], ["c"]]) as turns:
    ...     list(turns.take([0, 2]))
    [Turn(number=0, keys=['a']), Turn(number=2, keys=['c'])]
    """

    def __init__(self, locks, store, batches):
        self._locks, self._store, self._batches = locks, store, batches
        self._held = set()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for number in list(self._held):
            self.end(number)

    def take(self, share):
        """Claim batches, each when it is asked for.

        Arguments
        ---------
        share : list of int
            Numbers of batches. At least one comes, even if others are at work
            on all: then it is waited for.

        Yields
        ------
        Turn
        """
        busy = []
        for number in share:
            if self._claim(number):
                yield self._look(number)
            else:
                busy.append(number)
        if share and len(busy) == len(share):
            while not self._claim(busy[0]):
                self._locks.wait(self._names(busy[0]))
            yield self._look(busy[0])

    def end(self, number):
        """Give a batch back, stored or not."""
        if self._locks:
            self._locks.release(self._names(number))
        self._held.discard(number)

    def _claim(self, number):
        if self._locks and not self._locks.claim(self._names(number)):
            return False
        self._held.add(number)
        return True

    def _look(self, number):
        """Others may have stored it since it was found missing."""
        keys = self._batches[number]
        found = self._store.recall(keys) if self._locks else ()
        return Turn(number, [key for key in keys if key not in found])

    def _names(self, number):
        return ["\0".join(key) for key in self._batches[number]]
