"""Intervals of the UAR against cases that are known."""

import numpy as np
import pandas
import pytest

from speechbrain_zsfuse.evaluation.statistics.bootstrap import bootstrap_uar
from speechbrain_zsfuse.evaluation.statistics.intervals import (
    interval_by_clips,
    interval_by_speakers,
    measure_uar,
    uar_by_speaker,
)

LABELS = ["sad", "angry"]


def table(rights, clips=4):
    """So many right clips of each class by each speaker."""
    rows = [
        (f"s{speaker}", label, label if i < right else other)
        for speaker, right in enumerate(rights)
        for label, other in (LABELS, LABELS[::-1])
        for i in range(clips)
    ]
    return pandas.DataFrame(rows, columns=["speaker", "label", "prediction"])


@pytest.mark.parametrize("right", [50, 80])
def test_by_clips_it_is_that_of_independent_clips(right):
    wrong = 100 - right
    low, high = interval_by_clips([[right, wrong], [wrong, right]])
    share = right / 100
    error = np.sqrt(share * (1 - share) / 200)
    assert low == pytest.approx(share - 1.96 * error, abs=0.01)
    assert high == pytest.approx(share + 1.96 * error, abs=0.01)


def test_a_rare_class_counts_as_much_as_a_frequent_one():
    low, high = interval_by_clips([[5000, 5000], [2, 2]])
    assert high - low > 0.4  # half of that of four clips


def test_clips_without_an_answer_count_as_wrong():
    clips = table([4, 2, 0, 1], clips=16)
    wrong = clips["prediction"] != clips["label"]
    failed = clips.assign(prediction=clips["prediction"].mask(wrong, ""))
    assert measure_uar(failed, LABELS) == measure_uar(clips, LABELS)


def test_speakers_who_differ_make_a_wider_interval_than_clips():
    """Two of four speakers are always understood, two never."""
    clips = table([4, 4, 0, 0])
    low, high = interval_by_speakers(clips, LABELS)
    assert (low, high) == (0.0, 1.0)
    by_clips = interval_by_clips([[8, 8], [8, 8]])
    assert high - low > 2 * (by_clips[1] - by_clips[0])


def test_speakers_who_are_all_alike_say_nothing_of_others():
    assert interval_by_speakers(table([3, 3, 3]), LABELS) is None


def test_a_few_speakers_leave_more_open_than_their_draws():
    """Percentiles of speakers alone would make it 0.33 wide, not 0.65."""
    low, high = interval_by_speakers(table([13, 13, 6, 12], 16), LABELS)
    error = np.std([13, 13, 6, 12], ddof=1) / 16 / 2
    assert high - low == pytest.approx(2 * 3.18 * error, rel=0.1)  # t of 3
    assert 11 / 16 - low > high - 11 / 16  # the one is far below


def test_one_speaker_says_nothing_of_others():
    assert interval_by_speakers(table([3]), LABELS) is None


def test_clips_of_unknown_speakers_are_not_of_one_speaker():
    clips = table([4, 4, 0, 0])
    nobody = table([2], clips=40).assign(speaker="")
    both = pandas.concat([clips, nobody])
    ours = interval_by_speakers(both, LABELS)
    assert ours == bootstrap_uar([both], LABELS)  # that of the tables
    assert ours != interval_by_speakers(clips, LABELS)
    one = pandas.concat([clips, nobody.assign(speaker="somebody")])
    assert ours != interval_by_speakers(one, LABELS)
    assert list(uar_by_speaker(both, LABELS)) == ["s0", "s1", "s2", "s3"]
    assert interval_by_speakers(nobody, LABELS) is None
    assert uar_by_speaker(nobody, LABELS) == {}


def test_a_class_of_one_speaker_alone_leaves_it_open():
    clips = table([4, 4, 4])
    alone = (clips["label"] == "sad") & (clips["speaker"] != "s0")
    assert interval_by_speakers(clips[~alone], LABELS) is None


def test_speakers_one_by_one():
    assert uar_by_speaker(table([4, 1]), LABELS) == {"s0": 1.0, "s1": 0.25}


def test_the_draws_are_always_the_same():
    clips = table([4, 2, 0, 1, 3])
    again = [interval_by_speakers(clips, LABELS) for _ in range(2)]
    assert again[0] == again[1]
