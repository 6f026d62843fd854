"""Two made-up corpora, of three classes and of two, from folders to a model."""

import json
import re

import numpy as np
import pytest
from forked import run_forked
from made_corpora import X, Y, two_corpora
from recipe import flags, output

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.evaluation.collection.gathering import gather
from speechbrain_zsfuse.evaluation.columns import PROBABILITY, ZERO_SHOT
from speechbrain_zsfuse.evaluation.predictions import read_predictions
from speechbrain_zsfuse.inference import EmotionRecognizer

YAML = "hparams/several.yaml+small"


@pytest.fixture(scope="module")
def options(tmp_path_factory):
    """Overrides: of two corpora, one epoch."""
    folder = tmp_path_factory.mktemp("several")
    folders, tables = two_corpora(folder)
    return {
        "data_folder": json.dumps(folders),
        "corpora": json.dumps(tables),
        "results_folder": str(folder / "results"),
        "experiment": "test",
        "number_of_epochs": 1,
        "loader": "{num_workers: 0, batch_size: 8}",
    }


@pytest.fixture(scope="module")
def run(options, tiny_clap):
    """A run with scores, their repeats chosen, and what it said."""
    words = flags(
        options, alm_source=tiny_clap, zero_shot="{text_repeats: auto}"
    )
    done = run_forked(f"{YAML}+clap", *words, recipe="Corpora")
    assert not done.returncode, done.stderr
    return output(options), done.stdout


def test_a_run_says_of_which_corpora_it_is(run):
    folder, said = run
    record = json.loads((folder / "run.json").read_text())
    assert record["corpus"] == "x+y" and record["labels"] == X
    assert [one["labels"] for one in record["corpora"].values()] == [X, Y]
    assert re.search(r"^Corpora +x: .+, y \(2 classes\): .+ %$", said, re.M)


def test_an_absent_class_has_a_score_but_no_probability(run):
    folder, _ = run
    for split in ("valid", "test"):
        table = read_predictions(folder / f"predictions_{split}.csv")
        absent = table["corpus"] == "y"
        assert absent.any() and not absent.all()
        happy = table[f"{PROBABILITY}happy"]
        assert (happy[absent] == 0).all() and (happy[~absent] > 0).all()
        assert (table[f"{ZERO_SHOT}happy"] != 0).all()
        assert "happy" not in set(table["prediction"][absent])


def test_repeats_are_chosen_among_the_classes_of_each_corpus(run):
    folder, _ = run
    found, metrics = (
        json.loads((folder / name).read_text())
        for name in ("amplification.json", "metrics.json")
    )
    alone = metrics["test_zero_shot_alone"]["UAR"]
    assert found["chosen"]["test"]["UAR"] == pytest.approx(alone)


def test_the_epoch_is_chosen_by_the_mean_of_the_corpora(run):
    folder, _ = run
    metrics = json.loads((folder / "metrics.json").read_text())
    both = metrics["valid"]["UAR_by_corpus"]
    assert [*both] == ["x", "y"]
    assert metrics["valid"]["UAR"] == pytest.approx(np.mean([*both.values()]))
    groups = metrics["groups"]["corpus"]["groups"]
    assert groups["y"]["classes"] == Y and "classes" not in groups["x"]
    log = (folder / "train_log.txt").read_text()
    assert "valid UAR of y %: " in log


def test_the_model_answers_with_all_classes(run, options):
    folder, _ = run
    recognizer = EmotionRecognizer.from_pretrained(folder, device="cpu")
    clip = json.loads(options["data_folder"])["y"] + "/wav/1_sad.wav"
    [answer] = recognizer.predict([clip])
    assert recognizer.labels == X and min(answer.probabilities) > 0


def test_tables_reports_and_models_are_made_of_it(run, tmp_path):
    folder, _ = run
    [system] = gather([folder]).systems
    assert system.corpus == "x+y"
    place = tmp_path / "report.html"
    main(["report", str(folder), "--out", str(place)])
    assert "x+y" in place.read_text()
    # Published, its answers are those of the run.
    place = str(tmp_path / "model")
    words = ["--licence=mit", "--alm=reference"]
    main(["publish", str(folder), place, *words])
    assert "x+y" in (tmp_path / "model" / "README.md").read_text()


def test_one_that_is_left_out_is_tested(options):
    words = flags(options, experiment="left", leave_out="y")
    done = run_forked(YAML, *words, recipe="Corpora")
    assert not done.returncode, done.stderr
    table = read_predictions(
        output(options | {"experiment": "left"}) / "predictions_test.csv"
    )
    assert {*table["corpus"]} == {"y"} and len(table) == 12
    assert "Corpus   x to y\n" in done.stdout
