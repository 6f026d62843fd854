"""Each kind of figure from a system's predictions and logs, if it allows it."""

import pandas
from matplotlib.figure import Figure

from speechbrain_zsfuse.evaluation.columns import probabilities_of
from speechbrain_zsfuse.evaluation.figures.confusion import (
    count_confusions,
    draw_confusion,
)
from speechbrain_zsfuse.evaluation.figures.curves import draw_curves
from speechbrain_zsfuse.evaluation.figures.differences import draw_differences
from speechbrain_zsfuse.evaluation.figures.dots import draw_dots
from speechbrain_zsfuse.evaluation.figures.learning import (
    TRAIN_LOG,
    read_epochs,
)
from speechbrain_zsfuse.evaluation.figures.making.subject import (
    Lacking,
    Subject,
)
from speechbrain_zsfuse.evaluation.figures.reliability import draw_reliability
from speechbrain_zsfuse.evaluation.figures.spread import draw_spread
from speechbrain_zsfuse.evaluation.figures.values import (
    class_recalls,
    reliability_panels,
    speaker_values,
)
from speechbrain_zsfuse.evaluation.paper_tables.structure import CorpusRows

_MANY = 30  # speakers: more are one curve
_BY_SPEAKERS = "Lines: 95 % intervals; speakers are drawn anew, then clips."
_BY_CLIPS = "Lines: 95 % intervals; clips are drawn anew."
_COMPARED = (
    "Lines: 95 % intervals, paired, speakers drawn anew, then clips. p: paired "
    "permutation of speakers, by Holm over all comparisons."
)


def draw_kind(kind: str, subject: Subject) -> Figure:
    """Draw a figure of a system.

    Arguments
    ---------
    kind : str
        Of ``OF_SYSTEM``.
    subject : Subject

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    Lacking
        If it does not hold what the figure shows.

    Example
    -------
    >>> sorted(OF_SYSTEM)
    ['classes', 'confusion', 'curves', 'reliability', 'speakers']
    """
    return OF_SYSTEM[kind](subject)


def draw_comparisons(rows: CorpusRows) -> Figure:
    """Draw the differences that Table I holds of one corpus.

    Arguments
    ---------
    rows : CorpusRows
        See ``build_table_one``.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    Lacking
        If nothing is compared.

    Example
    -------
    >>> try:
    ...     draw_comparisons(CorpusRows("Tiny", "Tiny", ["sad", "angry"], []))
    ... except Lacking as error:
    ...     print(error)
    no system has a baseline; --baseline names one
    """
    compared = [row for row in rows.rows if row.comparison]
    if not compared:
        raise Lacking("no system has a baseline; --baseline names one")
    nothing = float("nan"), float("nan")
    table = pandas.DataFrame(
        [
            [row.name, own.difference, *(own.interval or nothing)]
            + [row.p_adjusted, row.verdict]
            for row in compared
            for own in [row.comparison]
        ],
        columns="system difference low high p_value verdict".split(),
    )
    baselines = {row.baseline for row in compared}
    other = "the same speech model alone"
    if len(baselines) == 1:
        [other] = baselines
    title = f"{rows.title}: UAR less that of {other}"
    return draw_differences(table, title, [_COMPARED])


def _draw_confusion(subject):
    counts = count_confusions(subject.tables, subject.labels)
    return draw_confusion(counts, subject.labels, subject.title, subject.facts)


def _draw_classes(subject):
    table = class_recalls(subject.series, subject.labels)
    told = _BY_SPEAKERS if subject.speakers else _BY_CLIPS
    notes = [told, *subject.facts]
    return draw_dots(table, "recall", subject.title, notes, subject.chance)


def _draw_speakers(subject):
    if subject.speakers < 2:
        raise Lacking("no two speakers are known")
    many = subject.speakers > _MANY
    table, measure = speaker_values(subject.series, subject.labels, not many)
    missing = "No UAR: not every speaker has clips of all classes."
    notes = [missing * (measure != "UAR"), *subject.facts]
    chance = subject.chance if measure == "UAR" else None
    if many:
        names = measure, "speakers", subject.title
        return draw_spread(table, *names, notes, chance)
    return draw_dots(table, measure, subject.title, [_BY_CLIPS, *notes], chance)


def _draw_reliability(subject):
    if probabilities_of(subject.tables[0]) is None:
        raise Lacking("no probabilities")
    panels = reliability_panels(
        subject.system.pooled(),
        subject.system.pooled(split="valid"),
        subject.labels,
    )
    notes = ["T: temperature, fitted on validation."] * (len(panels) > 1)
    notes += subject.facts
    return draw_reliability(panels, subject.title, notes)


def _draw_curves(subject):
    results = subject.system.results
    found = {}
    for result in results:
        table = result.record and read_epochs(result.record.folder)
        if table is not None:
            chosen = result.record.metrics["valid"].get("epoch")
            run = f"fold {result.fold}, seed {result.seed}"
            found[run] = table.assign(run=run, chosen=table["epoch"] == chosen)
    if not found:
        raise Lacking(f"no {TRAIN_LOG}")
    lacking = len(results) - len(found)
    note = f"Runs without {TRAIN_LOG}, left out: {lacking}." * bool(lacking)
    return draw_curves(pandas.concat(found.values()), subject.title, [note])


OF_SYSTEM = {
    "confusion": _draw_confusion,
    "classes": _draw_classes,
    "speakers": _draw_speakers,
    "reliability": _draw_reliability,
    "curves": _draw_curves,
}
KINDS = (*OF_SYSTEM, "differences")
