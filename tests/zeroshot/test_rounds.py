"""Work in rounds: shared, taken over, gone on with, and never a hang."""

import threading

import group
import pytest
import shared_work

from speechbrain_zsfuse.audio.opening import AudioError
from speechbrain_zsfuse.zeroshot import rounds
from speechbrain_zsfuse.zeroshot.store import AnswerStore

SQUARES = [number**2 for number in range(20)]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Folder of the stores that two processes filled."""
    folder = tmp_path_factory.mktemp("squares")
    known = {shared_work.key_of(number): number**2 for number in range(3)}
    AnswerStore(folder / "known").keep(known)
    return folder


@pytest.fixture(scope="module")
def squares(store):
    """Circumstances to what each of the two processes asked and found."""
    one, two = group.run(shared_work.square_together, store, store)
    return {name: (one[name], two[name]) for name in one}


def check(one, two, expected):
    """Both have all squares, and asked for each of some numbers once."""
    assert one["found"] == two["found"] == SQUARES
    assert sorted(one["asked"] + two["asked"]) == sorted(expected)


def test_each_answer_is_asked_for_once_and_both_processes_have_all(squares):
    one, two = squares["fresh"]
    check(one, two, range(20))
    assert len(one["asked"]) == len(two["asked"]) == 10
    check(*squares["again"], [])


def test_the_other_takes_over_what_a_slow_process_leaves(squares):
    """Of ten batches it does one in each round: 5 and 1, 2 and 1, 1 and 0."""
    fast, slow = squares["one is slow"]
    check(fast, slow, range(20))
    assert len(fast["asked"]) == 16 and len(slow["asked"]) == 4


def test_the_bar_of_the_main_process_counts_all_clips(squares):
    main, other = squares["some are known"]
    check(main, other, range(3, 20))
    assert main["bar"] == [3, 20, 20, False]
    assert other["bar"][-1]  # disabled
    main, other = squares["again"]
    assert main["bar"] == [20, 20, 20, True]


def test_an_error_on_one_process_ends_both(squares):
    """The seventh batch has 12 and the bad 13: it is the first process's."""
    here, there = squares["one is bad"]
    assert here.startswith("AudioError: Cannot use 13.wav: it is empty")
    assert there == f"StoppedElsewhere: Process 0 stopped with {here}"


def test_what_was_done_before_an_error_is_kept(squares):
    """By the first process 0, 1, 4, 5, 8 and 9, by the other its share."""
    check(*squares["mended"], [12, 13, 16, 17])


# --------------------------------------------------------- one process alone
class Memory(dict):
    """A store that forgets."""

    path = "memory"

    def recall(self, keys):
        return {key: self[key] for key in keys if key in self}

    keep = dict.update


def fill(store, ask, **options):
    todo = {"a": "a.wav", "b": "b.wav", "c": "c.wav"}
    return rounds.fill_store(
        store, todo, ask, batch_size=2, progress=False, **options
    )


def test_batches_follow_the_order_of_the_work_without_what_is_stored():
    asked = []

    def ask(paths):
        asked.append(paths)
        return paths

    found = fill(Memory(a="known"), ask, round_seconds=0)
    assert found == {"a": "known", "b": "b.wav", "c": "c.wav"}
    assert asked == [["b.wav", "c.wav"]]


def test_the_next_batch_is_read_while_one_is_asked_for():
    read, reading = [], threading.Event()

    def open_file(path):
        read.append(path)
        if path == "c.wav":
            reading.set()
        return path.upper()

    def ask(sounds):
        assert reading.wait(60)  # only a failing test waits for so long
        return sounds

    found = fill(Memory(), ask, read=open_file)
    assert found == {"a": "A.WAV", "b": "B.WAV", "c": "C.WAV"}
    assert sorted(read) == ["a.wav", "b.wav", "c.wav"]


def test_an_error_of_reading_comes_after_the_batch_before():
    def open_file(path):
        if path == "c.wav":
            raise AudioError(path, "it is empty")
        return path

    store = Memory()
    with pytest.raises(AudioError, match="c.wav"):
        fill(store, list, read=open_file)
    assert store == {"a": "a.wav", "b": "b.wav"}


def test_few_answers_are_in_memory_whatever_their_number():
    class Careful(Memory):
        def recall(self, keys):
            sizes.append(len(keys))
            return super().recall(keys)

    sizes = []
    store = Careful((f"{n}", n) for n in range(5000))
    todo = dict.fromkeys(store)
    rounds.ask_missing(store, todo, None, 2, progress=False)
    sums = rounds.in_chunks(store, list(todo), sum, todo, size=2000)
    parts = range(2000), range(2000, 4000), range(4000, 5000)
    assert sums == [sum(part) for part in parts]
    assert max(sizes) == 2000 and sum(sizes) == 2 * 5000


def test_an_error_is_raised_as_it_is():
    def ask(paths):
        raise AudioError(paths[0], "it is empty")

    with pytest.raises(AudioError, match="a.wav"):
        fill(Memory(), ask)


def test_an_answer_for_each_clip_is_expected():
    with pytest.raises(ValueError, match="each of 2 clips, but got 1"):
        fill(Memory(), lambda paths: paths[:1])


def test_an_answer_that_is_gone_is_named():
    class Forgetful(Memory):
        def keep(self, values):
            pass

    with pytest.raises(LookupError, match="'a.wav' in memory, .*delete memory"):
        fill(Forgetful(), list)
