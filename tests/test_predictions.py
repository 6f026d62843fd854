"""What a run leaves can be read back to the last bit."""

import json

import numpy as np
import pandas

from speechbrain_zsfuse.predictions import write_metrics, write_predictions

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
