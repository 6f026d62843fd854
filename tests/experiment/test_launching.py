"""Runs as processes: planned many at a time, tried again, never two at once."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from places import ROOT
from records import make_record

from speechbrain_zsfuse.experiment.configuration.arguments import (
    parse_arguments,
)
from speechbrain_zsfuse.experiment.launching import running
from speechbrain_zsfuse.experiment.launching.planned import PlannedRun
from speechbrain_zsfuse.experiment.launching.planning import (
    plan_run,
    plan_runs,
)
from speechbrain_zsfuse.experiment.launching.running import (
    Resources,
    do_run,
    launch_command,
)


@pytest.mark.parametrize(
    "corpus, yaml, options, folds",
    [
        ("RAVDESS", "ravdess.yaml+small+none", [], [1, 6]),
        ("RAVDESS", "wavlm_clap", ["--lr=1e-3", "--schedule=cosine"], [2]),
        ("IEMOCAP", "iemocap.yaml+hubert+clsp", ["--merge={}"], [1, 5]),
        ("MSP-Podcast", "hubert_none", ["--experiment=mine"], []),
        ("RAVDESS", "ravdess", ["--zero_shot={audio_repeats: auto}"], [3]),
    ],
)
def test_many_runs_are_planned_as_each_alone(
    corpus, yaml, options, folds, tmp_path
):
    script = ROOT / "recipes" / corpus / "train.py"
    words = [f"hparams/{yaml}", f"--data_folder={tmp_path}", *options]
    text, _ = parse_arguments(words, script)
    runs = plan_runs(script, words, text, folds, [1000, 2000])
    assert len({run.folder for run in runs.values()}) == len(runs)
    for (fold, seed), run in runs.items():
        assert fold in (folds or [None]) and run.arguments[-1] == (
            f"--seed={seed}"
        )
        assert run == plan_run(script, run.arguments)


# A run that ends as a list says: "finish", "stop" (metrics and status 1),
# "kill" (by a signal), "fail", "hang".
SCRIPT = """
import json, os, sys, time
from pathlib import Path
from speechbrain_zsfuse.experiment.lock import lock_run
folder, *ends = sys.argv[1:]
folder = Path(folder)
lock_run(folder)
with open(folder / "starts", "a") as file:
    file.write("x")
end = ends[len((folder / "starts").read_text()) - 1]
print("This time:", end, os.environ.get("CUDA_VISIBLE_DEVICES"), flush=True)
if end == "hang":
    time.sleep(600)
if end == "kill":
    os.kill(os.getpid(), 9)
if end == "fail":
    raise SystemExit("Expected a microphone, but it is broken.")
(folder / "metrics.json").write_text("{}")
if end == "stop":
    raise SystemExit("Expected room on the disk, but there is none.")
facts = json.loads((folder / "run.json").read_text())
(folder / "run.json").write_text(json.dumps(facts | {"finished": True}))
"""


@pytest.fixture
def make_run(tmp_path):
    """A planned run that ends as it is told."""

    def make(*ends):
        script, folder = tmp_path / "train.py", tmp_path / "run"
        script.write_text(SCRIPT)
        folder.mkdir()
        (folder / "run.json").write_text(json.dumps(make_record()))
        return PlannedRun(script, [str(folder), *ends], folder, "0" * 64)

    return make


def starts(run):
    """How often it was started."""
    path = run.folder / "starts"
    return len(path.read_text()) if path.exists() else 0


@pytest.mark.parametrize("first", ["kill", "fail", "stop"])
def test_a_run_that_failed_is_tried_once_more(make_run, first):
    run = make_run(first, "finish")
    assert do_run(run, attempts=2) == 2
    assert starts(run) == 2
    assert do_run(run) == 0 and starts(run) == 2, "it is not done again"


def test_metrics_alone_are_no_success(make_run):
    run = make_run("stop", "stop")
    with pytest.raises(RuntimeError, match="status 1.*\n.*\nExpected room on"):
        do_run(run, attempts=2)
    assert starts(run) == 2 and not run.is_done()


def test_the_reason_is_what_was_said_last(make_run):
    with pytest.raises(RuntimeError, match="status -9. .*run.log has all"):
        do_run(make_run("kill"))


def test_a_run_is_not_begun_twice(make_run):
    run = make_run("hang")
    words = [sys.executable, str(run.recipe), *run.arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(words, env=environment) as other:
        try:
            while not starts(run):
                time.sleep(0.05)
            assert do_run(run, wait=False) is None
        finally:
            other.kill()
    with running._claimed(run, wait=True):
        assert do_run(run, wait=False) is None
    assert starts(run) == 1


def test_resources_reach_a_run_and_those_of_torchrun_do_not(
    make_run, monkeypatch
):
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "none")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    run = make_run("finish")
    do_run(run, resources=Resources(gpus="3,4", threads=2))
    assert "This time: finish 3,4" in run.log.read_text()
    environment = running._environment(Resources(threads=2))
    assert environment["OMP_NUM_THREADS"] == "7", "the user's own counts"
    assert not {"RANK", "TORCHELASTIC_RUN_ID"} & {*environment}
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert running._environment(Resources(threads=2))["OMP_NUM_THREADS"] == "2"


def test_several_processes_are_started_by_torchrun(make_run):
    run = make_run("finish")
    one = [sys.executable, str(run.recipe), *run.arguments]
    assert launch_command(run) == one
    two = launch_command(run, Resources(gpus="0,1", processes=2))
    assert two[0] == one[0] and two[-len(one) + 1 :] == one[1:]
    assert two[1:3] == ["-m", "torch.distributed.run"]
    assert "--nproc_per_node=2" in two


def test_ctrl_c_ends_what_was_started(make_run):
    run = make_run("hang")
    code = (
        "import sys, signal; from pathlib import Path\n"
        "from speechbrain_zsfuse.experiment.launching.running import *\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "words, log = sys.argv[2:], Path(sys.argv[1])\n"
        "start(words, log)"
    )
    words = [sys.executable, str(run.recipe), *run.arguments]
    with subprocess.Popen(
        [sys.executable, "-c", code, str(run.log), *words],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    ) as program:
        while not starts(run):
            time.sleep(0.05)
        program.send_signal(signal.SIGINT)
        assert program.wait()
    assert "KeyboardInterrupt" in run.log.read_text()
