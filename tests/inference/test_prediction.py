"""What a prediction says of itself."""

import pytest

from speechbrain_zsfuse.inference import Prediction


def test_of_equal_probabilities_the_first_class_counts():
    answer = Prediction("", 1.0, ["sad", "angry", "calm"], [0.2, 0.4, 0.4])
    assert (answer.label, answer.index, answer.score) == ("angry", 1, 0.4)


def test_ranked_is_what_a_pipeline_gives():
    answer = Prediction("", 1.0, ["sad", "angry", "calm"], [0.2, 0.5, 0.3])
    assert answer.ranked(2) == [
        {"label": "angry", "score": 0.5},
        {"label": "calm", "score": 0.3},
    ]
    assert [one["label"] for one in answer.ranked()] == [
        "angry",
        "calm",
        "sad",
    ]


@pytest.mark.parametrize("top_k", [0, -1, 1.5, True, "all"])
def test_how_many_classes_is_checked(top_k):
    """Of -1 a slice would leave out the last class."""
    answer = Prediction("", 1.0, ["sad", "angry"], [0.2, 0.8])
    with pytest.raises(ValueError, match="`top_k` to be a whole number of at"):
        answer.ranked(top_k)
