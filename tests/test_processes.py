"""Collectives: what one process finds out, all know."""

import group
import pytest
import shared_work

from speechbrain_zsfuse.processes import together


def test_results_are_shared_and_so_is_an_error(tmp_path):
    """Of two processes the second fails."""
    first, second = group.run(shared_work.step_together, tmp_path)
    assert first[0] == second[0] == [0, 1]
    assert second[1].startswith("AudioError: Cannot use a.wav: it is empty.")
    assert first[1] == f"StoppedElsewhere: Process 1 stopped with {second[1]}"


def test_one_process_raises_the_error_itself():
    error = KeyError("a")
    with pytest.raises(KeyError) as caught:
        together(_raise, error)
    assert caught.value is error


def _raise(error):
    raise error
