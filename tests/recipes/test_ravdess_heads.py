"""Every head through the RAVDESS recipe, on made-up voices."""

import json

import pandas
import pytest
from recipe import flags, output, run_here, tiny_options

from speechbrain_zsfuse.synthetic import make_ravdess

HEADS = ["scaled_concatenation", "gated_logit_addition", "log_linear_pooling"]


@pytest.fixture(scope="module")
def actors(tmp_path_factory):
    """21 clips: an actor to train, one to validate, one to test."""
    folder = tmp_path_factory.mktemp("heads")
    corpus = make_ravdess(
        folder, seed=1, seconds=0.3, speakers=[1, 2, 3], progress=False
    )
    first_takes = set(corpus.glob("*/03-01-??-??-01-01-??.wav"))
    for path in set(corpus.glob("*/*.wav")) - first_takes:
        path.unlink()
    return corpus


@pytest.fixture
def options(actors, tiny_clap, tmp_path):
    return tiny_options(actors, tmp_path, "none", tiny_clap) | {
        "preparation": "{valid_actors: [2], test_actors: [3]}",
        "allow_mismatch": True,
        "number_of_epochs": 2,
    }


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_head_lies_on_top_of_a_yaml(head, precision, options, monkeypatch):
    arguments = [*flags(options), f"--precision={precision}"]
    run_here(monkeypatch, f"hparams/small_clap.yaml+{head}", *arguments)
    fused = pandas.read_csv(output(options) / "predictions_test.csv")
    assert "zero_shot_sad" in fused
    options["experiment"] = "alone"
    arguments = [*flags(options), f"--precision={precision}"]
    run_here(
        monkeypatch, f"hparams/small_clap.yaml+{head}", *arguments, "--alm=null"
    )
    alone = pandas.read_csv(output(options) / "predictions_test.csv")
    assert "zero_shot_sad" not in alone
    assert fused["id"].tolist() == alone["id"].tolist()
    assert (fused["probability_sad"] - alone["probability_sad"]).any()


def test_a_head_is_an_option_of_the_command_line(options, monkeypatch):
    head = (
        "!new:speechbrain_zsfuse.fusion.LogLinearPooling {input_size: !ref "
        "<pooling.output_size>, n_classes: !apply:len [!ref <labels>], "
        "weight: 0.2}"
    )
    arguments = [*flags(options), f"--head={head}"]
    run_here(monkeypatch, "hparams/small_clap.yaml", *arguments)
    saved = (output(options) / "hyperparams.yaml").read_text()
    assert "LogLinearPooling" in saved and "weight: 0.2" in saved
    metrics = json.loads((output(options) / "metrics.json").read_text())
    assert metrics["calibration"]["n"] == metrics["test"]["n"] == 7


def test_what_a_head_takes_is_checked_before_anything_is_read(
    options, monkeypatch
):
    arguments = [*flags(options), "--head={temperature: 0}"]
    message = "`head.temperature` to be a number above 0, but got 0"
    with pytest.raises(ValueError, match=message):
        run_here(
            monkeypatch,
            "hparams/small_clap.yaml+gated_logit_addition",
            *arguments,
        )
