"""``metrics.json`` says what the predictions say, on cases worked by hand."""

import json

import pytest

from speechbrain_zsfuse.evaluation.predictions import (
    predictions_path,
    predictions_table,
    write_predictions,
)
from speechbrain_zsfuse.evaluation.summary import write_metrics

LABELS = ["sad", "angry"]


def table(**options):
    """Five clips, three right; the last three are all angry."""
    return predictions_table(
        LABELS,
        ids="abcde",
        speakers="11222",
        truth=["sad", "angry", "angry", "angry", "angry"],
        probabilities=[
            [0.9, 0.1],
            [0.8, 0.2],
            [0.3, 0.7],
            [0.6, 0.4],
            [0.1, 0.9],
        ],
        **options,
    )


def summary(folder, predictions, **options):
    """What was written."""
    path = write_metrics(folder, predictions, 7, {"epoch": 3}, **options)
    assert path == folder / "metrics.json"
    return json.loads(path.read_text())


def test_metrics_hold_test_and_choice(tmp_path):
    found = summary(tmp_path, table())
    assert list(found.pop("groups")) == ["speaker"]
    assert found == {
        "labels": LABELS,
        "seed": 7,
        "valid": {"epoch": 3},
        "test": {
            "n": 5,
            "UAR": (1 + 2 / 4) / 2,
            "WA": 3 / 5,
            "macro_F1": pytest.approx((2 / 4 + 4 / 6) / 2),
            "micro_F1": 3 / 5,
            "recall": {"sad": 1.0, "angry": 2 / 4},
            "precision": {"sad": pytest.approx(1 / 3), "angry": 1.0},
            "confusion": [[1, 0], [2, 2]],
        },
    }


def test_metrics_hold_what_the_record_knows_of_training_data(tmp_path):
    known = {"encoder": None, "score_source": {"status": "clean"}}
    record = tmp_path / "run.json"
    record.write_text(json.dumps({"contamination": known}))
    assert summary(tmp_path, table())["contamination"] == known
    record.write_text("{}")  # of an earlier version
    assert "contamination" not in summary(tmp_path, table())


def test_the_scores_alone_are_a_classifier(tmp_path):
    found = summary(tmp_path, table(scores=[[0.1, 0.2]] * 5))
    # they always say "angry"
    assert found["test_zero_shot_alone"]["UAR"] == 0.5
    assert found["test_zero_shot_alone"]["confusion"] == [[0, 1], [0, 4]]


def test_parts_are_also_reported_apart(tmp_path):
    parts = ["Test1"] * 2 + ["Test2"] * 3
    found = summary(tmp_path, table(further={"part": parts}))["test_parts"]
    assert list(found) == ["Test1", "Test2"]
    assert found["Test1"]["UAR"] == 0.5
    assert found["Test2"] == {
        "n": 3,
        "WA": pytest.approx(2 / 3),
        "absent_classes": ["sad"],
    }


def test_groups_and_soft_labels_are_of_what_the_table_knows(tmp_path):
    votes = ['{"sad": 1}', '{"sad": 1}', "", '{"happy": 3}', '{"angry": 2}']
    further = {"gender": list("fffmm"), "votes": votes}
    found = summary(tmp_path, table(further=further))
    assert list(found["groups"]) == ["speaker", "gender"]
    assert found["groups"]["gender"]["groups"]["f"]["UAR"] == 0.75
    soft = found["soft_labels"]
    assert (soft["n"], soft["left_out"], soft["eps"]) == (3, 2, 1e-10)
    # by hand: predicted 0.9 and 0.8 sad, 0.9 angry
    assert soft["TVD"] == pytest.approx((0.1 + 0.2 + 0.1) / 3)


def test_one_part_is_the_whole(tmp_path):
    one = table(further={"part": ["Test1"] * 5})
    assert "test_parts" not in summary(tmp_path, one)


def test_a_corpus_that_is_not_as_known_is_said_so(tmp_path):
    found = summary(tmp_path, table(), mismatch=["one clip too few"])
    assert found["corpus_mismatch"] == ["one clip too few"]


def test_with_a_validation_there_is_a_calibration(tmp_path):
    valid = table()
    write_predictions(predictions_path(tmp_path, "valid"), valid)
    found = summary(tmp_path, table())["calibration"]
    assert found["n"] == found["n_valid"] == 5
    assert found["before"]["NLL"] >= found["after"]["NLL"]
