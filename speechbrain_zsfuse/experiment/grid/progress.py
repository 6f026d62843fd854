"""How far a grid is, and how long it will still take."""

import logging
from statistics import mean

from speechbrain_zsfuse.experiment.grid.record import FINISHED, experiment_of
from speechbrain_zsfuse.progress import show_bar

logger = logging.getLogger(__name__)


class Progress:
    """A bar of the runs of a grid; in a file, a line for each.

    Arguments
    ---------
    runs : list of GridRun
    record : GridRecord
        Of these runs, which is kept, too.
    at_a_time : int
        How many runs go on at once.

    Attributes
    ----------
    failures : dict
        Name of a run to the reason.

    Example
    -------
    >>> with Progress([], None, at_a_time=1) as progress:
    ...     progress.failures
    {}
    """

    def __init__(self, runs, record, at_a_time):
        self.runs, self.record, self.at_a_time = runs, record, at_a_time
        self.failures = {}
        done = len(runs) - len(self._left())
        self.bar = show_bar(
            title="Grid", total=len(runs), initial=done, unit=" run"
        )

    def __enter__(self):
        self.bar.__enter__()
        return self

    def __exit__(self, *error):
        self.bar.__exit__(*error)

    def end(self, one, ending):
        """Tell how a run ended."""
        self.record.end(one, ending.seconds, ending.reason)
        if ending.reason:
            self.failures[one.name] = ending.reason
            logger.warning("%s failed: %s", one.name, ending.reason)
        elif self.bar.disable:
            took = ending.seconds and f" in {spell_time(ending.seconds)}"
            logger.info("%s is finished%s.", one.name, took or "")
        self.bar.update()
        self.bar.set_postfix_str(self._tell())
        if self.bar.disable:
            logger.info("%s", self._tell())

    def _tell(self):
        left = [one for one in self._left() if one.name not in self.failures]
        seconds = estimate_left(
            self.record.durations(),
            [experiment_of(one) for one in left],
            self.at_a_time,
        )
        counts = len(self.runs) - len(self._left()), len(self.failures)
        return tell_progress(*counts, len(self.runs), seconds)

    def _left(self):
        return [one for one in self.runs if self.record.state(one) != FINISHED]


def estimate_left(durations, left, at_a_time):
    """Seconds that a grid will still take.

    Arguments
    ---------
    durations : list of (object, float)
        Of finished runs: what they have in common with those of other seeds,
        see ``experiment_of``, and seconds.
    left : list of object
        The same of the runs that are not finished.
    at_a_time : int
        How many runs go on at once.

    Returns
    -------
    float or None
        None until a run is finished. A run takes as long as those of its
        experiment did on average, or else as all did.

    Example
    -------
    >>> durations = [("small", 10.0), ("small", 20.0), ("large", 90.0)]
    >>> estimate_left(durations, ["small", "large", "other"], 1)
    145.0
    """
    if not durations:
        return None
    overall = mean(seconds for _, seconds in durations)
    each = {
        name: mean(s for other, s in durations if other == name)
        for name in {name for name, _ in durations}
    }
    return sum(each.get(name, overall) for name in left) / at_a_time


def spell_time(seconds):
    """A duration in words, as exact as one needs it.

    Example
    -------
    >>> [spell_time(seconds) for seconds in (5.4, 125, 7260, 200000)]
    ['5 s', '2 min', '2 h 1 min', '55 h 33 min']
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(int(seconds // 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def tell_progress(done, failed, total, left):
    """Where a grid stands, in one line.

    Arguments
    ---------
    done, failed, total : int
        Runs.
    left : float or None
        Seconds, see ``estimate_left``.

    Returns
    -------
    str

    Example
    -------
    >>> tell_progress(3, 1, 8, 600.0)
    '3 of 8 runs finished, 1 failed, about 10 min left'
    """
    parts = [f"{done} of {total} runs finished"]
    parts += [f"{failed} failed"] * bool(failed)
    parts += [f"about {spell_time(left)} left"] if left else []
    return ", ".join(parts)
