"""``zsfuse study --fused``, from start to finish.

Runs are processes of the recipe's ``train.py``, one after the other. What is
finished is left, what is half done goes on: a study that was killed is started
again with the same command.
"""

import logging
import os

from speechbrain_zsfuse.errors import shorten
from speechbrain_zsfuse.evaluation.amplification.cells import Cell, find_same
from speechbrain_zsfuse.experiment.console import open_console
from speechbrain_zsfuse.experiment.fused.plan import (
    check_words,
    plan_runs,
    read_cells,
)
from speechbrain_zsfuse.experiment.fused.report import write_effect
from speechbrain_zsfuse.experiment.launching.running import (
    do_run,
    refuse_failures,
)
from speechbrain_zsfuse.experiment.resuming.facts import describe_clips
from speechbrain_zsfuse.experiment.resuming.inputs import (
    compare_facts,
    known_inputs,
)
from speechbrain_zsfuse.experiment.study.clips import gather_clips
from speechbrain_zsfuse.experiment.study.models import load_models
from speechbrain_zsfuse.experiment.study.plan import read_numbers, read_plan
from speechbrain_zsfuse.experiment.summary import aligned
from speechbrain_zsfuse.options import Seed
from speechbrain_zsfuse.progress import show_bar, show_bars

logger = logging.getLogger(__name__)


def run_fused(
    words, seeds="1000,2000,3000", cells=None, others=None, **options
):
    """Train a recipe at all repeats, and write the paper's Table II.

    Arguments
    ---------
    words : list of str
        A recipe's YAML, overrides and run options.
    seeds : str
        ``1000,2000``.
    cells : str, optional
        ``1x1,1x4``; default: all of ``audio_repeats`` by ``text_repeats``.
    others : dict, optional
        Options of a zero-shot study that were given: refused.
    **options
        ``audio_repeats``, ``text_repeats`` and ``recipe`` of ``read_plan``.

    Returns
    -------
    Path
        ``study/<recipe>/fused/…`` in ``results_folder``, see ``write_effect``.

    Raises
    ------
    RuntimeError
        If runs failed; the table is of those that are finished.
    Exception
        See ``check_words``, ``read_plan``, ``gather_clips`` and
        ``plan_runs``: before anything is trained.

    Example
    -------
    >>> run_fused(["no-such.yaml"], seeds="1000")
    Traceback (most recent call last):
    FileNotFoundError: Expected a YAML file at no-such.yaml or ...
    """
    open_console()
    _refuse(others or {})
    check_words(words)
    seeds = read_numbers("--seeds", seeds, Seed)
    wanted = None if cells is None else read_cells(cells)
    if wanted:
        options["audio_repeats"], options["text_repeats"] = (
            ",".join(map(str, numbers)) for numbers in zip(*wanted)
        )
    study = read_plan(words, split="all", **options)
    show_bars(not study.run_opts["noprogressbar"])
    clips = gather_clips(study)
    same = _find_cells(study, clips, wanted)
    distinct = sorted(set(same.values()))
    plan = plan_runs(words, study.recipe, distinct, seeds)
    results, place = study.folder.parents[1], plan.place
    within = place.is_relative_to(results)  # or somewhere of one's own
    place = place.relative_to(results) if within else place.name
    folder = study.folder / "fused" / place
    runs = plan.in_order()
    _check_finished(runs, clips.manifests[0], study.values)
    logger.info("%s\n", announce(same, seeds, runs, folder))
    failures = finish_runs(runs)
    text = write_effect(folder, plan, same, failures)
    logger.info("%s\n", text)
    logger.info(
        "%s", aligned({"Files": f"table_2.md, .csv and .json in {folder}"})
    )
    refuse_failures(failures, len(runs))
    return folder


def _refuse(others):
    """One model and one fold are trained, and tested on test data; processes
    of torchrun would each train all."""
    if int(os.environ.get("WORLD_SIZE", 1)) > 1:
        raise ValueError(
            "Expected --fused in one process, but torchrun has started "
            f"{os.environ['WORLD_SIZE']}. Start it without torchrun: it trains "
            "one run after the other."
        )
    advice = {
        "alms": "name the model in the YAML: wavlm.yaml+clap",
        "folds": "give one: --fold=2",
        "split": "leave it out, for runs are tested on test",
    }
    for name, value in others.items():
        if value not in (None, "test"):
            raise ValueError(
                f"Expected no --{name} with --fused, but got {value!r}: "
                f"{advice[name]}."
            )


def _find_cells(study, clips, wanted):
    """Every cell to the simplest one that sounds the same on all clips."""
    [model] = load_models(study, clips, study.run_opts["device"])
    paths = clips.table["wav"].tolist()
    audio = model.audio_repeats
    heard = dict(zip(audio, model.source.heard(paths, audio)))
    for note in model.notes:
        logger.warning("%s", note)
    cells = [Cell(a, t) for a in heard for t in model.text_repeats]
    cells = [cell for cell in cells if wanted is None or cell in wanted]
    return find_same(cells, heard)


def _check_finished(runs, manifests, values):
    """Settings do not say where a corpus lies: a finished run may be of
    another."""
    corpus = values["data_folder"]
    facts = describe_clips(manifests, corpus, values.get("audio_cache"))
    for run in runs:
        done = run.is_done()
        known = known_inputs(run.folder, "clips") if done else None
        changed = [] if known is None else compare_facts(known, facts)
        if changed:
            raise ValueError(
                f"Expected {run.folder} to be trained on the clips of {corpus}"
                ", but they are others:\n"
                f"{shorten([f'  {line}' for line in changed])}\n"
                "Give the corpus of that run, another --results_folder, or "
                "delete the run."
            )


def announce(same, seeds, runs, folder):
    """What a study will do, before it does it.

    Arguments
    ---------
    same : dict
        See ``find_same``.
    seeds : list of int
    runs : list of PlannedRun
    folder : Path
        For the table.

    Returns
    -------
    str

    Example
    -------
    >>> same = {Cell(1, 1): Cell(1, 1), Cell(2, 1): Cell(1, 1)}
    >>> print(announce(same, [1000], [], "results/study"))
    Repeats   2 combinations, 1 of which sound different
    Seeds     1000
    Runs      0, of which 0 are finished
    Output    results/study
    """
    done = sum(run.is_done() for run in runs)
    return aligned(
        {
            "Repeats": f"{len(same)} combinations, {len(set(same.values()))} "
            "of which sound different",
            "Seeds": ", ".join(map(str, seeds)),
            "Runs": f"{len(runs)}, of which {done} are finished",
            "Output": str(folder),
        }
    )


def finish_runs(runs):
    """Do what is left of some runs; none of them twice.

    Arguments
    ---------
    runs : list of PlannedRun

    Returns
    -------
    dict
        Folder of a run that failed to the reason.

    Example
    -------
    >>> finish_runs([])
    {}
    """
    left = [run for run in runs if not run.is_done()]
    failures = {}
    with show_bar(
        title="Training",
        total=len(runs),
        initial=len(runs) - len(left),
        unit=" run",
    ) as bar:
        for run in left:
            bar.set_postfix_str(run.folder.parent.name)
            try:
                do_run(run)
            except RuntimeError as error:
                failures[run.folder] = str(error)
                logger.warning("%s", error)
            bar.update()
    return failures
