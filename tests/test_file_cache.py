"""Facts about files: found by path, and believed only while they are true."""

import os

import pytest

from speechbrain_zsfuse.file_cache import _FIND, FileCache, open_database


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
