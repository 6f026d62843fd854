"""``zsfuse grid``, from start to finish.

Runs are processes of the recipe's ``train.py``. What is finished is left, what
is half done goes on: a grid that was killed is started again with the same
command, also beside another one. Runs that a killed grid had started go on,
and are waited for.
"""

import logging
import os
from pathlib import Path

from speechbrain_zsfuse.errors import AGAIN
from speechbrain_zsfuse.experiment.grid.checkpoints import tidy_checkpoints
from speechbrain_zsfuse.experiment.grid.description import (
    read_grid,
    with_given,
)
from speechbrain_zsfuse.experiment.grid.executing import (
    finish_runs,
    share_machine,
)
from speechbrain_zsfuse.experiment.grid.hours import estimate_hours
from speechbrain_zsfuse.experiment.grid.plan import plan_grid
from speechbrain_zsfuse.experiment.grid.progress import (
    Progress,
    tell_progress,
)
from speechbrain_zsfuse.experiment.grid.record import FINISHED, GridRecord
from speechbrain_zsfuse.experiment.grid.submitting import submit_runs
from speechbrain_zsfuse.experiment.launching.running import refuse_failures
from speechbrain_zsfuse.experiment.outcome import describe_next
from speechbrain_zsfuse.experiment.summary import aligned, counted
from speechbrain_zsfuse.progress import show_bars

logger = logging.getLogger(__name__)

_JOBS = "jobs"  # folder for what submitit writes


def run_grid(path, words=(), jobs=None, gpus=None, dry_run=False):
    """Do the runs of a grid.

    Arguments
    ---------
    path : str or Path
        Of its YAML, see ``read_grid``.
    words : list of str
        Overrides of the recipe's YAML and run options.
    jobs : int, optional
        In place of that of the YAML.
    gpus : list of int, optional
        In place of those of the YAML.
    dry_run : bool
        Only say what would be done.

    Returns
    -------
    list of GridRun

    Raises
    ------
    RuntimeError
        If runs failed; the others are finished.
    Exception
        See ``read_grid``, ``plan_grid`` and ``submit_runs``: before anything
        is begun.

    Example
    -------
    >>> run_grid("no-such.yaml")
    Traceback (most recent call last):
    FileNotFoundError: Expected the YAML of a grid in no-such.yaml, but there \
is no such file. Give the path of one.
    """
    grid = with_given(read_grid(path), jobs, gpus)
    from speechbrain_zsfuse.experiment.console import open_console

    open_console()
    runs = plan_grid(grid, words, Path(path).parent)
    record = GridRecord(runs, _describe(grid, path, words))
    left = [one for one in runs if record.state(one) != FINISHED]
    logger.info("%s\n", announce(path, runs, record))
    if dry_run:
        logger.info("%s", list_runs(runs, record))
        return runs
    show_bars(not _asks_for(runs, "--noprogressbar"))
    try:
        failures = finish_left(grid, runs, left, record)
    except KeyboardInterrupt:
        logger.warning("Interrupted. %s", AGAIN)
        raise
    done = len(runs) - len(failures)
    rows = {
        "Runs": tell_progress(done, len(failures), len(runs), None),
        "Files": f"those of the runs, and grid.json, in {runs[0].results}",
    }
    logger.info("\n%s\n%s", aligned(rows), describe_next(runs[0].results))
    refuse_failures(failures, len(runs))
    return runs


def _describe(grid, path, words):
    """What there is to say of a grid, for its record."""
    return {
        "grid": str(Path(path).resolve()),
        "command": ["zsfuse", "grid", str(path), *map(str, words)],
        "folder": os.getcwd(),
        "keep_checkpoints": grid.keep_checkpoints,
    }


def announce(path, runs, record):
    """What a grid will do, before it does it.

    Arguments
    ---------
    path : str or Path
        Of its YAML.
    runs : list of GridRun
    record : GridRecord

    Returns
    -------
    str

    Example
    -------
    >>> from types import SimpleNamespace
    >>> run = SimpleNamespace(folder="results/small/1")
    >>> one = SimpleNamespace(run=run, name="small/1", fold=1)
    >>> one.results = "results"
    >>> record = SimpleNamespace(state=lambda one: "to do")
    >>> print(announce("a.yaml", [one], record))
    Grid      a.yaml, 1 run: 1 to do
    Sound     not known: no run has prepared the corpus yet
    Results   results
    """
    states = [record.state(one) for one in runs]
    left = [one for one, s in zip(runs, states) if s != FINISHED]
    counts = {state: states.count(state) for state in dict.fromkeys(states)}
    hours = estimate_hours(runs, left)
    if hours is None:
        sound = "not known: no run has prepared the corpus yet"
    else:
        sound = (
            f"{hours['encoders']:.1f} h through encoders, at most "
            f"{hours['alms']:.1f} h through audio-language models (whose "
            "answers all runs share)"
        )
    return aligned(
        {
            "Grid": f"{path}, {counted(len(runs), 'run')}: "
            + ", ".join(f"{n} {state}" for state, n in counts.items()),
            "Sound": sound if left else None,
            "Results": str(runs[0].results),
        }
    )


def list_runs(runs, record):
    """A line for each run: its state, and its folder.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> record = SimpleNamespace(state=lambda one: "begun")
    >>> list_runs([SimpleNamespace(name="small/1")], record)
    'begun     small/1'
    """
    return "\n".join(f"{record.state(one):10}{one.name}" for one in runs)


def finish_left(grid, runs, left, record):
    """Do what is left of many runs.

    Arguments
    ---------
    grid : Grid
        How: its ``keep_checkpoints``, ``jobs``, ``gpus``, ``processes`` and
        ``submitit``.
    runs : list of GridRun
        All, in one results folder.
    left : list of GridRun
        Those that are not finished.
    record : GridRecord

    Returns
    -------
    dict
        Name of each run that failed to the reason.

    Example
    -------
    See ``run_grid``.
    """
    keep = grid.keep_checkpoints
    for one in runs:
        if one not in left:
            tidy_checkpoints(one.run.folder, keep)
    if grid.submitit is not None:
        record.write()
        with Progress(runs, record, len(left)) as progress:
            folder = runs[0].results / _JOBS
            submit_runs(left, keep, grid, folder, record, progress.end)
        return progress.failures
    places = share_machine(grid, _visible_gpus(runs))
    record.write()
    with Progress(runs, record, len(places)) as progress:
        finish_runs(left, keep, places, record.begin, progress.end)
    return progress.failures


def _visible_gpus(runs):
    """Numbers of the GPUs that runs may use; none, if they ask for none."""
    import torch

    if _asks_for(runs, "--device=cpu"):
        return []
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        return [number for number in named.split(",") if number]
    return [str(number) for number in range(torch.cuda.device_count())]


def _asks_for(runs, option):
    return any(word.startswith(option) for word in runs[0].run.arguments)
