"""From predictions to what figures draw: recalls, speakers, confidence.

Pure functions on tables of predictions, those of one system a list with one a
seed. Which system is drawn beside which is for others to say.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas

from speechbrain_zsfuse.evaluation.metrics.calibration import (
    apply_temperature,
    expected_calibration_error,
    fit_temperature,
    probabilities_and_truth,
)
from speechbrain_zsfuse.evaluation.metrics.confidence import confidence_bins
from speechbrain_zsfuse.evaluation.statistics.bootstrap import interval_of
from speechbrain_zsfuse.evaluation.statistics.clips import Clips, clips_of
from speechbrain_zsfuse.evaluation.statistics.seeds import mean_std

DRAWS = 2_000  # for an interval that is looked at, not printed
COLUMNS = ["group", "series", "value", "low", "high"]


def class_recalls(
    series: Mapping[str, Sequence[pandas.DataFrame]], labels: Sequence[str]
) -> pandas.DataFrame:
    """Recall of each class, mean over seeds, with its 95 % interval.

    Arguments
    ---------
    series : dict
        Name of a system to its tables, all of the same clips.
    labels : list of str
        The classes; those without clips have no recall and are left out.

    Returns
    -------
    pandas.DataFrame
        See ``draw_dots``; a row a class and system. Intervals draw speakers
        anew, then their clips; see ``interval_of``.

    Example
    -------
    >>> table = pandas.DataFrame({"id": list("wxyz"), "speaker": list("1122")})
    >>> table["label"], table["prediction"] = list("aabb"), list("abbb")
    >>> class_recalls({"alone": [table]}, ["a", "b"])["value"].tolist()
    [0.5, 1.0]
    """
    rows = []
    for name, tables in series.items():
        present = _present(tables, labels)
        clips = clips_of(tables, present)
        for place, label in enumerate(present):
            value, _, block = (part[clips.label == place] for part in clips)
            block = np.unique(block, return_inverse=True)[1]
            own = Clips(value, np.zeros(len(value), int), block)
            rows.append([label, name, *_with_interval(own)])
    return pandas.DataFrame(rows, columns=COLUMNS)


def speaker_values(
    series: Mapping[str, Sequence[pandas.DataFrame]],
    labels: Sequence[str],
    intervals: bool = True,
) -> tuple[pandas.DataFrame, str]:
    """How well each speaker is recognised, mean over seeds.

    Arguments
    ---------
    series, labels
        See ``class_recalls``. Clips of unknown speakers are left out.
    intervals : bool
        Whether to draw the clips of each speaker anew for 95 % intervals;
        otherwise they are NaN.

    Returns
    -------
    table : pandas.DataFrame
        See ``draw_dots``; speakers are sorted by the last system, the lowest
        first.
    measure : str
        ``UAR`` if all speakers have clips of all classes that there are; else
        ``accuracy``, the share of right clips, which all speakers have.

    Example
    -------
    >>> table = pandas.DataFrame({"id": list("wxyz"), "speaker": list("1122")})
    >>> table["label"], table["prediction"] = list("abab"), list("abbb")
    >>> found, measure = speaker_values({"alone": [table]}, ["a", "b"])
    >>> found[["group", "value"]].values.tolist(), measure
    ([['2', 0.5], ['1', 1.0]], 'UAR')
    """
    rows = []
    for name, tables in series.items():
        known = [table[table["speaker"] != ""] for table in tables]
        speakers = known[0]["speaker"].to_numpy()
        clips = clips_of(known, _present(known, labels))
        whole = pandas.crosstab(speakers, clips.label).all(axis=None)
        for speaker in sorted(set(speakers)):
            own = speakers == speaker
            label = clips.label[own] * whole  # one class: accuracy
            one = Clips(clips.value[own], label, np.arange(own.sum()))
            shown = _with_interval(one) if intervals else [one.mean()]
            rows.append([speaker, name, *shown])
    table = pandas.DataFrame(rows, columns=COLUMNS[: len(rows[0])])
    last = table[table["series"] == name].set_index("group")["value"]
    table = table.sort_values(
        "group", key=lambda g: g.map(last), kind="stable", ignore_index=True
    )
    return table, "UAR" if whole else "accuracy"


def _present(tables, labels):
    """Classes of which there are clips."""
    truth = set(tables[0]["label"])
    return [label for label in labels if label in truth]


def _with_interval(clips):
    """Mean and ends of clips; NaN where no interval is defined."""
    ends = interval_of(clips, draws=DRAWS) or (np.nan, np.nan)
    return clips.mean(), *np.clip(ends, 0, 1)


def reliability_panels(
    tests: Mapping[str, pandas.DataFrame],
    valids: Mapping[str, pandas.DataFrame],
    labels: Sequence[str],
) -> dict[str, pandas.DataFrame]:
    """Bins of confidence over all seeds, as it is and after a temperature.

    Arguments
    ---------
    tests : dict
        Seed to its test predictions, with probabilities and ``fold``.
    valids : dict
        Seed to predictions of validation: the temperature of each fold is
        fitted on them. Empty: as it is alone.
    labels : list of str
        The classes.

    Returns
    -------
    dict
        Title of a panel to its bins, see ``draw_reliability``. The title has
        the ECE: over several seeds mean ± std.

    Example
    -------
    >>> test = pandas.DataFrame({"fold": ["1"] * 4, "label": list("aaab")})
    >>> test["probability_a"], test["probability_b"] = 0.9, 0.1
    >>> list(reliability_panels({"1000": test}, {"1000": test}, ["a", "b"]))
    ['as it is\\nECE .150', 'with T = 2.00\\nECE .000']
    """
    before, after, temperatures = [], [], []
    for seed, test in tests.items():
        probabilities, truth = probabilities_and_truth(test, labels)
        before.append((probabilities, truth))
        if seed in valids:
            scaled = probabilities.copy()
            for fold, valid in valids[seed].groupby("fold"):
                own = (test["fold"] == fold).to_numpy()
                fitted = fit_temperature(
                    *probabilities_and_truth(valid, labels)
                )
                scaled[own] = apply_temperature(probabilities[own], fitted)
                temperatures.append(fitted)
            after.append((scaled, truth))
    panels = dict([_panel("as it is", before)])
    if len(after) == len(before):
        low, high = (f"{end(temperatures):.2f}" for end in (min, max))
        told = f"T = {low}" if low == high else f"T = {low} … {high}"
        panels |= [_panel(f"with {told}", after)]
    return panels


def _panel(name, seeds):
    found = mean_std([expected_calibration_error(*pair) for pair in seeds])
    told = f"ECE {found['mean']:.3f}"
    if found["std"] is not None:
        told += f" ± {found['std']:.3f}"
    bins = confidence_bins(*map(np.concatenate, zip(*seeds)))
    return f"{name}\n{told.replace(' 0.', ' .')}", bins
