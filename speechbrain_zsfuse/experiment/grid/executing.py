"""The runs of a grid done on this machine, some at a time."""

import os
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from typing import NamedTuple

from speechbrain_zsfuse.errors import explain_system
from speechbrain_zsfuse.experiment.grid.checkpoints import tidy_checkpoints
from speechbrain_zsfuse.experiment.launching.running import (
    ALL,
    Resources,
    do_run,
    interrupt_runs,
    is_taken,
)

ATTEMPTS = 2  # of a run
_PAUSE = 1  # seconds between looks at what other programs are at work in


class Ending(NamedTuple):
    """How a run ended.

    Attributes
    ----------
    seconds : float or None
        That it took; None if it was done by another program.
    reason : str or None
        Why it failed; None: it is finished.
    is_lost : bool
        Whether nobody knows: its machine is gone.

    Example
    -------
    >>> Ending(3.0).reason is None
    True
    """

    seconds: float | None
    reason: str | None = None
    is_lost: bool = False


def finish_run(run, keep, resources=ALL, wait=True):
    """Do one run, at most twice, and tidy up behind it.

    Arguments
    ---------
    run : PlannedRun
    keep : str
        See ``tidy_checkpoints``.
    resources : Resources
    wait : bool
        Whether to wait for another program that is at work in it.

    Returns
    -------
    Ending or None
        None if another program is at work in it.

    Example
    -------
    See ``finish_runs``.
    """
    begun = time.monotonic()
    try:
        starts = do_run(run, resources=resources, attempts=ATTEMPTS, wait=wait)
    except (RuntimeError, OSError, ValueError) as error:
        return Ending(None, explain_system(error) or str(error))
    if starts is None:
        return None
    seconds = time.monotonic() - begun
    tidy_checkpoints(run.folder, keep)
    return Ending(seconds if starts else None)


def finish_runs(runs, keep, places, begin, end):
    """Do the runs that are left of a grid; Ctrl-C ends those that go on.

    Another program may be doing the same grid: what it is at work in is left
    to it, and waited for at the end.

    Arguments
    ---------
    runs : list of GridRun
    keep : str
        See ``tidy_checkpoints``.
    places : list of Resources
        One for each run that goes on at a time.
    begin : callable
        Called with each run, in a thread, when it begins.
    end : callable
        Called with each run and its Ending.

    Example
    -------
    >>> finish_runs([], "best", [Resources()], print, print)
    """
    free, stopped = queue.SimpleQueue(), threading.Event()
    for place in places:
        free.put(place)

    def work(one):
        place = free.get()
        try:
            if stopped.is_set() or is_taken(one.run):
                return None
            begin(one)
            return finish_run(one.run, keep, place, wait=False)
        except OSError as error:  # a file in the way of its folder
            return Ending(None, explain_system(error))
        finally:
            free.put(place)

    while runs:
        later = []
        with ThreadPoolExecutor(len(places)) as pool:
            futures = {pool.submit(work, one): one for one in runs}
            try:
                for future in as_completed(futures):
                    one, ending = futures[future], future.result()
                    if ending is None:
                        later.append(one)
                    else:
                        end(one, ending)
            except BaseException:
                stopped.set()
                interrupt_runs()
                # One may just have been about to start its run.
                while wait(futures, _PAUSE).not_done:
                    interrupt_runs()
                raise
        if later:
            time.sleep(_PAUSE)
        runs = [one for one in runs if one in later]


def share_machine(grid, visible):
    """What each of the runs that go on at a time may use.

    Arguments
    ---------
    grid : Grid
        Its ``jobs``, ``gpus`` and ``processes``.
    visible : list of str
        Numbers of the GPUs that there are, if it names neither jobs nor GPUs.

    Returns
    -------
    list of Resources

    Raises
    ------
    ValueError
        If there are not enough GPUs for the processes of a run.

    Example
    -------
    >>> from speechbrain_zsfuse.experiment.grid.description import Grid
    >>> share_machine(Grid("a", processes=2), ["0", "1", "2"])
    [Resources(gpus='0,1', threads=None, processes=2)]
    >>> len(share_machine(Grid("a", jobs=2), []))
    2
    """
    each = grid.processes
    gpus = [] if grid.jobs else [*map(str, grid.gpus or visible)]
    if gpus:
        if len(gpus) < each:
            raise ValueError(
                f"Expected a GPU for each of the {each} processes of a run, "
                f"but got {', '.join(gpus)}. Give fewer processes, more "
                "gpus, or jobs: 1 to compute on CPUs."
            )
        groups = len(gpus) // each
        return [
            Resources(",".join(gpus[i * each : (i + 1) * each]), None, each)
            for i in range(groups)
        ]
    jobs = grid.jobs or 1
    alone = jobs * each == 1
    threads = None if alone else max(1, (os.cpu_count() or 1) // (jobs * each))
    return [Resources(None, threads, each)] * jobs
