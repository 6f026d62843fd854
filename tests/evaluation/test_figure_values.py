"""From predictions and logs to what figures draw."""

from statistics import fmean, stdev

import numpy as np
import pandas
import pytest

from speechbrain_zsfuse.evaluation.figures.learning import read_epochs
from speechbrain_zsfuse.evaluation.figures.values import (
    DRAWS,
    class_recalls,
    reliability_panels,
    speaker_values,
)
from speechbrain_zsfuse.evaluation.metrics.calibration import (
    apply_temperature,
    expected_calibration_error,
    fit_temperature,
)
from speechbrain_zsfuse.evaluation.statistics.bootstrap import interval_of
from speechbrain_zsfuse.evaluation.statistics.clips import clips_of

LABELS = ["sad", "angry", "happy"]


def predictions(right, speakers="1212211122"):
    """Clips; of each whether it is right (1), wrong (0) or no answer (-)."""
    rows = []
    for place, (answer, speaker) in enumerate(zip(right, speakers)):
        label = LABELS[place % 2]
        said = {"1": label, "0": LABELS[1 - place % 2], "-": ""}[answer]
        rows.append([f"c{place}", speaker, label, said])
    return pandas.DataFrame(rows, columns="id speaker label prediction".split())


def values(table, series="fused"):
    own = table[table["series"] == series]
    return dict(zip(own["group"], own["value"].round(4)))


def test_recall_of_each_class_is_the_mean_over_seeds():
    one, other = predictions("1110110010"), predictions("1-10110000")
    table = class_recalls({"alone": [one], "fused": [one, other]}, LABELS)
    assert values(table, "alone") == {"sad": 0.8, "angry": 0.4}  # no happy
    assert values(table) == {"sad": 0.7, "angry": 0.3}


def test_intervals_of_a_class_draw_its_speakers_anew():
    speakers = "".join(str(n) for n in range(8) for _ in range(4))
    draw = np.random.default_rng(0)
    answers = "".join(map(str, draw.integers(0, 2, len(speakers))))
    table = predictions(answers, speakers=speakers)
    found = class_recalls({"fused": [table]}, LABELS).set_index("group")
    for label in ("sad", "angry"):
        own = table[table["label"] == label]
        expected = interval_of(clips_of([own], [label]), draws=DRAWS)
        assert tuple(found.loc[label, ["low", "high"]]) == expected
        assert expected[0] < found.loc[label, "value"] < expected[1]


def test_no_interval_leaves_zero_and_one():
    table = predictions(20 * "1" + 20 * "0", "0" * 20 + "1" * 10 + "2" * 10)
    found = class_recalls({"fused": [table]}, LABELS)
    assert found["low"].tolist() == [0, 0] and found["high"].max() == 1


def test_speakers_are_sorted_by_the_last_system():
    who = 8 * "1212211122"
    alone, fused = (
        predictions(80 * "1", who),
        predictions(8 * "1110110010", who),
    )
    series = {"alone": [alone], "fused": [fused]}
    table, measure = speaker_values(series, LABELS)
    # of speaker 1 clips 0, 2, 6 are sad, 5, 7 angry; of 2 4, 8 and 1, 3, 9
    assert measure == "UAR"
    assert values(table) == {"1": round((2 / 3 + 1 / 2) / 2, 4), "2": 0.6667}
    assert values(table, "alone") == {"1": 1, "2": 1}
    assert table["group"].tolist() == ["1", "1", "2", "2"]
    assert table["series"].tolist() == ["alone", "fused"] * 2
    all_right = table[table["series"] == "alone"]
    assert all_right[["low", "high"]].isna().all(axis=None)
    assert table[table["series"] == "fused"]["low"].notna().all()


def test_speakers_who_lack_a_class_are_compared_by_accuracy():
    table = predictions("1110110010", speakers="1212211132")
    table.loc[9, "speaker"] = ""  # not known: left out
    found, measure = speaker_values({"fused": [table]}, LABELS, False)
    assert measure == "accuracy"
    assert values(found) == {"1": 0.6, "2": 0.6667, "3": 1.0}
    assert "low" not in found


def probable(draw, fold, n=40):
    """Clips of a model that is too sure."""
    logits = draw.normal(size=(n, 2)) * 3
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = [LABELS[int(draw.random() < 0.5 + p / 4)] for p in shares[:, 1]]
    table = pandas.DataFrame({"label": truth, "fold": fold})
    return table.assign(probability_sad=shares[:, 0]).assign(
        probability_angry=shares[:, 1]
    )


def test_a_temperature_is_fitted_on_validation_of_the_same_fold():
    draw = np.random.default_rng(0)
    test, valid = (
        pandas.concat([probable(draw, "1"), probable(draw, "2")])
        for _ in range(2)
    )
    panels = reliability_panels({"7": test}, {"7": valid}, LABELS[:2])
    columns, temperatures, after = (
        ["probability_sad", "probability_angry"],
        [],
        [],
    )
    truth = (test["label"] == "angry").to_numpy(int)
    for fold in ("1", "2"):
        own = valid[valid["fold"] == fold]
        right = (own["label"] == "angry").to_numpy(int)
        temperatures.append(fit_temperature(own[columns].to_numpy(), right))
        known = test[test["fold"] == fold][columns].to_numpy()
        after.append(apply_temperature(known, temperatures[-1]))
    before = expected_calibration_error(test[columns].to_numpy(), truth)
    after = expected_calibration_error(np.concatenate(after), truth)
    low, high = sorted(temperatures)
    assert list(panels) == [
        f"as it is\nECE {before:.3f}".replace("0.", ".", 1),
        f"with T = {low:.2f} … {high:.2f}\nECE {after:.3f}".replace(
            "ECE 0.", "ECE ."
        ),
    ]
    assert [bins["n"].sum() for bins in panels.values()] == [80, 80]
    assert after < before


def test_several_seeds_have_mean_and_std_and_one_diagram():
    draw = np.random.default_rng(1)
    seeds = {"1": probable(draw, "1"), "2": probable(draw, "1")}
    [(title, bins)] = reliability_panels(seeds, {}, LABELS[:2]).items()
    found = [
        expected_calibration_error(
            table[["probability_sad", "probability_angry"]].to_numpy(),
            (table["label"] == "angry").to_numpy(int),
        )
        for table in seeds.values()
    ]
    mean, std = (f"{f(found):.3f}"[1:] for f in (fmean, stdev))
    assert title == f"as it is\nECE {mean} ± {std}" and bins["n"].sum() == 80


# The log of training


def test_epochs_are_read_as_speechbrain_logs_them(tmp_path):
    from speechbrain.utils.train_logger import FileTrainLogger

    logger = FileTrainLogger(tmp_path / "train_log.txt")
    for epoch, uar in ((1, 25.0), (2, 100.0)):
        logger.log_stats(
            {"epoch": epoch, "lr": 2e-5},
            train_stats={"loss": 1.25},
            valid_stats={"loss": 0.5, "UAR %": uar, "UAR without scores %": 9},
        )
    logger.log_stats(
        {"epoch chosen": 2}, test_stats={"loss": 9.0, "UAR %": 9.0}
    )
    table = read_epochs(tmp_path)
    assert table.to_dict("list") == {
        "epoch": [1, 2],
        "train_loss": [1.25, 1.25],
        "valid_loss": [0.5, 0.5],
        "valid_UAR": [0.25, 1.0],
    }


def test_a_run_without_epochs_has_none(tmp_path):
    assert read_epochs(tmp_path) is None
    (tmp_path / "train_log.txt").write_text("epoch chosen: 1 - test loss: 2\n")
    assert read_epochs(tmp_path) is None


@pytest.mark.parametrize("line", ["", " - train loss: 1.0", ", valid UAR %: x"])
def test_a_line_that_cannot_be_read_is_named(tmp_path, line):
    log = tmp_path / "train_log.txt"
    log.write_text(f"epoch chosen: 1\nepoch: 1{line}\n")
    expected = "Expected epoch, train loss, .* but line 2 of .*train_log.txt is"
    with pytest.raises(ValueError, match=expected):
        read_epochs(tmp_path)
