"""The IEMOCAP recipe from end to end, on made-up voices and tiny models."""

import json
from pathlib import Path

import pandas
import pytest
import recipe
from forked import run_forked
from iemocap_prepare import LABELS, MERGE
from places import ROOT
from recipe import output, run_here, tiny_options
from sklearn.metrics import balanced_accuracy_score

from speechbrain_zsfuse.corpora.sealing import (
    read_certificate,
    write_certificate,
)

HPARAMS = ROOT / "recipes" / "IEMOCAP" / "hparams"
YAMLS = sorted(path.stem for path in HPARAMS.glob("*.yaml"))


@pytest.fixture
def options(iemocap, tiny_wavlm, tiny_clap, tmp_path):
    """Overrides that make a YAML run here."""
    return tiny_options(iemocap, tmp_path, tiny_wavlm, tiny_clap)


def flags(options, **changes):
    """Command-line overrides; the small corpus has too few utterances."""
    return [*recipe.flags(options, **changes), "--allow_mismatch"]


@pytest.mark.parametrize("name", YAMLS)
def test_every_part_runs(name, options, tiny_alms, monkeypatch):
    alm = name.rpartition("_")[2]
    source = tiny_alms.get(alm, "null")
    arguments = flags(options, alm_source=source)
    yaml = f"hparams/{name}.yaml"
    run_here(monkeypatch, yaml, *arguments, recipe="IEMOCAP")
    metrics = json.loads((output(options) / "metrics.json").read_text())
    assert ("test_zero_shot_alone" in metrics) == (alm in tiny_alms)
    assert set(metrics["test_parts"]) == {"improvised", "scripted"}
    table = pandas.read_csv(output(options) / "predictions_test.csv")
    uar = balanced_accuracy_score(table["label"], table["prediction"])
    assert metrics["test"]["UAR"] == pytest.approx(uar, abs=1e-12)
    assert {"gender", "session", "duration", "votes"} <= {*table.columns}
    assert {"speaker", "gender", "style"} <= {*metrics["groups"]}
    assert 0 < metrics["soft_labels"]["n"] <= metrics["test"]["n"]
    # the made-up corpus is too small, and nothing hides it
    assert "neutral: expected 1,708" in "".join(metrics["corpus_mismatch"])
    assert table["corpus_mismatch"].all()
    log = (output(options) / "train_log.txt").read_text()
    assert "differences from the known corpus: " in log


def test_the_readmes_command_works_from_the_root(options):
    arguments = ["hparams/wavlm_clap.yaml", *flags(options)]
    done = run_forked(*arguments, recipe="IEMOCAP")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Epoch      1, of the best validation UAR" in done.stdout


def test_a_corpus_that_is_not_whole_is_refused(options, monkeypatch):
    arguments = [a for a in flags(options) if a != "--allow_mismatch"]
    with pytest.raises(ValueError, match="(?s)expected 1,708.*--allow_mis"):
        run_here(
            monkeypatch,
            "hparams/wavlm_none.yaml",
            *arguments,
            recipe="IEMOCAP",
        )


def test_what_cannot_be_downloaded(options, monkeypatch):
    with pytest.raises(ValueError, match="this corpus is under licence"):
        run_here(
            monkeypatch,
            "hparams/wavlm_none.yaml",
            *flags(options),
            "--download",
            recipe="IEMOCAP",
        )


def test_the_yaml_and_the_preparation_agree():
    from hyperpyyaml import load_hyperpyyaml

    text = (HPARAMS / "iemocap.yaml").read_text(encoding="utf-8")
    values = load_hyperpyyaml(
        "labels:" + text.split("\nlabels:")[1].split("preparation:")[0]
    )
    assert tuple(values["labels"]) == LABELS
    assert values["merge"] == MERGE


def test_soft_labels_are_the_raters_votes(options, monkeypatch):
    clips = "{soft_labels: True}"
    run_here(
        monkeypatch,
        "hparams/wavlm_none.yaml",
        *flags(options, clips=clips),
        recipe="IEMOCAP",
    )
    assert (output(options) / "metrics.json").exists()


def test_a_mended_corpus_does_not_wash_a_trained_model(options, monkeypatch):
    """What was trained on a mismatched corpus stays marked."""
    run_here(
        monkeypatch,
        "hparams/wavlm_none.yaml",
        *flags(options),
        recipe="IEMOCAP",
    )
    path = output(options) / "certificate.json"
    mended = read_certificate(path.parent) | {"mismatch": []}
    write_certificate(path.parent, mended)
    run_here(
        monkeypatch,
        "hparams/wavlm_none.yaml",
        *flags(options),
        "--test_only",
        recipe="IEMOCAP",
    )
    assert read_certificate(path.parent)["mismatch"] == []
    metrics = json.loads((output(options) / "metrics.json").read_text())
    assert "neutral: expected 1,708" in "".join(metrics["corpus_mismatch"])
    table = pandas.read_csv(output(options) / "predictions_test.csv")
    assert table["corpus_mismatch"].all()


def test_nothing_is_written_into_the_corpus(options, monkeypatch):
    results = f"{options['data_folder']}/results"
    with pytest.raises(ValueError, match="outside the corpus"):
        run_here(
            monkeypatch,
            "hparams/wavlm_none.yaml",
            *flags(options, results_folder=results),
            recipe="IEMOCAP",
        )
    assert not Path(results).exists()


def test_a_run_keeps_its_code(options, monkeypatch):
    run_here(
        monkeypatch,
        "hparams/wavlm_none.yaml",
        *flags(options),
        recipe="IEMOCAP",
    )
    code = {path.name for path in output(options).rglob("*.py")}
    parts = {f"iemocap_{part}.py" for part in ("audio", "labels", "prepare")}
    assert code == {"train.py", *parts}
    assert not list(output(options).glob("*.py"))  # all of it in one folder
