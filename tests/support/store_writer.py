"""Writes into a store of answers until it is done, or killed."""

import time

from speechbrain_zsfuse.zeroshot.storage.locks import Locks
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


def use(folder, model, ready, stop):
    """Use a model, storing again and again, until there is a file `stop`."""
    store, count = AnswerStore(folder), 0
    with store.used(model, "CLAP laion/clap"):
        while count < 3 or not stop.exists():
            store.keep({AnswerKey(model, f"new {count}", "1"): count})
            count += 1
            if count == 3:
                ready.touch()
            time.sleep(0.001)
        made = [AnswerKey(model, f"new {n}", "1") for n in range(count)]
        if len(store.recall(made)) < count:
            raise SystemExit(1)


def hold(path, names, ready):
    """Claim names and stand still, to be killed."""
    with Locks(path) as locks:
        if locks.claim(names):
            ready.touch()
        time.sleep(3600)
