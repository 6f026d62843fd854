"""Several corpora in one table: a hand case, and the files of a run."""

import json

import pytest

from speechbrain_zsfuse.evaluation.metrics.corpora import zero_shot_answers
from speechbrain_zsfuse.evaluation.predictions import (
    predictions_table,
    read_predictions,
    write_predictions,
)
from speechbrain_zsfuse.evaluation.report.measures import tabulate_groups
from speechbrain_zsfuse.evaluation.summary import write_metrics
from speechbrain_zsfuse.experiment.outcome import describe_outcome

LABELS = ["sad", "angry", "afraid"]
# id, corpus, label, probabilities, zero-shot scores. In y nobody is afraid.
ROWS = [
    ("x1", "x", "sad", (0.8, 0.1, 0.1), (0.9, 0.0, 0.1)),
    ("x2", "x", "angry", (0.2, 0.7, 0.1), (0.1, 0.0, 0.9)),
    ("x3", "x", "afraid", (0.7, 0.1, 0.2), (0.1, 0.0, 0.9)),
    ("y1", "y", "sad", (0.6, 0.4, 0.0), (0.3, 0.2, 0.9)),
    ("y2", "y", "angry", (0.9, 0.1, 0.0), (0.1, 0.2, 0.9)),
]


@pytest.fixture
def table():
    ids, corpora, truth, probabilities, scores = zip(*ROWS)
    return predictions_table(
        LABELS,
        ids,
        ids,
        truth,
        probabilities,
        scores,
        further={"corpus": corpora},
    )


def test_scores_choose_among_the_classes_of_the_corpus(table):
    assert zero_shot_answers(table) == [
        *("sad", "afraid", "afraid", "sad", "angry")
    ]
    alone = zero_shot_answers(table.drop(columns="corpus"))
    assert alone[3:] == ["afraid", "afraid"]


def test_metrics_tell_each_corpus(table, tmp_path):
    path = write_predictions(tmp_path / "predictions_test.csv", table)
    read = read_predictions(path)
    assert read["corpus"].tolist() == [*"xxxyy"]
    valid = {"epoch": 1, "UAR": 0.5, "UAR_by_corpus": {"x": 0.25, "y": 0.75}}
    found = json.loads(write_metrics(tmp_path, read, 1, valid).read_text())
    # x: 1, 1, 0; y: 1, 0; together: sad 2 of 2, angry 1 of 2, afraid 0 of 1
    assert found["groups"]["corpus"]["groups"] == {
        "x": {"n": 3, "WA": pytest.approx(2 / 3), "UAR": pytest.approx(2 / 3)},
        "y": {"n": 2, "WA": 0.5, "UAR": 0.5, "classes": ["sad", "angry"]},
    }
    assert found["test"]["UAR"] == pytest.approx(0.5)
    assert found["test_zero_shot_alone"]["UAR"] == pytest.approx(
        (1 + 0.5 + 1) / 3
    )
    assert found["valid"]["UAR_by_corpus"] == {"x": 0.25, "y": 0.75}
    told = describe_outcome(found, read, "results")
    assert "Corpora    x: 66.7, y (2 classes): 50.0 %\n" in told
    assert "50.0 % (mean of the corpora)" in " ".join(told.split())


def test_a_report_says_of_which_classes_a_corpus_is(table):
    [first, *_] = tabulate_groups([table, table], LABELS)
    assert first.caption == "By corpus"
    assert first.rows[1] == ["y", "2", ".5000", ".5000"]
    assert first.notes[-1] == "Over its own classes, not all: y (2 of 3)."


def test_one_corpus_is_no_group(table, tmp_path):
    one = table.assign(corpus="x")
    found = json.loads(
        write_metrics(tmp_path, one, 1, {"epoch": 1}).read_text()
    )
    assert "corpus" not in found["groups"]
