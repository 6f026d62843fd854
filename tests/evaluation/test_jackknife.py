"""The jackknife over speakers: by hand, and against the classical interval."""

import numpy as np
import pandas
import pytest
from scipy import stats

from speechbrain_zsfuse.evaluation.statistics.jackknife import (
    count_by_speakers,
    jackknife,
)


def accuracy(counts):
    right = np.trace(counts[..., :-1], axis1=-2, axis2=-1)
    return right / counts.sum(axis=(-1, -2))


def table_of(speakers, truth, prediction):
    return pandas.DataFrame(
        {
            "speaker": list(speakers),
            "label": list(truth),
            "prediction": list(prediction),
        }
    )


def test_of_a_mean_it_is_the_interval_of_student():
    """Each speaker says as much: the mean of their shares, whose standard
    error everybody knows."""
    draw = np.random.default_rng(1)
    right = draw.random((12, 20)) < draw.uniform(0.4, 0.9, (12, 1))
    counts = np.zeros((12, 1, 2), int)
    counts[:, 0, 0] = right.sum(axis=1)
    counts[:, 0, 1] = 20 - right.sum(axis=1)
    shares = right.mean(axis=1)
    expected = stats.t.interval(
        0.95, 11, loc=shares.mean(), scale=stats.sem(shares)
    )
    assert jackknife(counts, accuracy) == pytest.approx(expected, abs=1e-12)


def test_by_hand_with_speakers_of_unequal_size():
    table = table_of("aab", "xxx", "xyx")
    found = count_by_speakers(table, ["x"])
    assert found.tolist() == [[[1, 1]], [[1, 0]]]
    # a out: 1; b out: 1/2. Variance 1/16, times (2 - 1): 1/16, root 1/4.
    low, high = jackknife(found, accuracy)
    assert (low, high) == (0.0, 1.0)  # 2/3 ± 12.7062 / 4
    low, high = jackknife(found, accuracy, level=0.5)
    assert low == pytest.approx(2 / 3 - 0.25)  # t of 1 degree at 75 % is 1
    assert high == pytest.approx(2 / 3 + 0.25)


def test_clips_of_unknown_speakers_are_of_somebody_each():
    table = table_of(["1", "", "", "1"], "abab", "aaab")
    assert count_by_speakers(table, ["a", "b"]).tolist() == [
        [[1, 0, 0], [0, 1, 0]],
        [[0, 0, 0], [1, 0, 0]],
        [[1, 0, 0], [0, 0, 0]],
    ]


def test_an_answer_that_is_no_class_is_wrong():
    table = table_of("12", "ab", ["", "b"])
    assert count_by_speakers(table, ["a", "b"])[0].tolist() == [
        [0, 0, 1],
        [0, 0, 0],
    ]


@pytest.mark.parametrize(
    "speakers, truth",
    [
        ("1111", "abab"),  # one speaker
        ("1123", "aabb"),  # 1 alone says a
    ],
)
def test_none_where_nothing_is_known_of_other_speakers(speakers, truth):
    table = table_of(speakers, truth, truth)
    assert jackknife(count_by_speakers(table, ["a", "b"]), accuracy) is None


def test_no_speakers_no_counts():
    assert count_by_speakers(table_of(["", ""], "ab", "ab"), "ab") is None
