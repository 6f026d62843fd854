"""Table II as text: Markdown and CSV of what ``describe_effect`` found."""

from collections.abc import Mapping

import pandas

from speechbrain_zsfuse.evaluation.amplification.cells import Cell
from speechbrain_zsfuse.evaluation.markdown import format_rows

_COLUMNS = {
    "oracle": "Best a x t (oracle)",
    "default": "Default 1 x 1",
    "worst": "Worst a x t",
    "range": "Range (best - worst)",
    "no_alm": "No ALM",
    "chosen_by_zero_shot": "Chosen on validation (scores alone)",
    "chosen_by_fused": "Chosen on validation (fused)",
}


def format_effect(effect: Mapping, system: str, corpus: str) -> str:
    """Markdown: the table, what each choice costs, and the correlation.

    Arguments
    ---------
    effect : dict
        See ``describe_effect``.
    system, corpus : str
        Names for the first two columns.

    Returns
    -------
    str

    Example
    -------
    See ``describe_effect``.
    """
    header = ["System", "Dataset", *_COLUMNS.values()]
    values = [system, corpus, *(_value(effect, name) for name in _COLUMNS)]
    regrets = [
        "",
        "Regret",
        *(_regret(effect, name) for name in _COLUMNS),
    ]
    return "\n".join(
        [
            f"# What repeats do to fusion: {system}, {corpus}",
            "",
            "Test UAR, mean ± standard deviation (ddof 1) over n seeds. The "
            "oracle was found on test data: nobody could have chosen it. "
            "Regret: by how much its mean is higher. Chosen on validation: by "
            "the UAR of the scores alone, or by that of the runs.",
            "",
            format_rows([header, values, regrets]),
            "",
            "## Does the UAR of the scores alone predict what fusion gains?",
            "",
            tell_correlation(effect["prediction"], effect["correlation"]),
            "",
            "## All combinations",
            "",
            format_rows(_all_cells(effect)),
            "",
        ]
    )


def tabulate_effect(effect: Mapping) -> pandas.DataFrame:
    """The same numbers, a row each: for CSV.

    Arguments
    ---------
    effect : dict
        See ``describe_effect``.

    Returns
    -------
    pandas.DataFrame
        ``which`` (a column of the table, or ``cell``), ``audio_repeats``,
        ``text_repeats``, ``mean``, ``std``, ``n`` and ``regret`` of the test
        UAR; of cells also ``valid``, ``zero_shot_valid``, ``zero_shot_test``.

    Example
    -------
    >>> row = {"audio_repeats": 1, "text_repeats": 1, "mean": 0.5, "std": None}
    >>> effect = dict.fromkeys(_COLUMNS) | {"default": row | {"n": 1}}
    >>> tabulate_effect(effect | {"cells": []})["which"].tolist()
    ['default']
    """
    rows = [
        {"which": name, **effect[name]}
        for name in _COLUMNS
        if isinstance(effect[name], Mapping)
    ]
    rows += [{"which": "cell", **row} for row in effect["cells"]]
    table = pandas.DataFrame(rows)
    return table.astype(dict.fromkeys(Cell._fields, "Int64"))


def tell_correlation(predicted: Mapping, on_test: Mapping) -> str:
    """Two rank correlations in some sentences.

    Arguments
    ---------
    predicted, on_test : dict
        See ``correlate_cells``: of the scores alone on validation, and on test.

    Returns
    -------
    str

    Example
    -------
    >>> found = {"rho": 0.9, "cells": 12, "interval_by_clips": [0.5, 1.0]}
    >>> found["interval_by_cells"] = [-0.1, 1.0]
    >>> print(tell_correlation(found, found))
    Not shown: Spearman's rho of the UAR of the scores alone on validation and \
the fused UAR on test is 0.90 over 12 combinations that sound different; 95 % \
interval by clips (drawn anew within their class, the same for all \
combinations) 0.50 to 1.00, by combinations (these drawn anew) -0.10 to 1.00. \
The gain over one baseline is the fused UAR less a constant: its rho is the \
same. With both on test, rho is 0.90, by clips 0.50 to 1.00, by combinations \
-0.10 to 1.00; on the same clips both share their luck, so this predicts \
nothing.
    """
    if predicted["rho"] is None:
        return (
            f"Not known: {predicted['cells']} combinations that sound "
            "different are too few, or all have one UAR."
        )
    by_clips, by_cells = _intervals(predicted)
    told = (
        f"{_verdict(predicted)}: Spearman's rho of the UAR of the scores alone "
        f"on validation and the fused UAR on test is {predicted['rho']:.2f} "
        f"over {predicted['cells']} combinations that sound different; 95 % "
        "interval by clips (drawn anew within their class, the same for all "
        f"combinations) {by_clips}, by combinations (these drawn anew) "
        f"{by_cells}. The gain over one baseline is the fused UAR less a "
        "constant: its rho is the same."
    )
    if on_test["rho"] is None:
        return told
    by_clips, by_cells = _intervals(on_test)
    return (
        f"{told} With both on test, rho is {on_test['rho']:.2f}, by clips "
        f"{by_clips}, by combinations {by_cells}; on the same clips both share "
        "their luck, so this predicts nothing."
    )


def _verdict(found):
    """Both intervals have a say."""
    ends = [found["interval_by_clips"], found["interval_by_cells"]]
    if None in ends:
        return "Not shown"
    if min(low for low, _ in ends) > 0:
        return "Yes, it does"
    return (
        "No, on the contrary"
        if max(high for _, high in ends) < 0
        else "Not shown"
    )


def _intervals(found):
    return _ends(found["interval_by_clips"]), _ends(found["interval_by_cells"])


def _ends(pair):
    return "not known" if pair is None else f"{pair[0]:.2f} to {pair[1]:.2f}"


def _value(effect, name):
    row = effect[name]
    if row is None:
        return "–"
    if name == "range":
        return f"{row:.4f}"
    return f"{_name(row)}{_spread(row)}, n={row['n']}"


def _name(row):
    cell = row["audio_repeats"], row["text_repeats"]
    return "" if None in cell else "a{}xt{}: ".format(*cell)


def _spread(row):
    std = "–" if row["std"] is None else f"{row['std']:.4f}"
    return f"{row['mean']:.4f}±{std}"


def _regret(effect, name):
    row = effect[name]
    return f"{row['regret']:.4f}" if isinstance(row, Mapping) else ""


def _all_cells(effect):
    baseline = effect["no_alm"]
    rows = [["a x t", "Scores alone", "Fused UAR", "Gain over no ALM"]]
    for row in effect["cells"]:
        gain = baseline and f"{row['mean'] - baseline['mean']:+.4f}"
        cell = "{} x {}".format(*(row[name] for name in Cell._fields))
        zero_shot = f"{row['zero_shot_test']:.4f}"
        rows.append([cell, zero_shot, _spread(row), gain or "–"])
    return rows
