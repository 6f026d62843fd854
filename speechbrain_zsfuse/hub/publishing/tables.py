"""The tables of a card, as Markdown: of counts and means, never of persons."""

from statistics import median
from types import SimpleNamespace

import pandas

from speechbrain_zsfuse.evaluation.columns import truth_and_prediction
from speechbrain_zsfuse.evaluation.markdown import format_rows
from speechbrain_zsfuse.evaluation.metrics.classification import confusion
from speechbrain_zsfuse.evaluation.paper_tables.writing.wording import (
    ends,
    share,
)
from speechbrain_zsfuse.evaluation.report.corpora import tabulate_splits
from speechbrain_zsfuse.evaluation.report.measures import (
    tabulate_classes,
    tabulate_groups,
)
from speechbrain_zsfuse.hub.publishing.measures import (
    measure,
    measure_zero_shot,
)

_PERSONAL = ("speaker", "session")  # their names say who somebody is


def table_of(rows):
    """Rows of texts as Markdown, whatever is in them.

    Example
    -------
    >>> print(table_of([["class"], ["a|b"]]))
    | class |
    |-------|
    | a\\|b  |
    """
    clean = [
        [str(cell).replace("|", "\\|").replace("\n", " ") for cell in row]
        for row in rows
    ]
    return format_rows(clean)


def results_table(facts):
    """Metrics with their intervals, and beside them those of the scores alone.

    Arguments
    ---------
    facts : Facts

    Returns
    -------
    str

    Example
    -------
    >>> print(results_table(_example()).splitlines()[2])
    | UAR (macro recall) | .5000      | –              |
    """
    labels = facts.record.labels
    own = measure(facts.table, labels)
    alone = measure_zero_shot(facts.table, labels)
    head = ["metric", "this model", "95 % interval"]
    rows = [[one.name, share(one.value), ends(one.interval)] for one in own]
    if alone:
        head += ["zero-shot scores alone", "95 % interval"]
        for row, one in zip(rows, alone):
            row += [share(one.value), ends(one.interval)]
    return table_of([head, *rows])


def confusion_table(facts):
    """Counts; true classes in rows.

    Arguments, returns as ``results_table``.

    Example
    -------
    >>> print(confusion_table(_example()))
    | true \\ predicted | sad | angry |
    |------------------|-----|-------|
    | sad              | 2   | 0     |
    | angry            | 2   | 0     |
    """
    labels = facts.record.labels
    counts = confusion(*truth_and_prediction(facts.table), labels)
    head = ["true \\ predicted", *labels]
    rows = [[label, *map(str, row)] for label, row in zip(labels, counts)]
    return table_of([head, *rows])


def classes_table(facts):
    """Recall and precision of each class.

    Arguments, returns as ``results_table``.

    Example
    -------
    >>> print(classes_table(_example()).splitlines()[3])
    | angry | 2     | .0000  | –         | sad 1.0000           |
    """
    table = tabulate_classes([facts.table], facts.record.labels)
    return table_of([table.columns, *table.rows])


def groups_text(facts):
    """How groups of clips are served, and the worst of each kind.

    Arguments, returns as ``results_table``: paragraphs. Speakers and sessions
    are counted, not named.

    Example
    -------
    >>> groups_text(_example())
    'UAR of each speaker with all classes (n = 2): lowest .5000, median .5000, \
highest .5000.'
    """
    texts = []
    for table in tabulate_groups([facts.table], facts.record.labels):
        kind = table.columns[0]
        if kind in _PERSONAL:
            texts.append(_spread_of(kind, table))
        else:
            own = table_of([table.columns, *table.rows])
            texts.append("\n\n".join([own, *table.notes]))
    return "\n\n".join(texts) or "Nothing is known of groups of clips."


def _spread_of(kind, table):
    found = [float(row[2]) for row in table.rows if row[2][-1].isdigit()]
    if not found:
        return f"No {kind} has clips of all classes."
    if len(table.columns) == 3:  # of very many, only the lowest
        return f"Lowest UAR of any {kind} with all classes: {share(found[0])}."
    told = [share(value) for value in (min(found), median(found), max(found))]
    return (
        f"UAR of each {kind} with all classes (n = {len(found)}): lowest "
        f"{told[0]}, median {told[1]}, highest {told[2]}."
    )


def calibration_text(facts):
    """Whether probabilities can be taken at their word.

    Arguments, returns as ``results_table``: a paragraph.

    Example
    -------
    >>> calibration_text(_example())
    'It was not measured how well the probabilities are calibrated.'
    """
    found = facts.record.metrics.get("calibration")
    if not found:
        return "It was not measured how well the probabilities are calibrated."
    before, after = found["before"], found["after"]
    rows = [["", *before]]
    rows.append(["as the model gives them", *map(share, before.values())])
    scaled = f"divided by a temperature of {found['temperature']:.2f}"
    rows.append([scaled, *map(share, after.values())])
    return (
        f"{table_of(rows)}\n\nThe temperature was fitted on "
        f"{found['n_valid']:,} validation clips; the model does not apply it."
    )


def prompts_table(source):
    """Every text that the audio-language model was asked with.

    Arguments
    ---------
    source : dict
        ``score_source`` of a record.

    Returns
    -------
    str

    Example
    -------
    >>> source = {"labels": ["sad"], "prompts": [["sad speech"], ["sadness"]]}
    >>> print(prompts_table(source))
    | class | prompt 1   | prompt 2 |
    |-------|------------|----------|
    | sad   | sad speech | sadness  |
    """
    prompts = source["prompts"]
    if not prompts:
        return "It was asked without texts."
    labels = source.get("labels") or [""] * len(prompts[0])
    head = ["class", *(f"prompt {n}" for n in range(1, len(prompts) + 1))]
    return table_of([head, *([a, *b] for a, b in zip(labels, zip(*prompts)))])


def splits_table(certificate):
    """Clips, hours, speakers and classes of each split.

    Arguments
    ---------
    certificate : dict
        Of the corpus; not empty.

    Returns
    -------
    str

    Example
    -------
    >>> own = {"clips": 2, "seconds": 9.0, "classes": {"sad": 2}}
    >>> own |= {"speakers": {"01": 2}}
    >>> print(splits_table({"splits": {"test": own}, "total": own}))
    | split | clips | hours | speakers | sad |
    |-------|-------|-------|----------|-----|
    | test  | 2     | 0.00  | 1        | 2   |
    | all   | 2     | 0.00  | 1        | 2   |
    """
    table = tabulate_splits(certificate)
    return table_of([table.columns, *table.rows])


def _example():
    """Four clips of two speakers, all taken for sad: for the docstrings."""
    table = pandas.DataFrame({"speaker": list("1122"), "prediction": "sad"})
    record = SimpleNamespace(labels=["sad", "angry"], metrics={})
    truth = ["sad", "angry"] * 2
    return SimpleNamespace(table=table.assign(label=truth), record=record)
