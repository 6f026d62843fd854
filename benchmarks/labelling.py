"""What labelling costs beside the model: memory and time a row.

A model that answers at once labels a table of clips that are not read: the
table, the list on disk, the Parquet files and the turns of batches are the
true ones. Each size is a process of its own.
"""

import argparse
import multiprocessing
import os
import resource
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

from speechbrain_zsfuse.inference.labelling.command import run_predict
from speechbrain_zsfuse.inference.prediction import Prediction

LABELS = ["angry", "happy", "neutral", "sad"]


class AtOnce:
    """A labeller that neither reads nor computes."""

    labels, zero_shot, identity = LABELS, True, {"weights": None}

    def read(self, path):
        """A sound that lasts as long as its name says."""
        return SimpleNamespace(name=path, duration=1.0 + len(path) % 7)

    def predict_sounds(self, sounds):
        """The same for all."""
        values = [0.25] * len(LABELS)
        return [
            Prediction(one.name, one.duration, LABELS, values, values)
            for one in sounds
        ]


class Choice:
    """In the place of ``ModelChoice``."""

    window, hop, per_prompt = None, None, False

    def load(self):
        """See ``AtOnce``."""
        return AtOnce()


def measure(rows, folder, queue):
    """Label a table of so many rows."""
    table = Path(folder, "clips.csv")
    with open(table, "w", encoding="utf-8") as file:
        file.write("ID,wav,emotion,speaker\n")
        for number in range(rows):
            path = f"$data_root/session{number % 5}/clip{number:07}.wav"
            file.write(f"clip{number:07},{path},sad,{number % 100}\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, cpu = time.perf_counter(), time.process_time()
    out = Path(folder, "labels.parquet")
    run_predict(Choice(), [str(table)], out, data_folder=folder)
    took = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    size = sum(path.stat().st_size for path in out.glob("*.parquet"))
    queue.put((before, peak, *took, size))


def main():
    """Print a line a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="10000,100000,1000000")
    sizes = [int(size) for size in parser.parse_args().rows.split(",")]
    spawn = multiprocessing.get_context("spawn")
    print("rows     MB before  MB at most  us a row  us of CPU  bytes a row")
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            queue = spawn.Queue()
            process = spawn.Process(target=measure, args=(rows, folder, queue))
            process.start()
            before, peak, took, cpu, size = queue.get()
            process.join()
        print(
            f"{rows:<8} {before / 1024:<10.0f} {peak / 1024:<11.0f} "
            f"{1e6 * took / rows:<9.0f} {1e6 * cpu / rows:<10.0f} "
            f"{size / rows:.0f}"
        )
    print(f"load of the machine: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
