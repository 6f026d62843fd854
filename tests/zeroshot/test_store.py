"""The store of answers: found by key, intact or not at all, shared."""

import logging
import random
import sqlite3
import time
from contextlib import contextmanager

import group
import numpy as np
import pytest
import store_writer

from speechbrain_zsfuse.zeroshot.storage import layout
from speechbrain_zsfuse.zeroshot.store import AnswerKey, AnswerStore

KEY = AnswerKey("model", "sha256", "1", "Which emotion?")
ANSWERS = [
    np.float32([0.1, -1e-30, np.inf]),
    np.zeros(0, np.float32),
    "Traurig, wütend – 'sad'.\n",
    {"text": "sad", "tokens": [3, 1], "finished": True, "margin": 0.1},
    None,
]


def vectors(count, size=4):
    """That many keys of one model, and their answers."""
    rows = np.random.default_rng(0).standard_normal((count, size), np.float32)
    return {AnswerKey("m", f"{n:064}", "1"): row for n, row in enumerate(rows)}


@pytest.mark.parametrize("answer", ANSWERS, ids=repr)
def test_an_answer_comes_back_as_it_was(tmp_path, answer):
    AnswerStore(tmp_path).keep({KEY: answer})
    [(key, found)] = AnswerStore(tmp_path).recall([KEY]).items()
    assert key == KEY and type(found) is type(answer)
    if isinstance(answer, np.ndarray):
        assert found.dtype == np.float32
        assert found.tobytes() == answer.tobytes()
    else:
        assert found == answer


def test_each_part_of_the_key_counts(tmp_path):
    store = AnswerStore(tmp_path)
    keys = [KEY, *(KEY._replace(**{part: "other"}) for part in KEY._fields)]
    store.keep({key: number for number, key in enumerate(keys)})
    assert store.recall(keys) == {key: n for n, key in enumerate(keys)}
    assert len(store) == 5
    store.keep({KEY: "new"})
    assert store.recall([KEY]) == {KEY: "new"} and len(store) == 5


@pytest.mark.parametrize(
    "answer, got",
    [
        (np.zeros(2), "float64 of shape .2."),
        (np.zeros((1, 2), np.float32), "float32 of shape .1, 2."),
        (object(), "object is not JSON serializable"),
    ],
)
def test_what_is_no_answer_is_refused_and_nothing_kept(tmp_path, answer, got):
    store = AnswerStore(tmp_path)
    with pytest.raises(TypeError, match=f"float32 numpy array.*got: .*{got}"):
        store.keep({KEY: answer, KEY._replace(input="2"): "intact"})
    assert len(store) == 0


@pytest.mark.parametrize(
    "damage",
    [
        "value = zeroblob(16)",
        "value = NULL",
        "value = 'text'",
        "kind = 'json'",
        "kind = NULL",
        "kind = CAST(X'ff' AS TEXT)",
        "checksum = checksum + 1",
        "checksum = CAST(X'ff' AS TEXT)",
    ],
)
def test_what_is_damaged_is_named_and_all_else_found(tmp_path, damage, caplog):
    store, answers = AnswerStore(tmp_path), vectors(3)
    store.keep(answers)
    first, *others = answers
    with sqlite3.connect(store.path) as database:
        database.execute(
            f"UPDATE answers SET {damage} WHERE audio = ?", [first.audio]
        )
    with caplog.at_level(logging.WARNING):
        assert list(store.recall(answers)) == others
    assert f"sha256 {first.audio} is damaged" in caplog.text
    assert "is computed again" in caplog.text
    store.recall(answers)
    assert caplog.text.count("is damaged") == 1
    store.keep({first: answers[first]})
    assert list(store.recall(answers)) == list(answers)


def test_an_answer_under_another_key_is_no_answer_to_that(tmp_path, caplog):
    store, answers = AnswerStore(tmp_path), vectors(1)
    store.keep(answers)
    [key] = answers
    other = key._replace(input="3")
    with sqlite3.connect(store.path) as database:
        database.execute("UPDATE answers SET input = '3'")
        assert store.recall([other]) == {}
        number = layout.number_of(other)
        database.execute("UPDATE answers SET id = ?", [number])
    assert store.recall([key, other]) == {}
    assert "is damaged" in caplog.text


def test_a_file_that_is_no_store_is_refused(tmp_path):
    (tmp_path / "answers.sqlite").write_text("not a database" * 100)
    with pytest.raises(ValueError, match="store of answers.*Delete it"):
        AnswerStore(tmp_path)


def test_flipped_bits_are_right_or_named(tmp_path):
    rng, store, answers = random.Random(1), AnswerStore(tmp_path), vectors(6)
    answers |= {KEY._replace(input=str(n)): f"text {n}" for n in range(3)}
    store.keep(answers)
    intact, named = store.path.read_bytes(), 0
    used = [n for n, byte in enumerate(intact) if byte]
    for _ in range(200):
        spoiled = bytearray(intact)
        spoiled[rng.choice(used)] ^= 1 << rng.randrange(8)
        store.path.write_bytes(spoiled)
        try:
            found = AnswerStore(tmp_path).recall(answers)
        except (ValueError, OSError) as error:
            named += 1
            assert str(error).startswith("Expected "), repr(error)
            assert str(store.path) in str(error) and "elete" in str(error)
            continue
        for key, answer in found.items():
            assert np.array_equal(answer, answers[key])
    assert 10 < named < 190  # both are met


def test_other_files_of_the_folder_are_left_alone(tmp_path):
    (tmp_path / "embeddings.sqlite").write_text("of an older version")
    AnswerStore(tmp_path).keep({KEY: 1})
    assert (tmp_path / "embeddings.sqlite").read_text() == "of an older version"


# ---------------------------------------------------------- older stores
OLDER = """
CREATE TABLE answers (
    model TEXT, audio TEXT, input TEXT, prompt TEXT, kind TEXT, value BLOB,
    checksum INTEGER, PRIMARY KEY (model, audio, input, prompt)
)
"""


def make_older(folder, answers):
    """A store as versions before had it."""
    rows = [layout.to_row(key, answer)[1:] for key, answer in answers.items()]
    folder.mkdir(exist_ok=True)
    with sqlite3.connect(folder / "answers.sqlite") as database:
        database.execute(OLDER)
        database.executemany(
            "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)", rows
        )
    database.close()


def test_answers_of_an_older_store_are_found(tmp_path, caplog):
    answers = vectors(50) | {KEY: "It is sadness."}
    make_older(tmp_path, answers)
    with caplog.at_level(logging.INFO):
        store = AnswerStore(tmp_path)
    assert f"{store.path} was brought into today's form" in caplog.text
    found = store.recall(answers)
    assert list(found) == list(answers) and len(store) == 51
    for key, answer in answers.items():
        assert np.array_equal(found[key], answer)
    store.keep({KEY: "It is joy."})
    assert AnswerStore(tmp_path).recall([KEY]) == {KEY: "It is joy."}
    assert len(store) == 51


def test_what_is_damaged_in_an_older_store_is_not_believed(tmp_path, caplog):
    answers = vectors(4)
    make_older(tmp_path, answers)
    with sqlite3.connect(tmp_path / "answers.sqlite") as database:
        for number, damage in enumerate(
            ("value = zeroblob(16)", "audio = CAST(X'ff' AS TEXT)", "input = 2")
        ):
            database.execute(
                f"UPDATE answers SET {damage} WHERE audio = '{number:064}'"
            )
    assert list(AnswerStore(tmp_path).recall(answers)) == list(answers)[3:]
    assert "is damaged" in caplog.text


def test_an_older_store_stays_whole_if_its_change_is_cut_short(
    tmp_path, monkeypatch
):
    answers, real = vectors(50), layout._number
    make_older(tmp_path, answers)
    left = iter(range(20))
    with monkeypatch.context() as patch:
        # After twenty rows `next` fails, and SQLite takes back all of them.
        patch.setattr(layout, "_number", lambda *key: next(left) and real(*key))
        with pytest.raises(ValueError, match="store of answers"):
            AnswerStore(tmp_path)
    assert len(AnswerStore(tmp_path).recall(answers)) == 50


def test_processes_that_open_an_older_store_together_have_it_all(tmp_path):
    answers = dict.fromkeys(store_writer.keys("older", 0), 1) | vectors(2000)
    make_older(tmp_path, answers)
    writers = [writer(tmp_path, name, 1) for name in "abc"]
    for process in writers:
        process.join()
    assert [process.exitcode for process in writers] == [0, 0, 0]
    store = AnswerStore(tmp_path)
    assert len(store.recall(answers)) == 2003 and len(store) == 2003 + 9


# ---------------------------------------------------------------- by key
def test_an_answer_is_looked_up_by_its_key(tmp_path):
    with AnswerStore(tmp_path).open() as database:
        query = f"EXPLAIN QUERY PLAN {layout.FIND}"
        [(*_, detail)] = database.execute(query, [1]).fetchall()
    assert detail == "SEARCH answers USING INTEGER PRIMARY KEY (rowid=?)"


def test_ten_keys_cost_the_same_whatever_else_is_stored(tmp_path):
    answers = vectors(20_000)
    wanted = list(answers)[:10]
    steps = []
    for count in (10, 20_000):
        store = CountingStore(tmp_path / str(count))
        store.keep(dict(list(answers.items())[:count]))
        store.steps = 0
        assert len(store.recall(wanted)) == 10
        steps.append(store.steps)
    assert 0 < steps[1] < 1.1 * steps[0]


class CountingStore(AnswerStore):
    """Counts what SQLite does, in steps of its virtual machine."""

    steps = 0

    @contextmanager
    def open(self):
        with super().open() as database:
            database.set_progress_handler(self._count, 1)
            yield database

    def _count(self):
        self.steps += 1


# ------------------------------------------------------- several processes
def writer(folder, name, count):
    """A process that makes so many transactions."""
    arguments = (folder, name, count)
    process = group.SERVER.Process(target=store_writer.write, args=arguments)
    process.start()
    return process


def test_two_processes_write_at_the_same_time(tmp_path):
    writers = [writer(tmp_path, name, 60) for name in ("a", "b")]
    for process in writers:
        process.join()
    assert [process.exitcode for process in writers] == [0, 0]
    assert len(AnswerStore(tmp_path)) == 2 * 60 * 3


def test_kill_9_leaves_whole_transactions(tmp_path):
    store = AnswerStore(tmp_path)
    process = writer(tmp_path, "killed", 1_000_000)
    while len(store) < 30 and process.is_alive():
        time.sleep(0.001)
    process.kill()
    process.join()
    kept = len(store)
    assert kept >= 30 and kept % 3 == 0
    written = [store_writer.keys("killed", n) for n in range(kept // 3)]
    assert len(store.recall(sum(written, []))) == kept
