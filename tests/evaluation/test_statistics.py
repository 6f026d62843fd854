"""Intervals and tests of one and of two systems, on cases worked by hand and
against plain transcriptions.
"""

from itertools import product

import numpy as np
import pandas
import pytest
from sklearn.metrics import recall_score

from speechbrain_zsfuse.evaluation.statistics.bootstrap import (
    bootstrap_uar,
    draw_means,
)
from speechbrain_zsfuse.evaluation.statistics.clips import clips_of
from speechbrain_zsfuse.evaluation.statistics.corrections import holm, verdict
from speechbrain_zsfuse.evaluation.statistics.folds import uar_over_folds
from speechbrain_zsfuse.evaluation.statistics.paired import (
    compare,
    permutation_p,
)
from speechbrain_zsfuse.evaluation.statistics.seeds import mean_std

LABELS = ["sad", "angry", "happy"]


def make_table(seed=0, speakers=4, clips=120, right=0.6):
    """Predictions of speakers who are not equally hard; classes unequal."""
    rng = np.random.default_rng(7)  # the same clips for every seed
    who = np.sort(rng.integers(speakers, size=clips))
    truth = rng.choice(LABELS, clips, p=[0.5, 0.3, 0.2])
    rng = np.random.default_rng(seed)
    hit = rng.random(clips) < right + 0.25 * np.sin(who)
    guess = np.where(hit, truth, rng.choice(LABELS, clips))
    ids = [f"clip{number:03}" for number in range(clips)]
    columns = {"id": ids, "speaker": who.astype(str), "label": truth}
    return pandas.DataFrame(columns | {"prediction": guess})


def uar(truth, prediction):
    """As scikit-learn has it."""
    return recall_score(truth, prediction, labels=LABELS, average="macro")


def plain_draws(table, draws, rng):
    """Speakers, then clips of each, one draw after the other."""
    truth = table["label"].to_numpy()
    right = truth == table["prediction"].to_numpy()
    groups = [np.flatnonzero(table["speaker"] == s) for s in "0123"]
    for _ in range(draws):
        drawn = [groups[i] for i in rng.integers(4, size=4)]
        clips = [g[rng.integers(len(g), size=len(g))] for g in drawn]
        clips = np.concatenate(clips)
        yield np.mean([right[clips][truth[clips] == c].mean() for c in LABELS])


def test_draws_are_of_speakers_then_of_clips_within():
    table = make_table()
    plain = list(plain_draws(table, 2000, np.random.default_rng(1)))
    draws = draw_means(clips_of([table], LABELS), 4000)
    assert draws.mean() == pytest.approx(np.mean(plain), abs=0.01)
    # 0.058; of speakers alone it is 0.044, of clips alone 0.039
    assert draws.std() == pytest.approx(np.std(plain), rel=0.1)


def test_the_mean_of_clips_is_the_mean_over_seeds_of_the_uar():
    tables = [make_table(seed) for seed in range(3)]
    uars = [uar(table["label"], table["prediction"]) for table in tables]
    assert clips_of(tables, LABELS).mean() == pytest.approx(np.mean(uars))
    less = clips_of(tables[:2], LABELS, less=tables[2:])
    assert less.mean() == pytest.approx(np.mean(uars[:2]) - uars[2])


def test_the_standard_error_is_that_of_means_if_speakers_are_alike_in_size():
    rng = np.random.default_rng(3)
    labels, shares = ["a", "b"], rng.random((6, 2)).round(1)
    rows = [
        (f"{s}{c}{k}", str(s), labels[c], labels[c if k < n else 1 - c])
        for s in range(6)
        for c in range(2)
        for n in [10 * shares[s, c]]
        for k in range(10)
    ]
    columns = ["id", "speaker", "label", "prediction"]
    clips = clips_of([pandas.DataFrame(rows, columns=columns)], labels)
    by_speaker = shares.mean(axis=1)
    expected = by_speaker.std(ddof=1) / np.sqrt(6)
    assert clips.standard_error() == pytest.approx(expected)


def test_the_interval_is_the_same_for_the_same_clips_in_any_order():
    first, second = make_table(0), make_table(1)
    mixed = second.sample(frac=1, random_state=0)
    expected = bootstrap_uar([first, second], LABELS)
    assert bootstrap_uar([first, mixed], LABELS) == expected
    assert bootstrap_uar([first] * 2, LABELS) == bootstrap_uar([first], LABELS)
    low, high = expected
    assert 0 < low < clips_of([first, second], LABELS).mean() < high < 1
    wider = bootstrap_uar([first, second], LABELS, level=0.99)
    assert wider[0] < low and high < wider[1]


def test_clips_of_unknown_speakers_are_independent():
    table = make_table(speakers=1)
    unknown = bootstrap_uar([table.assign(speaker="")], LABELS)
    own = bootstrap_uar([table.assign(speaker=table["id"])], LABELS)
    assert unknown == own
    some = table["speaker"].where(table.index < 60, "")
    clips = clips_of([table.assign(speaker=some)], LABELS)
    assert np.bincount(clips.block).tolist() == [60] + [1] * 60


def test_no_interval_where_draws_say_nothing():
    table = make_table()
    assert bootstrap_uar([table.assign(speaker="1")], LABELS) is None
    one_class = table.assign(prediction="sad")
    assert bootstrap_uar([one_class], LABELS) is None
    perfect = table.assign(prediction=table["label"])
    assert bootstrap_uar([perfect], LABELS) is None
    # happy is of one speaker of four: a third of the draws lack it
    rare = table[(table["label"] != "happy") | (table["speaker"] == "1")]
    assert bootstrap_uar([rare], LABELS) is None


def test_an_empty_prediction_is_wrong():
    table = make_table()
    failed = table.assign(prediction="")
    assert clips_of([failed], LABELS).mean() == 0


def swapped_p(ours, theirs):
    """Swap all answers of each set of speakers, and compute both UARs."""
    speakers = sorted(set(ours["speaker"]))
    found = []
    for swaps in product([False, True], repeat=len(speakers)):
        swap = ours["speaker"].map(dict(zip(speakers, swaps)))
        one = ours["prediction"].where(~swap, theirs["prediction"])
        other = theirs["prediction"].where(~swap, ours["prediction"])
        found.append(uar(ours["label"], one) - uar(ours["label"], other))
    return np.mean([abs(d) >= abs(found[0]) - 1e-12 for d in found])


@pytest.mark.parametrize("seed", range(4))
def test_the_permutation_test_swaps_all_answers_of_speakers(seed):
    ours, theirs = make_table(seed, 5), make_table(seed + 10, 5, right=0.5)
    found = compare([ours], [theirs], LABELS)
    assert found.p_value == pytest.approx(swapped_p(ours, theirs))
    assert found.smallest_p == 2 / 2**5
    assert (found.clips, found.speakers) == (120, 5)
    low, high = found.interval
    assert low < found.difference < high
    other_way = compare([theirs], [ours], LABELS)
    assert other_way.difference == pytest.approx(-found.difference)
    assert other_way.p_value == found.p_value


def test_random_swaps_come_near_to_all_swaps():
    shares = np.random.default_rng(0).normal(0.6, 1, 13)
    exact = permutation_p(shares)
    counts = 2**13 * exact
    assert counts == pytest.approx(round(counts)) and 0.05 < exact < 0.5
    # 4,000 draws: one standard deviation is at most 0.008
    assert permutation_p(shares, draws=4000) == pytest.approx(exact, abs=0.025)


def test_random_swaps_never_give_p_of_0():
    assert permutation_p(np.full(40, 0.1), draws=999) == 1 / 1000
    shares = np.repeat([0.1, -0.1], 20)  # no difference at all
    assert permutation_p(shares, draws=999) == 1


def test_many_speakers_have_the_least_p_of_the_draws():
    tables = make_table(0, 30), make_table(1, 30)
    found = compare([tables[0]], [tables[1]], LABELS)
    assert found.smallest_p == 1 / 10_001


def test_seeds_need_not_be_as_many():
    tables = [make_table(seed) for seed in range(3)]
    found = compare(tables, tables[:1], LABELS)
    uars = [uar(table["label"], table["prediction"]) for table in tables]
    assert found.difference == pytest.approx(np.mean(uars) - uars[0])
    same = compare(tables, tables[::-1], LABELS)
    assert (same.difference, same.interval, same.p_value) == (0, None, 1)


def test_other_clips_are_named():
    table = make_table()
    with pytest.raises(ValueError, match="at least one seed, but got none"):
        bootstrap_uar([], LABELS)
    with pytest.raises(ValueError, match="(?s)same clips.*id 'clip119'"):
        compare([table], [table[:-1]], LABELS)
    other = table.assign(label=table["label"].replace("happy", "sad"))
    with pytest.raises(ValueError, match="label 'happy'"):
        bootstrap_uar([table, other], LABELS)
    with pytest.raises(ValueError, match=r"\['sad', 'angry', 'calm'\] and of"):
        bootstrap_uar([table], ["sad", "angry", "calm"])


def rejected(p_values, level):
    """Holm's procedure, step by step, as he wrote it."""
    left = dict(enumerate(p_values))
    while left:
        least = min(left, key=left.get)
        if left[least] > level / len(left):
            break
        del left[least]
    return [index not in left for index in range(len(p_values))]


def test_holm_rejects_what_the_procedure_rejects():
    # by hand: 4 x .005, 3 x .01, 2 x .03, 1 x .04 but not below the last
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx(
        [0.03, 0.06, 0.06, 0.02]
    )
    assert holm([]) == [] and holm([0.7, 0.8]) == [1, 1]
    rng = np.random.default_rng(0)
    for _ in range(200):
        p_values = rng.random(rng.integers(1, 7)) ** 3
        adjusted = np.array(holm(p_values))
        for level in (0.01, 0.05, 0.2):
            assert (adjusted <= level).tolist() == rejected(p_values, level)
    with pytest.raises(ValueError, match=r"in \[0, 1\], but got \[nan\]"):
        holm([0.1, float("nan")])


def test_a_verdict_needs_significance():
    assert verdict(0.1, 0.0499) == "better"
    assert verdict(-0.1, 0.0499) == "worse"
    assert verdict(0.1, 0.05) == "not significant"


def test_standard_deviation_of_seeds_has_ddof_1():
    # by hand: mean 4, squares 4 + 0 + 4 over 2
    assert mean_std([2, 4, 6]) == {"mean": 4, "std": 2, "n": 3}
    assert mean_std([0.7]) == {"mean": 0.7, "std": None, "n": 1}
    with pytest.raises(ValueError, match="at least one seed, but got none"):
        mean_std([])


def test_folds_are_pooled_or_averaged():
    table = pandas.DataFrame({"fold": list("1111122")})
    table["label"] = list("aaabbab")
    table["prediction"] = list("aabbbaa")
    found = uar_over_folds(table, ["a", "b"])
    # by hand: recalls 2/3 and 2/2; 1/1 and 0/1; pooled 3/4 and 2/3
    assert found["folds"] == {"1": pytest.approx(5 / 6), "2": 0.5}
    assert found["mean_of_folds"] == pytest.approx((5 / 6 + 1 / 2) / 2)
    assert found["pooled"] == pytest.approx((3 / 4 + 2 / 3) / 2)
    lacking = uar_over_folds(table[:-1], ["a", "b"])
    assert lacking["folds"]["2"] is None and lacking["mean_of_folds"] is None
