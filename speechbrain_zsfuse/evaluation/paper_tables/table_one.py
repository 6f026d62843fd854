"""The paper's Table I from results: how good each system is, how sure that is,
and whether it is better than the same speech model alone.

Numbers only; ``sheets.py`` puts them into words.
"""

import os
from concurrent.futures import ThreadPoolExecutor

from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.evaluation.collection.gathering import Collection
from speechbrain_zsfuse.evaluation.collection.system import System, pair
from speechbrain_zsfuse.evaluation.metrics.chance import guess_uniformly
from speechbrain_zsfuse.evaluation.metrics.speakers import count_speakers
from speechbrain_zsfuse.evaluation.paper_tables.columns import (
    Column,
    columns_of,
    known_folds,
)
from speechbrain_zsfuse.evaluation.paper_tables.notes import (
    tell_results,
    tell_uncompared,
)
from speechbrain_zsfuse.evaluation.paper_tables.paper import (
    RANDOM,
    name_setting,
    paper_uar,
)
from speechbrain_zsfuse.evaluation.paper_tables.statements import tell_table
from speechbrain_zsfuse.evaluation.paper_tables.structure import (
    CorpusRows,
    Improvements,
    SystemRow,
    TableOne,
)
from speechbrain_zsfuse.evaluation.statistics.bootstrap import bootstrap_uar
from speechbrain_zsfuse.evaluation.statistics.corrections import holm, verdict
from speechbrain_zsfuse.evaluation.statistics.folds import uar_over_folds
from speechbrain_zsfuse.evaluation.statistics.paired import compare
from speechbrain_zsfuse.evaluation.statistics.seeds import mean_std
from speechbrain_zsfuse.progress import show_bar

_VERDICTS = ("better", "worse", "not significant")


def build_table_one(collection: Collection) -> TableOne:
    """Table I: every system, beside the paper and its baseline.

    Arguments
    ---------
    collection : Collection
        See ``gather``.

    Returns
    -------
    TableOne
        The same results give the same numbers.

    Raises
    ------
    ValueError
        If a system and its baseline were not tested on the same clips.

    Example
    -------
    >>> build_table_one(Collection((), ())).corpora
    []
    """
    columns, lacking = _with_all_classes(columns_of(collection))
    corpora = [_corpus_rows(column, collection) for column in columns]
    p_values = [
        row.comparison.p_value
        for corpus in corpora
        for row in corpus.rows
        if row.comparison
    ]
    adjusted = iter(holm(p_values))
    corpora = [
        corpus._replace(rows=[_judge(row, adjusted) for row in corpus.rows])
        for corpus in corpora
    ]
    named = {}
    for column in columns:
        for name, system in column.systems.items():
            named.setdefault(name, []).append(system)
    return TableOne(
        corpora,
        _count_improvements(corpora),
        [
            *tell_table(corpora, collection.baseline),
            *lacking,
            *_tell_uncompared(columns, corpora, collection),
            *tell_results(named, collection),
        ],
        collection.baseline,
    )


def _with_all_classes(columns):
    """Columns of the systems that have a UAR, and why others have none."""
    whole, notes = [], []
    for column in columns:
        systems = {}
        for name, system in column.systems.items():
            found = {*next(iter(system.pooled().values()))["label"]}
            absent = [label for label in column.labels if label not in found]
            if absent:
                notes.append(
                    f"{column.title}: {name} is left out: no test clip is of "
                    f"{list_names(absent)}, so that there is no UAR. An answer "
                    "that is no class is an empty prediction."
                )
            else:
                systems[name] = system
        whole += [column._replace(systems=systems)] if systems else []
    return whole, notes


def _tell_uncompared(columns, corpora, collection):
    for column, corpus in zip(columns, corpora):
        compared = [row.name for row in corpus.rows if row.comparison]
        yield from tell_uncompared(column, compared, collection)


def _corpus_rows(column, collection):
    names = {id(system): name for name, system in column.systems.items()}

    def make_row(system):
        baseline = collection.baseline_of(system)
        beside = names.get(id(baseline))
        return _system_row(names[id(system)], system, column, beside, baseline)

    systems = list(column.systems.values())
    for system in show_bar(systems, "Reading", unit=" system"):
        system.pooled()  # kept, for threads to find
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # NumPy lets others run
        made, number = pool.map(make_row, systems), len(systems)
        bar = show_bar(made, "Comparing", total=number, unit=" system")
        rows = [_random_row(column), *bar]
    return CorpusRows(column.title, column.corpus, column.labels, rows)


def _system_row(name, system, column, beside, baseline):
    setting = name_setting(system.encoder, system.alm)
    row = _measure(list(system.pooled().values()), column.labels)
    return row._replace(
        name=name,
        folds=known_folds(system),
        system=system.name,
        encoder=system.encoder,
        alm=system.alm,
        paper=paper_uar(
            setting, column.corpus, len(column.labels), system.repeats
        )
        if system.alm is None or system.repeats
        else None,
        baseline=beside,
        comparison=_compare(system, baseline, column.labels),
    )


def _measure(tables, labels):
    """What tables of the same clips, one a seed, say by themselves."""
    first = tables[0]
    seeds = [uar_over_folds(table, labels) for table in tables]
    means = [seed["mean_of_folds"] for seed in seeds]
    several = first["fold"].nunique() > 1 and None not in means
    return SystemRow(
        **dict.fromkeys(SystemRow._fields)
        | {
            "uar": mean_std([seed["pooled"] for seed in seeds]),
            "of_folds": mean_std(means) if several else None,
            "interval": bootstrap_uar(tables, labels),
            "clips": len(first),
            "speakers": count_speakers(first),
            "unknown": int((first["speaker"] == "").sum()),
        }
    )


def _random_row(column: Column) -> SystemRow:
    """Uniform guesses on the clips of the system that was tested on most,
    with its seeds."""
    systems = column.systems.values()
    most = max(systems, key=lambda s: (len(s.folds), len(s.seeds)))
    tables = [
        table.assign(
            prediction=guess_uniformly(len(table), column.labels, int(seed))
        )
        for seed, table in most.pooled().items()
    ]
    paper = paper_uar(RANDOM, column.corpus, len(column.labels))
    return _measure(tables, column.labels)._replace(
        name=RANDOM, folds=known_folds(most), paper=paper
    )


def _compare(system: System, baseline: System | None, labels):
    ours, theirs = pair(system, baseline) if baseline else ([], [])
    whole = ours and theirs and {*labels} <= {*ours[0]["label"]}
    return compare(ours, theirs, labels) if whole else None


def _judge(row, adjusted):
    if row.comparison is None:
        return row
    p_value = next(adjusted)
    said = verdict(row.comparison.difference, p_value)
    return row._replace(p_adjusted=p_value, verdict=said)


def _count_improvements(corpora):
    compared = [
        (corpus, row)
        for corpus in corpora
        for row in corpus.rows
        if row.verdict
    ]
    alms = dict.fromkeys(row.alm for _, row in compared)
    counts = [
        _count(alm, [one for one in compared if one[1].alm == alm])
        for alm in filter(None, alms)
    ]
    if len(counts) > 1 or None in alms:
        counts.append(_count("all", compared))
    return counts


def _count(name, compared):
    verdicts = [row.verdict for _, row in compared]
    gains = [_gain_of_paper(*one) for one in compared]
    arrows = sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)
    return Improvements(name, *map(verdicts.count, _VERDICTS), *arrows)


def _gain_of_paper(corpus, row):
    """What its arrow shows; 0 if it has none, or if ours is compared with
    another system than its is."""
    alone = name_setting(row.encoder, None)
    beside = row.baseline or ""
    if not (row.paper and row.alm and beside.startswith(alone)):
        return 0
    theirs = paper_uar(alone, corpus.corpus, len(corpus.labels))
    return row.paper[0] - theirs[0]
