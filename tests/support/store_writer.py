"""Writes into a store of answers until it is done, or killed."""

from speechbrain_zsfuse.zeroshot.store import AnswerKey, AnswerStore


def keys(name, number):
    """Of one transaction."""
    return [AnswerKey(name, str(number), str(n)) for n in range(3)]


def write(folder, name, count):
    """Many small transactions, with a look at them in between."""
    store = AnswerStore(folder)
    for number in range(count):
        batch = keys(name, number)
        store.keep(dict.fromkeys(batch, [name, number]))
        if len(store.recall(batch)) < 3:
            raise SystemExit(1)
