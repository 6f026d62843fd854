"""How long a look-up of stored embeddings takes, in a small and a large store.

    python benchmarks/store_lookup.py   # 10,000 beside 1,000,000, about 3 GB

Both stores are made in a temporary folder. Then 1,000 embeddings are looked up
in each, in turns, others every time, with keys in no order. "Warm": the system
holds all of the file in memory, if there is room for it. "Cold": it was asked
to forget the file before each look-up (posix_fadvise; on a virtual machine the
host may still hold it), so that the disk is measured, too.
"""

import argparse
import gc
import hashlib
import os
import platform
import random
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from speechbrain_zsfuse.zeroshot import AnswerKey, AnswerStore

BATCH = 10_000  # answers a transaction
MODEL = hashlib.sha256(b"model").hexdigest()


def key_of(number):
    """Of a made-up clip."""
    audio = hashlib.sha256(str(number).encode()).hexdigest()
    return AnswerKey(MODEL, audio, "[1, 160000]")


def make_store(folder, count, size):
    """A store of that many embeddings."""
    store, rng = AnswerStore(folder), np.random.default_rng(0)
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        rows = rng.standard_normal((len(numbers), size), np.float32)
        store.keep(dict(zip(map(key_of, numbers), rows)))
    return store


def forget(path):
    """Ask the system to drop a file from its memory."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def remember(path):
    """Read a file once, so that the system holds it."""
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass


def seconds_of_lookup(store, count, lookups):
    """How long it takes to look up that many, drawn anew."""
    keys = [key_of(n) for n in random.sample(range(count), lookups)]
    gc.collect()
    start = time.perf_counter()
    found = store.recall(keys)
    seconds = time.perf_counter() - start
    if len(found) < lookups:
        raise RuntimeError(f"{lookups - len(found)} are not found.")
    return seconds


def race(stores, lookups, rounds, prepare):
    """Median seconds of each store, in turns."""
    times = {count: [] for count in stores}
    for _ in range(rounds):
        for count, store in stores.items():
            prepare(store.path)
            times[count].append(seconds_of_lookup(store, count, lookups))
    return {count: statistics.median(taken) for count, taken in times.items()}


def main():
    """Make, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs=2, default=[10**4, 10**6])
    parser.add_argument("--size", type=int, default=512, help="floats each")
    parser.add_argument("--lookups", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--folder", help="on which disk; default: temporary")
    options = parser.parse_args()
    random.seed(1)
    print(f"{platform.machine()}, SQLite {sqlite3.sqlite_version}")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        stores = {}
        for count in options.counts:
            start = time.perf_counter()
            store = make_store(Path(folder) / str(count), count, options.size)
            seconds = time.perf_counter() - start
            size = store.path.stat().st_size
            print(
                f"{count:,} embeddings: {size / 1e6:,.0f} MB "
                f"({size / count:,.0f} bytes each), made in {seconds:.0f} s"
            )
            stores[count] = store
        for name, prepare in (("warm", remember), ("cold", forget)):
            small, large = race(
                stores, options.lookups, options.rounds, prepare
            ).values()
            print(
                f"{options.lookups:,} looked up, {name}: {small * 1e3:.1f} and "
                f"{large * 1e3:.1f} ms, ratio {large / small:.2f}"
            )


if __name__ == "__main__":
    main()
