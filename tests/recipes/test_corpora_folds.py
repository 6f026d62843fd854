"""Runs on divisions that not every corpus has: two speakers, a whole corpus."""

import json

import pandas
import pytest
from recipe import flags, run_here

EMOTIONS = {"01": "neutral", "03": "happy", "04": "sad", "05": "angry"}


@pytest.fixture()
def options(three_actors, tmp_path):
    """Of a run on two actors, who say each emotion softly and aloud: these
    stand for words here."""
    paths = sorted(three_actors.glob("Actor_0[12]/*.wav"))
    rows = [
        (p.name, EMOTIONS[p.stem[6:8]], p.stem[-2:], p.stem[9:11])
        for p in paths
    ]
    table = pandas.DataFrame(
        rows, columns=["file", "emotion", "speaker", "text"]
    )
    table.to_csv(tmp_path / "two.csv", index=False)
    return {
        "table": tmp_path / "two.csv",
        "data_folder": three_actors,
        "results_folder": tmp_path / "results",
        "experiment": "test",
        "number_of_epochs": 1,
        "loader": "{num_workers: 0}",
        "labels": "[angry, happy, sad]",
    }


def run(monkeypatch, options, **more):
    words = ["hparams/table.yaml+small", *flags(options, **more)]
    run_here(monkeypatch, *words, recipe="Corpora")


def test_of_two_speakers_one_is_tested_and_words_validate(options, monkeypatch):
    run(monkeypatch, options, fold=2)
    place = options["results_folder"] / "test" / "fold2" / "1000"
    test = pandas.read_csv(place / "predictions_test.csv")
    assert set(test["speaker"]) == {"two:02"}
    metrics = json.loads((place / "metrics.json").read_text())
    [caveat] = metrics["caveats"]
    assert caveat.startswith("validated with other words (1 of 2) of the sp")
    assert metrics["baselines"]["text"]["uar"] == 0.3333
    certificate = json.loads((place / "certificate.json").read_text())
    assert certificate["division"]["validation"] == "other words"


def test_a_source_ends_with_its_validation(options, monkeypatch):
    with pytest.raises(
        ValueError, match="none in test. Add --evaluate_test=no"
    ):
        run(monkeypatch, options, fold="source", seed=1)
    run(monkeypatch, options, fold="source", evaluate_test="no")
    place = options["results_folder"] / "test" / "foldsource" / "1000"
    found = json.loads((place / "validation.json").read_text())
    assert found["valid"]["epoch"] == 1
    assert json.loads((place / "run.json").read_text())["fold"] is None


def test_a_whole_corpus_is_not_trained_on(options, monkeypatch):
    told = "--fold=whole there are none in train, valid. Choose a fold"
    with pytest.raises(ValueError, match=told):
        run(monkeypatch, options, fold="whole")
