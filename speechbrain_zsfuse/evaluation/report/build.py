"""A report, put together: first the answer, then how it came about."""

from collections.abc import Sequence
from pathlib import Path

from speechbrain_zsfuse.evaluation.collection.gathering import (
    Collection,
    gather,
)
from speechbrain_zsfuse.evaluation.paper_tables.table_one import (
    build_table_one,
)
from speechbrain_zsfuse.evaluation.report.answer import (
    describe_differences,
    describe_systems_compared,
    describe_zero_shot,
)
from speechbrain_zsfuse.evaluation.report.beside import (
    describe_grids,
    describe_studies,
)
from speechbrain_zsfuse.evaluation.report.blocks import (
    Block,
    Facts,
    Group,
    Notes,
)
from speechbrain_zsfuse.evaluation.report.corpora import (
    caveats,
    describe_corpora,
    mismatches,
)
from speechbrain_zsfuse.evaluation.report.models import (
    describe_prompts,
    describe_training_data,
)
from speechbrain_zsfuse.evaluation.report.render import render_report
from speechbrain_zsfuse.evaluation.report.runs import (
    describe_runs,
    describe_unfinished,
)
from speechbrain_zsfuse.evaluation.report.systems import describe_systems


def make_report(
    paths: Sequence[str | Path],
    title: str | None = None,
    baseline: str | None = None,
    labels: Sequence[str] | None = None,
) -> str:
    """All that results say, as a page of HTML.

    Arguments
    ---------
    paths : list of str or Path
        See ``gather``. Studies and the record of a grid in these folders are
        shown, too.
    title : str, optional
        Default: the names of the corpora.
    baseline, labels
        See ``gather``.

    Returns
    -------
    str
        HTML that loads nothing. The same results give the same text.

    Raises
    ------
    FileNotFoundError, ValueError
        See ``gather``.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "mine.csv"
    >>> _ = path.write_text("id,label,prediction\\na,sad,sad\\nb,angry,sad\\n")
    >>> "<h1>Mine</h1>" in make_report([path], "Mine")
    True
    """
    collection = gather(paths, labels, baseline)
    corpora = [corpus for corpus in collection.corpora if corpus]
    title = title or f"Results on {', '.join(corpora) or 'a corpus'}"
    sections = [*_results(collection, paths), _methods(collection, paths)]
    return render_report(title, _about(collection), sections)


def _about(collection: Collection) -> list[Block]:
    systems = collection.systems
    results = sum(len(system.results) for system in systems)
    runs = sum(len(system.records) for system in systems)
    labels = dict.fromkeys(", ".join(system.labels) for system in systems)
    corpora = [corpus or "not named" for corpus in collection.corpora]
    unfinished = len(collection.unfinished)
    rows = {
        "Corpora": ", ".join(corpora) or "none",
        "Classes": "; ".join(labels),
        "Systems": str(len(systems)),
        "Runs": f"{runs} finished, {unfinished} begun and not finished",
        "Files from elsewhere": str(results - runs),
    }
    wrong = mismatches(collection)
    title = "A corpus is not as it is known: do not compare these results"
    alert = [Notes(wrong, title, alert=True)] if wrong else []
    told = caveats(collection)
    title = "What makes numbers of a corpus too good"
    alert += [Notes(told, title, alert=True)] if told else []
    known = {name: value for name, value in rows.items() if value != "0"}
    return [*alert, Facts(known)]


def _results(collection, paths) -> list[Group]:
    """The answer first, then what it is made of."""
    table = build_table_one(collection)
    zero_shot = [*describe_zero_shot(collection), *describe_studies(paths)]
    compared = [
        *describe_systems_compared(table),
        *describe_differences(table),
    ]
    return [
        Group("Results", compared, "results"),
        Group("Zero-shot scores alone", zero_shot, "zero-shot"),
        Group("Systems", describe_systems(collection), "systems"),
    ]


def _methods(collection, paths) -> Group:
    groups = {
        "Corpora": describe_corpora(collection),
        "Prompts": describe_prompts(collection),
        "Training data of the models": describe_training_data(collection),
        "Commands and settings": describe_runs(collection),
        "Unfinished runs": [
            *describe_unfinished(collection),
            *describe_grids(paths),
        ],
    }
    inner = [Group(title, blocks) for title, blocks in groups.items()]
    return Group("How it was done", inner, "methods")
