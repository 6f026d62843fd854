"""Facts about files: found by path, and believed only while they are true."""

import os
import random
import shutil
import sqlite3

import pytest

from speechbrain_zsfuse.file_cache import (
    _FIND,
    FileCache,
    look_up,
    open_database,
)
from speechbrain_zsfuse.files import file_state


@pytest.fixture
def database(tmp_path):
    with open_database(tmp_path / "facts.sqlite") as database:
        yield database


@pytest.fixture
def cache(database, tmp_path):
    """Of two files, with a fact about each."""
    cache = FileCache(database, "letters", tmp_path)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("abc")
    cache.recall(["a.txt", "b.txt"])
    cache.keep({"a.txt": [3, "a"], "b.txt": None})
    return cache


def test_facts_are_found_by_path_and_kind(cache, database, tmp_path):
    assert cache.recall(["b.txt", "a.txt"]) == {
        "a.txt": [3, "a"],
        "b.txt": None,
    }
    assert cache.recall(["a.txt"]) == {"a.txt": [3, "a"]}
    assert FileCache(database, "words", tmp_path).recall(["a.txt"]) == {}


def test_a_file_that_changed_or_vanished_is_not_known(cache, tmp_path):
    os.utime(tmp_path / "a.txt", ns=(1, 1))
    (tmp_path / "b.txt").unlink()
    assert cache.recall(["a.txt", "b.txt"]) == {}
    cache.keep({"a.txt": 1, "b.txt": 2})  # of a file that is not there: nothing
    assert cache.recall(["a.txt", "b.txt"]) == {"a.txt": 1}


@pytest.mark.parametrize(
    "damage",
    [
        "value = '[3, \"b\"]'",
        "value = CAST(X'ff' AS TEXT)",
        "value = NULL",
        "value = 3",
        "checksum = checksum + 1",
        "checksum = CAST(X'ff' AS TEXT)",
        "size = 'three'",
    ],
)
def test_what_is_damaged_is_not_known(cache, database, damage):
    with database:
        database.execute(f"UPDATE facts SET {damage} WHERE path = 'a.txt'")
    assert cache.recall(["a.txt", "b.txt"]) == {"b.txt": None}


def test_a_file_is_looked_up_by_its_path(cache, database):
    plan = database.execute(f"EXPLAIN QUERY PLAN {_FIND}", ("", "")).fetchall()
    [(*_, detail)] = plan
    assert detail.startswith("SEARCH facts USING INDEX")
    assert "(kind=? AND path=?)" in detail


def edit(path, text):
    """Other content of the same size, and the time of change put back."""
    before = os.stat(path)
    assert len(text) == before.st_size
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def exchange(path, text):
    """The same by another file in its place, as many editors do."""
    aside = path.with_suffix(".new")
    shutil.copy2(path, aside)
    edit(aside, text)
    os.replace(aside, path)


@pytest.mark.parametrize("change", [edit, exchange])
def test_size_and_time_alone_prove_nothing(change, cache, tmp_path):
    before = file_state(tmp_path / "a.txt")
    change(tmp_path / "a.txt", "xyz")
    assert file_state(tmp_path / "a.txt")[:2] == before[:2]
    assert cache.recall(["a.txt", "b.txt"]) == {"b.txt": None}
    cache.keep({"a.txt": 3})
    assert cache.recall(["a.txt"]) == {"a.txt": 3}


def test_a_copy_is_another_file(cache, tmp_path):
    shutil.copy2(tmp_path / "a.txt", tmp_path / "c.txt")
    os.replace(tmp_path / "c.txt", tmp_path / "a.txt")
    assert cache.recall(["a.txt"]) == {}


# ----------------------------------------------------------------- damage
def count_letters(path, folder, names):
    """Use a database as its users do."""
    with open_database(path, "a list of letters") as database:
        cache = FileCache(database, "letters", folder)
        found = cache.recall(names)
        cache.keep({name: len(name) for name in names if name not in found})
        return cache.recall(names)


def test_flipped_bits_are_right_or_named(tmp_path):
    rng, path = random.Random(1), tmp_path / "facts.sqlite"
    names = [f"{'a' * n}.txt" for n in range(1, 9)]
    for name in names:
        (tmp_path / name).touch()
    expected = {name: len(name) for name in names}
    assert count_letters(path, tmp_path, names) == expected
    intact, named = path.read_bytes(), 0
    used = [n for n, byte in enumerate(intact) if byte]
    for _ in range(300):
        spoiled = bytearray(intact)
        spoiled[rng.choice(used)] ^= 1 << rng.randrange(8)
        path.write_bytes(spoiled)
        try:
            found = count_letters(path, tmp_path, names)
            assert found.items() <= expected.items()  # or not known
        except (ValueError, OSError) as error:
            named += 1
            assert str(error).startswith("Expected "), repr(error)
            assert str(path) in str(error), repr(error)
            assert "elete" in str(error), repr(error)
    assert 10 < named < 250  # both are met


@pytest.mark.parametrize(
    "problem, kind, message",
    [
        (
            "no such table: facts",
            ValueError,
            "it is damaged, or .*Delete it, un",
        ),
        (
            "Could not decode to UTF-8 column",
            ValueError,
            "it is damaged, or .*Del",
        ),
        ("database or disk is full", OSError, "there is no room .*Make room"),
        (
            "database is locked",
            OSError,
            "others write all the time .*Wait, and",
        ),
        (
            "attempt to write a readonly database",
            OSError,
            "not be written .*yo",
        ),
        ("disk I/O error", OSError, "the disk fails .*delete the file"),
    ],
)
def test_what_sqlite_says_is_told_with_the_file(
    problem, kind, message, tmp_path
):
    path = tmp_path / "facts.sqlite"
    with pytest.raises(kind, match=f"(?i)^Expected .*{message}") as error:
        with open_database(path, "a list of letters"):
            raise sqlite3.OperationalError(problem)
    assert str(path) in str(error.value) and problem in str(error.value)


def test_a_folder_in_the_place_of_a_database(tmp_path):
    with pytest.raises(OSError, match=f"{tmp_path}, but it cannot be opened"):
        with open_database(tmp_path):
            pass


def test_a_full_disk_is_told(tmp_path):
    path = tmp_path / "facts.sqlite"
    with pytest.raises(OSError, match="no room .*is full.*Make room"):
        with open_database(path) as database:
            database.execute("PRAGMA max_page_count = 3")
            FileCache(database, "letters", tmp_path)
            (tmp_path / "a").touch()
            cache = FileCache(database, "letters", tmp_path)
            cache.recall(["a"])
            cache.keep({"a": "x" * 100_000})


# ---------------------------------------------------------------- look up
def test_only_what_is_not_known_is_found_out(cache, tmp_path):
    asked = []

    def find(name):
        asked.append(name)
        return name.upper()

    (tmp_path / "c.txt").touch()
    names = ["c.txt", "a.txt", "c.txt", "d.txt"]
    for wanted in (["c.txt", "d.txt"], ["d.txt"]):  # there is no d.txt
        found = look_up(cache, names, find, "Shouting", progress=False)
        assert found == {"a.txt": [3, "a"], "c.txt": "C.TXT", "d.txt": "D.TXT"}
        assert sorted(asked) == wanted
        asked.clear()


def test_what_shall_not_last_is_found_out_again(cache, tmp_path):
    (tmp_path / "c.txt").touch()
    for value in ("bad", "good", "never asked"):
        found = look_up(
            cache,
            ["c.txt"],
            lambda name, value=value: value,
            "Judging",
            progress=False,
            keep_if=lambda value: value == "good",
        )
    assert found == {"c.txt": "good"}


def test_batches_before_an_error_are_remembered(cache, tmp_path):
    names = [f"{number}.txt" for number in range(6)]
    for name in names:
        (tmp_path / name).touch()

    def find(name):
        if name == "4.txt":
            raise OSError("4.txt is broken")
        return name

    with pytest.raises(OSError, match="4.txt is broken"):
        look_up(cache, names, find, "Reading", progress=False, batch=2)
    assert list(cache.recall(names)) == names[:4]
