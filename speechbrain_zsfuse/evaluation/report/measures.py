"""What a system reaches on test, as tables of a report: metrics, classes,
groups, and distance to the raters' votes. Of several seeds the means.
"""

from collections.abc import Iterable, Sequence
from statistics import fmean

import pandas

from speechbrain_zsfuse.evaluation.columns import (
    probabilities_of,
    truth_and_prediction,
)
from speechbrain_zsfuse.evaluation.metrics.calibration import (
    brier_score,
    expected_calibration_error,
    negative_log_likelihood,
    probabilities_and_truth,
)
from speechbrain_zsfuse.evaluation.metrics.classification import (
    confusion,
    precisions,
    recalls,
    summarise,
)
from speechbrain_zsfuse.evaluation.metrics.groups import (
    LEAST_CLIPS,
    describe_groups,
)
from speechbrain_zsfuse.evaluation.metrics.soft_labels import (
    describe_soft_labels,
)
from speechbrain_zsfuse.evaluation.paper_tables.writing.wording import (
    NOTHING,
    share,
    spread,
)
from speechbrain_zsfuse.evaluation.report.blocks import Table
from speechbrain_zsfuse.evaluation.statistics.seeds import mean_std

_METRICS = {
    "UAR": "UAR",
    "WA": "WA (weighted accuracy)",
    "macro_F1": "macro F1",
    "micro_F1": "micro F1",
}
_CALIBRATION = {
    "ECE (expected calibration error)": expected_calibration_error,
    "NLL (negative log-likelihood)": negative_log_likelihood,
    "Brier score": brier_score,
}
_COUNTED = ("n", "eps", "left_out")
Tables = Sequence[pandas.DataFrame]


def tabulate_metrics(tables: Tables, labels: Sequence[str]) -> Table:
    """Metrics of all clips, mean and standard deviation over seeds.

    Arguments
    ---------
    tables : list of pandas.DataFrame
        Test predictions of the same clips, one table a seed.
    labels : list of str
        The classes.

    Returns
    -------
    Table
        Without what is not defined: UAR and F1 where the truth lacks a class,
        calibration without probabilities.

    Example
    -------
    >>> table = pandas.DataFrame({"label": list("ab"), "prediction": "a"})
    >>> tabulate_metrics([table], ["a", "b"]).rows[0]
    ['UAR', '.5000']
    """
    found = [
        summarise(*truth_and_prediction(table), labels, absent="report")
        for table in tables
    ]
    rows = {
        text: [one[name] for one in found if name in one]
        for name, text in _METRICS.items()
    }
    if all(probabilities_of(table) is not None for table in tables):
        pairs = [probabilities_and_truth(table, labels) for table in tables]
        for text, measure in _CALIBRATION.items():
            rows[text] = [measure(*pair) for pair in pairs]
    failed = [one["n_failed"] for one in found if "n_failed" in one]
    notes = [f"Clips without an answer, counted as wrong: {failed}."]
    absent = found[0].get("absent_classes", [])
    notes = notes * bool(failed) + (
        [f"No clip is of {', '.join(absent)}: there is no UAR."] * bool(absent)
    )
    n = len(tables)
    return Table(
        f"Metrics on test, n = {n}",
        ["metric", "mean ± std over seeds" if n > 1 else "value"],
        [[text, _spread(values)] for text, values in rows.items() if values],
        notes,
    )


def tabulate_classes(tables: Tables, labels: Sequence[str]) -> Table:
    """Recall and precision of each class, and what it is taken for.

    Arguments
    ---------
    tables, labels
        See ``tabulate_metrics``.

    Returns
    -------
    Table

    Example
    -------
    >>> table = pandas.DataFrame({"label": list("aabb")})
    >>> table["prediction"] = list("abbb")
    >>> tabulate_classes([table], ["a", "b"]).rows[0]
    ['a', '2', '.5000', '1.0000', 'b .5000']
    """
    pairs = [*map(truth_and_prediction, tables)]
    found = [[recalls(*p, labels), precisions(*p, labels)] for p in pairs]
    counts = [confusion(*pair, labels) for pair in pairs]
    rows = []
    for place, label in enumerate(labels):
        n = pairs[0][0].count(label)
        shares = [_mean(one[k][label] for one in found) for k in (0, 1)]
        taken = [
            (fmean(seed[place][k] for seed in counts) / n, other)
            for k, other in enumerate(labels)
            if n and k != place
        ]
        most, other = max(taken, default=(0, ""), key=lambda pair: pair[0])
        wrong = f"{other} {share(most)}" if most else NOTHING
        rows.append([label, f"{n:,}", *shares, wrong])
    columns = ["class", "clips", "recall", "precision", "most often taken for"]
    return Table("Classes", columns, rows)


def tabulate_groups(tables: Tables, labels: Sequence[str]) -> list[Table]:
    """UAR and WA by gender, session and more, and the worst group of each.

    Arguments
    ---------
    tables, labels
        See ``tabulate_metrics``.

    Returns
    -------
    list of Table
        One for each kind of group, see ``describe_groups``.

    Example
    -------
    >>> table = pandas.DataFrame({"gender": ["female", "male"] * 20})
    >>> table["label"] = ["sad"] * 20 + ["angry"] * 20
    >>> table["prediction"] = ["sad", "angry"] * 20
    >>> tabulate_groups([table], ["sad", "angry"])[0].notes
    ['Lowest, of groups with all classes and at least 20 clips: female, UAR \
.5000 of 20 clips.']
    """
    # Of the same clips, but files from elsewhere may say less of them.
    clips = tables[0].drop(columns="prediction")
    seeds = [
        describe_groups(
            clips.assign(prediction=table["prediction"].to_numpy()), labels
        )
        for table in tables
    ]
    return [
        _group_table(kind, [seed[kind] for seed in seeds], labels)
        for kind in seeds[0]
    ]


def _group_table(kind, seeds, labels):
    """Groups of one kind; of very many the lowest of each seed."""
    columns = [kind, "clips", "UAR", "WA"]
    if "groups" not in seeds[0]:
        worst = [seed["worst"] for seed in seeds if seed["worst"]]
        rows = [[w["group"], f"{w['n']:,}", share(w["UAR"])] for w in worst]
        caption = (
            f"By {kind}: the lowest of {seeds[0]['count']:,}, of each seed"
        )
        return Table(caption, columns[:3], rows)
    first, rows, uars = seeds[0]["groups"], [], {}
    for name, own in first.items():
        means = [
            _mean(seed["groups"][name].get(metric) for seed in seeds)
            for metric in ("UAR", "WA")
        ]
        rows.append([name, f"{own['n']:,}", *means])
        if "UAR" in own and own["n"] >= LEAST_CLIPS:
            uars[name] = fmean(seed["groups"][name]["UAR"] for seed in seeds)
    notes = [f"Not told: {seeds[0].get('reason')}."]
    if uars:
        name = min(uars, key=uars.get)
        notes = [
            f"Lowest, of groups with all classes and at least {LEAST_CLIPS} "
            f"clips: {name}, UAR {share(uars[name])} of "
            f"{first[name]['n']:,} clips."
        ]
    few = [
        f"{name} ({len(own['classes'])} of {len(labels)})"
        for name, own in first.items()
        if "classes" in own
    ]
    if few:
        notes.append(f"Over its own classes, not all: {', '.join(few)}.")
    unknown = seeds[0].get("unknown")
    notes += [f"Clips of no known {kind}: {unknown:,}."] if unknown else []
    return Table(f"By {kind}", columns, rows, notes)


def tabulate_soft_labels(tables: Tables, labels: Sequence[str]) -> Table | None:
    """Probabilities against the raters' votes.

    Arguments
    ---------
    tables, labels
        See ``tabulate_metrics``.

    Returns
    -------
    Table or None
        None without votes or probabilities.

    Example
    -------
    >>> table = pandas.DataFrame({"votes": ['{"sad": 3, "angry": 1}']})
    >>> table["probability_sad"] = table["probability_angry"] = 0.5
    >>> tabulate_soft_labels([table], ["sad", "angry"]).rows[2]
    ['TVD', '.2500']
    """
    found = [describe_soft_labels(table, labels) for table in tables]
    if None in found:
        return None
    first = found[0]
    rows = [
        [name.replace("_", " "), _spread([one[name] for one in found])]
        for name in first
        if name not in _COUNTED
    ]
    note = (
        f"{first['n']:,} clips with votes, {first['left_out']:,} left out for "
        f"they have none for these classes; KLD with eps {first['eps']:g}, "
        "natural logarithms; SIM is 100 times the cosine."
    )
    columns = ["metric", "mean ± std over seeds" if found[1:] else "value"]
    return Table("Against the raters' votes", columns, rows, [note])


def _mean(values: Iterable[float | None]) -> str:
    """Of the seeds that have one."""
    known = [value for value in values if value is not None]
    return share(fmean(known)) if known else NOTHING


def _spread(values):
    return spread(mean_std(values))
