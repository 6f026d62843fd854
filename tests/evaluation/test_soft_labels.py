"""Soft-label metrics on cases worked by hand, and against the formulas
written out with fractions.
"""

import math
from fractions import Fraction

import numpy as np
import pandas
import pytest

from speechbrain_zsfuse.evaluation.metrics.soft_labels import (
    describe_soft_labels,
    measure_soft_labels,
)
from speechbrain_zsfuse.evaluation.metrics.votes import vote_shares

LN2, LN3 = math.log(2), math.log(3)
# Truth and prediction of one clip, and what is known of it on paper.
CASES = {
    "perfect": (
        ["1/5", "2/5", "2/5", "0"],
        ["1/5", "2/5", "2/5", "0"],
        {"KLD": 0, "JSD": 0, "TVD": 0, "SIM": 100, "MSE": 0, "top_1": 1}
        # two classes of four occur nowhere, and count 0
        | {"macro_F1": 1 / 2, "micro_F1": 1},
    ),
    "a failure is uniform: nothing is present": (
        ["1/5", "2/5", "2/5", "0"],
        ["1/4"] * 4,
        {"TVD": 3 / 10, "SIM": 250 / 3, "macro_F1": 0, "micro_F1": 0}
        # (1/20² + 2 x 3/20² + 5/20²) / 4; the highest are 1 and 0
        | {"MSE": 44 / 400 / 4, "top_1": 0, "top_1_of_tied": 0},
    ),
    "sure and wrong": (
        ["1", "0", "0", "0"],
        ["0", "1", "0", "0"],
        {"KLD": 10 * math.log(10), "JSD": LN2, "TVD": 1, "SIM": 0}
        | {"MSE": 2 / 4, "top_1": 0, "macro_F1": 0},
    ),
    "zeros in the prediction are eps": (
        ["3/5", "2/5", "0", "0"],
        ["1", "0", "0", "0"],
        {"KLD": 0.6 * math.log(0.6) + 0.4 * math.log(0.4 / 1e-10)}
        | {"TVD": 2 / 5, "macro_F1": 1 / 4, "micro_F1": 2 / 3, "top_1": 1},
    ),
    "zeros in the truth add nothing": (
        ["1", "0", "0", "0"],
        ["1/2", "1/4", "1/4", "0"],
        # JSD: half of ln 4/3 and of 1/2 ln 2/3 + 1/2 ln 2
        {"KLD": LN2, "JSD": (3 * LN2 - 1.5 * LN3) / 2}
        | {"TVD": 1 / 2, "SIM": 100 * math.sqrt(2 / 3)},
    ),
    "a tie in the truth": (
        ["1/2", "1/2", "0", "0"],
        ["0", "1", "0", "0"],
        {"top_1": 0, "top_1_of_tied": 1, "SIM": 100 / math.sqrt(2)}
        | {"macro_F1": 1 / 4, "micro_F1": 2 / 3},
    ),
    "a tie in the prediction": (
        ["0", "1", "0", "0"],
        ["1/2", "1/2", "0", "0"],
        {"KLD": LN2, "top_1": 0, "top_1_of_tied": 0},
    ),
    "1 / C is not above 1 / C": (
        ["1/2", "1/4", "1/4", "0"],
        ["1/4", "1/4", "1/2", "0"],
        {"macro_F1": 0, "micro_F1": 0, "KLD": LN2 / 4, "MSE": 1 / 32},
    ),
    "nor is it of three": (
        ["1/3"] * 3,
        ["1/3"] * 3,
        {"KLD": 0, "macro_F1": 0, "micro_F1": 0, "top_1": 1},
    ),
}


def shares(texts):
    """Fractions as floats."""
    return [float(Fraction(text)) for text in texts]


def relative(y, p, least=0.0):
    """Sum of y ln(y / p), where y is above 0."""
    return sum(a * math.log(a / max(b, least)) for a, b in zip(y, p) if a)


def transcription(truth, prediction, eps):
    """The formulas, clip by clip and class by class."""
    rows = []
    for y, p in zip(truth, prediction):
        middle = [(a + b) / 2 for a, b in zip(y, p)]
        dot = sum(a * b for a, b in zip(y, p))
        row = {"KLD": relative(y, p, eps)}
        row["JSD"] = relative(y, middle) / 2 + relative(p, middle) / 2
        row["TVD"] = sum(abs(a - b) for a, b in zip(y, p)) / 2
        row["SIM"] = 100 * dot / math.hypot(*y) / math.hypot(*p)
        row["MSE"] = sum((a - b) ** 2 for a, b in zip(y, p)) / len(y)
        rows.append(row)
    return {name: np.mean([row[name] for row in rows]) for name in rows[0]}


def f1_of_classes(truth, prediction):
    """F1 of each class over all clips, and of all classes together."""
    classes, counts = range(len(truth[0])), []
    for c in classes:
        y = [row[c] > 1 / len(classes) + 1e-9 for row in truth]
        p = [row[c] > 1 / len(classes) + 1e-9 for row in prediction]
        counts.append((sum(a and b for a, b in zip(y, p)), sum(y) + sum(p)))
    each = [2 * both / total if total else 0 for both, total in counts]
    both, total = map(sum, zip(*counts))
    return np.mean(each), 2 * both / total


@pytest.mark.parametrize("name", CASES)
def test_cases_worked_by_hand(name):
    truth, prediction, expected = CASES[name]
    found = measure_soft_labels([shares(truth)], [shares(prediction)])
    named = {key: found[key] for key in expected}
    assert named == pytest.approx(expected, abs=1e-12)
    assert (found["n"], found["eps"]) == (1, 1e-10)


@pytest.mark.parametrize("classes", [3, 4, 6, 8, 9, 12])
def test_means_over_clips_are_as_the_formulas_say(classes):
    rng = np.random.default_rng(classes)
    counts = rng.multinomial(5, [1 / classes] * classes, size=40)
    truth = counts / counts.sum(axis=1, keepdims=True)
    # five answers of which some failed: (n + f / C) / 5, as VoxEmo's Eq. 2
    answers = rng.multinomial(3, [1 / classes] * classes, size=40)
    prediction = (answers + 2 / classes) / 5
    prediction[:10] = 1 / classes
    found = measure_soft_labels(truth, prediction, eps=1e-6)
    expected = transcription(truth.tolist(), prediction.tolist(), 1e-6)
    assert {n: found[n] for n in expected} == pytest.approx(expected)
    macro, micro = f1_of_classes(truth.tolist(), prediction.tolist())
    assert found["macro_F1"] == pytest.approx(macro)
    assert found["micro_F1"] == pytest.approx(micro)


@pytest.mark.parametrize("classes", [3, 6, 9, 12])
def test_rounding_makes_no_label_present(classes):
    assert (0 + 5 / classes) / 5 > 1 / classes  # true of floats
    rows = np.full((1, classes), (0 + 5 / classes) / 5)
    rounded = rows.round(4)  # of six, 0.1667
    truth = np.eye(classes)[:1]
    for prediction in (rows, rounded):
        assert measure_soft_labels(truth, prediction)["micro_F1"] == 0
    assert measure_soft_labels(truth, rounded)["TVD"] == pytest.approx(
        1 - 1 / classes
    )


def test_eps_decides_the_kld_and_is_told():
    found = measure_soft_labels([[1, 0]], [[0, 1]], eps=1e-12)
    assert found["KLD"] == pytest.approx(12 * math.log(10))
    assert found["eps"] == 1e-12


@pytest.mark.parametrize(
    "votes, expected",
    [
        ('{"neutral": 1, "angry": 2, "sad": 2}', [0.2, 0, 0.4, 0.4]),
        ('{"happy": 2, "frustrated": 1}', [0, 1, 0, 0]),
        ('{"frustrated": 3}', None),
        ('{"happy": 0}', None),
        ("", None),
        ('{"happy": 1, "neutral": 1}', [0.5, 0.5, 0, 0]),
    ],
)
def test_foreign_votes_are_dropped(votes, expected):
    labels = ["neutral", "happy", "sad", "angry"]
    found, rated = vote_shares(pandas.Series([votes]), labels)
    assert found.tolist() == ([] if expected is None else [expected])
    assert rated.tolist() == [expected is not None]


def predictions(votes):
    """Three clips that are surely sad."""
    table = pandas.DataFrame({"votes": votes})
    table["probability_sad"], table["probability_angry"] = 0.75, 0.25
    return table


def test_clips_without_votes_for_a_label_are_counted():
    table = predictions(['{"sad": 1, "angry": 1}', '{"bored": 2}', ""])
    found = describe_soft_labels(table, ["sad", "angry"], eps=1e-3)
    assert (found["n"], found["left_out"], found["eps"]) == (1, 2, 1e-3)
    assert found["TVD"] == 0.25
    foreign = predictions(['{"bored": 2}'] * 3)
    assert describe_soft_labels(foreign, ["sad", "angry"]) is None
    assert describe_soft_labels(foreign.drop(columns="votes"), ["sad"]) is None


@pytest.mark.parametrize(
    "truth, prediction, message",
    [
        ([[1, 0]], [[0.5, 0.6]], r"prediction to be rows .* got \[\[0.5, 0.6"),
        ([[1, 0]], [[1.5, -0.5]], "prediction to be rows"),
        ([[math.nan, 1]], [[1, 0]], "truth to be rows"),
        ([], [], "truth to be rows"),
        ([[1, 0]], [[1, 0, 0]], r"one shape, but got \[1, 2\] and \[1, 3\]"),
    ],
)
def test_what_is_no_distribution_is_refused(truth, prediction, message):
    with pytest.raises(ValueError, match=message):
        measure_soft_labels(truth, prediction)


def test_eps_is_above_0():
    with pytest.raises(ValueError, match="eps above 0, but got 0"):
        measure_soft_labels([[1, 0]], [[1, 0]], eps=0)
