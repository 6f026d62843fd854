"""Command lines of Python in processes of their own that the server forks: as
an interpreter or torchrun starts them, without what their imports cost.

Others show that a new interpreter finds everything: the first commands of a
README, and each end of a program.
"""

import os
import runpy
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from recipe import command
from server import SERVER


def run_forked(*arguments, recipe="RAVDESS", world=1, folder=None):
    """A recipe's train.py, or a group of ``world``, in ``folder``; the finished
    process, its output captured."""
    words = command(*arguments, recipe=recipe)
    return run_command(words, world=world, folder=folder)


def start(words, log, resources=None):
    """In the place of ``launching.running.start``."""
    done = run_command(words)
    with open(log, "a") as file:
        file.write(done.stdout + done.stderr)
    return done.returncode


def run_command(words, world=1, folder=None):
    """As ``subprocess.run`` of ``python SCRIPT …`` or ``python -m MODULE …``,
    or of torchrun with ``world`` processes."""
    with tempfile.TemporaryDirectory() as place:
        outputs = [Path(place) / name for name in ("stdout", "stderr")]
        group = _describe_group(world)
        processes = [
            begin(words, group, rank, outputs, folder) for rank in range(world)
        ]
        for process in processes:
            process.join()
        codes = [process.exitcode for process in processes]
        texts = [path.read_text() for path in outputs]
    code = next(filter(None, codes), 0)
    return subprocess.CompletedProcess(words, code, *texts)


def begin(words, group=None, rank=0, outputs=(), folder=None):
    """A process that has begun with a command line."""
    arguments = words[1:], group or {}, rank, outputs, folder
    process = SERVER.Process(target=_enter, args=arguments)
    process.start()
    return process


def _describe_group(world):
    """The environment by which torchrun's processes find each other."""
    if world == 1:
        return {}
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    names = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    return names | {"WORLD_SIZE": str(world)}


def _enter(words, group, rank, outputs, folder):
    for number, path in enumerate(outputs, 1):
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        os.dup2(os.open(path, flags), number)
    os.environ |= group
    if group:
        os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank)}
    os.chdir(folder or os.curdir)
    if words[0] == "-m":
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = list(map(str, words))
        sys.path.insert(0, str(Path(words[0]).parent))
        runpy.run_path(words[0], run_name="__main__")
