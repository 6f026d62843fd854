"""``zsfuse study``, from start to finish.

Whatever a model has once heard is in the store of answers: a study that was
killed goes on, and another one, a fold or a training run hears nothing twice.
"""

import logging

import pandas

from speechbrain_zsfuse.experiment.console import open_console
from speechbrain_zsfuse.experiment.group import join_group, leave_group
from speechbrain_zsfuse.experiment.lock import lock_run, unlock_run
from speechbrain_zsfuse.experiment.study.cells import tabulate
from speechbrain_zsfuse.experiment.study.clips import gather_clips
from speechbrain_zsfuse.experiment.study.facts import describe_study
from speechbrain_zsfuse.experiment.study.models import load_models
from speechbrain_zsfuse.experiment.study.plan import read_plan
from speechbrain_zsfuse.experiment.study.report import (
    format_tables,
    title,
    write_study,
)
from speechbrain_zsfuse.experiment.summary import aligned
from speechbrain_zsfuse.processes import on_main
from speechbrain_zsfuse.progress import show_bars
from speechbrain_zsfuse.zeroshot.amplification import sweep

logger = logging.getLogger(__name__)


def run_study(words, **options):
    """Study how well models recognise the emotions of a corpus, zero-shot.

    Under torchrun the processes share the work.

    Arguments
    ---------
    words : list of str
        A recipe's YAML, overrides and run options.
    **options
        See ``read_plan``.

    Returns
    -------
    pandas.DataFrame
        See ``tabulate``; of all models. It and what is made of it are written
        to ``study/<recipe>/<split>`` in ``results_folder``; what the command
        line changes of labels or prompts is a part of that name.

    Raises
    ------
    Exception
        See ``read_plan``, ``gather_clips`` and ``load_models``: before
        anything is heard.

    Example
    -------
    >>> run_study(["no-such.yaml"])
    Traceback (most recent call last):
    FileNotFoundError: Expected a YAML file at no-such.yaml or ...
    """
    open_console()
    plan = read_plan(words, **options)
    show_bars(not plan.run_opts["noprogressbar"])
    minutes = plan.values.get("peer_timeout", 30)
    run_opts = join_group(plan.run_opts, minutes)
    folder = plan.folder / plan.place
    on_main(lock_run, folder)
    clips = gather_clips(plan)
    models = load_models(plan, clips, run_opts["device"])
    facts = describe_study(plan, clips, models)
    logger.info("%s\n", announce(facts, models, folder))
    table = pandas.concat(
        [_study(model, clips) for model in models], ignore_index=True
    )
    paths = on_main(write_study, folder, table, facts)
    files = ", ".join(path.name for path in paths)
    logger.info("%s\n", format_tables(table, facts))
    logger.info("%s", aligned({"Files": f"{files} in {folder}"}))
    on_main(unlock_run, folder)
    leave_group()
    return table


def announce(facts, models, folder):
    """What a study will do, before it does it.

    Arguments
    ---------
    facts : dict
        See ``describe_study``.
    models : list of Model
    folder : Path

    Returns
    -------
    str

    Example
    -------
    >>> from speechbrain_zsfuse.experiment.study.models import Model
    >>> facts = {"corpus": "Tiny", "split": "all", "clips": 8, "speakers": 0}
    >>> facts |= {"folds": [], "labels": ["sad", "angry"], "chance": 0.5}
    >>> facts["alms"] = {"CLAP": {"source": "a/b", "passes": 12}}
    >>> models = [Model("CLAP", None, (1, 2), (1,), 9, 12, [])]
    >>> print(announce(facts, models, "results"))
    Corpus   Tiny, all, 8 clips
    Labels   sad, angry (chance 50.0 %)
    CLAP     a/b, frozen; a = 1, 2 by t = 1; 9 of at most 16 audio passes to
             make
    Output   results
    """
    rows = {
        "Corpus": title(facts),
        "Labels": f"{', '.join(facts['labels'])} "
        f"(chance {100 * facts['chance']:.1f} %)",
    }
    for model in models:
        most = facts["clips"] * len(model.audio_repeats)
        rows[model.name] = " ".join(
            [
                f"{facts['alms'][model.name]['source']}, frozen; "
                f"a = {', '.join(map(str, model.audio_repeats))} by "
                f"t = {', '.join(map(str, model.text_repeats))}; "
                f"{model.left} of at most {most} audio passes to make",
                *model.notes,
            ]
        )
    return aligned(rows | {"Output": str(folder)})


def _study(model, clips):
    """Every cell of one model."""
    repeats = model.audio_repeats, model.text_repeats
    swept = sweep(model.source, clips.table["wav"].tolist(), *repeats)
    return tabulate(model.name, swept, clips.labels, clips.table)
