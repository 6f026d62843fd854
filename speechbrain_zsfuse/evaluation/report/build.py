"""A report, put together: first the answer, then how it came about."""

from speechbrain_zsfuse.evaluation.collection.gathering import Collection
from speechbrain_zsfuse.evaluation.report.blocks import (
    Block,
    Facts,
    Group,
    Notes,
)
from speechbrain_zsfuse.evaluation.report.corpora import (
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


def build_report(collection: Collection, title: str | None = None) -> str:
    """All that results say, as a page of HTML.

    Arguments
    ---------
    collection : Collection
        See ``gather``.
    title : str, optional
        Default: the names of the corpora.

    Returns
    -------
    str
        HTML that loads nothing. The same results give the same text.

    Example
    -------
    >>> page = build_report(Collection((), ()), "Nothing yet")
    >>> "All runs that were begun are finished." in page
    True
    """
    corpora = [corpus for corpus in collection.corpora if corpus]
    title = title or f"Results on {', '.join(corpora) or 'a corpus'}"
    return render_report(title, _about(collection), _sections(collection))


def _about(collection: Collection) -> list[Block]:
    systems = collection.systems
    results = [result for system in systems for result in system.results]
    runs = [result for result in results if result.record]
    labels = dict.fromkeys(", ".join(system.labels) for system in systems)
    corpora = [corpus or "not named" for corpus in collection.corpora]
    unfinished = len(collection.unfinished)
    rows = {
        "Corpora": ", ".join(corpora) or "none",
        "Classes": "; ".join(labels),
        "Systems": str(len(systems)),
        "Runs": f"{len(runs)} finished, {unfinished} begun and not finished",
        "Files from elsewhere": str(len(results) - len(runs)),
    }
    wrong = mismatches(collection)
    title = "A corpus is not as it is known: do not compare these results"
    alert = [Notes(wrong, title, alert=True)] if wrong else []
    known = {name: value for name, value in rows.items() if value != "0"}
    return [*alert, Facts(known)]


def _sections(collection: Collection) -> list[Group]:
    groups = {
        "Corpora": describe_corpora(collection),
        "Prompts": describe_prompts(collection),
        "Training data of the models": describe_training_data(collection),
        "Commands and settings": describe_runs(collection),
        "Unfinished runs": describe_unfinished(collection),
    }
    inner = [Group(title, blocks) for title, blocks in groups.items()]
    return [Group("How it was done", inner, "methods")]
