"""The processes of a run form a group, and watch over each other.

SpeechBrain's ``ddp_init_group``, with two differences. Where there are no
GPUs, gloo is chosen by itself. And no process waits for ever for one that is
stopped or gone: each gives a sign of life now and then, whatever it is busy
with, and who sees none of another for a set time says so and ends the run.
That a collective takes long is no reason: preparation may take hours.
"""

import atexit
import logging
import os
import socket
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Literal

import torch
from speechbrain.utils.distributed import (
    ddp_barrier,
    get_local_rank,
    get_rank,
)
from torch.distributed.distributed_c10d import _get_default_store

from speechbrain_zsfuse.experiment.endings import end_at_once
from speechbrain_zsfuse.options import check
from speechbrain_zsfuse.processes import rank_and_size

logger = logging.getLogger(__name__)

Backend = Literal["gloo", "nccl", "mpi"]
_LOOKS = 30  # signs that may stay away
_LONGEST_WAIT = timedelta(days=7)  # for a process that is alive
_over = threading.Event()


def join_group(run_opts, minutes):
    """Join the other processes of a run, if torchrun has started some.

    Arguments
    ---------
    run_opts : RunOptions
        Of SpeechBrain's parser.
    minutes : float
        Without a sign of another process, after which the run ends.

    Returns
    -------
    RunOptions
        For ``Brain``; its ``distributed_backend`` is that of the group.

    Raises
    ------
    ValueError
        See ``choose_backend``.

    Example
    -------
    >>> import speechbrain as sb
    >>> _, run_opts, _ = sb.parse_arguments(["a.yaml"])
    >>> join_group(run_opts, minutes=30) is run_opts  # one process
    True
    """
    rank, local_rank = get_rank(), get_local_rank()
    if rank is None or local_rank is None:
        return run_opts
    gpus = torch.cuda.device_count()
    backend = choose_backend(run_opts, local_rank, gpus)
    if backend == "nccl":
        torch.cuda.set_device(local_rank)
    end_at_once()
    torch.distributed.init_process_group(
        backend, rank=rank, timeout=_LONGEST_WAIT
    )
    watch_peers(60 * minutes)
    return replace(
        run_opts,
        distributed_backend=backend,
        overridden_args=run_opts.overridden_args | {"distributed_backend"},
    )


def leave_group():
    """End the watch and the group; with one process nothing happens.

    Example
    -------
    >>> leave_group()
    """
    _over.set()
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def choose_backend(run_opts, local_rank, gpus):
    """What the processes talk over.

    Arguments
    ---------
    run_opts : RunOptions
        ``distributed_backend`` counts if it was given; else it is ``nccl`` on
        GPUs and ``gloo`` without.
    local_rank : int
        Of this process on its machine.
    gpus : int
        On this machine.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If it is no backend, or there is no GPU for this process.

    Example
    -------
    >>> import speechbrain as sb
    >>> _, run_opts, _ = sb.parse_arguments(["a.yaml"])
    >>> choose_backend(run_opts, 0, gpus=0), choose_backend(run_opts, 0, gpus=1)
    ('gloo', 'nccl')
    """
    on_cpus = not gpus or str(run_opts["device"]).startswith("cpu")
    backend = "gloo" if on_cpus else "nccl"
    if "distributed_backend" in run_opts["overridden_args"]:
        backend = run_opts["distributed_backend"]
    check("--distributed_backend", backend, Backend)
    if backend == "nccl" and local_rank >= gpus:
        raise ValueError(
            f"Expected a GPU for each process, but process {local_rank} of "
            f"{socket.gethostname()} (from 0) has none of its {gpus}. Start "
            "fewer with --nproc_per_node, or compute on CPUs with "
            "--device=cpu --distributed_backend=gloo."
        )
    return backend


def watch_peers(seconds):
    """Give signs of life to the other processes, and look for theirs.

    Arguments
    ---------
    seconds : float
        Without a sign of another process, after which this one ends. Time in
        which this one is stopped itself does not count.

    Example
    -------
    >>> watch_peers(1800)  # one process: nothing to watch
    """
    if rank_and_size()[1] == 1:
        return
    _give_sign(0)
    ddp_barrier()  # everybody has given one
    _over.clear()
    threading.Thread(target=_watch, args=[seconds], daemon=True).start()
    atexit.register(_over.set)


def count_silence(known, signs):
    """For how many looks in a row each process has shown nothing new.

    Arguments
    ---------
    known : dict
        What this function returned for the look before; at first empty.
    signs : dict
        Rank to what its last sign says.

    Returns
    -------
    dict
        Rank to the sign and the number of looks.

    Example
    -------
    >>> count_silence({0: ("7", 1), 1: ("7", 1)}, {0: "7", 1: "8"})
    {0: ('7', 2), 1: ('8', 0)}
    """
    silence = {}
    for rank, sign in signs.items():
        before, looks = known.get(rank, (None, 0))
        silence[rank] = (sign, looks + 1 if sign == before else 0)
    return silence


def _watch(seconds):
    rank, world = rank_and_size()
    known, number = {}, 0
    try:
        while not _over.wait(seconds / _LOOKS):
            number += 1
            _give_sign(number)
            known = count_silence(known, _read_signs(world))
            silent = [r for r, (_, looks) in known.items() if looks >= _LOOKS]
            if silent and not _over.is_set():
                if rank == min(set(range(world)) - set(silent)):
                    _report(silent, known, seconds)
                os._exit(1)  # the main thread waits, and hears nothing
    except RuntimeError:  # where the signs were kept is gone, and so the run
        logger.debug("The watch over other processes has ended.", exc_info=True)


def _give_sign(number):
    rank, _ = rank_and_size()
    who = f"process {os.getpid()} on {socket.gethostname()}"
    _get_default_store().set(f"sign of {rank}", f"{who}: {number}")


def _read_signs(world):
    store = _get_default_store()
    keys = {rank: f"sign of {rank}" for rank in range(world)}
    return {rank: store.get(key).decode() for rank, key in keys.items()}


def _report(silent, known, seconds):
    who = ", ".join(known[rank][0].rpartition(":")[0] for rank in silent)
    logger.critical(
        "Expected all processes of this run at work, but %s has given no sign "
        "of life for %g minutes: it was stopped, or its machine is gone. Start "
        "the same command again, and the run goes on where it was. (With "
        "--peer_timeout=… minutes, processes wait longer.)",
        who,
        round(seconds / 60, 2),
    )
