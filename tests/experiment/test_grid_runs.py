"""A grid at work: what is done, once each, whatever is killed in between; its
runs are made up here, but for one grid of real ones."""

import json
import os
import signal
import subprocess
import sys
import time
from threading import Thread

import forked
import gridded
import pytest
from gridded import FAST, SLOW
from places import ROOT
from recipe import run_here

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.experiment.grid.checkpoints import tidy_checkpoints
from speechbrain_zsfuse.experiment.grid.description import Grid
from speechbrain_zsfuse.experiment.grid.executing import share_machine
from speechbrain_zsfuse.experiment.grid.run import run_grid
from speechbrain_zsfuse.experiment.launching import running


@pytest.fixture
def scene(tmp_path, monkeypatch):
    """A grid of four runs: slow or fast, of fold 1 or 2."""
    return gridded.four_runs(tmp_path, monkeypatch)


def checkpoints(scene, name):
    """Names of those that are left of a run."""
    return sorted(
        p.name for p in (scene.place / "results" / name).glob("save/*")
    )


def test_every_run_is_done_once_and_noted(scene, capsys):
    run_grid(scene.yaml)
    names = [one.name for one in scene.plan()]
    assert scene.starts() == names and len(names) == 4
    assert scene.states() == dict.fromkeys(names, "finished")
    record = scene.record()
    assert record["grid"] == str(scene.yaml)
    assert record["command"] == ["zsfuse", "grid", str(scene.yaml)]
    first = record["runs"][0]
    assert first["seconds"] > 0 and first["reason"] is None
    assert first["command"][-2:] == ["--fold=1", "--seed=1"]
    assert (first["encoder"], first["alm"]) == ("slow", "none")
    said = capsys.readouterr().out
    assert f"{SLOW} is finished in " in said, "a line a run, in a pipe"
    assert "3 of 4 runs finished, about " in said
    assert "Runs    4 of 4 runs finished" in said
    assert "beside each other:\n  zsfuse table " in said
    run_grid(scene.yaml)
    assert len(scene.starts()) == 4, "what is finished is left"
    assert scene.record()["runs"][0]["seconds"] == first["seconds"]


def test_a_failure_is_tried_once_more_and_the_others_go_on(scene, capsys):
    scene.wish(**{SLOW: ["fail"], FAST: ["kill", "finish"]})
    assert main(["grid", str(scene.yaml)]) == 2
    said = capsys.readouterr().err
    assert "Expected 4 finished runs, but 1 failed:" in said
    assert f"  {SLOW}: Expected" in said
    assert "Expected a microphone, but it is broken." in said
    assert "Mend that and run the same command again" in said
    starts = scene.starts()
    assert (starts.count(SLOW), starts.count(FAST)) == (2, 2)
    assert len(starts) == 2 + 2 + 2
    assert scene.states()[SLOW] == "failed"
    reasons = [run["reason"] for run in scene.record()["runs"]]
    assert "microphone" in reasons[0] and reasons[1:] == [None] * 3
    assert main(["grid", str(scene.yaml), "--dry_run"]) == 0
    assert f"failed    {SLOW}" in capsys.readouterr().out
    scene.wish()
    assert main(["grid", str(scene.yaml)]) == 0
    assert len(scene.starts()) == 7 and scene.states()[SLOW] == "finished"


def test_runs_go_on_at_a_time(scene):
    scene.wish(little=["meet"])  # the first waits for the second
    run_grid(scene.yaml, jobs=2)
    assert {*scene.states().values()} == {"finished"}


def test_each_has_a_gpu_of_its_own(scene):
    scene.wish(little=["meet"])
    run_grid(scene.yaml, gpus=[3, 5])
    assert {*scene.gpus()[:2]} == {"3", "5"} and {*scene.gpus()} == {"3", "5"}


def test_gpus_are_shared_out():
    def share(visible, **changes):
        grid = Grid("Little", **changes)
        return [place.gpus for place in share_machine(grid, visible)]

    assert share(["0", "1"]) == ["0", "1"], "all that there are"
    assert share(["0", "1"], jobs=3) == [None] * 3
    assert share(["0"], gpus=[2, 3, 4], processes=2) == ["2,3"]
    assert share([]) == [None]
    [two] = share_machine(Grid("Little", processes=2), [])
    assert two.processes == 2 and two.threads >= 1


def until(found):
    """Wait for something; only a failing test waits for long."""
    late = time.monotonic() + 200
    while not found():
        assert time.monotonic() < late
        time.sleep(0.05)


def go_after(scene, count):
    """Let go what waits, once so many runs were started."""

    def wait():
        until(lambda: len(scene.starts()) == count)
        scene.go()

    Thread(target=wait, daemon=True).start()


def test_killed_a_grid_goes_on_and_its_run_is_waited_for(scene):
    scene.wish(**{SLOW: ["wait"]})
    first = forked.begin(gridded.command(scene))
    until(scene.starts)
    first.kill()
    first.join()
    assert scene.states()[SLOW] == "running", "as it was when it was killed"
    assert len(scene.starts()) == 1
    go_after(scene, 4)  # the others come first; then its own end
    run_grid(scene.yaml)
    assert len(scene.starts()) == len({*scene.starts()}) == 4
    assert {*scene.states().values()} == {"finished"}


def test_two_grids_share_the_work(scene):
    scene.wish(**{SLOW: ["wait"]})
    first = forked.begin(gridded.command(scene))
    until(scene.starts)
    go_after(scene, 4)
    run_grid(scene.yaml)
    first.join()
    assert first.exitcode == 0
    assert len(scene.starts()) == len({*scene.starts()}) == 4


def test_ctrl_c_ends_the_runs_and_the_grid(scene):
    scene.wish(**{SLOW: ["wait", "finish"]})
    code = (
        "import signal, sys; from speechbrain_zsfuse.cli import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    words = [sys.executable, "-c", code, *gridded.command(scene)[3:]]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{gridded.SUPPORT}"}
    with subprocess.Popen(
        words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as grid:
        until(scene.starts)
        grid.send_signal(signal.SIGINT)
        assert grid.wait() == 130
        assert "Interrupted. Run the same command again" in grid.stdout.read()
    assert len(scene.starts()) == 1, "nothing more is begun"
    log = scene.place / "results" / f"{SLOW}.log"
    assert "KeyboardInterrupt" in log.read_text()


def test_jobs_of_submitit(scene):
    scene.write(
        alms=["none"],
        encoders=["slow"],
        submitit={"cluster": "local", "timeout_min": 5},
    )
    scene.plan()
    scene.wish(fold2=["fail"])
    with pytest.raises(RuntimeError, match="(?s)1 failed:.*microphone"):
        run_grid(scene.yaml)
    assert sorted(scene.starts()) == [
        SLOW,
        *["little_slow_none/fold2/1"] * 2,
    ]
    done, failed = scene.record()["runs"]
    assert done["state"] == "finished" and done["job"].isdigit()
    assert failed["state"] == "failed" and failed["job"] != done["job"]


# ------------------------------------------------------------- checkpoints
@pytest.mark.parametrize("keep, left", [("all", 2), ("none", 0)])
def test_checkpoints_are_kept_as_it_says(scene, keep, left):
    scene.write(alms=["none"], folds=[1], keep_checkpoints=keep)
    scene.plan()
    scene.wish(slow=["stop"])
    with pytest.raises(RuntimeError):
        run_grid(scene.yaml)
    assert len(checkpoints(scene, FAST)) == left
    assert len(checkpoints(scene, SLOW)) == 2, "of a failed run all stay"


def test_what_is_being_tested_again_is_left_alone(tmp_path):
    (tmp_path / "save" / "CKPT+1").mkdir(parents=True)
    code = (
        "import sys, time\n"
        "from speechbrain_zsfuse.experiment.lock import lock_run\n"
        "lock_run(sys.argv[1]); print('locked', flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "locked\n"
        tidy_checkpoints(tmp_path, "none")
        assert (tmp_path / "save" / "CKPT+1").exists()
        other.kill()
    tidy_checkpoints(tmp_path, "none")
    assert not (tmp_path / "save").exists()


# ---------------------------------------------------------- the real recipe
@pytest.fixture
def real(three_actors, tmp_path, tiny_wavlm, tiny_clap):
    """A grid of RAVDESS on 21 clips with a tiny CLAP."""
    values = {
        "recipe": str(ROOT / "recipes" / "RAVDESS"),
        "alms": [{"clap": {"alm_source": tiny_clap}}],
        "seeds": [7],
        "options": {
            "data_folder": str(three_actors),
            "results_folder": str(tmp_path / "results"),
            "preparation": {"valid_actors": [2], "test_actors": [3]},
            "allow_mismatch": True,
            "encoder_source": tiny_wavlm,
            "number_of_epochs": 2,
            "lr": 0.01,
            "loader": {"num_workers": 0},
            "device": "cpu",
        },
    }
    path = tmp_path / "grid.yaml"
    path.write_text(json.dumps(values))
    return path


def test_a_grid_of_real_runs(real, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(ROOT / "recipes" / "RAVDESS")
    monkeypatch.setattr(running, "start", forked.start)
    [one] = run_grid(real)
    folder = one.run.folder
    [best] = (folder / "save").glob("CKPT*")
    metrics = (folder / "metrics.json").read_text()
    words = [folder / "hyperparams.yaml", "--test_only"]
    run_here(monkeypatch, *words)  # whichever epoch it was
    assert (
        json.loads(metrics)["test"]
        == json.loads((folder / "metrics.json").read_text())["test"]
    )
    values = json.loads(real.read_text())
    real.write_text(json.dumps(values | {"keep_checkpoints": "none"}))
    run_grid(real)
    with pytest.raises(
        FileNotFoundError,
        match="to evaluate in .*save, but it was removed after the run was "
        "finished, .*in predictions_test.csv. To evaluate it again",
    ):
        run_here(monkeypatch, *words)
    assert not best.exists() and metrics
