"""Processes of a run: what they talk over, and who of them is stopped."""

import os
import subprocess
import sys

import group
import pytest
import shared_work
import speechbrain as sb
from places import ROOT

from speechbrain_zsfuse.experiment.group import choose_backend, count_silence


def options(*arguments):
    return sb.parse_arguments(["a.yaml", *arguments])[1]


@pytest.mark.parametrize(
    "gpus, arguments, backend",
    [
        (0, [], "gloo"),
        (2, [], "nccl"),
        (2, ["--device=cpu"], "gloo"),
        (2, ["--distributed_backend=gloo"], "gloo"),
    ],
)
def test_the_backend_is_that_of_the_device(gpus, arguments, backend):
    assert choose_backend(options(*arguments), 1, gpus) == backend


@pytest.mark.parametrize(
    "gpus, arguments", [(1, []), (0, ["--distributed_backend=nccl"])]
)
def test_more_processes_than_gpus(gpus, arguments):
    with pytest.raises(ValueError) as error:
        choose_backend(options(*arguments), 1, gpus)
    assert "Expected a GPU for each process, but process 1 of" in str(
        error.value
    )
    assert f"has none of its {gpus}. Start fewer" in str(error.value)


def test_an_unknown_backend():
    with pytest.raises(ValueError, match="one of gloo, nccl, mpi.*'tcp'"):
        choose_backend(options("--distributed_backend=tcp"), 0, 1)


def test_silence_is_counted_in_looks_and_ends_with_a_sign():
    known = {}
    for signs in ("ab", "ab", "ab", "ac"):
        known = count_silence(known, dict(enumerate(signs)))
    assert known == {0: ("a", 3), 1: ("c", 0)}


def test_a_stopped_process_is_reported(tmp_path):
    log = tmp_path / "log.txt"
    first, second = group.start(
        shared_work.wait_for_a_stopped_one, tmp_path / "a", log, 0.6
    )
    first.join()
    second.kill()
    second.join()
    assert first.exitcode == 1
    said = log.read_text()
    assert f"process {second.pid} on " in said
    assert "no sign of life for 0.01 minutes" in said
    assert "Start the same command again" in said


def test_long_work_is_no_silence(tmp_path):
    assert group.run(shared_work.work_long, tmp_path / "a") == [True, True]


def test_who_joined_a_group_does_not_take_its_interpreter_down():
    code = (
        "import speechbrain as sb, torch\n"
        "from speechbrain_zsfuse.experiment.endings import explain_errors\n"
        "from speechbrain_zsfuse.experiment.group import join_group\n"
        "class Held:\n"
        "    def __del__(self): print('let go', flush=True)\n"
        "held = Held()\n"
        "with explain_errors('x'):\n"
        "    join_group(sb.parse_arguments(['a.yaml'])[1], minutes=30)\n"
        "    print(torch.distributed.get_world_size())\n"
    )
    alone = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1"}
    meeting = {"MASTER_ADDR": "localhost", "MASTER_PORT": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, **alone, **meeting},
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr
