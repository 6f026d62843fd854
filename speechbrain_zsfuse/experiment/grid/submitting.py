"""The runs of a grid as jobs of a cluster, by submitit; one run a job.

A job is a program of its own: it goes on when the grid is stopped or killed,
and a grid that is started again finds it by its number.
"""

from speechbrain_zsfuse.errors import explain_imports
from speechbrain_zsfuse.experiment.grid.executing import (
    ATTEMPTS,
    Ending,
    finish_run,
)
from speechbrain_zsfuse.experiment.launching.running import Resources

_POLL = {"slurm": 10}  # seconds between looks at jobs
_ONE_MACHINE = ("nodes", "tasks_per_node")


def submit_runs(runs, keep, grid, folder, record, end):
    """Do the runs that are left of a grid as jobs.

    A job whose machine is lost, or whose time is over, is submitted once more,
    and its run goes on from its last checkpoint.

    Arguments
    ---------
    runs : list of GridRun
    keep : str
        See ``tidy_checkpoints``.
    grid : Grid
        ``submitit`` holds options of its ``AutoExecutor``, and perhaps
        ``cluster``: ``slurm`` (default), or ``local`` to try it here.
    folder : Path
        For what submitit writes.
    record : GridRecord
        Knows the numbers of jobs.
    end : callable
        Called with each run and its Ending.

    Raises
    ------
    ImportError
        If submitit is not installed.
    ValueError
        If an option is none of its own, or there is no such cluster.

    Example
    -------
    >>> from speechbrain_zsfuse.experiment.grid.description import Grid
    >>> grid = Grid("a", submitit={"cluster": "local", "time_min": 5})
    >>> submit_runs([], "best", grid, getfixture("tmpdir"), None, print)
    Traceback (most recent call last):
    ValueError: Expected `timeout_min` in `submitit` of the grid, the minutes \
that a run may take, but got cluster, time_min. Add it.
    """
    executor, jobs_of = _prepare(grid, folder)
    resources = Resources(processes=grid.processes)
    for attempt in range(ATTEMPTS):
        jobs = []
        with executor.batch():
            for one in runs:
                known = record.job(one) if attempt == 0 else None
                job = known and _find(jobs_of, folder, known)
                jobs.append(
                    job or executor.submit(finish_run, one.run, keep, resources)
                )
        for one, job in zip(runs, jobs):
            record.begin(one, job.job_id)
        lost = []
        for place, ending in _endings(jobs, executor.cluster):
            if ending.is_lost and attempt + 1 < ATTEMPTS:
                lost.append(runs[place])
            else:
                end(runs[place], ending)
        runs = lost


def _prepare(grid, folder):
    """An executor of submitit, and the class of its jobs."""
    with explain_imports(extra="slurm"):
        import submitit
    options = dict(grid.submitit)
    if not {"timeout_min", "slurm_time"} & {*options}:
        raise ValueError(
            "Expected `timeout_min` in `submitit` of the grid, the minutes "
            f"that a run may take, but got {', '.join(options) or 'nothing'}. "
            "Add it."
        )
    for name in _ONE_MACHINE:
        if options.get(name, 1) != 1:
            raise ValueError(
                f"Expected {name}: 1 in `submitit` of the grid, but got "
                f"{options[name]}: a run is on one machine. Give `processes` "
                "and gpus_per_node for several GPUs of it."
            )
    cluster = options.pop("cluster", "slurm")
    classes = {"slurm": submitit.SlurmJob, "local": submitit.LocalJob}
    try:
        executor = submitit.AutoExecutor(folder, cluster=cluster)
        executor.update_parameters(**{"name": "zsfuse"} | options)
    except (NameError, ValueError, RuntimeError, AssertionError) as error:
        raise ValueError(
            "Expected `submitit` of the grid to hold options of its "
            f"AutoExecutor, on a machine with {cluster}, but: {error}"
        ) from error
    return executor, classes[cluster]


def _find(kind, folder, number):
    """A job of an earlier grid, unless it has ended."""
    job = kind(folder, number)
    return None if job.done() else job


def _endings(jobs, cluster):
    """Place and Ending of jobs, in the order in which they end."""
    from submitit.core.utils import FailedJobError, UncompletedJobError
    from submitit.helpers import as_completed

    places = {id(job): place for place, job in enumerate(jobs)}
    for job in as_completed(jobs, poll_frequency=_POLL.get(cluster, 0.1)):
        try:
            ending = job.result()
        except UncompletedJobError as error:
            ending = Ending(None, str(error), is_lost=True)
        except FailedJobError as error:
            ending = Ending(None, str(error))
        yield places[id(job)], ending
