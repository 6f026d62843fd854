"""What the choice of a combination was worth: ``amplification.json`` and the
table of all combinations, ``amplification.csv``, from their zero-shot scores.

It is a report, made after the choice: the test labels that it reads could not
have had a say in it. What is best on test bears the name ``oracle``.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas

from speechbrain_zsfuse.evaluation.amplification.cells import (
    DEFAULT,
    Cell,
    choose_cell,
    fall_short,
    name_same,
    worst_cell,
    zero_shot_uar,
)
from speechbrain_zsfuse.evaluation.columns import highest
from speechbrain_zsfuse.evaluation.fields import check_choice
from speechbrain_zsfuse.evaluation.statistics.intervals import measure_uar
from speechbrain_zsfuse.files import read_json

REPORT, TABLE = "amplification.json", "amplification.csv"


class Scored(NamedTuple):
    """Clips of a split and their zero-shot scores at each combination.

    Attributes
    ----------
    truth : list of str
        N labels.
    speakers : list of str
        Of N clips; empty if not known.
    scores : dict
        Cell to scores, float, shape [N, E].

    Example
    -------
    >>> Scored(["a"], ["01"], {Cell(1, 1): np.array([[0.2, 0.1]])}).truth
    ['a']
    """

    truth: Sequence[str]
    speakers: Sequence[str]
    scores: Mapping[Cell, np.ndarray]

    def uars(self, labels):
        """Cell to UAR."""
        return {
            cell: zero_shot_uar(scores, self.truth, labels)
            for cell, scores in self.scores.items()
        }


def read_choice(folder: str | Path) -> dict:
    """Read what was chosen for a run.

    Arguments
    ---------
    folder : str or Path
        Output folder of the run.

    Returns
    -------
    dict
        See ``describe_choice``.

    Raises
    ------
    FileNotFoundError
        If nothing was chosen for it.
    ValueError
        If the file is damaged, see ``read_json`` and ``check_choice``.

    Example
    -------
    >>> folder = getfixture("tmpdir")
    >>> folder.join("amplification.json").write("{")
    >>> read_choice(folder)
    Traceback (most recent call last):
    ValueError: Expected a JSON object in ...amplification.json, but it cannot \
be read: ... Run with --test_only: it is written again.
    """
    path = Path(folder) / REPORT
    told = read_json(path, "Run with --test_only: it is written again.")
    check_choice(told, path)
    return told


def describe_choice(
    chosen: Cell, valid: Scored, test: Scored, labels: Sequence[str]
) -> dict:
    """What was chosen, beside what else there was.

    Arguments
    ---------
    chosen : Cell
    valid, test : Scored
        Of the same combinations.
    labels : list of str
        The E classes, in the order of the scores.

    Returns
    -------
    dict
        ``chosen``; ``default`` (1x1, null if it was not looked at);
        ``ensemble`` (mean of the scores of all combinations); ``oracle`` and
        ``worst`` on test. Each has ``audio_repeats`` and ``text_repeats`` (null
        for the ensemble), and of ``valid`` and ``test`` what ``measure_uar``
        says. Then ``regret``: by how much the oracle's test UAR is higher than
        that of ``chosen``, ``default`` and ``ensemble`` (which may be below
        0); and ``chosen_is_oracle``: whether the test UAR of the choice is the
        oracle's.

    Raises
    ------
    ValueError
        If a split lacks a class.

    Example
    -------
    >>> right, wrong = np.eye(2), 1 - np.eye(2)
    >>> scores = {Cell(1, 1): wrong, Cell(2, 1): right}
    >>> split = Scored(["a", "b"], ["1", "2"], scores)
    >>> told = describe_choice(Cell(2, 1), split, split, ["a", "b"])
    >>> told["chosen_is_oracle"], told["regret"]["default"]
    (True, 1.0)
    """
    found = test.uars(labels)
    cells = {
        "default": DEFAULT if DEFAULT in found else None,
        "chosen": chosen,
        "oracle": choose_cell(found),
        "worst": worst_cell(found),
    }
    entries = {
        name: None
        if cell is None
        else {
            **cell._asdict(),
            "valid": _measure(valid.scores[cell], valid, labels),
            "test": _measure(test.scores[cell], test, labels),
        }
        for name, cell in cells.items()
    }
    entries["ensemble"] = {
        "audio_repeats": None,
        "text_repeats": None,
        "valid": _measure(_mean(valid), valid, labels),
        "test": _measure(_mean(test), test, labels),
    }
    highest_uar = entries["oracle"]["test"]["UAR"]
    regret = {
        name: entries[name]
        and fall_short(highest_uar, entries[name]["test"]["UAR"])
        for name in ("chosen", "default", "ensemble")
    }
    return entries | {
        "regret": regret,
        "chosen_is_oracle": regret["chosen"] == 0,
    }


def _mean(split):
    return np.mean(list(split.scores.values()), axis=0)


def _measure(scores, split, labels):
    """UAR and its intervals."""
    table = pandas.DataFrame({"speaker": list(split.speakers)})
    table["label"] = list(split.truth)
    table["prediction"] = highest(scores, list(labels))
    return measure_uar(table, labels)


def tabulate_cells(
    valid: Mapping[Cell, float],
    test: Mapping[Cell, float],
    same: Mapping[Cell, Cell],
    fused: Mapping[Cell, float] | None = None,
) -> pandas.DataFrame:
    """A row for each combination.

    Arguments
    ---------
    valid, test : dict
        Cell to zero-shot UAR.
    same : dict
        See ``find_same``.
    fused : dict, optional
        Cell to the validation UAR of a short fused run.

    Returns
    -------
    pandas.DataFrame
        ``audio_repeats``, ``text_repeats``, ``valid_UAR``, ``test_UAR`` (for
        the oracle alone), ``fused_valid_UAR`` if there were runs, and
        ``same_as``: the simplest combination that sounds the same, if it is
        another.

    Example
    -------
    >>> cells = [Cell(1, 1), Cell(2, 1)]
    >>> uars, same = dict.fromkeys(cells, 0.5), dict.fromkeys(cells, cells[0])
    >>> tabulate_cells(uars, uars, same)["same_as"].tolist()
    ['', '1x1']
    """
    rows = []
    for cell in valid:
        row = {**cell._asdict(), "valid_UAR": valid[cell]}
        row["test_UAR"] = test[cell]
        if fused is not None:
            row["fused_valid_UAR"] = fused[cell]
        row["same_as"] = name_same(cell, same)
        rows.append(row)
    return pandas.DataFrame(rows)


def tell_choice(report: Mapping) -> str:
    """A choice in one sentence.

    Arguments
    ---------
    report : dict
        See ``describe_choice``.

    Returns
    -------
    str

    Example
    -------
    >>> scores = {Cell(1, 1): np.eye(2)}
    >>> split = Scored(["a", "b"], ["1", "2"], scores)
    >>> print(tell_choice(describe_choice(Cell(1, 1), split, split, "ab")))
    1x1 chosen on validation; test UAR of the scores alone 100.0 %, default \
1x1 100.0 %, ensemble 100.0 %, oracle 1x1 100.0 %, worst 1x1 100.0 %: \
regret 0.0 points
    """
    parts = []
    for name in ("default", "ensemble", "oracle", "worst"):
        if entry := report[name]:
            parts.append(f"{_name(name, entry)} {_percent(entry)}")
    chosen = report["chosen"]
    return (
        f"{_name('', chosen)} chosen on validation; test UAR of the scores "
        f"alone {_percent(chosen)}, {', '.join(parts)}: regret "
        f"{100 * report['regret']['chosen']:.1f} points"
    )


def _name(name, entry):
    cell = Cell(entry["audio_repeats"], entry["text_repeats"])
    return name if None in cell else f"{name} {cell}".strip()


def _percent(entry):
    return f"{100 * entry['test']['UAR']:.1f} %"
