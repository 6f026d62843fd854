"""What a run says at its start and at its end."""

import re

import numpy as np
import pandas
import pytest
import torch

from speechbrain_zsfuse.evaluation.metrics.classification import summarise
from speechbrain_zsfuse.evaluation.statistics.bootstrap import bootstrap_uar
from speechbrain_zsfuse.experiment.outcome import describe_outcome
from speechbrain_zsfuse.experiment.summary import (
    aligned,
    describe_plan,
)
from speechbrain_zsfuse.zeroshot.ledger.contamination import contamination

LABELS = ["neutral", "happy", "sad", "angry", "fearful", "disgusted"]


class Coin(torch.nn.Module):
    """An encoder with 6 weights, of which 4 are trained."""

    def __init__(self):
        super().__init__()
        self.fixed = torch.nn.Parameter(torch.ones(2), requires_grad=False)
        self.free = torch.nn.Parameter(torch.ones(4))


def plan(**changes):
    coin = Coin()
    hparams = {
        "labels": LABELS,
        "encoder": coin,
        "encoder_source": "owner/name",
        "modules": {"encoder": coin, "head": torch.nn.Linear(1000, 1)},
        "alm": None,
        "alm_source": None,
        "number_of_epochs": 30,
        "loader": {"batch_size": 32},
        "lr": 2e-5,
        "seed": 1000,
        "device_name": "cpu, fp32",
        "output_folder": "results/" + "very/" * 20 + "long",
    }
    split = {"clips": 448, "speakers": dict.fromkeys(range(16), 28)}
    certificate = {
        "corpus": "RAVDESS",
        "release": "1.0.0",
        "options": {"fold": 3},
        "splits": {"train": split, "valid": split, "test": split},
    }
    return describe_plan(hparams | changes, certificate)


def test_the_plan_says_what_will_be_done():
    said = " ".join(plan().split())
    for part in (
        "Corpus RAVDESS 1.0.0, fold 3",
        "448 train (16 speakers), 448 valid (16 speakers), 448 test",
        "Labels neutral, happy, sad,",
        "Coin of owner/name, 1,007 parameters, 1,005 of them trained",
        "ALM none (audio-language model)",
        "30 epochs, batches of 32, learning rate 2e-05, seed 1000",
        "Device cpu, fp32",
        "Output results/very/",
    ):
        assert part in said


def test_a_corpus_with_differences_is_not_called_its_release():
    certificate = {"corpus": "nEMO", "release": "complete", "splits": {}}
    certificate["mismatch"] = ["clips of sad: expected 769, found 79 (-690)"]
    said = describe_plan({"output_folder": "results"}, certificate)
    assert "Corpus   nEMO, not as its release complete\n" in said


def test_the_plan_leaves_out_what_a_yaml_does_not_have():
    said = plan(lr=None, loader={"num_workers": 2})
    assert "Train 30 epochs, seed 1000" in " ".join(said.split())


def test_the_plan_names_the_audio_language_model():
    said = plan(alm=Coin(), alm_source="results/clap")
    assert "Coin of results/clap (audio-language model), frozen" in said


def test_the_plan_says_what_is_learned_on_validation():
    learned, auto = {"ensemble": "learned"}, {"text_repeats": "auto"}
    for options, words in (
        ({}, "frozen\n"),
        (learned, "frozen, weights of prompts learned on validation\n"),
        (learned | {"weights": [1.0]}, "frozen\n"),
        (learned | auto, "repeats chosen and weights of prompts learned on va"),
    ):
        said = " ".join(plan(alm=Coin(), zero_shot=options).split("\n    "))
        assert words in re.sub(" +", " ", said)


def test_what_is_tested_only_is_not_to_be_trained():
    assert "epochs" not in plan(test_only=True)


def test_lines_fit_80_columns_and_a_path_stays_whole():
    lines = plan().splitlines()
    [path] = [line for line in lines if "very/" in line]
    assert path.endswith("/long")
    assert all(len(line) <= 80 for line in lines if line != path)
    assert aligned({"A": "x " * 60}).splitlines()[1].startswith("    x")


@pytest.fixture
def outcome():
    """Of two speakers the first is always understood, the second half."""
    rows = [
        ("01", "sad", "sad"),
        ("01", "angry", "angry"),
        ("02", "sad", "angry"),
        ("02", "angry", "angry"),
    ]
    table = pandas.DataFrame(rows, columns=["speaker", "label", "prediction"])
    table["id"] = ["c1", "c2", "c3", "c4"]
    metrics = {
        "labels": ["sad", "angry"],
        "valid": {"epoch": 7, "UAR": 0.625},
        "test": {
            "n": 4,
            "UAR": 0.75,
            "WA": 0.75,
            "confusion": [[1, 1], [0, 2]],
        },
    }
    return lambda source=None, **more: describe_outcome(
        metrics | more, table, "results/x", source=source
    )


def test_the_outcome_says_how_good_and_how_sure(outcome):
    assert outcome().splitlines() == [
        "Test UAR   75.0 % (unweighted average recall), of 4 clips of 2 "
        "speakers",
        "Interval   95 %: not known for other speakers, 50.0 to 100.0 % for "
        "other clips",
        "           of these",
        "Speakers   01: 100.0, 02: 50.0 %",
        "Recall     sad: 50.0, angry: 100.0 %",
        "Test WA    75.0 % (weighted accuracy: share of clips that are right)",
        "Epoch      7, of the best validation UAR, 62.5 %",
        "Files      metrics.json, predictions_test.csv and train_log.txt in "
        "results/x",
    ]


def test_the_outcome_names_the_groups_that_are_served_worst(outcome):
    groups = {
        "speaker": {"count": 2, "worst": {"group": "02", "n": 20, "UAR": 0.5}},
        "gender": {"count": 2, "worst": None, "reason": "few clips"},
        "duration": {"count": 2, "worst": {"group": "0-2 s", "UAR": 0.625}},
    }
    said = outcome(groups=groups)
    assert "\nWorst      speaker 02: 50.0, duration 0-2 s: 62.5 %\n" in said
    assert "Worst" not in outcome(groups={"gender": groups["gender"]})


def test_the_outcome_says_what_other_speakers_would_give():
    rng = np.random.default_rng(0)
    table = pandas.DataFrame({"id": [f"c{n}" for n in range(80)]})
    table["speaker"] = [f"s{n // 8}" for n in range(80)]
    table["label"] = ["sad", "angry"] * 40
    right = rng.random(80) < 0.7
    other = table["label"].map({"sad": "angry", "angry": "sad"})
    table["prediction"] = table["label"].where(right, other)
    test = summarise(table["label"], table["prediction"], ["sad", "angry"])
    metrics = {"labels": ["sad", "angry"], "test": test}
    metrics["valid"] = {"epoch": 1, "UAR": 0.5}
    low, high = bootstrap_uar([table], ["sad", "angry"])
    assert low < test["UAR"] < high
    said = describe_outcome(metrics, table, "results/x")
    between = f"{100 * low:.1f} to {100 * high:.1f} % for other speakers, "
    assert f"Interval   95 %: {between}" in said
    assert max(map(len, said.splitlines())) <= 80
    said = describe_outcome(metrics, table.assign(speaker=""), "results/x")
    assert "Interval   95 %: not known for other speakers, " in said


def test_a_model_that_learned_nothing_is_not_sure_of_it(outcome):
    table = pandas.DataFrame({"id": list("abcd"), "speaker": ["01", "02"] * 2})
    table["label"] = ["sad", "angry"] * 2
    table["prediction"] = "angry"
    test = {"n": 4, "UAR": 0.5, "WA": 0.5, "confusion": [[0, 2], [0, 2]]}
    metrics = {"labels": ["sad", "angry"], "test": test}
    metrics["valid"] = {"epoch": 1, "UAR": 0.5}
    said = describe_outcome(metrics, table, "results/x")
    assert "Interval   none: every clip is taken for 'angry'\n" in said


def test_the_outcome_has_the_zero_shot_scores_alone(outcome):
    said = outcome(test_zero_shot_alone={"UAR": 0.625})
    unknown = "alone, zero-shot? (training data unknown)\n"  # a run of before
    assert f"Scores     62.5 % UAR of the scores {unknown}" in said
    assert "alone" not in outcome(test_zero_shot_alone={"n": 4})
    source = {"weights": [0.5, 0.5], "chosen": None}
    said = outcome(source, test_zero_shot_alone={"UAR": 0.625})
    assert "data unknown), but for learned weights of prompts" in " ".join(
        said.split()
    )


@pytest.mark.parametrize(
    "source, said",
    [
        ("KeiKinn/paraclap", "zero-shot"),
        ("nvidia/audio-flamingo-3", "not zero-shot: seen in training"),
        ("results/clap", "zero-shot? (training data unknown)"),
    ],
)
def test_scores_are_called_zero_shot_only_if_the_ledger_says_so(
    outcome, source, said
):
    found = vars(contamination(source, "IEMOCAP"))
    text = outcome(
        test_zero_shot_alone={"UAR": 0.625},
        contamination={"encoder": None, "score_source": found},
    )
    assert f"Scores     62.5 % UAR of the scores alone, {said}\n" in text


def test_the_outcome_says_if_the_encoder_has_heard_the_corpus(outcome):
    for source, said in (
        ("emotion2vec/emotion2vec_base", True),
        ("microsoft/wavlm-large", False),
        ("results/mine", False),
    ):
        found = vars(contamination(source, "IEMOCAP"))
        text = outcome(contamination={"encoder": found, "score_source": None})
        assert ("Encoder    has heard the corpus before: IEMOCAP" in text) is (
            said
        )
    assert "Encoder" not in outcome(contamination={"encoder": None})


def test_the_outcome_names_parts_and_a_mismatch(outcome):
    parts = {"Test1": {"UAR": 0.5}, "Test2": {"absent_classes": ["sad"]}}
    said = outcome(test_parts=parts, corpus_mismatch=["a", "b"])
    assert "Parts      Test1: 50.0 %\n" in said
    assert "Corpus     2 differences from the known corpus" in said


def test_the_outcome_says_how_calibrated_it_is(outcome):
    before = {"ECE": 0.1234, "NLL": 1.5, "Brier": 0.625}
    after = {"ECE": 0.05, "NLL": 1.25, "Brier": 0.5}
    found = {"temperature": 2.3456, "before": before, "after": after}
    said = " ".join(outcome(calibration=found).split())
    assert (
        "ECE 12.3 % (expected calibration error), NLL 1.500, Brier 0.625; at "
        "temperature 2.35, fitted on validation: 5.0 %, NLL 1.250, Brier 0.500"
    ) in said


def test_the_outcome_says_which_answer_was_tested(outcome):
    uar = {"with_scores": 0.5, "without_scores": 0.625}
    said = outcome(fallback={"used": "without_scores", "valid_UAR": uar})
    assert (
        "Fallback validation UAR 50.0 % with scores, 62.5 % without: tested "
        "without scores"
    ) in " ".join(said.split())
