"""Epochs on the terminal: one line each, and it fits."""

import logging

import pytest

from speechbrain_zsfuse.training.epochs import HEAD, EpochTable, epoch_line


def test_the_head_stands_once_and_says_what_uar_is(caplog):
    caplog.set_level(logging.INFO)
    table = EpochTable(2)
    table.add(1, 1.4, 1.3, 0.5, 1e-3, 61, best=True)
    table.add(2, 1.3, 1.2, 0.4, 1e-3, 61, best=False)
    head, first, second = caplog.messages
    assert head == HEAD and "UAR (unweighted average recall)" in head
    assert first.split() == "1/2 1.400 1.300 50.0 0.001 0:01:01 best".split()
    assert second.split() == "2/2 1.300 1.200 40.0 0.001 0:01:01".split()


def test_a_run_that_goes_on_says_what_was_done_before(caplog):
    caplog.set_level(logging.INFO)
    table = EpochTable(4, done=2)
    table.add(3, 1.4, 1.3, 0.5, 1e-3, 61, best=True)
    head, before, third = caplog.messages
    assert before == "    2/4  done before" and third.startswith("    3/4 ")


@pytest.mark.parametrize("rate", [2e-5, 1.9753e-05, 0.001, 1.0])
@pytest.mark.parametrize("loss", [0.9517, 12.5])
def test_a_line_fits_80_columns_and_stands_below_its_head(loss, rate):
    line = epoch_line(100, 100, loss, loss, 1.0, rate, 90000, best=True)
    _, names = HEAD.splitlines()
    assert len(line) <= 80 and "e+" not in line and "100.0" in line
    assert line.index("  best") == len(names)
    assert f"{loss:.3f}" in line
