"""What repeats do to fusion, from finished runs: the paper's Table II, and
whether zero-shot strength predicts what fusion gains.

Pure functions of runs that were read. What is best on test bears the name
``oracle``: nobody could have chosen it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import numpy as np

from speechbrain_zsfuse.evaluation.amplification.cells import (
    DEFAULT,
    Cell,
    choose_cell,
    fall_short,
    worst_cell,
    zero_shot_uar,
)
from speechbrain_zsfuse.evaluation.amplification.correlation import (
    correlate_cells,
    uars_of,
)
from speechbrain_zsfuse.evaluation.columns import zero_shot_of
from speechbrain_zsfuse.evaluation.metrics.corpora import zero_shot_answers
from speechbrain_zsfuse.evaluation.record import read_record
from speechbrain_zsfuse.evaluation.statistics.seeds import mean_std


class FusedRun(NamedTuple):
    """A finished run, as far as it matters here; UARs in [0, 1].

    Attributes
    ----------
    folder : Path
    valid, test : float
        Its UAR: of the best epoch on validation, perhaps None, and on test.
    zero_shot_valid : float or None
        UAR of the scores alone on validation; None without an audio-language
        model.
    truth : dict
        Id of each of N test clips to its label.
    right : numpy.ndarray
        bool, shape [N]: where the run is right.
    zero_shot_right : numpy.ndarray or None
        The same of the scores alone.
    valid_truth, zero_shot_valid_right : dict; numpy.ndarray or None
        Of the validation clips.

    Example
    -------
    >>> run = FusedRun(
    ...     Path("a"), 0.5, 0.4, None, {}, np.ones(0), None, {}, None
    ... )
    >>> run.test
    0.4
    """

    folder: Path
    valid: float | None
    test: float
    zero_shot_valid: float | None
    truth: dict
    right: np.ndarray | None
    zero_shot_right: np.ndarray | None
    valid_truth: dict
    zero_shot_valid_right: np.ndarray | None


def read_fused(folder: str | Path) -> FusedRun:
    """Read a finished run.

    Arguments
    ---------
    folder : str or Path
        Output folder.

    Returns
    -------
    FusedRun

    Raises
    ------
    FileNotFoundError, ValueError
        See ``read_record``; or if the run is not finished.

    Example
    -------
    >>> read_fused("no/such/run")
    Traceback (most recent call last):
    FileNotFoundError: Expected a run in no/such/run, but there is no \
run.json. Give the output folder of a run.
    """
    record = read_record(folder)
    if record.metrics is None:
        raise ValueError(
            f"Expected a finished run in {folder}, but it has no metrics.json. "
            "Run its command again: it goes on."
        )
    parts = [
        record.predictions(split).sort_values("id", ignore_index=True)
        for split in ("valid", "test")
    ]
    valid, test = parts
    truths = [dict(zip(part["id"], part["label"])) for part in parts]
    alone = [_right_alone(part) for part in parts]
    scores = zero_shot_of(valid)
    return FusedRun(
        Path(folder),
        record.metrics["valid"]["UAR"],
        record.metrics["test"]["UAR"],
        None
        if scores is None
        else zero_shot_uar(scores, valid["label"].tolist(), record.labels),
        truths[1],
        (test["prediction"] == test["label"]).to_numpy(),
        alone[1],
        truths[0],
        alone[0],
    )


def _right_alone(table):
    """Where the scores alone are right; None without scores."""
    answers = zero_shot_answers(table)
    if answers is None:
        return None
    return np.array(answers) == table["label"].to_numpy()


def describe_effect(
    runs: Mapping[Cell, Sequence[FusedRun]], baseline: Sequence[FusedRun]
) -> dict:
    """Table II: what each way to choose a combination leads to.

    Arguments
    ---------
    runs : dict
        Cell to its runs, one a seed, the same seeds for all; combinations that
        sound the same are there once.
    baseline : list of FusedRun
        Without an audio-language model; may be empty.

    Returns
    -------
    dict
        ``oracle``, ``worst``: of the highest and lowest mean test UAR;
        ``default`` (1x1), ``chosen_by_zero_shot`` and ``chosen_by_fused`` (by
        the mean validation UAR of the scores alone, or of the runs) and
        ``no_alm``;
        each with ``audio_repeats``, ``text_repeats``, ``mean`` and ``std``
        (ddof 1; null for one run) of the test UAR, ``n`` and ``regret``, the
        oracle's mean less this one. Null: there are no runs. Further
        ``range``, oracle less worst; ``cells``, a list of all combinations
        with their UARs; ``prediction`` and ``correlation``: see
        ``correlate_cells``, of the scores alone on validation and of those on
        test, with the fused UAR on test.

    Raises
    ------
    ValueError
        If runs were not validated and tested on the same clips.

    Example
    -------
    >>> right = np.array([True, False])
    >>> run = FusedRun(Path("a"), 0.5, 0.5, 0.5, {"x": "sad", "y": "angry"}, \
right, right, {"v": "sad"}, right[:1])
    >>> told = describe_effect({Cell(1, 1): [run]}, [])
    >>> told["default"]["mean"], told["default"]["std"], told["no_alm"]
    (0.5, None, None)
    """
    chosen = describe_choices(runs, baseline)
    best = chosen["oracle"]["mean"]
    return {
        **chosen,
        "cells": [_cell_row(cell, own, best) for cell, own in runs.items()],
        **_correlate(runs),
    }


def describe_choices(
    runs: Mapping[Cell, Sequence[FusedRun]], baseline: Sequence[FusedRun]
) -> dict:
    """The best, the default, the worst, and what validation chooses.

    Arguments and errors as ``describe_effect``; of the runs, ``test``,
    ``valid``, ``zero_shot_valid``, ``truth`` and ``valid_truth`` are used.
    Where a run lacks a UAR of validation, nothing is chosen by it.

    Returns
    -------
    dict
        Of ``describe_effect``, ``oracle`` to ``no_alm``, and ``range``.

    Example
    -------
    >>> unknown = None, {}, None, None, {}, None
    >>> runs = {
    ...     Cell(1, text): [FusedRun(Path("a"), None, uar, *unknown)]
    ...     for text, uar in ((1, 0.5), (2, 0.75))
    ... }
    >>> told = describe_choices(runs, [])
    >>> told["oracle"]["text_repeats"], told["range"], told["chosen_by_fused"]
    (2, 0.25, None)
    """
    _check_clips([run for own in runs.values() for run in own] + [*baseline])
    test = _means(runs, "test")
    cells = {
        "oracle": choose_cell(test),
        "default": DEFAULT,
        "worst": worst_cell(test),
        "chosen_by_zero_shot": _choose(runs, "zero_shot_valid"),
        "chosen_by_fused": _choose(runs, "valid"),
    }
    best = test[cells["oracle"]]
    rows = {
        name: _row(cell, runs.get(cell), best) for name, cell in cells.items()
    }
    return {
        **rows,
        "no_alm": _row(Cell(None, None), baseline, best),
        "range": fall_short(best, test[cells["worst"]]),
    }


def _choose(runs, name):
    """By a UAR of validation, if all runs have it."""
    known = [getattr(run, name) for own in runs.values() for run in own]
    return None if None in known else choose_cell(_means(runs, name))


def _means(runs, name):
    return {
        cell: fmean(getattr(run, name) for run in own)
        for cell, own in runs.items()
    }


def _row(cell, runs, best):
    if not runs:
        return None
    found = mean_std([run.test for run in runs])
    regret = fall_short(best, found["mean"])
    return {**cell._asdict(), **found, "regret": regret}


def _cell_row(cell, runs, best):
    alone, truth = runs[0].zero_shot_right, list(runs[0].truth.values())
    return {
        **_row(cell, runs, best),
        "valid": fmean(run.valid for run in runs),
        "zero_shot_valid": fmean(run.zero_shot_valid for run in runs),
        "zero_shot_test": float(uars_of(alone[None], truth)[0]),
    }


def _correlate(runs):
    first = next(iter(runs.values()))[0]
    of = [own[0] for own in runs.values()]
    fused = np.stack([[run.right for run in own] for own in runs.values()])
    truth = list(first.truth.values())
    return {
        "prediction": correlate_cells(
            np.stack([run.zero_shot_valid_right for run in of]),
            fused,
            truth,
            list(first.valid_truth.values()),
        ),
        "correlation": correlate_cells(
            np.stack([run.zero_shot_right for run in of]), fused, truth
        ),
    }


def _check_clips(runs):
    for run in runs:
        for name, done in (("valid_truth", "validated"), ("truth", "tested")):
            if getattr(run, name) != getattr(runs[0], name):
                raise ValueError(
                    f"Expected {run.folder} to be {done} on the clips of "
                    f"{runs[0].folder}, labels included, but they are others. "
                    "Run both on one corpus and one fold."
                )
