"""What audio-language models reach alone, from the scores beside predictions.

Numbers only; ``sheets.py`` puts them into words.
"""

import json

from speechbrain_zsfuse.evaluation.collection.gathering import Collection
from speechbrain_zsfuse.evaluation.columns import (
    truth_and_prediction,
    zero_shot_of,
)
from speechbrain_zsfuse.evaluation.marks import mark
from speechbrain_zsfuse.evaluation.metrics.classification import (
    unweighted_average_recall,
)
from speechbrain_zsfuse.evaluation.metrics.corpora import zero_shot_answers
from speechbrain_zsfuse.evaluation.metrics.speakers import count_speakers
from speechbrain_zsfuse.evaluation.paper_tables.columns import (
    columns_of,
    known_folds,
)
from speechbrain_zsfuse.evaluation.paper_tables.notes import tell_results
from speechbrain_zsfuse.evaluation.paper_tables.paper import paper_zero_shot
from speechbrain_zsfuse.evaluation.paper_tables.statements import (
    INTERVAL,
    tell_speakers,
)
from speechbrain_zsfuse.evaluation.paper_tables.structure import (
    ZeroShotRow,
    ZeroShotTable,
)
from speechbrain_zsfuse.evaluation.statistics.bootstrap import bootstrap_uar
from speechbrain_zsfuse.evaluation.statistics.seeds import mean_std

_OF_SCORES = ("class", "fingerprint", "prompts_sha256", "ensemble", "scope")
_HOW = (
    "UAR (unweighted average recall) on test of the highest score, the first "
    "of equals. Nothing is trained: whatever the seeds of the runs, n is 1; "
    "more where their scores differ, as of weights that were learned. Chance "
    "is 1 / classes."
)


def build_zero_shot(collection: Collection) -> ZeroShotTable:
    """Zero-shot UARs of all audio-language models, repeats and prompts.

    Arguments
    ---------
    collection : Collection
        See ``gather``; runs with scores count.

    Returns
    -------
    ZeroShotTable
        Runs that scored alike are one row, whatever speech model they train:
        that of the run with the most folds.

    Example
    -------
    >>> build_zero_shot(Collection((), ())).rows
    []
    """
    rows, named = [], {}
    for column in columns_of(collection):
        for systems in _alike(column.systems.values()):
            best = max(systems, key=lambda system: len(system.folds))
            row = _row(column, best)
            if row:
                rows.append(row)
                named.setdefault(best.alm, []).append(best)
    notes = [
        *_tell_speakers(rows),
        *tell_results(named, collection, models=["score_source"]),
    ]
    return ZeroShotTable(rows, [_HOW, INTERVAL, *notes])


def _tell_speakers(rows):
    for title in dict.fromkeys(row.title for row in rows):
        own = {row.alm: row for row in rows if row.title == title}
        yield from tell_speakers(title, own)


def _alike(systems):
    """Systems by what scored."""
    groups = {}
    for system in systems:
        if system.alm:
            source = system.results[0].record.score_source
            facts = [source.get(name) for name in _OF_SCORES]
            facts += [system.alm, system.repeats, bool(source.get("chosen"))]
            groups.setdefault(json.dumps(facts), []).append(system)
    return groups.values()


def _row(column, system):
    """None where the predictions hold no scores."""
    tables = list(system.pooled().values())
    if zero_shot_of(tables[0]) is None:
        return None
    tables = _different([_alone(table) for table in tables])
    labels, first = column.labels, tables[0]
    pairs = map(truth_and_prediction, tables)
    record = system.results[0].record
    return ZeroShotRow(
        title=column.title,
        alm=system.alm,
        prompts=record.score_source.get("prompt_set") or "own",
        repeats=system.repeats,
        uar=mean_std([unweighted_average_recall(*p, labels) for p in pairs]),
        interval=bootstrap_uar(tables, labels),
        chance=1 / len(labels),
        paper=paper_zero_shot(
            system.alm, column.corpus, len(labels), system.repeats
        ),
        mark=mark(
            record.contamination.get("score_source"), record.score_source
        ),
        clips=len(first),
        speakers=count_speakers(first),
        unknown=int((first["speaker"] == "").sum()),
        folds=known_folds(system),
    )


def _alone(table):
    return table.assign(prediction=zero_shot_answers(table))


def _different(tables):
    """One for each that was predicted."""
    return list(
        {tuple(table["prediction"]): table for table in tables}.values()
    )
