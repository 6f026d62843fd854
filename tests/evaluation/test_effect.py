"""Table II from finished runs: which cell is which, and what it costs."""

from pathlib import Path
from statistics import mean, stdev

import numpy as np
import pytest
from records import make_record
from sklearn.metrics import balanced_accuracy_score

from speechbrain_zsfuse.evaluation import (
    predictions_table,
    write_metrics,
    write_predictions,
    write_record,
)
from speechbrain_zsfuse.evaluation.amplification.cells import Cell
from speechbrain_zsfuse.evaluation.amplification.effect import (
    FusedRun,
    describe_effect,
    read_fused,
)
from speechbrain_zsfuse.evaluation.amplification.table_two import (
    format_effect,
    tabulate_effect,
    tell_correlation,
)

LABELS = ["sad", "angry"]
TRUTH = {"a": "sad", "b": "sad", "c": "angry", "d": "angry"}
RIGHT = {  # UAR of right clips
    0.25: [1, 0, 0, 0],
    0.5: [1, 1, 0, 0],
    0.75: [1, 1, 1, 0],
    1.0: [1, 1, 1, 1],
}


def run(test, valid=0.5, zero_shot_valid=0.5, zero_shot_test=0.5, name="run"):
    """A run that is right on as many clips as its UARs say."""
    right, alone, before = (
        np.array(RIGHT[u], bool)
        for u in (test, zero_shot_test, zero_shot_valid)
    )
    uars = valid, test, zero_shot_valid
    return FusedRun(Path(name), *uars, TRUTH, right, alone, TRUTH, before)


def three_cells():
    """Of two seeds each: fused means 0.5, 0.875 and 0.625."""
    return {
        Cell(1, 1): [run(0.25, 0.6, 0.5), run(0.75, 0.8, 0.5)],
        Cell(1, 2): [run(0.75, 0.5, 0.25, 1.0), run(1.0, 0.5, 0.25, 1.0)],
        Cell(3, 1): [run(0.5, 0.6, 0.75, 0.75), run(0.75, 0.6, 0.75, 0.75)],
    }


def test_table_two_by_hand():
    found = describe_effect(three_cells(), [run(0.5), run(0.5), run(0.75)])
    assert found["oracle"] == {
        "audio_repeats": 1,
        "text_repeats": 2,
        "mean": 0.875,
        "std": pytest.approx(stdev([0.75, 1.0])),
        "n": 2,
        "regret": 0,
    }
    assert found["worst"] == found["default"]
    assert (
        found["default"]["mean"] == 0.5 and found["default"]["regret"] == 0.375
    )
    assert found["range"] == 0.375
    assert found["chosen_by_zero_shot"]["audio_repeats"] == 3
    assert found["chosen_by_zero_shot"]["regret"] == 0.25
    assert found["chosen_by_fused"] == found["default"], "0.7 is the highest"
    assert (
        found["no_alm"]["n"] == 3 and found["no_alm"]["audio_repeats"] is None
    )
    assert found["no_alm"]["mean"] == pytest.approx(mean([0.5, 0.5, 0.75]))
    # zero-shot 0.5, 1, 0.75 and fused 0.5, 0.875, 0.625: one order
    assert found["correlation"]["rho"] == pytest.approx(1)
    # but on validation 0.5, 0.25, 0.75
    assert found["prediction"]["rho"] == pytest.approx(-0.5)
    assert [row["zero_shot_test"] for row in found["cells"]] == [0.5, 1, 0.75]


def tell(found):
    """The report, columns not aligned."""
    text = format_effect(found, "WavLM + CLAP", "RAVDESS")
    return "\n".join(" ".join(line.split()) for line in text.splitlines())


def test_one_seed_has_no_spread_and_no_baseline_is_no_error():
    cells = {cell: runs[:1] for cell, runs in three_cells().items()}
    del cells[1, 1]
    found = describe_effect(cells, [])
    assert found["oracle"]["std"] is None and found["no_alm"] is None
    assert found["default"] is None
    text = tell(found)
    assert (
        "| a1xt2: 0.7500±–, n=1 | – | a3xt1: 0.5000±–, n=1 | 0.2500 |" in text
    )
    assert "Not known: 2 combinations" in text


def test_the_report_says_all_of_it():
    found = describe_effect(three_cells(), [run(0.5), run(0.75)])
    text = tell(found)
    row = next(line for line in text.splitlines() if "| RAVDESS" in line)
    assert row == (
        "| WavLM + CLAP | RAVDESS | a1xt2: 0.8750±0.1768, n=2 | a1xt1: 0.5000"
        "±0.3536, n=2 | a1xt1: 0.5000±0.3536, n=2 | 0.3750 | 0.6250±0.1768, "
        "n=2 | a3xt1: 0.6250±0.1768, n=2 | a1xt1: 0.5000±0.3536, n=2 |"
    )
    assert "| 1 x 2 | 1.0000 | 0.8750±0.1768 | +0.2500 |" in text
    table = tabulate_effect(found)
    assert list(table["which"]) == [
        *("oracle", "default", "worst", "no_alm"),
        *("chosen_by_zero_shot", "chosen_by_fused", "cell", "cell", "cell"),
    ]
    lines = table.to_csv(index=False).splitlines()
    assert (
        lines[1].startswith("oracle,1,2,0.875,") and lines[4][:9] == "no_alm,,,"
    )


@pytest.mark.parametrize(
    "name, done", [("truth", "tested"), ("valid_truth", "validated")]
)
def test_runs_on_other_clips_are_refused(name, done):
    cells = three_cells()
    other = run(0.5, name="other")._replace(**{name: TRUTH | {"a": "angry"}})
    with pytest.raises(ValueError, match=f"Expected other to be {done} on the"):
        describe_effect(cells, [other])


def test_equal_means_have_no_regret_below_zero():
    less, more = (run(0.5)._replace(test=uar) for uar in (0.3, 0.1 + 0.2))
    assert more.test > less.test, "by rounding alone"
    found = describe_effect({Cell(1, 1): [less], Cell(2, 1): [more]}, [less])
    assert found["oracle"]["audio_repeats"] == 1
    assert [row["regret"] for row in found["cells"]] == [0, 0]
    assert "-0.0" not in format_effect(found, "a", "b")


@pytest.mark.parametrize(
    "clips, cells, verdict",
    [
        ([0.1, 0.9], [0.2, 0.9], "Yes, it does"),
        ([-0.1, 0.9], [0.2, 0.9], "Not shown"),
        ([0.1, 0.9], None, "Not shown"),
        ([-0.9, -0.1], [-0.8, -0.2], "No, on the contrary"),
    ],
)
def test_both_intervals_have_a_say(clips, cells, verdict):
    found = {"rho": 0.5, "cells": 9, "interval_by_clips": clips}
    on_test = {"rho": 0.9, "interval_by_clips": [0.8, 1.0]}
    on_test["interval_by_cells"] = [0.7, 1.0]
    said = tell_correlation(found | {"interval_by_cells": cells}, on_test)
    assert "With both on test, rho is 0.90, by clips 0.80 to 1.00" in said
    assert said.startswith(f"{verdict}: Spearman's rho")


def write_run(folder, scored):
    """A finished run on 40 clips; its UARs on validation and test."""
    generator = np.random.default_rng(len(folder.name))
    write_record(folder, make_record(LABELS, finished=True))
    found = {}
    for split in ("valid", "test"):
        ids = [f"{i:02}" for i in generator.permutation(40)]
        truth = [LABELS[int(i) % 2] for i in ids]
        shares = generator.random(40)
        probabilities = np.stack([shares, 1 - shares], axis=1)
        scores = generator.random((40, 2)) if scored else None
        table = predictions_table(
            LABELS, ids, ids, truth, probabilities, scores
        )
        write_predictions(folder / f"predictions_{split}.csv", table)
        found[split] = balanced_accuracy_score(
            table["label"], table["prediction"]
        )
        if scored:
            best = table["zero_shot_sad"] > table["zero_shot_angry"]
            alone = best.map({True: "sad", False: "angry"})
            found[f"zero_shot_{split}"] = balanced_accuracy_score(
                table["label"], alone
            )
    write_metrics(folder, table, 1, {"epoch": 1, "UAR": found["valid"]})
    return found


@pytest.mark.parametrize("scored", [True, False])
def test_a_run_is_read_from_its_files(tmp_path, scored):
    folder = tmp_path / "run"
    expected = write_run(folder, scored)
    found = read_fused(folder)
    assert found.test == pytest.approx(expected["test"])
    assert found.valid == pytest.approx(expected["valid"])
    assert list(found.truth) == sorted(found.truth)
    classes = np.array([*found.truth.values()])

    def uar(right):
        return np.mean([right[classes == label].mean() for label in LABELS])

    assert uar(found.right) == pytest.approx(found.test)
    if scored:
        assert found.zero_shot_valid == pytest.approx(
            expected["zero_shot_valid"]
        )
        alone = expected["zero_shot_test"]
        assert uar(found.zero_shot_right) == pytest.approx(alone)
    else:
        assert found.zero_shot_right is found.zero_shot_valid is None


def test_a_run_that_is_not_finished_is_named(tmp_path):
    write_run(tmp_path / "run", True)
    (tmp_path / "run" / "metrics.json").unlink()
    with pytest.raises(
        ValueError, match="finished run in .*run, but it has no"
    ):
        read_fused(tmp_path / "run")
