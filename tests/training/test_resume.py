"""Killed anywhere, a run ends as if nothing had happened, bit for bit.

With dropout and layer drop, checkpoints within the epochs, on one process and
on two. Runs are forked from one server that has everything imported, so that
many can be killed in little time.
"""

import random
import signal
import time

import pytest
import resumable_run
from server import SERVER

from speechbrain_zsfuse.training.checkpoints import (
    SafeCheckpointer,
    end_of_epoch,
)

RESULTS = (
    "predictions_valid.csv",
    "predictions_test.csv",
    "metrics.json",
    "train_log.txt",
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    resumable_run.make_corpus(folder)
    return folder


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpora")
    resumable_run.make_corpus(folder, several=True)
    return folder


def start(corpus, output, world, dying=None, last=None, **options):
    """Processes of a run that goes on where the last one was killed.

    The one of rank ``dying`` kills itself at the place ``last``.
    """
    meeting = output.parent / f"meeting{time.monotonic_ns()}"
    processes = [
        SERVER.Process(
            target=resumable_run.run,
            args=(corpus, output, rank, world, meeting),
            kwargs=options | {"last": last if rank == dying else None},
        )
        for rank in range(world)
    ]
    for process in processes:
        process.start()
    return processes


def finish(processes):
    """Wait; whether all ended well."""
    for process in processes:
        process.join()
    return all(process.exitcode == 0 for process in processes)


def died(processes, dying):
    """Wait for the one that may die; whether it did, and with it the others."""
    processes[dying].join()
    if processes[dying].exitcode != -signal.SIGKILL:
        return False
    for process in processes:
        process.kill()
        process.join()
    return True


def results(output):
    """Bytes of everything that a run leaves."""
    files = {name: (output / name).read_bytes() for name in RESULTS}
    weights = [
        path.read_bytes()
        for path in sorted(output.glob("save/CKPT*/*.ckpt"))
        if path.stem in ("encoder", "pooling", "head")
    ]
    return files, sorted(weights)


@pytest.mark.parametrize("world, wanted", [(1, 6), (2, 3)])
def test_kills_change_nothing(corpus, tmp_path, world, wanted):
    """The run kills itself: a loaded machine is late, and hits elsewhere."""
    assert finish(start(corpus, tmp_path / "whole", world))
    generator, kills, output = random.Random(world), 0, tmp_path / "killed"
    while kills < wanted:
        dying, last = generator.randrange(world), generator.randint(1, 400)
        processes = start(corpus, output, world, dying, last)
        if died(processes, dying):
            kills += 1
        else:  # done too soon: once more
            assert finish(processes)
            assert results(output) == results(tmp_path / "whole")
            output = tmp_path / f"killed{kills}"
    assert finish(start(corpus, output, world))
    assert results(output) == results(tmp_path / "whole")


@pytest.mark.parametrize("world", [1, 2])
def test_several_corpora_go_on_in_the_same_epoch(corpora, tmp_path, world):
    """Heard by corpus, with classes that one of them lacks."""
    options = {"several": True}
    assert finish(start(corpora, tmp_path / "whole", world, **options))
    generator, output = random.Random(world), tmp_path / "killed"
    for last in (60, 150):
        dying = generator.randrange(world)
        died(start(corpora, output, world, dying, last, **options), dying)
    assert finish(start(corpora, output, world, **options))
    assert results(output) == results(tmp_path / "whole")
    found, _ = results(output)
    for line in found["predictions_test.csv"].decode().splitlines()[1:]:
        assert (line.split(",")[4] == "y") == (line.endswith(",0"))


def test_evaluation_on_two_processes_is_that_of_one(corpus, tmp_path):
    """Nine test clips: one process hears five of them, the other four."""
    assert finish(start(corpus, tmp_path / "run", world=1))
    expected, _ = results(tmp_path / "run")
    for name in RESULTS[:3]:
        if name != "predictions_valid.csv":
            (tmp_path / "run" / name).unlink()
    assert finish(start(corpus, tmp_path / "run", world=2))
    again, _ = results(tmp_path / "run")
    assert again == expected
    assert len(again["predictions_test.csv"].splitlines()) == 1 + 9


def test_two_processes_debug_together(corpus, tmp_path):
    assert finish(start(corpus, tmp_path / "run", world=2, debug=True))
    left = (tmp_path / "run").rglob("*")
    assert not [path for path in left if path.is_file()]


def test_of_a_whole_run_no_checkpoint_within_an_epoch_is_left(corpus, tmp_path):
    assert finish(start(corpus, tmp_path / "run", world=1))
    kept = SafeCheckpointer(tmp_path / "run" / "save").list_checkpoints()
    assert 0 < len(kept) <= 2 and all(map(end_of_epoch, kept))
