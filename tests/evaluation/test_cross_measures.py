"""From one inventory to another: both UARs, worked by hand; balanced sets."""

import numpy as np
import pandas
import pytest

from speechbrain_zsfuse.evaluation.cross.balance import draw_balanced
from speechbrain_zsfuse.evaluation.cross.inventories import (
    INVENTORIES,
    find_labels,
    shared_labels,
)
from speechbrain_zsfuse.evaluation.cross.measures import measure_transfer
from speechbrain_zsfuse.evaluation.cross.shift import (
    tell_confounded,
    tell_shift,
)
from speechbrain_zsfuse.evaluation.statistics.bootstrap import bootstrap_uar

# A model that knows happy, sad and bored, on a target of happy, sad and calm.
SOURCE, TARGET = ["happy", "bored", "sad"], ["happy", "sad", "calm"]
ROWS = [  # speaker, label, P(happy), P(bored), P(sad)
    ("1", "happy", 0.5, 0.3, 0.2),  # happy
    ("1", "happy", 0.3, 0.6, 0.1),  # bored; of the shared ones happy
    ("2", "happy", 0.1, 0.5, 0.4),  # bored; of the shared ones sad
    ("2", "happy", 0.2, 0.1, 0.7),  # sad
    ("1", "sad", 0.1, 0.2, 0.7),  # sad
    ("2", "sad", 0.2, 0.5, 0.3),  # bored; of the shared ones sad
    ("1", "calm", 0.8, 0.1, 0.1),  # happy
    ("2", "calm", 0.1, 0.8, 0.1),  # bored
]


def predictions(rows=ROWS, source=SOURCE):
    columns = ["speaker", "label", *(f"probability_{one}" for one in source)]
    table = pandas.DataFrame(rows, columns=columns)
    values = table[columns[2:]].to_numpy()
    table["prediction"] = [source[place] for place in values.argmax(axis=1)]
    return table.assign(id=[f"c{number}" for number in range(len(rows))])


def test_over_shared_and_over_all_classes():
    shared = shared_labels(SOURCE, TARGET)
    assert shared == ["happy", "sad"], "in the order of the target"
    found = measure_transfer([predictions()], shared, TARGET)
    # Restricted: happy 2 of 4, sad 2 of 2. As it is: 1 of 4, 1 of 2, 0 of 2.
    assert found["UAR"] == pytest.approx((2 / 4 + 2 / 2) / 2)
    assert found["UAR_all"] == pytest.approx((1 / 4 + 1 / 2 + 0) / 3)


def test_answers_that_the_target_lacks_are_wrong():
    rows = [row for row in ROWS if row[1] != "calm"]
    found = measure_transfer([predictions(rows)], TARGET[:2], TARGET[:2])
    assert found["UAR"] == pytest.approx((2 / 4 + 2 / 2) / 2), "told to choose"
    assert found["UAR_all"] == pytest.approx((1 / 4 + 1 / 2) / 2), "as it is"


def test_equal_inventories_give_the_usual_uar_whatever_their_order():
    rows = [row for row in ROWS if row[1] != "calm"]
    rows += [("1", "bored", 0.1, 0.5, 0.4), ("2", "bored", 0.1, 0.1, 0.8)]
    target = ["sad", "happy", "bored"]
    found = measure_transfer(
        [predictions(rows)], shared_labels(SOURCE, target), target
    )
    assert found["UAR"] == pytest.approx((1 / 4 + 1 / 2 + 1 / 2) / 3)
    assert found["UAR_all"] == found["UAR"]
    assert found["interval_all"] == found["interval"]


def test_answers_without_probabilities_are_misses_outside_the_shared():
    table = predictions()[["id", "speaker", "label", "prediction"]]
    found = measure_transfer([table], ["happy", "sad"], TARGET)
    assert found["UAR"] == pytest.approx((1 / 4 + 1 / 2) / 2)


def test_runs_are_averaged_and_the_interval_is_by_speakers():
    rng = np.random.default_rng(0)
    tables = []
    for _ in range(2):
        rows = [
            (str(s), label, *rng.dirichlet([1 + 3 * (label == "happy"), 1, 1]))
            for s in range(8)
            for label in TARGET
            for _ in range(3)
        ]
        tables.append(predictions(rows))
    tables[1]["id"] = tables[0]["id"]
    found = measure_transfer(tables, ["happy", "sad"], TARGET)
    each = [measure_transfer([t], ["happy", "sad"], TARGET) for t in tables]
    runs = [one["UAR"] for one in each]
    assert found["UAR"] == pytest.approx(sum(runs) / 2)
    assert found["sd"] == pytest.approx(abs(runs[0] - runs[1]) / 2**0.5)
    assert found["sd"] > 0 and each[0]["sd"] is None
    # The same, by what is known to be right: answers restricted by hand.
    by_hand = []
    for table in tables:
        happy = table["probability_happy"] >= table["probability_sad"]
        answer = happy.map({True: "happy", False: "sad"})
        by_hand.append(table.assign(prediction=answer))
        by_hand[-1] = by_hand[-1][table["label"] != "calm"]
    assert found["interval"] == bootstrap_uar(by_hand, ["happy", "sad"])
    low, high = found["interval_all"]
    assert low < found["UAR_all"] < high < found["UAR"]


def test_no_interval_of_what_says_nothing():
    same = predictions([(*row[:2], 0.8, 0.1, 0.1) for row in ROWS])
    found = measure_transfer([same], ["happy", "sad"], TARGET)
    assert found["UAR"] == 0.5 and found["interval"] is None
    nobody = predictions().assign(speaker="")
    found = measure_transfer([nobody], ["happy", "sad"], TARGET)
    assert found["interval"] is None and found["interval_all"] is None


# -------------------------------------------------------------- inventories
def test_inventories_are_what_the_papers_test_on():
    sizes = [len(labels) for labels in INVENTORIES.values()]
    assert sizes == [4, 6, 7, 8, 8]
    names = ["four", "six", "seven", "eight"]
    for small, large in zip(names, names[1:]):
        assert {*INVENTORIES[small]} < {*INVENTORIES[large]}
    assert {*INVENTORIES["eight"]} - {*INVENTORIES["eight_calm"]} == {
        "contemptuous"
    }
    with pytest.raises(ValueError, match="Expected `labels` to be a list of"):
        find_labels(["sad"])


# ------------------------------------------------------------ balanced sets
def clips(**counts):
    """Speaker to how many clips of n and of h."""
    rows = [
        (f"{speaker}{label}{number}", label, speaker)
        for speaker, (n, h) in counts.items()
        for label, count in (("n", n), ("h", h))
        for number in range(count)
    ]
    return pandas.DataFrame(rows, columns=["ID", "emotion", "speaker"])


def test_a_balanced_set_is_even_in_classes_and_speakers():
    table = clips(a=(9, 3), b=(4, 4), c=(2, 9), d=(5, 5), e=(1, 8))
    drawn = draw_balanced(table, ["n", "h"], per_class=6, speakers=2)
    counts = drawn.groupby(["speaker", "emotion"]).size().to_dict()
    # Of the least class: d has 5, b 4, a 3, c 2, e 1.
    assert counts == {(speaker, label): 3 for speaker in "bd" for label in "nh"}
    assert drawn["ID"].is_unique
    shuffled = table.sample(frac=1, random_state=1)
    again = draw_balanced(shuffled, ["n", "h"], per_class=6, speakers=2)
    assert {*again["ID"]} == {*drawn["ID"]}, "the order says nothing"


def test_what_cannot_be_balanced_is_told():
    table = clips(a=(3, 3), b=(1, 3))
    with pytest.raises(
        ValueError,
        match="2 speakers with 2 clips each of n, h, but there",
    ):
        draw_balanced(table, ["n", "h"], per_class=4, speakers=2)
    with pytest.raises(ValueError, match="share evenly, but got 5. Give a mul"):
        draw_balanced(table, ["n", "h"], per_class=5, speakers=2)
    unknown = table.assign(speaker="")
    with pytest.raises(ValueError, match="but there are 0"):
        draw_balanced(unknown, ["n", "h"], per_class=2, speakers=2)


# -------------------------------------------------------------------- shift
def test_what_is_not_known_of_a_shift_is_said():
    known = {"languages": ["en", "zh"], "style": "acted"}
    known |= {"label_source": "expressed"}
    assert tell_shift(known, known, 0.5) == [
        *("en+zh", "acted", "expressed", "50 % of its words known")
    ]
    assert tell_shift(known, {}) == [
        *("language en+zh → ?", "style acted → ?"),
        "label source expressed → ?",
    ]
    assert tell_confounded({}) == ""
    assert tell_confounded({"confounded": "text"}).startswith("the words give")
