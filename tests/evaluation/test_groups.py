"""UAR of groups, against the rows of each; and which group is the worst."""

import numpy as np
import pandas
import pytest

from speechbrain_zsfuse.evaluation.metrics.classification import (
    unweighted_average_recall,
    weighted_accuracy,
)
from speechbrain_zsfuse.evaluation.metrics.groups import (
    describe_groups,
    measure_groups,
)

LABELS = ["sad", "angry", "happy"]


def make_table(clips=300, **columns):
    """Predictions that are right more often than not."""
    rng = np.random.default_rng(0)
    truth = rng.choice(LABELS, clips)
    guess = np.where(rng.random(clips) < 0.5, truth, rng.choice(LABELS, clips))
    table = pandas.DataFrame({"label": truth, "prediction": guess})
    return table.assign(**columns)


def test_each_group_is_measured_as_if_it_were_alone():
    rng = np.random.default_rng(1)
    table = make_table(speaker=rng.choice(["b", "a", "c"], 300))
    rare = (table["speaker"] == "c") & (table["label"] == "sad")
    table = table[~rare]
    table.loc[table.index[:9], "prediction"] = ""  # no answer is wrong
    found = measure_groups(table, table["speaker"], LABELS)
    assert list(found) == ["a", "b", "c"]
    for speaker, rows in table.groupby("speaker"):
        pair = rows["label"].tolist(), rows["prediction"].tolist()
        one = found[speaker]
        assert one["n"] == len(rows)
        assert one["WA"] == pytest.approx(weighted_accuracy(*pair, LABELS))
        if speaker != "c":
            uar = unweighted_average_recall(*pair, LABELS)
            assert one["UAR"] == pytest.approx(uar)
    assert found["c"]["absent_classes"] == ["sad"] and "UAR" not in found["c"]


def test_the_worst_group_has_all_classes_and_enough_clips():
    labels, sizes = ["x", "y"], {"few": 19, "good": 20, "bad": 20, "lacks": 30}
    rows = []
    for name, size in sizes.items():
        for index in range(size):
            truth = "x" if index % 2 or name == "lacks" else "y"
            right = name == "good" or (name == "bad" and index < 18)
            rows.append((name, truth, truth if right else ""))
    columns = ["session", "label", "prediction"]
    table = pandas.DataFrame(rows, columns=columns)
    found = describe_groups(table, labels)["session"]
    # by hand: of 10 and 10 clips, one of each class is wrong
    assert found["worst"] == {"group": "bad", "n": 20, "UAR": 0.9}
    assert found["count"] == 4 and found["groups"]["few"]["UAR"] == 0
    few = table[table["session"].isin(["few", "lacks"])]
    found = describe_groups(few, labels)["session"]
    assert found["worst"] is None
    assert found["reason"] == "no group has all classes and at least 20 clips"


@pytest.mark.parametrize(
    "seconds, name",
    [
        (0.001, "0-2 s"),
        (1.999, "0-2 s"),
        (2.0, "2-4 s"),
        (4.0, "4-8 s"),
        (7.999, "4-8 s"),
        (8.0, "8 s and more"),
        (600.0, "8 s and more"),
    ],
)
def test_a_duration_bin_begins_with_its_lower_end(seconds, name):
    other = 1.0 if seconds > 2 else 5.0
    table = make_table(2, duration=[seconds, other])
    groups = describe_groups(table, LABELS)["duration"]["groups"]
    assert len(groups) == 2 and groups[name]["n"] == 1


def test_one_group_is_the_whole_and_unknown_ones_are_counted():
    gender = ["female", "male", ""] * 100
    table = make_table(gender=gender, session="1", speaker="")
    found = describe_groups(table, LABELS)
    assert list(found) == ["gender"]
    assert found["gender"]["unknown"] == 100
    assert list(found["gender"]["groups"]) == ["female", "male"]


def test_parts_that_are_styles_are_called_so():
    part = ["improvised", "scripted"] * 150
    assert list(describe_groups(make_table(part=part), LABELS)) == ["style"]
    both = make_table(part=["Test1", "Test2"] * 150, style=part)
    assert list(describe_groups(both, LABELS)) == ["style", "part"]


def test_of_many_groups_the_worst_alone_is_told():
    speakers = [str(index % 51) for index in range(3000)]
    found = describe_groups(make_table(3000, speaker=speakers), LABELS)
    assert found["speaker"]["count"] == 51
    assert "groups" not in found["speaker"] and found["speaker"]["worst"]
