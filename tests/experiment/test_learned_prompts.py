"""Weights of prompts, learned on the validation split and on nothing else."""

import json
from io import BytesIO

import numpy as np
import pandas
import pytest
import soundfile
from fake_alm import FakeALM
from recipe import flags, output, run_here, three_actor_options

from speechbrain_zsfuse.evaluation import read_record
from speechbrain_zsfuse.evaluation.metrics.classification import (
    unweighted_average_recall,
)
from speechbrain_zsfuse.experiment import score

LABELS = ["sad", "angry"]
CLIPS = {  # of each split, labels
    "train": ["sad", "angry", "sad"],
    "valid": ["sad", "angry", "angry", "sad", "angry"],
    "test": ["angry", "sad"],
}


@pytest.fixture
def hparams(tmp_path):
    rng = np.random.default_rng(0)
    for split, labels in CLIPS.items():
        for number in range(len(labels)):
            noise = rng.standard_normal(800) * rng.uniform(0.05, 0.5)
            soundfile.write(tmp_path / f"{split}{number}.wav", noise, 16000)
    return {
        "score_source": None,
        "alm": FakeALM(),
        "alm_source": None,
        "zero_shot": {"ensemble": "learned"},
        "labels": LABELS,
        "data_folder": tmp_path,
        "output_folder": tmp_path / "run",
        "store_folder": tmp_path / "store",
    }


def scored(hparams, leave_out=(), **labels):
    """Both files of scores, for some labels in place of the true ones."""
    folder = hparams["data_folder"]
    manifests = {}
    for split, own in (CLIPS | labels).items():
        rows = [
            f"{split}{number},0.05,$data_root/{split}{number}.wav,{label},1"
            for number, label in enumerate(own)
        ]
        if split not in leave_out:
            manifests[split] = folder / f"{split}.csv"
            text = "\n".join(["ID,duration,wav,emotion,speaker", *rows])
            manifests[split].write_text(text)
    path = score(hparams, manifests, {"device": "cpu", "debug": False})
    return path.read_bytes(), path.with_suffix(".json").read_bytes()


def test_only_labels_of_the_validation_split_count(hparams):
    table, description = scored(hparams)
    others = {
        "train": ["angry", "sad", "angry"],
        "test": ["sad", "angry"],
    }
    assert scored(hparams, **others) == (table, description)
    valid = {"valid": ["angry", "sad", "sad", "angry", "sad"]}
    other_table, other_description = scored(hparams, **valid)
    assert other_table != table
    weights, others = (
        json.loads(text)["weights"] for text in (description, other_description)
    )
    assert sum(weights) == pytest.approx(1) and weights != others
    assert all(weight >= 0 for weight in weights) and len(weights) == 3


def test_clips_of_all_splits_are_scored_with_the_weights_that_are_told(
    hparams,
):
    table, description = scored(hparams)
    weights = json.loads(description)["weights"]
    given = {"ensemble": "learned", "weights": weights}
    # Also where nothing can be learned.
    again, _ = scored(hparams | {"zero_shot": given}, leave_out=["valid"])
    rows = table.decode().splitlines()
    assert again.decode().splitlines() == [
        row for row in rows if not row.startswith("valid")
    ]


def test_without_a_validation_split_nothing_is_learned(hparams):
    with pytest.raises(ValueError, match="a manifest 'valid'.*got train, test"):
        scored(hparams, leave_out=["valid"])


def test_a_validation_label_that_is_none_is_named(hparams):
    with pytest.raises(
        ValueError, match=r"\['sad', 'angry'\].* got \['calm'\]"
    ):
        scored(hparams, valid=["sad", "calm"])


def test_repeats_are_chosen_with_learned_weights(hparams, tmp_path):
    hparams["zero_shot"] |= {"audio_repeats": "auto", "text_repeats": "auto"}
    table, description = scored(hparams)
    path = tmp_path / "run" / "amplification.json"
    report = json.loads(path.read_text())
    scores = pandas.read_csv(BytesIO(table), index_col="ID")
    for split in ("valid", "test"):
        best = scores[scores.index.str.startswith(split)].idxmax(axis=1)
        assert report["chosen"][split]["UAR"] == pytest.approx(
            unweighted_average_recall(CLIPS[split], list(best), LABELS)
        )
    told = json.loads(description)
    others = {"train": ["angry", "sad", "angry"], "test": ["sad", "angry"]}
    again, description = scored(hparams, **others)
    assert again == table
    assert json.loads(description)["weights"] == told["weights"]


def test_a_run_goes_on_with_the_same_ensemble_alone(hparams, tmp_path):
    first = scored(hparams)
    (tmp_path / "run" / "save" / "CKPT+1").mkdir(parents=True)
    assert scored(hparams) == first
    others = hparams | {"zero_shot": {"ensemble": "embeddings"}}
    message = "ensemble: 'learned' there, 'embeddings' now"
    with pytest.raises(ValueError, match=message):
        scored(others)
    assert scored(hparams) == first


def test_a_run_whose_prompts_file_was_changed_is_another(hparams, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("source: me\ntemplates: ['{noun}']")
    hparams["zero_shot"] = {"prompts": str(path)}
    scored(hparams)
    (tmp_path / "run" / "save" / "CKPT+1").mkdir(parents=True)
    path.write_text("source: me\ntemplates: ['{adjective}']")
    with pytest.raises(ValueError, match="prompts_sha256: '.*' there, '.*' n"):
        scored(hparams)


def test_a_run_begun_before_ensembles_had_names_goes_on(hparams, tmp_path):
    hparams["zero_shot"] = {}
    first = scored(hparams)
    (tmp_path / "run" / "save" / "CKPT+1").mkdir(parents=True)
    inputs = json.loads((tmp_path / "run" / "inputs.json").read_text())
    known = {"kind", "fingerprint", "labels", "prompts_sha256", "scores"}
    assert {*inputs["scores"]} == known | {"audio_repeats", "text_repeats"}
    assert scored(hparams) == first


def test_a_recipe_runs_with_a_named_set_and_learned_weights(
    three_actors, tiny_wavlm, tiny_clap, tmp_path, monkeypatch, capsys
):
    paths = three_actors, tmp_path, tiny_wavlm, tiny_clap
    options = three_actor_options(*paths)
    way = "--zero_shot={prompts: paraclap_captions, ensemble: learned}"
    run_here(monkeypatch, "hparams/wavlm_clap.yaml", way, *flags(options))
    folder = output(options)
    metrics = json.loads((folder / "metrics.json").read_text())
    assert "test_zero_shot_alone" in metrics
    source = read_record(folder).score_source
    assert source["prompt_set"] == "paraclap_captions"
    assert source["scope"] == "phrase" and source["ensemble"] == "learned"
    assert len(source["weights"]) == len(source["prompts"]) == 4
    said = " ".join(capsys.readouterr().out.split())
    assert "frozen, weights of prompts learned on validation" in said
    assert "but for learned weights of prompts" in said
    beside = json.loads((folder / "zero_shot_scores.json").read_text())
    assert beside["weights"] == source["weights"]
