"""What is reached without hearing, and what makes numbers too good, stands
beside every result.
"""

import json

import pytest
from tested_runs import guessed, run

from speechbrain_zsfuse.evaluation.collection.gathering import gather
from speechbrain_zsfuse.evaluation.marks import tell_baselines
from speechbrain_zsfuse.evaluation.paper_tables import table_one
from speechbrain_zsfuse.evaluation.paper_tables.making import make_table
from speechbrain_zsfuse.evaluation.record import read_record, write_record
from speechbrain_zsfuse.evaluation.report.build import make_report
from speechbrain_zsfuse.experiment.describe import describe_corpus
from speechbrain_zsfuse.experiment.outcome import describe_outcome
from speechbrain_zsfuse.files import read_json

CAVEAT = "the words give the emotion away: without hearing, a UAR of 0.700 is "
CAVEAT += "reached (chance 0.500)"
KNOWN = {
    "baselines": {"majority": {"uar": 0.5}, "text": {"uar": 0.7}},
    "caveats": [CAVEAT],
}


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Two folds of a run on a corpus whose words tell the emotion."""
    monkeypatch.setattr(table_one, "bootstrap_uar", lambda *_: (0.1, 0.9))
    for fold in (1, 2):
        table = guessed(0.8, fold)
        run(tmp_path, table, "mine", fold=fold, corpus="Tiny", **KNOWN)
    return tmp_path


def test_a_certificate_tells_the_record(tmp_path):
    found = describe_corpus({"corpus": "Tiny", **KNOWN})
    assert found["caveats"] == [CAVEAT] and found["baselines"]
    silent = describe_corpus({"corpus": "Tiny", "caveats": [], "baselines": {}})
    assert not {*KNOWN} & {*silent}


@pytest.mark.parametrize("fold", ["official", "source"])
def test_a_split_that_is_no_fold_has_no_number(fold):
    assert describe_corpus({"options": {"fold": fold}})["fold"] is None


def test_a_record_holds_them_and_so_do_the_metrics(results):
    record = read_record(results / "mine" / "fold1" / "1000")
    assert record.caveats == [CAVEAT]
    assert record.baselines == KNOWN["baselines"]
    assert record.metrics["caveats"] == [CAVEAT]
    assert record.metrics["baselines"] == KNOWN["baselines"]


@pytest.mark.parametrize(
    "field, value, told",
    [
        ("caveats", "one", "a list of texts"),
        ("baselines", {"text": 0.7}, "an object of objects with a `uar`"),
        ("baselines", {"text": {"uar": "0.7"}}, "an object of objects with a"),
    ],
)
def test_what_is_none_is_refused(results, field, value, told):
    place = results / "mine" / "fold1" / "1000"
    content = read_json(place / "run.json", "Again.")
    with pytest.raises(ValueError, match=f"`{field}` in .*to be {told}"):
        write_record(place, content | {field: value})


def test_every_table_says_it_once(results):
    text = make_table([results])
    assert text.count(f"Of Tiny, {CAVEAT}.") == 1
    assert gather([results]).corpora == ["Tiny"]


def test_the_report_begins_with_it(results):
    page = make_report([results])
    title = "What makes numbers of a corpus too good"
    assert page.index(title) < page.index('id="results"')
    assert f"Tiny: {CAVEAT}" in page


def test_the_terminal_says_it_beside_the_result(results):
    place = results / "mine" / "fold1" / "1000"
    metrics = json.loads((place / "metrics.json").read_text())
    text = describe_outcome(metrics, guessed(0.8, 1), place)
    line = "Unheard    UAR 50.0 % always the most frequent emotion, 70.0 % by"
    assert line in text
    assert "Caveat     the words give the emotion away" in text


def test_what_is_as_good_as_chance_has_no_number():
    found = {name: {"uar": 1 / 3} for name in ("majority", "text")}
    found["text"]["uar"] += 1e-15  # means are added up in another order
    assert "no more by the words" in tell_baselines(found)


def test_without_any_nothing_is_said(tmp_path):
    run(tmp_path, guessed(0.8, 1), "mine", corpus="Tiny")
    place = tmp_path / "mine" / "fold1" / "1000"
    assert not {*KNOWN} & {*read_json(place / "metrics.json", "Again.")}
    assert "What makes numbers" not in make_report([tmp_path])
