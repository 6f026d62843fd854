"""A planned run done: its ``train.py`` as a process of its own.

What is half done goes on, and what is done is not done again: that is the
recipe's own doing. Two programs that launch runs never do one at once, and a
run that another process is at work in is waited for. When the program that
started it is killed, a run goes on to its end; Ctrl-C ends it, too.
"""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import NamedTuple

from speechbrain_zsfuse.errors import shorten
from speechbrain_zsfuse.experiment.lock import await_run, is_locked
from speechbrain_zsfuse.files import hold_lock

# What torchrun tells its own processes, and nobody else.
_OF_TORCHRUN = ("TORCHELASTIC_", "GROUP_", "ROLE_", "LOCAL_", "MASTER_")
_ALSO = {"RANK", "WORLD_SIZE"}
_SHOWN = 5  # lines of what a run said at its end
_started = {}  # process that goes on to whether it was interrupted here


class Resources(NamedTuple):
    """What a run may use.

    Attributes
    ----------
    gpus : str or None
        Numbers with commas between them; None: all that there are.
    threads : int or None
        Of the CPU, per process; None: as PyTorch chooses.
    processes : int
        Of torchrun; 1: without it.

    Example
    -------
    >>> Resources(gpus="0,1", processes=2)
    Resources(gpus='0,1', threads=None, processes=2)
    """

    gpus: str | None = None
    threads: int | None = None
    processes: int = 1


ALL = Resources()  # that there are


def do_run(run, last=None, resources=ALL, attempts=1, wait=True):
    """Do a run, unless it is done; main process.

    Arguments
    ---------
    run : PlannedRun
    last : str, optional
        The file that it leaves at its end; default: ``run.last``.
    resources : Resources
    attempts : int
        How often it may fail, less one: a run that failed is begun again, and
        goes on from its last checkpoint.
    wait : bool
        Whether to wait for another program that is at work in it.

    Returns
    -------
    int or None
        How often it was begun for that, 0 if it was done already; None if
        another program is at work in it.

    Raises
    ------
    RuntimeError
        If it ends otherwise, with the last lines of what it said.

    Example
    -------
    >>> from pathlib import Path
    >>> from speechbrain_zsfuse.experiment.launching.planned import PlannedRun
    >>> folder = Path(getfixture("tmpdir"))
    >>> _ = (folder / "train.py").write_text("raise SystemExit('No corpus.')")
    >>> run = PlannedRun(folder / "train.py", [], folder / "a", "0" * 64)
    >>> do_run(run)
    Traceback (most recent call last):
    RuntimeError: Expected .../a to end with metrics.json, but its train.py \
ended with status 1. .../a.log has all that it said, and ends so:
    No corpus.
    """
    last = last or run.last
    with _claimed(run, wait) as is_ours:
        if not is_ours or not wait and is_locked(run.folder):
            return 0 if run.is_done(last) else None
        await_run(run.folder)
        begun = failures = 0
        while not run.is_done(last):
            begun += 1
            status = start(launch_command(run, resources), run.log, resources)
            # Another program may have begun the same run a moment before.
            if run.is_done(last) or await_run(run.folder):
                continue
            failures += 1
            if failures == attempts:
                raise RuntimeError(_describe_failure(run, last, status))
        return begun


def is_taken(run):
    """Whether another program is at work in a run, or about to be.

    Arguments
    ---------
    run : PlannedRun

    Returns
    -------
    bool

    Example
    -------
    >>> from pathlib import Path
    >>> from speechbrain_zsfuse.experiment.launching.planned import PlannedRun
    >>> folder = Path(getfixture("tmpdir")) / "a"
    >>> is_taken(PlannedRun(Path("train.py"), [], folder, "0" * 64))
    False
    """
    with _claimed(run, wait=False) as is_ours:
        return not is_ours or is_locked(run.folder)


@contextmanager
def _claimed(run, wait):
    """Keep other programs that launch runs from this one; whether that is
    so."""
    run.log.parent.mkdir(parents=True, exist_ok=True)
    lock = run.folder.with_name(f".{run.folder.name}.lock")
    with hold_lock(lock, wait) as is_ours:
        yield is_ours


def launch_command(run, resources=ALL):
    """The words that start a run.

    Arguments
    ---------
    run : PlannedRun
    resources : Resources

    Returns
    -------
    list of str

    Example
    -------
    >>> from speechbrain_zsfuse.experiment.launching.planned import PlannedRun
    >>> run = PlannedRun("train.py", ["a.yaml"], "results/a", "0" * 64)
    >>> launch_command(run, Resources(processes=2))[1:]
    ['-m', 'torch.distributed.run', '--standalone', '--nproc_per_node=2', \
'train.py', 'a.yaml']
    """
    torchrun = ["-m", "torch.distributed.run", "--standalone"]
    torchrun.append(f"--nproc_per_node={resources.processes}")
    launcher = torchrun if resources.processes > 1 else []
    return [sys.executable, *launcher, str(run.recipe), *run.arguments]


def start(command, log, resources=ALL):
    """A process, from start to finish.

    Arguments
    ---------
    command : list of str
    log : Path
        What it says is added to it; another may be writing there, too.
    resources : Resources

    Returns
    -------
    int
        Its exit status; negative: the signal that killed it.

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C, or ``interrupt_runs``, has ended it.

    Example
    -------
    >>> from pathlib import Path
    >>> log = Path(getfixture("tmpdir")) / "a.log"
    >>> start([sys.executable, "-c", "print('Well.')"], log)
    0
    >>> log.read_text()
    'Well.\\n'
    """
    with open(log, "a", encoding="utf-8") as output:
        process = subprocess.Popen(
            command,
            env=_environment(resources),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a Ctrl-C reaches it once: from here
        )
    _started[process] = False
    try:
        status = process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        process.wait()
        raise
    finally:
        interrupted = _started.pop(process)
    if interrupted:
        raise KeyboardInterrupt
    return status


def interrupt_runs():
    """Let the runs that threads of this process have started end, as Ctrl-C
    does; each is told once.

    Example
    -------
    >>> interrupt_runs()  # there are none
    """
    for process, told in [*_started.items()]:
        if not told:
            _started[process] = True
            process.send_signal(signal.SIGINT)


def _describe_failure(run, last, status):
    lines = run.log.read_text(encoding="utf-8", errors="replace")
    end = "\n".join(lines.strip().splitlines()[-_SHOWN:])
    return (
        f"Expected {run.folder} to end with {last}, but its {run.recipe.name} "
        f"ended with status {status}. {run.log} has all that it said, and ends "
        f"so:\n{end}"
    )


def _environment(resources):
    """That of this process, but none of torchrun's; the same packages."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_OF_TORCHRUN) and name not in _ALSO
    }
    kept["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    if resources.gpus is not None:
        kept["CUDA_VISIBLE_DEVICES"] = resources.gpus
    if resources.threads is not None:
        kept.setdefault("OMP_NUM_THREADS", str(resources.threads))
    return kept


def refuse_failures(failures, number):
    """Raise a RuntimeError if runs failed, with the reason of each.

    Arguments
    ---------
    failures : dict
        Name or folder of a run that failed to the reason.
    number : int
        Of all runs.

    Example
    -------
    >>> refuse_failures({}, 3)
    >>> refuse_failures({"a": "No corpus."}, 3)
    Traceback (most recent call last):
    RuntimeError: Expected 3 finished runs, but 1 failed:
      a: No corpus.
    Mend that and run the same command again: the others are not done again.
    """
    if failures:
        lines = [f"  {name}: {why}" for name, why in failures.items()]
        raise RuntimeError(
            f"Expected {number} finished runs, but {len(lines)} failed:\n"
            f"{shorten(lines)}\nMend that and run the same command again: the "
            "others are not done again."
        )
