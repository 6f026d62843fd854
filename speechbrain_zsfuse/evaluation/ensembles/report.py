"""What an ensemble reached beside its members, as text for the terminal."""

from collections.abc import Mapping, Sequence

import pandas

from speechbrain_zsfuse.evaluation.columns import truth_and_prediction
from speechbrain_zsfuse.evaluation.ensembles.selection import Step, best_step
from speechbrain_zsfuse.evaluation.markdown import format_rows
from speechbrain_zsfuse.evaluation.metrics.classification import (
    recalls,
    summarise,
)
from speechbrain_zsfuse.evaluation.statistics.bootstrap import bootstrap_uar
from speechbrain_zsfuse.evaluation.statistics.corrections import (
    SIGNIFICANT,
    holm,
    verdict,
)
from speechbrain_zsfuse.evaluation.statistics.paired import compare

_HOW = """\
In percent; 95 %: interval of the UAR for other speakers. Differences are of
UAR; p of a paired permutation test by speakers, adjusted by Holm's method.
"""


def tell_ensemble(
    name: str,
    ensemble: pandas.DataFrame,
    systems: Mapping[str, pandas.DataFrame],
    labels: Sequence[str],
) -> str:
    """Metrics of an ensemble and of each system, and whether it is better.

    Arguments
    ---------
    name : str
        Of the ensemble.
    ensemble : pandas.DataFrame
        Its predictions.
    systems : dict
        Name of a system to its predictions of the same clips.
    labels : list of str
        All classes.

    Returns
    -------
    str
        Two tables, in percent: UAR with its 95 % interval, WA, macro F1, and
        the difference of UAR with its p-value; and the recall of each class.

    Example
    -------
    >>> table = pandas.DataFrame({"id": list("abcd"), "speaker": list("1122")})
    >>> table["label"] = ["sad", "calm", "sad", "calm"]
    >>> right = table.assign(prediction=table["label"])
    >>> systems = {"s1": table.assign(prediction="sad"), "s2": right}
    >>> told = tell_ensemble("vote", right, systems, ["sad", "calm"])
    >>> print(told.rpartition("\\n\\n")[2])
    | recall | s1    | s2    | vote  |
    |--------|-------|-------|-------|
    | sad    | 100.0 | 100.0 | 100.0 |
    | calm   | 0.0   | 100.0 | 100.0 |
    """
    tables = {**systems, name: ensemble}
    found = _comparisons(ensemble, systems, labels)
    header = ["system", "UAR", "95 %", "WA", "macro F1", f"{name} against it"]
    rows = [
        [own, *_metrics(table, labels), beside]
        for (own, table), beside in zip(tables.items(), [*_verdicts(found), ""])
    ]
    return "\n".join(
        [
            _HOW + _warn(ensemble, found),
            format_rows([header, *rows]),
            "",
            format_rows(_class_rows(tables, labels)),
        ]
    )


def tell_steps(steps: Sequence[Step], metric: str) -> str:
    """How systems were chosen on validation, a line a step.

    Example
    -------
    >>> print(tell_steps([Step(("a",), 0.5), Step(("a", "b"), 0.25)], "UAR"))
    Validation UAR of ever more systems (the first best is taken):
      50.0 %  a  <- taken
      25.0 %  a, b
    """
    best = best_step(steps)
    lines = [
        f"  {100 * step.score:.1f} %  {', '.join(step.names)}"
        + ("  <- taken" if step is best else "")
        for step in steps
    ]
    head = f"Validation {metric.replace('_', ' ')} of ever more systems"
    return "\n".join([f"{head} (the first best is taken):", *lines])


def _metrics(table, labels):
    found = summarise(*truth_and_prediction(table), labels, "report")
    interval = "UAR" in found and bootstrap_uar([table], labels)
    return [
        _percent(found.get("UAR")),
        " to ".join(map(_percent, interval)) if interval else "not known",
        _percent(found["WA"]),
        _percent(found.get("macro_F1")),
    ]


def _comparisons(ensemble, systems, labels):
    """With each system; nothing where a class does not occur."""
    if not set(labels) <= set(ensemble["label"]):
        return [None] * len(systems)
    return [compare([ensemble], [t], labels) for t in systems.values()]


def _warn(table, found):
    """That speakers are not known, or too few to show a difference."""
    if (table["speaker"] == "").all():
        return (
            "Speakers are not known: clips are taken as independent, so that "
            "intervals are\ntoo narrow and p-values too small.\n"
        )
    one, tests = found[0], len(found)
    if one is None or one.smallest_p * tests < SIGNIFICANT:
        return ""
    least = f"{one.smallest_p:.3f}"
    if one.smallest_p < SIGNIFICANT:
        least += f", or {one.smallest_p * tests:.3f} when adjusted"
    return (
        f"Of {one.speakers} speakers no p can be below {least}: nothing can be "
        "significant.\n"
    )


def _verdicts(found):
    if None in found:
        return [""] * len(found)
    adjusted = holm([one.p_value for one in found])
    return [
        f"{100 * one.difference:+.1f} (p {p:.3f}), {verdict(one.difference, p)}"
        for one, p in zip(found, adjusted)
    ]


def _class_rows(tables, labels):
    """Recall of each class; and how many clips have no answer, if any."""
    found = [
        recalls(*truth_and_prediction(table), labels)
        for table in tables.values()
    ]
    silent = [
        int((table["prediction"] == "").sum()) for table in tables.values()
    ]
    rows = [
        [label, *(_percent(own[label]) for own in found)] for label in labels
    ]
    if any(silent):
        rows.append(["no answer (clips)", *map(str, silent)])
    return [["recall", *tables], *rows]


def _percent(share):
    return "–" if share is None else f"{100 * share:.1f}"
