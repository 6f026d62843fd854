"""Metrics against their formulas written out, on cases worked by hand."""

from fractions import Fraction

import pytest

from speechbrain_zsfuse.evaluation.metrics import classification as metrics

LABELS = ["neutral", "happy", "sad", "angry"]
# 5 neutral (3 right), 1 happy (right), 2 sad (0 right), 2 angry (1 right);
# nobody is called sad.
TRUTH = ["neutral"] * 5 + ["happy"] + ["sad"] * 2 + ["angry"] * 2
PREDICTION = ["neutral"] * 3 + ["happy"] * 2 + ["happy"] + ["angry"] * 2
PREDICTION += ["angry", "neutral"]


def recalls(prediction=PREDICTION):
    """Recall of each class, as fractions."""
    for label in LABELS:
        right = [p == label for t, p in zip(TRUTH, prediction) if t == label]
        yield Fraction(sum(right), len(right))


def f1(label):
    """2PR / (P + R) = 2 right / (predicted + true)."""
    right = sum(t == p == label for t, p in zip(TRUTH, PREDICTION))
    return Fraction(2 * right, PREDICTION.count(label) + TRUTH.count(label))


def test_uar_is_the_mean_recall():
    expected = sum(recalls()) / 4
    assert expected == Fraction(21, 40)  # (3/5 + 1 + 0 + 1/2) / 4
    value = metrics.unweighted_average_recall(TRUTH, PREDICTION, LABELS)
    assert value == pytest.approx(float(expected), abs=1e-12)


def test_weighted_accuracy_counts_clips():
    assert metrics.weighted_accuracy(TRUTH, PREDICTION, LABELS) == 0.5


def test_macro_f1_gives_zero_to_a_class_never_predicted():
    expected = sum(f1(label) for label in LABELS) / 4
    value = metrics.macro_f1(TRUTH, PREDICTION, LABELS)
    assert value == pytest.approx(float(expected), abs=1e-12)


def test_micro_f1_is_the_accuracy_if_every_clip_has_an_answer():
    assert metrics.micro_f1(TRUTH, PREDICTION, LABELS) == 0.5


def test_recall_and_precision_of_each_class():
    assert metrics.recalls(TRUTH, PREDICTION, LABELS) == {
        "neutral": 3 / 5,
        "happy": 1.0,
        "sad": 0.0,
        "angry": 1 / 2,
    }
    assert metrics.precisions(TRUTH, PREDICTION, LABELS) == {
        "neutral": 3 / 4,
        "happy": 1 / 3,
        "sad": None,  # nobody is called so
        "angry": 1 / 3,
    }
    absent = metrics.recalls(["sad"], ["happy"], LABELS)
    assert absent == {"neutral": None, "happy": None, "sad": 0, "angry": None}


def test_a_clip_without_an_answer_is_wrong_and_of_no_class():
    failed = ["", *PREDICTION[1:4], "", *PREDICTION[5:]]  # one was right
    summary = metrics.summarise(TRUTH, failed, LABELS)
    assert summary["n_failed"] == 2 and summary["n"] == 10
    assert summary["WA"] == 4 / 10
    assert summary["UAR"] == pytest.approx(float(sum(recalls(failed)) / 4))
    assert summary["micro_F1"] == pytest.approx(2 * 4 / (10 + 8))
    assert summary["precision"]["happy"] == 1 / 2  # the other has no answer
    assert summary["confusion"][0] == [2, 1, 0, 0]  # of five
    assert "n_failed" not in metrics.summarise(TRUTH, PREDICTION, LABELS)
    with pytest.raises(ValueError, match=r"got \[''\]"):
        metrics.summarise(["", *TRUTH[1:]], PREDICTION, LABELS)


def test_confusion_has_the_truth_in_rows():
    assert metrics.confusion(TRUTH, PREDICTION, LABELS) == [
        [3, 2, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 0, 2],
        [1, 0, 0, 1],
    ]


def test_label_order_does_not_change_the_uar():
    backwards = metrics.unweighted_average_recall(
        TRUTH, PREDICTION, LABELS[::-1]
    )
    assert backwards == metrics.unweighted_average_recall(
        TRUTH, PREDICTION, LABELS
    )


def test_summary_is_plain_python():
    summary = metrics.summarise(TRUTH, PREDICTION, LABELS)
    types = {key: type(value) for key, value in summary.items()}
    assert types == {
        "n": int,
        "UAR": float,
        "WA": float,
        "macro_F1": float,
        "micro_F1": float,
        "recall": dict,
        "precision": dict,
        "confusion": list,
    }


@pytest.mark.parametrize(
    "truth, prediction, message",
    [
        (["sad"], [], "got 0 and 1"),
        (["sad"], ["bored"], r"got \['bored'\]"),
        ([], [], "at least one clip, but got none"),
        (["sad", "sad"], ["sad", "angry"], "never occurs in 2 clips"),
    ],
)
def test_bad_input_is_named(truth, prediction, message):
    with pytest.raises(ValueError, match=message):
        metrics.unweighted_average_recall(truth, prediction, LABELS)


def test_a_class_that_the_truth_lacks_is_an_error_or_reported():
    truth, prediction = ["sad", "angry", "sad"], ["sad", "sad", "happy"]
    with pytest.raises(ValueError, match="'neutral', 'happy'. never occurs"):
        metrics.summarise(truth, prediction, LABELS)
    assert metrics.summarise(truth, prediction, LABELS, absent="report") == {
        "n": 3,
        "WA": 1 / 3,
        "absent_classes": ["neutral", "happy"],
    }


def test_where_no_class_is_absent_there_is_nothing_to_report():
    assert metrics.summarise(
        TRUTH, PREDICTION, LABELS, absent="report"
    ) == metrics.summarise(TRUTH, PREDICTION, LABELS)


def test_accuracy_and_counts_are_defined_whatever_classes_occur():
    assert metrics.weighted_accuracy(["sad"], ["sad"], LABELS) == 1.0
    assert metrics.confusion(["sad"], ["happy"], ["sad", "happy"]) == [
        [0, 1],
        [0, 0],
    ]


def test_what_an_absent_class_is_must_be_a_known_word():
    with pytest.raises(ValueError, match="one of raise, report, but got 'ig"):
        metrics.summarise(TRUTH, PREDICTION, LABELS, absent="ignore")
