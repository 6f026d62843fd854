"""``zsfuse cross``, from start to finish: check, train, predict, measure.

Runs are those of a grid for each source; all together are done as one. Killed,
the same command goes on: no run, and no table of predictions, is made twice.
"""

import logging
from pathlib import Path

from speechbrain_zsfuse import __version__
from speechbrain_zsfuse.errors import AGAIN
from speechbrain_zsfuse.evaluation.cross.files import write_crossing
from speechbrain_zsfuse.evaluation.cross.matrix import build_matrix
from speechbrain_zsfuse.evaluation.cross.report import write_matrix
from speechbrain_zsfuse.evaluation.cross.tables import format_matrix
from speechbrain_zsfuse.experiment.console import open_console
from speechbrain_zsfuse.experiment.cross.checking import (
    check_models,
    check_pairs,
)
from speechbrain_zsfuse.experiment.cross.description import read_cross
from speechbrain_zsfuse.experiment.cross.plan import name_system, plan_cross
from speechbrain_zsfuse.experiment.cross.predicting import predict_all
from speechbrain_zsfuse.experiment.cross.targets import (
    prepare_targets,
    share_words,
)
from speechbrain_zsfuse.experiment.grid.description import Grid, with_given
from speechbrain_zsfuse.experiment.grid.record import FINISHED, GridRecord
from speechbrain_zsfuse.experiment.grid.run import finish_left, list_runs
from speechbrain_zsfuse.experiment.launching.running import refuse_failures
from speechbrain_zsfuse.experiment.summary import aligned, counted
from speechbrain_zsfuse.progress import show_bars

logger = logging.getLogger(__name__)


def run_cross(path, words=(), jobs=None, gpus=None, dry_run=False):
    """Train on each source, test on all targets, write the matrix.

    Arguments
    ---------
    path : str or Path
        Of the YAML, see ``read_cross``.
    words, jobs, gpus, dry_run
        See ``run_grid``.

    Returns
    -------
    Matrix or None
        None of a dry run.

    Raises
    ------
    RuntimeError
        If runs failed; the matrix is of those that did not.
    Exception
        See ``read_cross``, ``plan_cross``, ``prepare_targets``,
        ``check_pairs`` and ``check_models``: before anything is trained.

    Example
    -------
    >>> run_cross("no-such.yaml")
    Traceback (most recent call last):
    FileNotFoundError: Expected the YAML of a crossing in no-such.yaml, but \
there is no such file. Give the path of one.
    """
    cross = with_given(read_cross(path), jobs, gpus)
    open_console()
    plan = plan_cross(cross, words, Path(path).parent)
    run_opts = [side.run_opts for side in plan.sides.values()]
    show_bars(not any(one["noprogressbar"] for one in run_opts))
    targets = prepare_targets(plan)
    check_pairs(plan, targets)
    check_models(plan, targets)
    runs = plan.all_runs
    facts = {"grid": str(Path(path).resolve()), "keep_checkpoints": "best"}
    facts["command"] = ["zsfuse", "cross", str(path), *map(str, words)]
    record = GridRecord(runs, facts)
    left = [one for one in runs if record.state(one) != FINISHED]
    logger.info("%s\n", announce(path, plan, targets, left))
    if dry_run:
        logger.info("%s", list_runs(runs, record))
        return None
    write_crossing(plan.folder, describe(plan, targets))
    how = Grid("", jobs=cross.jobs, gpus=cross.gpus, processes=cross.processes)
    try:
        failures = finish_left(how, runs, left, record)
        predict_all(plan, targets)
    except KeyboardInterrupt:
        logger.warning("Interrupted. %s", AGAIN)
        raise
    if len(failures) < len(runs):
        matrix = build_matrix(plan.folder)
        names = ", ".join(p.name for p in write_matrix(plan.folder, matrix))
        logger.info("\n%s\n", format_matrix(matrix))
        logger.info("%s", aligned({"Files": f"{names} in {plan.folder}"}))
    refuse_failures(failures, len(runs))
    return matrix


def describe(plan, targets):
    """What is crossed, for ``cross.json``.

    Arguments
    ---------
    plan : CrossPlan
    targets : dict
        Key to Target.

    Returns
    -------
    dict
        See ``Crossing``.

    Example
    -------
    See ``run_cross``.
    """
    words = {
        source: {
            target: share
            for target in plan.targets
            if target != source
            for share in [share_words(targets[source], targets[target])]
            if share is not None
        }
        for source in plan.runs
    }
    return {
        "format": 1,
        "version": __version__,
        "set": plan.set,
        "corpora": {key: target.facts for key, target in targets.items()},
        "same_text": {key: shares for key, shares in words.items() if shares},
    }


def announce(path, plan, targets, left):
    """What a crossing will do, before it does it.

    Arguments
    ---------
    path : str or Path
        Of its YAML.
    plan : CrossPlan
    targets : dict
    left : list of GridRun
        Those that are not finished.

    Returns
    -------
    str

    Example
    -------
    >>> from types import SimpleNamespace
    >>> plan = SimpleNamespace(runs={"a": []}, all_runs=[], targets=["a"])
    >>> plan.folder = "results/a"
    >>> facts = {"name": "Tiny", "which": "whole", "clips": 9, "speakers": 3}
    >>> target = SimpleNamespace(facts=facts, labels=["sad", "angry"])
    >>> print(announce("a.yaml", plan, {"a": target}, []))
    Crossing   a.yaml: 1 source by 1 target; 0 runs, 0 to do
    Systems    none
    a          Tiny, whole: 9 clips of 3 speakers; sad, angry
    Results    results/a
    """
    systems = dict.fromkeys(map(name_system, plan.all_runs))
    rows = {
        "Crossing": f"{path}: {counted(len(plan.runs), 'source')} by "
        f"{counted(len(plan.targets), 'target')}; "
        f"{counted(len(plan.all_runs), 'run')}, {len(left)} to do",
        "Systems": ", ".join(systems) or "none",
    }
    for key, target in targets.items():
        facts = target.facts
        rows[key] = (
            f"{facts['name']}, {facts['which']}: {facts['clips']:,} clips of "
            f"{facts['speakers']} speakers; {', '.join(target.labels)}"
        )
    return aligned(rows | {"Results": str(plan.folder)})
