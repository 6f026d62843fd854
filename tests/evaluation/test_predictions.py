"""What a run leaves can be read back to the last bit."""

import json

import numpy as np
import pandas
import pytest

from speechbrain_zsfuse.evaluation.predictions import (
    write_metrics,
    write_predictions,
)

LABELS = ["sad", "angry"]


def rows(with_scores):
    rng = np.random.default_rng(0)
    for index in range(8):
        share = np.float32(rng.random())
        yield {
            "id": f"c{index}",
            "speaker": "07",
            "label": index % 2,
            "probabilities": [float(share), float(np.float32(1) - share)],
            "scores": [float(np.float32(0.1)), 0.2] if with_scores else [],
        }


def test_float32_survives(tmp_path):
    expected = list(rows(with_scores=True))
    path = write_predictions(tmp_path / "p.csv", expected, LABELS)
    table = pandas.read_csv(path, dtype={"speaker": str})
    assert table.columns.tolist() == [
        "id",
        "speaker",
        "label",
        "prediction",
        "probability_sad",
        "probability_angry",
        "zero_shot_sad",
        "zero_shot_angry",
    ]
    assert table["speaker"].tolist() == ["07"] * 8
    read = table[["probability_sad", "probability_angry"]].to_numpy()
    written = [row["probabilities"] for row in expected]
    assert np.array_equal(np.float32(read), np.float32(written))


def test_the_prediction_is_the_most_probable_label(tmp_path):
    path = write_predictions(
        tmp_path / "p.csv", list(rows(with_scores=False)), LABELS
    )
    table = pandas.read_csv(path)
    sad = table["probability_sad"] >= table["probability_angry"]
    assert (table["prediction"] == sad.map({True: "sad", False: "angry"})).all()
    assert not any("zero_shot" in column for column in table)


def test_metrics_hold_test_and_choice(tmp_path):
    valid = {"epoch": 3, "UAR": 0.5}
    path = write_metrics(
        tmp_path, list(rows(with_scores=True)), LABELS, seed=7, valid=valid
    )
    content = json.loads(path.read_text())
    assert content["valid"] == valid
    assert content["test"]["n"] == 8
    # the scores always say "angry"
    assert content["test_zero_shot_alone"]["UAR"] == 0.5
    assert content["test_zero_shot_alone"]["confusion"] == [[0, 4], [0, 4]]


def rows_of_parts():
    """Two parts; the second lacks a class."""
    return [
        {
            "id": str(number),
            "speaker": "1",
            "part": part,
            "label": label,
            "probabilities": probabilities,
            "scores": [],
        }
        for number, (part, label, probabilities) in enumerate(
            [
                ("Test1", 0, [0.9, 0.1]),
                ("Test1", 1, [0.8, 0.2]),
                ("Test2", 1, [0.3, 0.7]),
                ("Test2", 1, [0.6, 0.4]),
                ("Test2", 1, [0.1, 0.9]),
            ]
        )
    ]


def test_parts_are_also_reported_apart(tmp_path):
    path = write_metrics(
        tmp_path, rows_of_parts(), ["sad", "angry"], 1, {"epoch": 1}
    )
    found = json.loads(path.read_text())
    assert found["test"]["UAR"] == pytest.approx((1 + 2 / 4) / 2)
    assert found["test_parts"]["Test1"]["UAR"] == 0.5
    assert found["test_parts"]["Test2"] == {
        "n": 3,
        "WA": pytest.approx(2 / 3),
        "absent_classes": ["sad"],
    }
    table = pandas.read_csv(
        write_predictions(tmp_path / "p.csv", rows_of_parts(), ["sad", "angry"])
    )
    assert table["part"].tolist() == ["Test1"] * 2 + ["Test2"] * 3


def test_a_corpus_that_is_not_as_known_marks_every_result(tmp_path):
    labels = ["sad", "angry"]
    path = write_metrics(
        tmp_path, rows_of_parts(), labels, 1, {}, mismatch=["one clip too few"]
    )
    assert json.loads(path.read_text())["corpus_mismatch"] == [
        "one clip too few"
    ]
    table = pandas.read_csv(
        write_predictions(tmp_path / "p.csv", rows_of_parts(), labels, True)
    )
    assert table["corpus_mismatch"].tolist() == [True] * 5
