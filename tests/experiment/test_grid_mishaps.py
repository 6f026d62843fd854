"""Mishaps of a grid: each is of one run, and the others go on."""

import errno
import shutil
from threading import Event
from unittest.mock import Mock

import gridded
import pytest
from gridded import FAST, SLOW

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.experiment.grid import executing
from speechbrain_zsfuse.experiment.grid.checkpoints import tidy_checkpoints
from speechbrain_zsfuse.experiment.launching.running import (
    Resources,
    interrupt_runs,
)
from speechbrain_zsfuse.experiment.lock import is_locked


@pytest.fixture
def scene(tmp_path, monkeypatch):
    """A grid of four runs: slow or fast, of fold 1 or 2."""
    return gridded.four_runs(tmp_path, monkeypatch)


def test_a_run_that_cannot_be_begun_or_told_fails_alone(scene, capsys):
    scene.wish(**{SLOW: ["spoil"]})
    in_the_way = scene.place / "results/little_fast_none/fold1/.1.lock"
    in_the_way.mkdir(parents=True)
    assert main(["grid", str(scene.yaml)]) == 2
    said = capsys.readouterr().err
    assert "Expected 4 finished runs, but 2 failed:" in said
    assert f"{SLOW}: Expected a JSON object in {scene.place}" in said
    assert f"{FAST}: Expected {in_the_way}" in said
    assert [*scene.states().values()].count("finished") == 2
    assert scene.states()[SLOW] == "failed"


def test_ctrl_c_reaches_a_run_that_is_just_being_started(scene, monkeypatch):
    scene.write(alms=["none"], folds=[1])
    runs = scene.plan()
    scene.wish(**{SLOW: ["wait"]})
    told = Event()

    def interrupt():
        interrupt_runs()
        told.set()

    def begin(one):
        assert one.name == FAST or told.wait(100)

    def end(one, ending):
        raise KeyboardInterrupt

    monkeypatch.setattr(executing, "interrupt_runs", interrupt)
    with pytest.raises(KeyboardInterrupt):
        executing.finish_runs(runs, "all", [Resources()] * 2, begin, end)
    assert told.is_set() and not runs[0].run.is_done()


def test_what_cannot_be_removed_stays(tmp_path, monkeypatch, caplog):
    (tmp_path / "save" / "CKPT+1").mkdir(parents=True)
    busy = OSError(errno.EBUSY, "Device or resource busy", "save/.nfs1")
    monkeypatch.setattr(shutil, "rmtree", Mock(side_effect=busy))
    with caplog.at_level("WARNING"):
        tidy_checkpoints(tmp_path, "none")
    assert "save are left, they cannot be removed: [Errno" in caplog.text
    assert not is_locked(tmp_path)
