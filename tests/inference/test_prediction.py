"""What a prediction says of itself."""

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
