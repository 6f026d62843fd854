"""A folder belongs to one run, and to one process at a time."""

import os
import socket
import subprocess
import sys

import pytest
from places import ROOT

from speechbrain_zsfuse.experiment import claim, lock
from speechbrain_zsfuse.experiment.claim import (
    claim_folder,
    is_finished,
)
from speechbrain_zsfuse.files import read_json, write_json

# Locks a folder until told, or killed.
HOLD = """
import sys
from speechbrain_zsfuse.experiment.lock import lock_run
lock_run(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def released():
    yield
    for folder in [*lock._held]:
        lock.unlock_run(folder)


@pytest.fixture
def holder(tmp_path):
    """A process of its own at work in the folder ``run``."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "run")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_two_processes_are_never_at_work_in_one_folder(holder, tmp_path):
    with pytest.raises(RuntimeError, match=f"process {holder.pid} on .* since"):
        claim_folder(tmp_path / "run", "lr: 1", {})
    assert not (tmp_path / "run" / "hyperparams.yaml").exists()
    claim_folder(tmp_path / "other", "lr: 1", {})


def test_a_killed_process_leaves_no_lock(holder, tmp_path):
    holder.kill()
    holder.wait()
    claim_folder(tmp_path / "run", "lr: 1", {})


@pytest.mark.parametrize("process", ["a", None, 10**40, -1, 0, True])
def test_a_damaged_note_of_the_holder_keeps_nobody_out(tmp_path, process):
    note = {"host": socket.gethostname(), "process": process}
    write_json(tmp_path / ".lock.json", note)
    lock.lock_run(tmp_path)
    assert read_json(tmp_path / ".lock.json", "")["process"] == os.getpid()


def test_a_folder_may_be_taken_again_by_its_process(tmp_path):
    for _ in range(2):
        claim_folder(tmp_path, "lr: 1", {})
    lock.unlock_run(tmp_path)
    assert not (tmp_path / ".lock.json").exists()


def test_what_a_killed_run_had_begun_to_write_is_cleared(tmp_path):
    for name in (".train.csv.4711", ".train.csv", "train.csv.4711", ".a.b1"):
        (tmp_path / name).touch()
    claim_folder(tmp_path, "lr: 1", {})
    assert {".train.csv", "train.csv.4711", ".a.b1"} < {
        path.name for path in tmp_path.iterdir()
    }
    assert not (tmp_path / ".train.csv.4711").exists()


def test_what_was_trained_meanwhile_counts(tmp_path, monkeypatch):
    """Another process began, and ended, until the folder was locked."""

    def lock_late(folder):
        (folder / "save" / "CKPT+1").mkdir(parents=True)
        (folder / "hyperparams.yaml").write_text("lr: 2")

    monkeypatch.setattr(claim, "lock_run", lock_late)
    with pytest.raises(ValueError, match="lr: 2 there, 1 now"):
        claim_folder(tmp_path, "lr: 1", {})


@pytest.mark.parametrize("test_only", [True, False])
def test_a_folder_in_use_is_not_touched(holder, tmp_path, test_only):
    (tmp_path / "run" / "save" / "CKPT+1").mkdir(parents=True)
    (tmp_path / "run" / "hyperparams.yaml").write_text("lr: 2")
    with pytest.raises(RuntimeError, match=f"process {holder.pid} on"):
        claim_folder(tmp_path / "run", "lr: 1", {}, test_only)


def trained(folder, text, code=None):
    claim_folder(folder, text, code or {})
    (folder / "save" / "CKPT+1").mkdir(parents=True)


def test_settings_may_change_until_something_was_trained(tmp_path):
    claim_folder(tmp_path, "lr: 1", {})
    claim_folder(tmp_path, "lr: 2", {})
    assert (tmp_path / "hyperparams.yaml").read_text() == "lr: 2"


def test_other_settings_are_refused_with_both_values(tmp_path):
    trained(tmp_path, "lr: 1\nprompts: ['{label} # speech']")
    with pytest.raises(ValueError) as error:
        claim_folder(tmp_path, "lr: 2\nprompts: ['{label} # song']", {})
    assert str(error.value).splitlines() == [
        f"{tmp_path} holds a run with other settings:",
        "  lr: 1 there, 2 now",
        "  prompts[0]: '{label} # speech' there, '{label} # song' now",
        "Give another --experiment, or delete it.",
    ]


def test_a_run_that_lies_alone_is_told_how_to_leave(tmp_path):
    folder = f"output_folder: {tmp_path}\n"
    trained(tmp_path, folder + "seed: 1")
    with pytest.raises(ValueError, match="Give another --output_folder, or"):
        claim_folder(tmp_path, folder + "seed: 2", {})


def test_a_run_may_be_continued_where_files_have_moved(tmp_path):
    trained(tmp_path, "data_folder: /here\nlr: 1.0  # ours\ndownload: True")
    claim_folder(tmp_path, "data_folder: /there\nlr: 1.0\ndownload: False", {})
    assert "/there" in (tmp_path / "hyperparams.yaml").read_text()


def test_other_code_is_refused_and_the_old_one_kept(tmp_path):
    script, run = tmp_path / "train.py", tmp_path / "run"
    script.write_text("rate = 1\n")
    trained(run, "lr: 1", {"train.py": script})
    script.write_text("rate = 2\n")
    with pytest.raises(ValueError, match="other code: train.py, kept in"):
        claim_folder(run, "lr: 1", {"train.py": script})
    assert (run / "code" / "train.py").read_text() == "rate = 1\n"


def test_nothing_is_made_to_be_tested_only(tmp_path):
    folder = tmp_path / "nothing"
    with pytest.raises(FileNotFoundError, match="checkpoint.*Train first"):
        claim_folder(folder, "lr: 1", {}, test_only=True)
    assert not folder.exists()


def test_what_is_tested_again_keeps_what_is_said_of_it(tmp_path):
    trained(tmp_path, "data_folder: /here\nlr: 1")
    claim_folder(tmp_path, "data_folder: /wrong\nlr: 1", {}, test_only=True)
    assert "/here" in (tmp_path / "hyperparams.yaml").read_text()


def test_finished_is_what_has_its_metrics(tmp_path):
    trained(tmp_path, "lr: 1")
    assert not is_finished(tmp_path)
    (tmp_path / "metrics.json").touch()
    assert is_finished(tmp_path)
