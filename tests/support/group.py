"""A few processes that form a group, forked from one server.

What they run is named by a module of this folder, for tests cannot be imported
by name. The server has everything imported, so that processes start fast.
"""

import json
import multiprocessing
import os
import time

import torch

SERVER = multiprocessing.get_context("forkserver")
# The server may not know this folder: what takes long is named by itself.
SERVER.set_forkserver_preload(
    [
        "speechbrain_zsfuse.zeroshot.scores",
        "speechbrain_zsfuse.zeroshot.source",
        "speechbrain_zsfuse.lobes.clap",
        "transformers.models.clap.modeling_clap",
        "resumable_run",
    ]
)


def start(function, folder, *arguments, world=2):
    """Processes that run a function in a group on gloo.

    Each leaves in ``folder`` what it returned, as JSON; or the text of its
    error, and then ends with status 1.
    """
    folder.mkdir(exist_ok=True)
    meeting = folder / f"meeting{time.monotonic_ns()}"
    processes = [
        SERVER.Process(
            target=_enter,
            args=(function, folder, meeting, rank, world, arguments),
        )
        for rank in range(world)
    ]
    for process in processes:
        process.start()
    return processes


def _enter(function, folder, meeting, rank, world, arguments):
    torch.set_num_threads(1)
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank)}
    os.environ["WORLD_SIZE"] = str(world)
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{meeting}", rank=rank, world_size=world
    )
    try:
        result, status = function(*arguments), 0
    except Exception as error:
        result, status = f"{type(error).__name__}: {error}", 1
    (folder / f"result{rank}.json").write_text(json.dumps(result))
    raise SystemExit(status)


def results(processes, folder, status=0):
    """Wait; what each process left, by rank."""
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [status] * len(
        processes
    )
    return [
        json.loads((folder / f"result{rank}.json").read_text())
        for rank in range(len(processes))
    ]


def run(function, folder, *arguments, world=2, status=0):
    """Start, wait, and return what each process left, by rank."""
    processes = start(function, folder, *arguments, world=world)
    return results(processes, folder, status)


def kill(processes):
    """SIGKILL to all of some processes."""
    for process in processes:
        process.kill()
    for process in processes:
        process.join()
