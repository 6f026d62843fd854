"""What a grid is and how far it is, as ``grid.json`` for whoever reports.

It is a view, written anew whenever a run begins or ends: the truth is in the
folders of the runs. It is that of the last grid that was started in this
results folder.
"""

import threading
import time

from speechbrain_zsfuse import __version__
from speechbrain_zsfuse.evaluation.fields import GRID
from speechbrain_zsfuse.experiment.resuming.inputs import is_begun
from speechbrain_zsfuse.files import read_json, write_json

FINISHED, RUNNING, FAILED = "finished", "running", "failed"
BEGUN, TO_DO = "begun", "to do"


class GridRecord:
    """States of the runs of a grid, and the file that tells them.

    Arguments
    ---------
    runs : list of GridRun
        All in one results folder.
    facts : dict
        JSON values: what else there is to say of the grid.

    Example
    -------
    >>> from pathlib import Path
    >>> from speechbrain_zsfuse.experiment.grid.plan import GridRun
    >>> from speechbrain_zsfuse.experiment.launching.planned import PlannedRun
    >>> folder = Path(getfixture("tmpdir"))
    >>> run = PlannedRun(Path("train.py"), [], folder / "small/1", "0" * 64)
    >>> values = {"results_folder": folder}
    >>> one = GridRun(run, "small", "none", None, 1, None, values)
    >>> record = GridRecord([one], {"grid": "a.yaml"})
    >>> record.state(one)
    'to do'
    >>> record.end(one, 3.0, "Expected a microphone, but it is broken.")
    >>> read_json(folder / "grid.json", "")["runs"][0]["state"]
    'failed'
    """

    def __init__(self, runs, facts):
        self.runs, self.path = runs, runs[0].results / GRID
        self._lock, self._running = threading.Lock(), set()
        self._done = {one.name for one in runs if one.run.is_done()}
        known = _read_known(self.path)
        self._seconds = {n: k.get("seconds") for n, k in known.items()}
        self._jobs = {n: k.get("job") for n, k in known.items()}
        self._reasons = {
            name: entry["reason"]
            for name, entry in known.items()
            if entry.get("reason") and name not in self._done
        }
        self._facts = facts | {"started": _now()}

    def job(self, one):
        """Number of the job that an earlier grid has made of a run, or
        None."""
        return self._jobs.get(one.name)

    def begin(self, one, job=None):
        """Note that a run is being done, perhaps as a job; from any thread."""
        with self._lock:
            self._jobs[one.name] = job
            self._running.add(one.name)
            self._reasons.pop(one.name, None)
            self._write()

    def end(self, one, seconds=None, reason=None):
        """Note that it is finished, perhaps in how many seconds, or why it
        failed."""
        with self._lock:
            self._running.discard(one.name)
            if reason:
                self._reasons[one.name] = reason
            else:
                self._done.add(one.name)
                if seconds:
                    self._seconds[one.name] = round(seconds, 1)
            self._write()

    def state(self, one):
        """One of finished, running, failed, begun, to do."""
        if one.name in self._done:
            return FINISHED
        if one.name in self._running:
            return RUNNING
        if one.name in self._reasons:
            return FAILED
        return BEGUN if is_begun(one.run.folder) else TO_DO

    def durations(self):
        """Experiment and seconds of the finished runs whose time is known."""
        return [
            (experiment_of(one), self._seconds[one.name])
            for one in self.runs
            if one.name in self._done and self._seconds.get(one.name)
        ]

    def write(self):
        """Write the file."""
        with self._lock:
            self._write()

    def _write(self):
        facts = {"format": 1, "version": __version__, **self._facts}
        facts["updated"] = _now()
        for name, entry in _read_known(self.path).items():  # of another grid
            seconds = self._seconds.get(name) or entry.get("seconds")
            self._seconds[name] = seconds
        runs = [self._describe(one) for one in self.runs]
        write_json(self.path, facts | {"runs": runs})

    def _describe(self, one):
        return {
            "folder": one.name,
            "encoder": one.encoder,
            "alm": one.alm,
            "fold": one.fold,
            "seed": one.seed,
            "repeats": one.repeats,
            "command": ["python", str(one.run.recipe), *one.run.arguments],
            "state": self.state(one),
            "seconds": self._seconds.get(one.name),
            "reason": self._reasons.get(one.name),
            "job": self._jobs.get(one.name),
        }


def experiment_of(one):
    """What a run has in common with those of other folds and seeds.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> experiment_of(SimpleNamespace(encoder="a", alm="b", repeats=None))
    ('a', 'b', None)
    """
    return one.encoder, one.alm, one.repeats


def _now():
    return time.strftime("%F %T")


def _read_known(path):
    """What an earlier grid has noted of its runs; it is a view, no more."""
    try:
        return {entry["folder"]: entry for entry in read_json(path, "")["runs"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
