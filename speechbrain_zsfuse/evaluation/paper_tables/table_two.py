"""The paper's Table II from results: what repeats of audio and text lead to.

Numbers only; ``sheets.py`` puts them into words.
"""

from dataclasses import replace

from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.evaluation.amplification.effect import (
    FusedRun,
    describe_choices,
)
from speechbrain_zsfuse.evaluation.collection.gathering import Collection
from speechbrain_zsfuse.evaluation.columns import truth_and_prediction
from speechbrain_zsfuse.evaluation.metrics.classification import (
    unweighted_average_recall,
)
from speechbrain_zsfuse.evaluation.paper_tables.columns import columns_of
from speechbrain_zsfuse.evaluation.paper_tables.notes import tell_results
from speechbrain_zsfuse.evaluation.paper_tables.paper import (
    name_setting,
    paper_repeats,
)
from speechbrain_zsfuse.evaluation.paper_tables.structure import (
    RepeatsRow,
    TableTwo,
)

_OF_REPEATS = ("zero_shot.audio_repeats", "zero_shot.text_repeats")
_HOW = (
    "UAR (unweighted average recall) on test: mean ± standard deviation (ddof "
    "1) over n seeds. The best and the worst were found on test data: nobody "
    "could have chosen them. Chosen on validation: by the UAR of the runs."
)


def build_table_two(collection: Collection) -> TableTwo:
    """Table II: systems that were trained at several repeats.

    Arguments
    ---------
    collection : Collection
        See ``gather``.

    Returns
    -------
    TableTwo
        A row for each speech model, audio-language model, other options,
        corpus and fold of which at least two combinations have a seed in
        common; perhaps none.

    Raises
    ------
    ValueError
        If combinations were not tested on the same clips.

    Example
    -------
    >>> build_table_two(Collection((), ())).rows
    []
    """
    rows, named, notes = [], {}, []
    alone = replace(collection, baseline=None)  # whatever else is compared
    for column in columns_of(collection):
        for systems in _cases(column.systems.values()):
            first = systems[0]
            name = name_setting(first.encoder, first.alm)
            if several := _same_repeats(systems):
                notes.append(
                    f"{column.title}, {name}: left out, since several systems "
                    f"have the same repeats: {list_names(several)}. Give each "
                    "an --experiment of its own."
                )
                continue
            folds = {fold for system in systems for fold in system.folds}
            for fold in sorted(folds, key=lambda f: (len(f), f)):
                row, note = _row(name, column, systems, fold, alone)
                rows += [row] if row else []
                notes += [note] if note else []
            named.setdefault(name, []).extend(systems)
    return TableTwo(rows, [_HOW, *notes, *tell_results(named, collection)])


def _cases(systems):
    """Systems that differ in repeats alone."""
    cases = {}
    for system in systems:
        if system.repeats:
            record = system.results[0].record
            parts = (record.experiment or "").split(",")
            same = [p for p in parts if not p.startswith(_OF_REPEATS)]
            key = system.encoder, system.alm, *same
            cases.setdefault(key, []).append(system)
    return [own for own in cases.values() if len(own) > 1]


def _same_repeats(systems):
    """Names of those that another of the case is like."""
    repeats = [system.repeats for system in systems]
    return [s.name for s in systems if repeats.count(s.repeats) > 1]


def _row(name, column, systems, fold, collection):
    """A case on one fold, perhaps None, and what is to be known of it."""
    found = {
        system.repeats: {r.seed: r for r in system.results if r.fold == fold}
        for system in systems
    }
    found = {cell: runs for cell, runs in found.items() if runs}
    seeds = set.intersection(*map(set, found.values())) if found else set()
    note = _tell_left(name, column, fold, found, seeds)
    if len(found) < 2 or not seeds:
        return None, note
    baseline = collection.baseline_of(systems[0])
    alone = [r for r in baseline.results if r.fold == fold] if baseline else []
    told = describe_choices(
        {cell: _read(runs.values(), seeds) for cell, runs in found.items()},
        _read(alone, seeds),
    )
    several = any(len(system.folds) > 1 for system in systems)
    row = RepeatsRow(
        name=name,
        title=column.title,
        fold=fold if several else "",
        best=told["oracle"],
        default=told["default"],
        worst=told["worst"],
        chosen=told["chosen_by_fused"],
        no_alm=told["no_alm"],
        range=told["range"],
        cells=len(found),
        paper=paper_repeats(name, column.corpus, len(column.labels)),
    )
    return row, note


def _tell_left(name, column, fold, found, seeds):
    """Seeds that do not count, for a combination lacks them."""
    left = sorted({seed for runs in found.values() for seed in runs} - seeds)
    return left and (
        f"{column.title}, {name}, fold {fold}: left out, since not all "
        f"combinations have them: seed {list_names(left)}."
    )


def _read(results, seeds):
    return [_fused(result) for result in results if result.seed in seeds]


def _fused(result):
    """A run as far as Table II asks; of validation, its UAR alone."""
    table, valid = result.table(), result.record.metrics["valid"]
    truth, prediction = truth_and_prediction(table)
    return FusedRun(
        result.path.parent,
        valid.get("UAR"),
        unweighted_average_recall(truth, prediction, result.labels),
        zero_shot_valid=None,
        truth=dict(zip(table["id"], truth)),
        right=None,
        zero_shot_right=None,
        valid_truth={},
        zero_shot_valid_right=None,
    )
