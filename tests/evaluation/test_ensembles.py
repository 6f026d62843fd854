"""Votes, means and stacks of systems: cases worked by hand, and plain loops."""

from fractions import Fraction

import numpy as np
import pandas
import pytest
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax
from sklearn.metrics import f1_score, recall_score

from speechbrain_zsfuse.evaluation.columns import probabilities_of
from speechbrain_zsfuse.evaluation.ensembles.combine import (
    combine_systems,
    select_systems,
)
from speechbrain_zsfuse.evaluation.ensembles.members import align_systems
from speechbrain_zsfuse.evaluation.ensembles.report import tell_ensemble
from speechbrain_zsfuse.evaluation.ensembles.rules import (
    average,
    plurality,
    share_votes,
)
from speechbrain_zsfuse.evaluation.ensembles.selection import (
    best_step,
    select_greedily,
)
from speechbrain_zsfuse.evaluation.ensembles.stacking import stack
from speechbrain_zsfuse.evaluation.predictions import (
    predictions_table,
    read_predictions,
    write_predictions,
)

EIGHT = "acdfhnsu"  # eight emotions by their first letters


def plain(answers, truth="hhnnss", **columns):
    """Predictions without probabilities; "-" is no answer."""
    answers = ["" if answer == "-" else answer for answer in answers]
    table = pandas.DataFrame({"id": [f"c{n}" for n in range(len(answers))]})
    table = table.assign(speaker="", label=list(truth[: len(answers)]))
    return table.assign(prediction=answers, **columns)


def random_tables(seed, clips=60, systems=3, classes="xyz"):
    """Systems that find the true class more probable, more or less."""
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.resize(list(classes), clips))
    hot = truth[:, None] == np.array(list(classes))
    tables = {}
    for number in range(systems):
        logits = rng.normal(size=hot.shape) + number * hot
        tables[f"s{number}"] = predictions_table(
            list(classes),
            [f"c{n:02}" for n in range(clips)],
            [""] * clips,
            truth.tolist(),
            softmax(logits, axis=1),
        )
    return tables


@pytest.mark.parametrize(
    "votes, winner",
    [
        ("hhhhh", "h"),  # all agree
        ("hsssh", "s"),  # more than half
        ("nssnh", "n"),  # 2-2-1: the first is among the tied
        ("assfh", "s"),  # 2-1-1-1: most, if not half
        ("nshhs", "s"),  # 2-2-1: n cannot win, so the second decides
        ("nhssh", "h"),  # the same, whatever the order of the classes
        ("ufhna", "u"),  # all differ: the first decides
        ("uaau-", "u"),  # 2-2 once one gave no answer
        ("-dccd", "d"),  # the first that voted decides
        ("---u-", "u"),  # one vote is enough
        ("fhn", "f"),
        ("sfsf", "s"),
        ("s", "s"),
    ],
)
def test_most_votes_win_and_of_the_tied_the_earliest(votes, winner):
    ballots = [[vote.replace("-", "")] for vote in votes]
    winners, shares = plurality(ballots, EIGHT, ["c1"])
    assert winners == [winner]
    cast = votes.replace("-", "")
    expected = [cast.count(label) / len(cast) for label in EIGHT]
    assert shares.tolist() == [pytest.approx(expected, abs=1e-15)]
    for other in (EIGHT[::-1], EIGHT[3:] + EIGHT[:3]):  # classes have no say
        assert plurality(ballots, other, ["c1"])[0] == [winner]


def vote_naively(votes):
    """One clip: count, then ask in order."""
    counts = {vote: votes.count(vote) for vote in votes if vote}
    most = max(counts.values())
    return next(v for v in votes if counts.get(v) == most)


def test_votes_of_many_clips_are_those_of_each():
    rng = np.random.default_rng(0)
    votes = rng.choice(["a", "c", "d", ""], size=(5, 400))
    votes[0][(votes == "").all(axis=0)] = "a"
    clips = [f"c{n}" for n in range(400)]
    winners, _ = plurality(votes.tolist(), EIGHT, clips)
    assert winners == [vote_naively(list(column)) for column in votes.T]


def test_nobody_votes():
    with pytest.raises(ValueError, match="1 of 2 have none:\n  clip c2\nAdd a"):
        plurality([["a", ""], ["c", None]], EIGHT, ["c1", "c2"])


def test_a_vote_is_a_class():
    message = "for a, c, or empty.* 1 are .*:\n  system 2, clip c1: 'joy'\n"
    for rule in (plurality, share_votes):
        with pytest.raises(ValueError, match=f"(?s){message}"):
            rule([["a"], ["joy"], ["c"]], "ac", ["c1"])


@pytest.mark.parametrize(
    "labels, votes, shares",
    [
        ("nhsa", "hhhhh", "0 1 0 0"),
        ("nhsa", "hhssa", "0 2/5 2/5 1/5"),
        ("nhsa", "-----", "1/4 1/4 1/4 1/4"),
        ("nhsa", "s----", "1/5 1/5 2/5 1/5"),
        ("adfhns", "-----", "1/6 1/6 1/6 1/6 1/6 1/6"),
        ("adfhns", "aaf--", "7/15 1/15 4/15 1/15 1/15 1/15"),
        ("ac", "acac-", "1/2 1/2"),
        ("acdf", "acd", "1/3 1/3 1/3 0"),
    ],
)
def test_failures_are_votes_for_all(labels, votes, shares):
    ballots = [[vote.replace("-", "")] for vote in votes]
    found = share_votes(ballots, labels, ["c1"])[0].tolist()
    assert found == [float(Fraction(share)) for share in shares.split()]


def test_failures_alone_are_not_above_chance():
    for classes in range(2, 13):
        labels = [f"l{n}" for n in range(classes)]
        for systems in range(1, 8):
            found = share_votes([[""]] * systems, labels, ["c1"])
            assert (found == 1 / classes).all()


def test_failures_alone_are_the_first_class():
    members = align_systems({"s1": plain("-h"), "s2": plain("-h")})
    assert members.labels == ("h",)
    members = align_systems({"s1": plain("-h", "nh"), "s2": plain("-h", "nh")})
    assert combine_systems(members, "eq2")["prediction"].tolist() == ["h", "h"]


def test_the_mean_is_weighted_and_of_classes_by_name():
    one = predictions_table("xy", "ab", "12", "xy", [[0.9, 0.1], [0.4, 0.6]])
    two = predictions_table("yx", "ba", "21", "yx", [[0.7, 0.3], [0.8, 0.2]])
    members = align_systems({"one": one, "two": two})
    table = combine_systems(members, "mean")
    assert table["probability_x"].tolist() == pytest.approx([0.55, 0.35])
    assert table["prediction"].tolist() == ["x", "y"]
    table = combine_systems(members, "mean", weights=[1, 3])
    assert table["probability_y"].tolist() == pytest.approx([0.625, 0.675])


@pytest.mark.parametrize(
    "weights", [[1], [1, -1], [0, 0], [1, np.nan], [1, np.inf], [1, 1, 1]]
)
def test_weights_are_one_a_system(weights):
    with pytest.raises(
        ValueError, match="Expected 2 weights, one a system, of"
    ):
        average(np.full((2, 3, 4), 0.25), weights)


def test_a_mean_needs_probabilities():
    tables = {"llm": plain("hhnnss"), "other": plain("hhnnss")}
    with pytest.raises(ValueError, match="but llm, other has predictions alon"):
        combine_systems(align_systems(tables), "mean")


TOY = {"A": plain("hhnhsn"), "B": plain("nhnnhs"), "C": plain("hssnss")}


def test_systems_are_added_as_long_as_there_are_any():
    steps = select_systems(align_systems(TOY))
    # C is best alone; with another it is outvoted; all three are always right.
    assert [step.names for step in steps] == [("C",), ("A", "C"), tuple("ABC")]
    alone, pair = 2 / 3, (4 / 5 + 1 / 2 + 2 / 3) / 3
    assert [s.score for s in steps] == pytest.approx([alone, pair, 1])
    assert best_step(steps).names == ("A", "B", "C")


def test_greedy_steps_are_those_of_a_plain_search():
    tables = random_tables(4, clips=30, systems=5)
    truth = tables["s0"]["label"].tolist()

    def score(names):
        votes = zip(*(tables[name]["prediction"] for name in names))
        answers = [vote_naively(list(clip)) for clip in votes]
        return f1_score(truth, answers, average="macro")

    taken = ()
    for step in select_systems(align_systems(tables)):
        larger = [{*taken, n} for n in tables if n not in taken]
        larger = [tuple(n for n in tables if n in some) for some in larger]
        scores = [score(some) for some in larger]
        assert step.score == pytest.approx(max(scores))
        assert step.names == larger[int(np.argmax(scores))]
        taken = step.names
    assert len(taken) == 5


def test_another_metric_and_rule_may_be_chosen_by():
    members = align_systems(random_tables(2, clips=20))
    for step in select_systems(members, "UAR", "mean"):
        some = [members.tables[name] for name in step.names]
        answers = np.mean([probabilities_of(t) for t in some], axis=0)
        answers = np.array(list("xyz"))[answers.argmax(axis=1)]
        uar = recall_score(members.truth, answers, average="macro")
        assert step.score == pytest.approx(uar)


def test_of_equals_the_earlier_and_the_fewer_are_taken():
    steps = select_greedily("abc", lambda names: 0.5)
    assert [step.names for step in steps] == [("a",), ("a", "b"), tuple("abc")]
    assert best_step(steps).names == ("a",)


def test_a_stack_is_a_penalised_regression_on_log_probabilities():
    valid, test = random_tables(5, 90), random_tables(6, 40)
    found = stack(align_systems(valid), align_systems(test))

    def features(tables):
        values = [probabilities_of(table) for table in tables.values()]
        return np.hstack([np.log(np.clip(v, 1e-4, 1)) for v in values])

    x, truth = features(valid), valid["s0"]["label"]
    hot = np.array([[t == c for c in "xyz"] for t in truth], float)
    weight = len(hot) / (3 * hot.sum(axis=0)) @ hot.T

    def loss(flat):
        w, b = flat[:-3].reshape(-1, 3), flat[-3:]
        nats = -(hot * log_softmax(x @ w + b, axis=1)).sum(axis=1)
        return weight @ nats + (w**2).sum() / 2

    best = minimize(loss, np.zeros(x.shape[1] * 3 + 3)).x
    expected = softmax(
        features(test) @ best[:-3].reshape(-1, 3) + best[-3:], axis=1
    )
    assert np.abs(found - expected).max() < 1e-3


def test_a_stack_never_sees_labels_of_the_test():
    valid, test = align_systems(random_tables(7)), random_tables(8)
    found = stack(valid, align_systems(test))
    other = {
        n: t.assign(label=t["label"].tolist()[::-1]) for n, t in test.items()
    }
    assert (stack(valid, align_systems(other)) == found).all()


def test_a_stack_takes_classes_by_name():
    valid, test = random_tables(7), random_tables(8)
    found = combine_systems(
        align_systems(test), "stacking", align_systems(valid)
    )
    names = [f"probability_{label}" for label in "zxy"]
    first = ["id", "speaker", "label", "prediction"]
    test["s0"] = test["s0"][[*first, *names]]
    valid["s1"] = valid["s1"][[*first, *names]]
    other = combine_systems(
        align_systems(test), "stacking", align_systems(valid)
    )
    assert list(other)[4:] == names
    assert np.allclose(other[names], found[names], atol=1e-12)


def test_a_stack_needs_a_validation_with_all_classes():
    test, valid = align_systems(random_tables(8)), random_tables(7)
    with pytest.raises(ValueError, match="of validation for stacking, but got"):
        combine_systems(test, "stacking")
    without = {n: t[t["label"] != "y"] for n, t in valid.items()}
    with pytest.raises(
        ValueError, match="y does not occur in it. Give the val"
    ):
        combine_systems(test, "stacking", align_systems(without))
    others = align_systems(random_tables(7, classes="xw"))
    with pytest.raises(ValueError, match="of the classes x, y, z, but"):
        combine_systems(test, "stacking", others)


def test_clips_that_some_lack_are_counted_and_named():
    tables = {"A": plain("hhnn"), "B": plain("hhn"), "C": plain("hhnns")[1:]}
    message = (
        "but A lacks 1, B lacks 2, C lacks 1 of 5:\n  A lacks clip 'c4'\n"
        "  B lacks clip 'c3'\n  B lacks clip 'c4'\n  C lacks clip 'c0'\nGive"
    )
    with pytest.raises(ValueError, match=message):
        align_systems(tables)


def test_true_labels_and_speakers_that_differ_are_named():
    other = plain("hhnnss", "hhnnsh", speaker="1")
    message = "same true label .* 1 differ:\n  clip c5: 's' in A, 'h' in B\nCor"
    with pytest.raises(ValueError, match=message):
        align_systems({"A": plain("hhnnss"), "B": other})
    tables = [plain("hh", speaker=s) for s in (["", "1"], "1", ["1", "2"])]
    with pytest.raises(ValueError, match="clip c1: '1' in A, '2' in C\n"):
        align_systems(dict(zip("ABC", tables)))


def test_a_speaker_that_one_knows_is_known():
    tables = [plain("hh", speaker=s) for s in (["", "1"], "", ["2", ""])]
    members = align_systems(dict(zip("ABC", tables)))
    assert combine_systems(members)["speaker"].tolist() == ["2", "1"]


def test_classes_that_differ_are_named():
    two = predictions_table("hn", ["c0"], [""], "h", [[0.5, 0.5]])
    three = predictions_table("hns", ["c0"], [""], "h", [[0.5, 0.5, 0]])
    for other in (three, plain("s")):
        with pytest.raises(
            ValueError, match=r"classes of A \(h, n\) in B, but s is in one"
        ):
            align_systems({"A": two, "B": other})
    assert align_systems({"A": plain("h"), "B": three}).labels == (
        "h",
        "n",
        "s",
    )


def test_what_all_know_alike_of_clips_is_kept():
    one = plain("hh", gender=["f", "m"], part="Test1", corpus_mismatch=False)
    two = plain("hn", gender=["f", "m"], part="Test2", duration=[1.5, 2.0])
    three = plain("hn", corpus_mismatch=[True, False])
    table = combine_systems(align_systems({"A": one, "B": two, "C": three}))
    assert table["gender"].tolist() == ["f", "m"]
    assert table["duration"].tolist() == [1.5, 2.0]
    assert table["corpus_mismatch"].tolist() == [True, False]
    assert "part" not in table


def test_a_tie_that_the_vote_broke_survives_its_file(tmp_path):
    table = combine_systems(
        align_systems({"A": plain("nn", "hn"), "B": plain("hn", "hn")})
    )
    path = write_predictions(tmp_path / "votes.csv", table)
    read = read_predictions(path)
    assert read["prediction"].tolist() == ["n", "n"]  # of h and n, the first's
    assert read["probability_h"].tolist() == [0.5, 0.0]


def test_how_many_speakers_are_too_few_depends_on_how_many_systems():
    """Of 6 speakers p is at least 2 / 2^6; adjusted for two systems, twice."""
    truth = "hn" * 6
    right, wrong = plain(truth, truth), plain("nh" * 6, truth)
    speakers = [number // 2 for number in range(12)]
    right, wrong = (
        table.assign(speaker=list(map(str, speakers)))
        for table in (right, wrong)
    )
    one = tell_ensemble("vote", right, {"a": wrong}, list("hn"))
    assert "nothing can be" not in one
    assert "(p 0.031), better" in one
    two = tell_ensemble("vote", right, {"a": wrong, "b": wrong}, list("hn"))
    assert (
        "Of 6 speakers no p can be below 0.031, or 0.062 when adjusted: "
        "nothing can be significant." in two
    )
    assert "(p 0.062), not significant" in two
