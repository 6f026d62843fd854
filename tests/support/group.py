"""A few processes that form a group on gloo.

What they run is a function of a module of this folder, for a test's own
module cannot be imported by name.
"""

import json
import os
import time

import torch
from server import SERVER


def start(function, folder, *arguments, world=2):
    """Processes that run a function.

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


def run(function, folder, *arguments, world=2):
    """Start, wait, and return what each process returned, by rank."""
    processes = start(function, folder, *arguments, world=world)
    for process in processes:
        process.join()
    results = [
        json.loads((folder / f"result{rank}.json").read_text())
        for rank in range(world)
    ]
    assert not any(process.exitcode for process in processes), results
    return results
