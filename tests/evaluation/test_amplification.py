"""The choice among combinations, its report, and the rank correlation."""

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import balanced_accuracy_score

from speechbrain_zsfuse.evaluation.amplification.cells import (
    Cell,
    choose_cell,
    find_same,
    worst_cell,
    zero_shot_uar,
)
from speechbrain_zsfuse.evaluation.amplification.correlation import (
    correlate_cells,
    rank_correlation,
)
from speechbrain_zsfuse.evaluation.amplification.report import (
    Scored,
    describe_choice,
    tabulate_cells,
    tell_choice,
)

LABELS = ["sad", "angry"]
ALL = [Cell(a, t) for a in (1, 2, 3, 4) for t in (1, 2, 3, 4)]


def test_equal_uars_are_settled_by_fewest_repeats_then_a_then_t():
    uars = dict.fromkeys(ALL, 0.5)
    for best, expected in (
        ([(4, 4), (2, 3), (3, 2)], (2, 3)),
        ([(4, 1), (2, 2), (1, 4)], (1, 4)),
        ([(3, 1), (2, 2)], (3, 1)),
        (ALL, (1, 1)),
    ):
        here = uars | {Cell(*cell): 0.75 for cell in best}
        for order in (here, dict(reversed(here.items()))):
            assert choose_cell(order) == expected
            lowest = {cell: -uar for cell, uar in order.items()}
            assert worst_cell(lowest) == expected


def test_rounding_makes_no_difference_between_equal_uars():
    assert 0.1 + 0.2 > 0.3
    assert choose_cell({Cell(4, 4): 0.1 + 0.2, Cell(1, 2): 0.3}) == (1, 2)
    assert choose_cell({Cell(4, 4): 0.3 + 1e-6, Cell(1, 2): 0.3}) == (4, 4)


def test_combinations_are_one_only_if_every_clip_sounds_the_same():
    heard = {1: ["x", "y"], 2: ["x", "y"], 3: ["x", "z"], 4: ["x", "z"]}
    same = find_same(ALL, heard)
    for cell in ALL:
        first = {1: 1, 2: 1, 3: 3, 4: 3}[cell.audio_repeats]
        assert same[cell] == (first, cell.text_repeats)


def scored(*predictions, truth="aabb", speakers="1212"):
    """Of combinations 1x1, 2x1, 3x1 …, the class that each clip gets."""
    scores = {
        Cell(a, 1): np.array([[p == "a", p == "b"] for p in row], float)
        for a, row in enumerate(predictions, 1)
    }
    return Scored(list(truth), list(speakers), scores)


def test_a_report_by_hand():
    valid = scored("abab", "aabb", "aabb")  # UAR 1/2, 1, 1
    test = scored("aaaa", "abbb", "aabb")  # UAR 1/2, 3/4, 1
    told = describe_choice(choose_cell(valid.uars("ab")), valid, test, "ab")
    cells = {
        n: (told[n]["audio_repeats"], told[n]["text_repeats"])
        for n in ("chosen", "default", "oracle", "worst", "ensemble")
    }
    assert cells == {
        "chosen": (2, 1),
        "default": (1, 1),
        "oracle": (3, 1),
        "worst": (1, 1),
        "ensemble": (None, None),
    }
    assert told["chosen"]["valid"]["UAR"] == 1
    assert told["chosen"]["test"]["UAR"] == 0.75
    # scores of the first clip sum to (3, 0), then (2, 1), (1, 2), (1, 2)
    assert told["ensemble"]["test"]["UAR"] == 1
    assert told["regret"] == {"chosen": 0.25, "default": 0.5, "ensemble": 0}
    assert not told["chosen_is_oracle"]
    low, high = told["chosen"]["test"]["interval_by_clips"]
    assert low == 0.5 and high == 1
    # of four clips, too many draws lack a class
    assert told["chosen"]["test"]["interval_by_speakers"] is None
    # Where every clip is taken for one class, draws would all say 1/2.
    assert told["default"]["test"] == {
        "UAR": 0.5,
        "interval_by_clips": None,
        "interval_by_speakers": None,
    }
    assert tell_choice(told) == (
        "2x1 chosen on validation; test UAR of the scores alone 75.0 %, "
        "default 1x1 50.0 %, ensemble 100.0 %, oracle 3x1 100.0 %, worst 1x1 "
        "50.0 %: regret 25.0 points"
    )


def test_an_ensemble_may_beat_the_best_combination():
    scores = {
        Cell(1, 1): np.array([[3.0, 0], [0, 1], [0, 1], [0, 1]]),
        Cell(2, 1): np.array([[0.0, 1], [3, 0], [0, 1], [0, 1]]),
    }
    split = Scored(list("aabb"), [""] * 4, scores)
    told = describe_choice(Cell(1, 1), split, split, "ab")
    assert told["ensemble"]["test"]["UAR"] == 1
    assert told["regret"] == {"chosen": 0, "default": 0, "ensemble": -0.25}
    assert told["chosen_is_oracle"]
    assert told["oracle"]["test"]["interval_by_speakers"] is None


def test_without_1x1_there_is_no_default():
    split = Scored(list("ab"), list("12"), {Cell(2, 3): np.eye(2)})
    told = describe_choice(Cell(2, 3), split, split, "ab")
    assert told["default"] is told["regret"]["default"] is None
    assert "default" not in tell_choice(told)


def test_the_uar_of_scores_is_that_of_scikit_learn():
    generator = np.random.default_rng(1)
    scores = generator.standard_normal((50, 3))
    truth = generator.choice(list("abc"), 50)
    predicted = np.array(list("abc"))[scores.argmax(1)]
    expected = balanced_accuracy_score(truth, predicted)
    assert zero_shot_uar(scores, truth, "abc") == pytest.approx(expected)


def test_the_table_names_what_sounds_the_same():
    cells = [Cell(1, 1), Cell(2, 1)]
    uars, same = {cells[0]: 0.5, cells[1]: 0.5}, dict.fromkeys(cells, cells[0])
    table = tabulate_cells(uars, uars, same, fused=dict.fromkeys(cells, 0.25))
    assert table.to_csv(index=False).splitlines() == [
        "audio_repeats,text_repeats,valid_UAR,test_UAR,fused_valid_UAR,same_as",
        "1,1,0.5,0.5,0.25,",
        "2,1,0.5,0.5,0.25,1x1",
    ]


@pytest.mark.parametrize("seed", range(5))
def test_the_rank_correlation_is_that_of_scipy(seed):
    x, y = np.random.default_rng(seed).integers(0, 6, (2, 4, 16)) / 7
    expected = [spearmanr(a, b).statistic for a, b in zip(x, y)]
    assert rank_correlation(x, y) == pytest.approx(expected)


def test_a_correlation_by_hand():
    # Of cells 1 to 4, right clips among 4 of one class: 1, 2, 3, 4; fused, the
    # mean over two seeds: 1.5, 1, 2.5, 3. Ranks 2, 1, 3, 4: rho = 1 - 6·2/60.
    rows = np.tri(5, 4, -1, dtype=bool)
    zero_shot = rows[[1, 2, 3, 4]]
    fused = rows[[[1, 2], [1, 1], [2, 3], [3, 3]]]
    found = correlate_cells(zero_shot, fused, ["sad"] * 4)
    assert found["rho"] == pytest.approx(0.8)
    assert found["cells"] == 4


def make_cells(strength, clips=400, cells=12):
    """Cells whose zero-shot and fused accuracies go together, or not."""
    generator = np.random.default_rng(3)
    steps = np.linspace(0.2, 0.9, cells)
    order = steps if strength else generator.permutation(steps)
    zero_shot = generator.random((cells, clips)) < steps[:, None]
    fused = generator.random((cells, 2, clips)) < order[:, None, None]
    return zero_shot, fused, generator.choice(LABELS, clips)


def test_intervals_tell_what_goes_together_from_what_does_not():
    together = correlate_cells(*make_cells(True))
    apart = correlate_cells(*make_cells(False))
    for name in ("interval_by_clips", "interval_by_cells"):
        assert together[name][0] > 0.8, name
    assert apart["interval_by_cells"][0] < 0 < apart["interval_by_cells"][1]
    again = correlate_cells(*make_cells(True))
    assert again == together, "always the same draws"
    few = correlate_cells(
        *(part[..., :40] for part in make_cells(True)[:2]),
        make_cells(True)[2][:40],
    )
    width = np.diff(few["interval_by_clips"])
    assert width > np.diff(together["interval_by_clips"])


def test_one_draw_of_clips_is_for_zero_shot_and_fusion_alike():
    zero_shot, _, truth = make_cells(True, clips=60)
    found = correlate_cells(zero_shot, zero_shot[:, None], truth)
    assert found["interval_by_clips"] == [1, 1]


@pytest.mark.parametrize("count", [4, 5])
def test_a_few_cells_in_order_show_nothing(count):
    rows = np.tri(count, dtype=bool)
    found = correlate_cells(rows, rows[:, None], ["sad"] * count)
    assert found["rho"] == 1
    assert found["interval_by_cells"] == ([1, 1] if count > 4 else None)


def test_luck_of_clips_that_both_hear_is_no_prediction():
    """All combinations are equal, and fusion follows most of the scores."""
    truth, shown = np.repeat(LABELS, 50), {"same": 0, "other": 0}
    for seed in range(12):
        generator = np.random.default_rng(seed)
        valid, test, free = generator.random((3, 12, 100)) < 0.5
        fused = np.where(generator.random((12, 100)) < 0.7, test, free)
        same = correlate_cells(test, fused[:, None], truth)
        other = correlate_cells(valid, fused[:, None], truth, truth)
        for name, found in (("same", same), ("other", other)):
            ends = found["interval_by_clips"], found["interval_by_cells"]
            shown[name] += min(low for low, _ in ends) > 0
    assert shown["same"] > 6 and shown["other"] <= 1


def test_clips_of_two_splits_are_drawn_apart():
    zero_shot, _, truth = make_cells(True, clips=60)
    found = correlate_cells(zero_shot, zero_shot[:, None], truth, truth)
    assert found["rho"] == pytest.approx(1)
    low, high = found["interval_by_clips"]
    assert 0.5 < low < high < 1
    # Their numbers and classes may differ.
    first = correlate_cells(
        zero_shot[:, 10:], zero_shot[:, None], truth, truth[10:]
    )
    assert 0.5 < first["rho"] < 1


def test_what_is_not_defined_is_null():
    two = np.tri(2, 4, dtype=bool)
    found = correlate_cells(two, two[:, None], ["sad"] * 4)
    assert found == {
        "rho": None,
        "cells": 2,
        "interval_by_clips": None,
        "interval_by_cells": None,
    }
    flat = np.ones((4, 4), bool)
    rows = np.tri(4, dtype=bool)
    assert correlate_cells(rows, flat[:, None], ["sad"] * 4)["rho"] is None
