"""Calibration against other code, cases by hand, and a known temperature."""

import inspect
import math

import numpy as np
import pytest
from scipy.special import log_softmax, softmax
from sklearn.metrics import brier_score_loss, log_loss

from speechbrain_zsfuse.evaluation.metrics.calibration import (
    TEMPERATURES,
    apply_temperature,
    brier_score,
    calibrate,
    expected_calibration_error,
    fit_temperature,
    negative_log_likelihood,
)
from speechbrain_zsfuse.evaluation.predictions import (
    predictions_table,
    read_predictions,
)

LABELS = ["sad", "angry", "happy"]


def draw(clips, seed, temperature=1.0, classes=3):
    """Logits, and a truth drawn from their softmax at a temperature."""
    rng = np.random.default_rng(seed)
    logits = 3 * rng.standard_normal((clips, classes))
    chances = softmax(logits / temperature, axis=1).cumsum(axis=1)
    truth = (rng.random((clips, 1)) > chances).sum(axis=1)
    return logits, np.minimum(truth, classes - 1)


def ece_of_guo(probabilities, truth, bins):
    """As the authors write it: bin by bin, open below and closed above."""
    edges, total = np.linspace(0, 1, bins + 1), 0.0
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            gap = abs(confidence[inside].mean() - right[inside].mean())
            total += gap * inside.mean()
    return total


@pytest.mark.parametrize("bins", [1, 5, 15, 40])
@pytest.mark.parametrize("seed", range(4))
def test_ece_is_that_of_its_authors(bins, seed):
    logits, truth = draw(300, seed)
    probabilities = softmax(logits, axis=1)
    probabilities[:30] = [[1, 0, 0], [0.6, 0.4, 0], [0.4, 0.4, 0.2]] * 10
    found = expected_calibration_error(probabilities, truth, bins)
    assert found == pytest.approx(ece_of_guo(probabilities, truth, bins))


def test_ece_by_hand():
    """Two bins: .65, .7 with one of two right; .95 and 1 with both right."""
    probabilities = [[0.65, 0.35], [0.3, 0.7], [0.95, 0.05], [0.0, 1.0]]
    truth = np.array([0, 0, 0, 1])
    expected = 2 / 4 * abs(0.5 - 0.675) + 2 / 4 * abs(1 - 0.975)
    found = expected_calibration_error(np.array(probabilities), truth, bins=5)
    assert found == pytest.approx(expected)


def test_an_edge_belongs_to_the_bin_below():
    truth, edge = np.array([0, 1]), np.array([[0.6, 0.4], [0.61, 0.39]])
    apart = (abs(1 - 0.6) + abs(0 - 0.61)) / 2
    assert expected_calibration_error(edge, truth, 5) == pytest.approx(apart)


@pytest.mark.parametrize("seed", range(4))
def test_nll_and_brier_are_those_of_scikit_learn(seed):
    logits, truth = draw(50, seed)
    probabilities = softmax(5 * logits, axis=1)
    probabilities[0] = np.eye(3)[(truth[0] + 1) % 3]  # a zero of the truth
    columns = list(range(3))
    nll = log_loss(truth, probabilities, labels=columns)
    assert negative_log_likelihood(probabilities, truth) == pytest.approx(nll)
    one_hot = np.eye(3)[truth]
    brier = sum(
        (p - y) ** 2
        for row in zip(probabilities, one_hot)
        for p, y in zip(*row)
    )
    found = brier_score(probabilities, truth)
    assert found == pytest.approx(brier / 50)
    if "scale_by_half" in inspect.signature(brier_score_loss).parameters:
        assert found == pytest.approx(
            brier_score_loss(
                truth, probabilities, labels=columns, scale_by_half=False
            )
        )


def test_the_worst_there_is_has_a_number():
    wrong, truth = np.array([[0.0, 1.0]]), np.array([0])
    assert negative_log_likelihood(wrong, truth) == pytest.approx(
        -math.log(2**-52)
    )
    assert brier_score(wrong, truth) == 2.0
    assert expected_calibration_error(wrong, truth) == 1.0


@pytest.mark.parametrize("temperature", [0.3, 1.7, 8.0])
def test_a_temperature_of_probabilities_is_that_of_logits(temperature):
    logits, _ = draw(40, seed=1)
    found = apply_temperature(softmax(logits, axis=1), temperature)
    expected = softmax(logits / temperature, axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_of_a_miscalibrated_model_is_found(temperature):
    logits, truth = draw(20000, seed=2, temperature=temperature)
    probabilities = softmax(logits, axis=1)
    found = fit_temperature(probabilities, truth)
    assert found == pytest.approx(temperature, rel=0.05)
    after = apply_temperature(probabilities, found)
    assert expected_calibration_error(after, truth) < 0.015


@pytest.mark.parametrize("seed", range(3))
def test_no_temperature_of_a_fine_grid_is_better(seed):
    logits, truth = draw(60, seed, temperature=2.0)
    found = fit_temperature(softmax(logits, axis=1), truth)

    def loss(t):
        return -log_softmax(logits / t, axis=1)[np.arange(60), truth].mean()

    grid = np.geomspace(*TEMPERATURES, 2000)
    assert loss(found) <= min(map(loss, grid)) + 1e-9
    assert loss(found) < loss(1.0)


@pytest.mark.parametrize(
    "sure, truth, expected",
    [
        ([[0.6, 0.4]], [0], TEMPERATURES[0]),  # right: the surer, the better
        ([[0.6, 0.4]], [1], TEMPERATURES[1]),
        ([[0.5, 0.5]], [1], 1.0),  # nothing to scale
        ([[0.6, 0.4, 0.0]] * 2, [0, 1], TEMPERATURES[1]),
    ],
)
def test_few_clips_and_absent_classes_have_a_temperature(sure, truth, expected):
    found = fit_temperature(np.array(sure), np.array(truth))
    if len(sure) == 1:
        assert found == pytest.approx(expected, rel=1e-3)
    assert TEMPERATURES[0] <= found <= TEMPERATURES[1]


def test_a_model_that_is_sure_and_right_needs_no_temperature():
    """All temperatures are the same to it, but for rounding."""
    sure, truth = np.eye(3), np.arange(3)
    assert fit_temperature(sure, truth) == 1.0
    assert str(negative_log_likelihood(sure, truth)) == "0.0"


def table(clips, seed, temperature=1.0, labels=LABELS):
    logits, truth = draw(clips, seed, temperature, len(labels))
    names = [f"{index:04}" for index in range(clips)]
    truth = [labels[index] for index in truth]
    probabilities = softmax(logits, axis=1)
    return predictions_table(labels, names, names, truth, probabilities)


def test_the_test_is_scaled_by_what_validation_says():
    valid, test = table(4000, 3, temperature=2.0), table(4000, 4, 2.0)
    found = calibrate(valid, test, LABELS)
    assert found["temperature"] == pytest.approx(2.0, rel=0.1)
    assert found["n_valid"] == found["n"] == 4000
    for measure in ("ECE", "NLL", "Brier"):
        assert found["after"][measure] < found["before"][measure]
    unlike = calibrate(table(4000, 3, temperature=0.5), test, LABELS)
    assert unlike["before"] == found["before"]
    assert unlike["after"]["NLL"] > found["before"]["NLL"]


def test_the_order_of_classes_does_not_matter():
    valid, test = table(30, 1), table(30, 2)
    turned = test[[*test.columns[:4], *test.columns[:3:-1]]]
    first = calibrate(valid, test, LABELS)
    second = calibrate(valid, turned, LABELS[::-1])
    assert first["temperature"] == pytest.approx(second["temperature"])
    assert first["after"] == pytest.approx(second["after"])


def test_files_of_others_with_rounded_and_zero_probabilities(tmp_path):
    path = tmp_path / "predictions.csv"
    header = "id,speaker,label,prediction,probability_sad,probability_angry"
    rows = ["a,1,sad,sad,0.9999,0.0005", "b,1,sad,angry,0,1"]
    path.write_text("\n".join([header, *rows]) + "\n")
    read = read_predictions(path)
    found = calibrate(read, read, ["sad", "angry"])
    first = -math.log(0.9999 / 1.0004)
    expected = (first - math.log(2**-52)) / 2
    assert found["before"]["NLL"] == pytest.approx(expected)
    assert found["after"]["NLL"] < expected
    assert found["floor"] == 2**-52


def test_other_classes_are_refused():
    valid, other = table(5, 1), table(5, 1, labels=["sad", "calm", "happy"])
    message = r"classes \['sad', 'angry', 'happy'\], but got .*'calm'.*one run"
    for pair in ((valid, other), (other, valid)):
        with pytest.raises(ValueError, match=message):
            calibrate(*pair, LABELS)


def test_no_clip_is_a_sentence():
    with pytest.raises(ValueError, match="at least one clip.*got .0, 3."):
        calibrate(table(3, 1).iloc[:0], table(3, 1), LABELS)


@pytest.mark.parametrize(
    "probabilities, truth, message",
    [
        ([[0.5, 0.5]], [2], "from 0 to 1, but got 2 to 2"),
        ([[0.5, 0.5]], [-1], "from 0 to 1, but got -1 to -1"),
        ([[0.5, 0.5]], [0, 1], r"\[1, 2\] and int64 of shape \[2\]"),
        ([[0.5, 0.5]], ["sad"], "and <U3 of shape"),
        ([[0.5, 0.5], [2.0, -1.0]], [0, 1], "row 1 is .2.0, -1.0.. Take"),
        ([[math.nan, 0.5]], [0], "sum to 1 .*row 0 is .nan, 0.5"),
        ([[0.4, 0.5]], [0], "row 0 is .0.4, 0.5"),
    ],
)
@pytest.mark.parametrize(
    "measure",
    [
        expected_calibration_error,
        negative_log_likelihood,
        brier_score,
        fit_temperature,
    ],
)
def test_what_is_no_probability_is_refused(
    measure, probabilities, truth, message
):
    with pytest.raises(ValueError, match=message):
        measure(np.array(probabilities), np.array(truth))


def test_bins_are_a_count():
    with pytest.raises(ValueError, match="`bins` to be a whole number of at"):
        expected_calibration_error(np.ones((1, 1)), np.zeros(1, int), bins=0)
