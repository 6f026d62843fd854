"""How a program ends: what its user reads, what stands in the log."""

import errno
import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
import torch
from forked import run_forked
from places import ROOT
from recipe import command

from speechbrain_zsfuse.errors import StoppedElsewhere
from speechbrain_zsfuse.experiment.endings import explain_errors
from speechbrain_zsfuse.file_cache import open_database
from speechbrain_zsfuse.training.checkpoints import SafeCheckpointer

AGAIN = "Run the same command again: a run goes on from its last checkpoint."


def ending(function, *arguments):
    """Status with which a program ends that calls a function."""
    with pytest.raises(SystemExit) as end, explain_errors("train.py"):
        function(*arguments)
    return end.value.code


def fail(error):
    raise error


@pytest.fixture
def log(tmp_path):
    """The log.txt of a run."""
    handler = logging.FileHandler(tmp_path / "log.txt")
    logging.getLogger().addHandler(handler)
    yield tmp_path / "log.txt"
    logging.getLogger().removeHandler(handler)
    handler.close()


# ------------------------------------------------------ whose mistake it was
def test_what_is_said_in_words_is_told_and_the_traceback_kept(log, capsys):
    error = ValueError("Expected a seed, but got none. Give one.")
    assert ending(fail, error) == 2
    out, err = capsys.readouterr()
    assert err == f"train.py: {error}\n" and not out
    assert "Traceback" in log.read_text() and "in fail" in log.read_text()


def test_debug_shows_the_traceback_too(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["train.py", "--debug"])
    assert ending(fail, ValueError("Expected a seed.")) == 2
    told = capsys.readouterr().err
    assert told.startswith("Traceback") and "in fail" in told
    assert told.endswith("train.py: Expected a seed.\n")


@pytest.mark.parametrize(
    "slip",
    [
        lambda: {}["no such key"],
        lambda: None.attribute,
        lambda: int("seven"),
        lambda: torch.ones(2) @ torch.ones(3),
        lambda: torch.nn.Linear(1, 1).load_state_dict({}),  # a library's words
    ],
)
def test_a_slip_of_the_program_keeps_its_traceback(slip, capsys):
    with pytest.raises(Exception) as caught, explain_errors():  # noqa: B017
        slip()
    assert not isinstance(caught.value, SystemExit)
    assert not capsys.readouterr().err


class Clips(torch.utils.data.Dataset):
    """Of one clip, which fails where it is loaded."""

    def __init__(self, error):
        self.error = error

    def __len__(self):
        return 1

    def __getitem__(self, index):
        if self.error:
            raise self.error
        return {}["no such key"]


def test_what_a_loading_process_says_is_told_alike(capsys):
    def load(error):
        list(torch.utils.data.DataLoader(Clips(error), num_workers=1))

    assert ending(load, ValueError("Cannot use a.wav:\nit is empty")) == 2
    told = capsys.readouterr().err
    assert told == "train.py: Cannot use a.wav:\nit is empty\n"
    with pytest.raises(KeyError), explain_errors():
        load(None)


# ---------------------------------------------------------------- the system
def test_a_missing_file_is_named(tmp_path, capsys):
    assert ending(open, tmp_path / "no.csv") == 2
    assert capsys.readouterr().err == (
        f"train.py: Expected {tmp_path}/no.csv, but there is no such file or "
        "folder. Restore it, or correct its name where it is given.\n"
    )


def test_a_file_in_the_way_is_named(tmp_path, capsys):
    (tmp_path / "results").write_text("")
    assert ending(os.makedirs, tmp_path / "results" / "a" / "b") == 2
    told = capsys.readouterr().err
    assert f"but {tmp_path}/results is in the way" in told
    assert "Move it, or give another folder." in told


def test_a_link_to_nowhere_is_named(tmp_path, capsys):
    (tmp_path / "results").symlink_to(tmp_path / "unmounted")
    assert ending(os.mkdir, tmp_path / "results") == 2
    assert f"{tmp_path}/results is in the way" in capsys.readouterr().err


@pytest.mark.parametrize(
    "number, said",
    [
        (errno.ENOSPC, "room in out, but its disk is full"),
        (errno.EDQUOT, "room in out, but its disk is full"),
        (errno.EROFS, "to write to out/a, but its disk is read-only"),
        (errno.EACCES, "permission to use out/a, but there is none"),
        (errno.EIO, "to use out/a, but: Input/output error. Look after"),
        (errno.ENOENT, "Expected out/a, but there is no such file"),
    ],
)
def test_errors_of_the_system_are_explained(number, said, capsys):
    error = OSError(number, os.strerror(number), "out/a")
    assert ending(fail, error) == 2
    told = capsys.readouterr().err
    assert said in told and "Errno" not in told and told.count("\n") == 1
    assert (AGAIN in told) == (number not in (errno.EACCES, errno.ENOENT))


def test_a_disk_that_is_full_when_a_checkpoint_is_written(
    tmp_path, monkeypatch, capsys
):
    def write(state, path):
        fail(RuntimeError("unexpected pos 440832 vs 440724"))

    layer = torch.nn.Linear(1000, 1000)  # 4 MB
    checkpointer = SafeCheckpointer(tmp_path / "save", {"layer": layer})
    monkeypatch.setattr(torch, "save", write)
    assert ending(checkpointer.save_checkpoint) == 2
    told = capsys.readouterr().err
    assert f"room for about 4 MB in {tmp_path}/save, but its disk is" in told
    assert " MB left). Make room. " + AGAIN in told


def test_a_database_on_a_full_disk(tmp_path, capsys):
    def keep():
        with open_database(tmp_path / "a.sqlite", "a store"):
            raise sqlite3.OperationalError("database or disk is full")

    assert ending(keep) == 2
    told = capsys.readouterr().err
    assert f"a store in {tmp_path}/a.sqlite, but there is no room" in told
    assert "Make room, and run it again." in told


# --------------------------------------------------------- several processes
def test_torchrun_says_it_once_and_at_the_end(tmp_path, monkeypatch, capsys):
    reports, waits = [], []
    monkeypatch.setattr(time, "sleep", waits.append)
    monkeypatch.setattr(time, "time", lambda: 10 + sum(waits))
    errors = ValueError("Expected a seed."), StoppedElsewhere("Process 0 …")
    for rank, error in enumerate(errors):
        file = tmp_path / f"{rank}.json"
        monkeypatch.setenv("TORCHELASTIC_ERROR_FILE", str(file))
        assert ending(fail, error) == 2
        reports.append(json.loads(file.read_text())["message"])
    cause, other = reports
    assert cause["message"] == "train.py: Expected a seed."
    assert other["message"].startswith("train.py: Another process of this run")
    when = [int(report["extraInfo"]["timestamp"]) for report in reports]
    assert when == [10, 20]  # torchrun takes the first for the cause
    assert not capsys.readouterr().err


# ------------------------------------------------------------ whole programs
@pytest.mark.parametrize("recipe", ["RAVDESS", "IEMOCAP", "MSP-Podcast"])
def test_every_recipe_ends_in_words(recipe, tmp_path):
    nowhere = f"--data_folder={tmp_path}/nowhere"
    arguments = ["hparams/wavlm_none.yaml", nowhere]
    done = run_forked(*arguments, recipe=recipe, folder=tmp_path)
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"train.py: Expected the corpus in {tmp_path}")
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("recipe", ["RAVDESS", "IEMOCAP", "MSP-Podcast"])
def test_ctrl_c_while_libraries_are_imported(recipe, tmp_path):
    (tmp_path / "torch.py").write_text("raise KeyboardInterrupt")
    done = subprocess.run(
        command("hparams/wavlm_none.yaml", recipe=recipe),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"},
    )
    assert done.returncode == 130
    assert done.stderr == f"\ntrain.py: Interrupted. {AGAIN}\n"


def test_ctrl_c_says_what_to_do():
    code = (
        "import signal, time\n"
        "from speechbrain_zsfuse.experiment.endings import explain_errors\n"
        # A shell's background job, as these tests may be, ignores Ctrl-C.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "with explain_errors('train.py'):\n"
        "    print('begun', flush=True)\n"
        "    time.sleep(600)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    _, told = process.communicate()
    assert process.returncode == 130
    assert told == f"\ntrain.py: Interrupted. {AGAIN}\n"


@pytest.mark.parametrize(
    "last, status, told",
    [
        ("pass", 0, ""),
        ("raise SystemExit", 0, ""),
        ("raise SystemExit(3)", 3, ""),
        ("raise SystemExit('no')", 1, "no\n"),
        ("open('no-such-file')", 2, "name where it is given.\n"),
        ("{}['a slip']", 1, "KeyError: 'a slip'\n"),
    ],
)
def test_a_process_of_a_group_does_not_take_its_interpreter_down(
    last, status, told
):
    code = (
        "import atexit\n"
        "from speechbrain_zsfuse.experiment import endings\n"
        "class Held:\n"
        "    def __del__(self): print('let go', flush=True)\n"
        "held = Held()\n"
        "atexit.register(print, 'at exit')\n"
        "with endings.explain_errors('x'):\n"
        "    endings.end_at_once()\n"
        f"    {last}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == status
    assert done.stdout == "at exit\n"
    assert done.stderr.endswith(told) and bool(done.stderr) == bool(told)
