"""Reading ahead: under way while a batch is worked on, by one batch."""

import threading

import pytest

from speechbrain_zsfuse.zeroshot.ahead import read_ahead

PATIENCE = 60  # seconds; only a failing test waits for so long


class Reader:
    """Notes what was begun; waits where it is told to."""

    def __init__(self, gates=()):
        self.begun = {name: threading.Event() for name in "abcdef"}
        self.gates = {name: threading.Event() for name in gates}

    def __call__(self, name):
        self.begun[name].set()
        if name in self.gates:
            assert self.gates[name].wait(PATIENCE)
        return name.upper()

    def has_begun(self):
        return "".join(n for n, event in self.begun.items() if event.is_set())


def test_the_next_batch_is_read_while_one_is_worked_on():
    reader = Reader(gates="c")
    batches = read_ahead(reader, [(1, "ab"), (2, "cd"), (3, "ef")])
    assert next(batches) == (1, ["A", "B"])
    # This is the work: what comes next is being read, and not done yet.
    assert reader.begun["c"].wait(PATIENCE)
    reader.gates["c"].set()
    assert next(batches) == (2, ["C", "D"])
    assert list(batches) == [(3, ["E", "F"])]


def test_no_more_than_one_batch_is_ahead():
    reader, asked = Reader(), []

    def batches():
        for batch in ("ab", "cd", "ef"):
            asked.append(batch)
            yield batch, list(batch)

    reading = read_ahead(reader, batches())
    assert asked == []
    for number in (2, 3, 3):
        next(reading)
        assert len(asked) == number
        assert set(reader.has_begun()) <= set("".join(asked))


def test_all_of_a_batch_is_read_at_the_same_time():
    together = threading.Barrier(2)

    def read(name):
        return together.wait(PATIENCE), name

    [(_, read)] = read_ahead(read, [(1, ["a", "b"])])
    assert sorted(place for place, _ in read) == [0, 1]


def test_an_error_waits_for_the_turn_of_its_batch():
    def read(name):
        if name == "c":
            raise OSError("c is broken")
        return name

    reading = read_ahead(read, [(1, "ab"), (2, "cd"), (3, "e")])
    assert next(reading) == (1, ["a", "b"])
    with pytest.raises(OSError, match="c is broken"):
        next(reading)


def test_what_nobody_wants_any_more_is_not_read():
    before = threading.active_count()
    reading = read_ahead(str.upper, iter([(1, "a"), (2, "b"), (3, "c")]))
    next(reading)
    assert threading.active_count() > before
    reading.close()
    assert threading.active_count() == before
