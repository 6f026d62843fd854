"""Work in rounds: shared, taken over, gone on with, and never a hang."""

import group
import pytest
import shared_work

from speechbrain_zsfuse.audio.reading import AudioError
from speechbrain_zsfuse.zeroshot import rounds
from speechbrain_zsfuse.zeroshot.store import AnswerKey, AnswerStore

SQUARES = [number**2 for number in range(20)]


def squares(tmp_path, world, **options):
    """What each process asked, found and showed."""
    arguments = [tmp_path / "store", 20, *options.values()]
    return group.run(shared_work.square, tmp_path, *arguments, world=world)


def test_each_answer_is_asked_for_once_and_all_processes_have_all(tmp_path):
    one, two = squares(tmp_path, world=2)
    assert one["found"] == two["found"] == SQUARES
    assert len(one["asked"]) == len(two["asked"]) == 10
    assert sorted(one["asked"] + two["asked"]) == list(range(20))
    again = squares(tmp_path, world=2)
    assert [part["asked"] for part in again] == [[], []]
    assert [part["found"] for part in again] == [SQUARES, SQUARES]


def test_the_others_take_over_what_a_slow_process_leaves(tmp_path):
    """Of ten batches it does one in each round: 5 and 1, 2 and 1, 1 and 0."""
    fast, slow = squares(tmp_path, world=2, slow=1)
    assert len(fast["asked"]) == 16 and len(slow["asked"]) == 4
    assert sorted(fast["asked"] + slow["asked"]) == list(range(20))
    assert fast["found"] == slow["found"] == SQUARES


@pytest.mark.parametrize("world", [1, 2])
def test_the_bar_of_the_main_process_counts_all_clips(tmp_path, world):
    store = AnswerStore(tmp_path / "store")
    store.keep({AnswerKey("squares", str(n), ""): n**2 for n in range(3)})
    main, *others = squares(tmp_path, world)
    assert main["bars"] == [[3, 20, 20]]
    assert all(part["bars"] == [] for part in others)


def test_an_error_on_one_process_ends_all_and_keeps_what_was_done(tmp_path):
    arguments = [tmp_path / "store", 20, None, 13]
    texts = group.run(shared_work.square, tmp_path, *arguments, status=1)
    error = "AudioError: Cannot use 13.wav: it is empty"
    [here] = [text for text in texts if text.startswith(error)]
    [there] = [text for text in texts if text != here]
    assert f"stopped with {error}" in there
    store = AnswerStore(tmp_path / "store")
    assert 0 < len(store) < 20
    keys = [AnswerKey("squares", str(number), "") for number in range(20)]
    left = set(range(20)) - {int(key.audio) for key in store.recall(keys)}
    one, two = squares(tmp_path, world=2)
    assert set(one["asked"] + two["asked"]) == left
    assert one["found"] == two["found"] == SQUARES


# --------------------------------------------------------- one process alone
class Memory(dict):
    """A store that forgets."""

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

    with pytest.raises(LookupError, match="'a.wav' in the store.*start again"):
        fill(Forgetful(), list)
