"""Collectives: what one process finds out, all know."""

import group
import pytest
import shared_work

from speechbrain_zsfuse.processes import together


def test_results_come_by_rank(tmp_path):
    assert group.run(shared_work.fail_on, tmp_path, None) == [[0, 1]] * 2


def test_an_error_on_one_process_ends_all_with_its_text(tmp_path):
    first, second = group.run(shared_work.fail_on, tmp_path, 1, status=1)
    assert second.startswith("AudioError: Cannot use a.wav: it is empty.")
    assert first == f"RuntimeError: Process 1 stopped with {second}"


def test_one_process_raises_the_error_itself():
    error = KeyError("a")
    with pytest.raises(KeyError) as caught:
        together(_raise, error)
    assert caught.value is error


def _raise(error):
    raise error
