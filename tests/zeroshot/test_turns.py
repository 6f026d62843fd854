"""Turns of runs that fill a store together: none asks twice, none for ever."""

import threading
import time

import group
import pytest
import store_writer

from speechbrain_zsfuse.zeroshot import rounds
from speechbrain_zsfuse.zeroshot.storage.locks import Locks
from speechbrain_zsfuse.zeroshot.storage.turns import Turn, Turns
from speechbrain_zsfuse.zeroshot.store import AnswerKey, AnswerStore

KEYS = [AnswerKey("m", name, "") for name in "abcdef"]
BATCHES = [KEYS[:2], KEYS[2:4], KEYS[4:]]


class Others:
    """In the place of ``Locks``: what others hold, until it is waited for."""

    def __init__(self, busy, store=None):
        self.busy, self.held = {"\0".join(key) for key in busy}, set()
        self.store, self.waited = store, []

    def claim(self, names):
        if self.busy & set(names):
            return False
        self.held |= set(names)
        return True

    def release(self, names):
        self.held -= set(names)

    def wait(self, names):
        """The others store what they hold, and are done."""
        assert not self.held
        self.waited.append(names)
        if self.store is not None:
            self.store.keep({AnswerKey(*n.split("\0")): 1 for n in self.busy})
        self.busy.clear()


@pytest.fixture
def store(tmp_path):
    return AnswerStore(tmp_path)


def test_what_others_are_at_is_passed_over(store):
    with Turns(Others(KEYS[:1]), store, BATCHES) as turns:
        taken = list(turns.take([0, 1, 2]))
    assert taken == [Turn(1, KEYS[2:4]), Turn(2, KEYS[4:])]


def test_what_others_have_stored_meanwhile_is_not_asked(store):
    store.keep(dict.fromkeys(KEYS[1:4], 1))
    with Turns(Others([]), store, BATCHES) as turns:
        taken = list(turns.take([0, 1, 2]))
    assert taken == [Turn(0, KEYS[:1]), Turn(1, []), Turn(2, KEYS[4:])]


def test_where_all_is_busy_one_is_waited_for_with_empty_hands(store):
    others = Others(KEYS, store)
    with Turns(others, store, BATCHES) as turns:
        assert list(turns.take([1, 2])) == [Turn(1, [])]
        assert len(others.waited) == 1
        assert list(turns.take([])) == []


def test_every_claim_is_given_back(store):
    others = Others([])
    with Turns(others, store, BATCHES) as turns:
        taking = turns.take([0, 1, 2])
        next(taking), next(taking)
        assert len(others.held) == 4
        turns.end(0)
        assert len(others.held) == 2
    assert not others.held


def fill(store, others, ask):
    todo = {key: key.audio for key in KEYS}
    rounds.ask_missing(store, todo, ask, 2, progress=False, locks=others)
    assert not others.held
    return store.recall(KEYS)


def test_only_what_others_leave_is_asked(store):
    asked = []

    def ask(names):
        asked.extend(names)
        return names

    found = fill(store, Others(KEYS[:3], store), ask)
    assert asked == ["e", "f", "d"]
    assert list(found.values()) == [1, 1, 1, "d", "e", "f"]


def test_what_others_did_not_finish_is_asked(store):
    found = fill(store, Others(KEYS[:3]), list)
    assert list(found.values()) == list("abcdef")


def test_claims_end_with_an_error(store):
    def fail(names):
        raise OSError(f"{names[0]} cannot be heard")

    others = Others([])
    with pytest.raises(OSError, match="a cannot be heard"):
        fill(store, others, fail)
    assert not others.held


def test_a_killed_process_holds_nobody_up(store, tmp_path):
    names, ready = ["\0".join(key) for key in BATCHES[0]], tmp_path / "ready"
    arguments = (store.path, names, ready)
    process = group.SERVER.Process(target=store_writer.hold, args=arguments)
    process.start()
    while not ready.exists() and process.is_alive():
        time.sleep(0.01)
    with Locks(store.path) as locks:
        assert not locks.claim(names)
        with Turns(locks, store, BATCHES) as turns:
            assert list(turns.take([0, 1])) == [Turn(1, BATCHES[1])]
            turns.end(1)
            taken = []
            waiting = threading.Thread(
                target=lambda: taken.extend(turns.take([0])), daemon=True
            )
            waiting.start()
            process.kill()
            waiting.join()
            assert taken == [Turn(0, BATCHES[0])]
    process.join()
