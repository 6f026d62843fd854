"""The MSP-Podcast recipe from end to end, on made-up voices and tiny models."""

import json

import pandas
import pytest
import torch
from forked import run_forked
from hyperpyyaml import load_hyperpyyaml
from msp_podcast_clips import LABELS
from places import ROOT
from recipe import flags, output, run_here, tiny_options
from sklearn.metrics import balanced_accuracy_score

from speechbrain_zsfuse.experiment.configuration.composition import compose
from speechbrain_zsfuse.losses import WeightedCrossEntropy

HPARAMS = ROOT / "recipes" / "MSP-Podcast" / "hparams"
YAMLS = sorted(path.stem for path in HPARAMS.glob("*.yaml"))
LOSSES = "speechbrain_zsfuse.losses"


@pytest.fixture
def options(msp_podcast, tiny_wavlm, tiny_clap, tmp_path):
    """Overrides that make a YAML run here."""
    return tiny_options(msp_podcast, tmp_path, tiny_wavlm, tiny_clap)


def run(monkeypatch, name, *arguments):
    """Run one of the recipe's YAMLs."""
    yaml = f"hparams/{name}.yaml"
    run_here(monkeypatch, yaml, *arguments, recipe="MSP-Podcast")


def check_metrics(folder, fused):
    """metrics.json says what the predictions say, parts apart."""
    metrics = json.loads((folder / "metrics.json").read_text())
    table = pandas.read_csv(folder / "predictions_test.csv")
    assert ("test_zero_shot_alone" in metrics) == fused
    uar = balanced_accuracy_score(table["label"], table["prediction"])
    assert metrics["test"]["UAR"] == pytest.approx(uar, abs=1e-12)
    assert set(metrics["test_parts"]) == {"Test1", "Test2"}
    for part, rows in table.groupby("part"):
        uar = balanced_accuracy_score(rows["label"], rows["prediction"])
        found = metrics["test_parts"][part]["UAR"]
        assert found == pytest.approx(uar, abs=1e-12)
    assert not metrics.get("corpus_mismatch")


@pytest.mark.parametrize("name", YAMLS)
def test_every_part_runs(name, options, tiny_alms, monkeypatch):
    alm = name.rpartition("_")[2]
    source = tiny_alms.get(alm, "null")
    run(monkeypatch, name, *flags(options, alm_source=source))
    check_metrics(output(options), fused=alm in tiny_alms)


@pytest.mark.parametrize(
    "loss",
    [
        "WeightedCrossEntropy",
        "WeightedFocal",
        "VectorScaling",
        "ClassBalanced",
        "LogitAdjusted",
    ],
)
def test_a_loss_is_chosen_on_the_command_line(loss, options):
    text = compose(HPARAMS / "wavlm_none.yaml")
    overrides = [f"{k}: {v}" for k, v in options.items() if k != "alm_source"]
    overrides.append(f"loss: !new:{LOSSES}.{loss}")
    hparams = load_hyperpyyaml(text, "\n".join(overrides))
    hparams["loss"].count([30, 1, *[2] * 6])
    values, shares = hparams["loss"](torch.zeros(1, 8), torch.tensor([1]))
    assert values.shape == shares.shape == (1,)


def test_a_weighted_loss_knows_the_training_manifest(options, monkeypatch):
    counted = []
    count = WeightedCrossEntropy.count

    def remember(loss, counts):
        counted.append(counts)
        count(loss, counts)

    monkeypatch.setattr(WeightedCrossEntropy, "count", remember)
    loss = f"!new:{LOSSES}.WeightedCrossEntropy"
    run(monkeypatch, "wavlm_none", *flags(options, loss=loss))
    check_metrics(output(options), fused=False)
    train = pandas.read_csv(output(options) / "train.csv")["emotion"]
    assert counted == [[(train == label).sum() for label in LABELS]]
    assert len(set(counted[0])) > 3  # the made-up corpus is unequal, too


def test_soft_labels_are_the_raters_votes(options, monkeypatch):
    arguments = flags(options, clips="{soft_labels: True}")
    run(monkeypatch, "wavlm_none", *arguments)
    check_metrics(output(options), fused=False)


def test_the_readmes_command_works_from_the_root(options):
    arguments = ["hparams/wavlm_clap.yaml", *flags(options)]
    done = run_forked(*arguments, recipe="MSP-Podcast")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Epoch      1, of the best validation UAR" in done.stdout


def test_the_papers_release_is_asked_for(options, monkeypatch):
    arguments = flags(options, preparation='{release: "1.11"}')
    with pytest.raises(ValueError, match="(?s)expected 65,205.*--allow_mis"):
        run(monkeypatch, "wavlm_none", *arguments)


def test_the_yaml_and_the_preparation_agree(options):
    text = compose(HPARAMS / "msp_podcast.yaml")
    overrides = "\n".join(f"{k}: {v}" for k, v in options.items())
    hparams = load_hyperpyyaml(text, overrides)
    assert tuple(hparams["labels"]) == LABELS
    assert hparams["preparation"]["labels"] == hparams["labels"]
    assert not hparams["merge"]
