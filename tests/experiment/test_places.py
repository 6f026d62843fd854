"""A run is found again from anywhere, also after a move."""

from pathlib import Path

import pytest
from hyperpyyaml import load_hyperpyyaml

from speechbrain_zsfuse.experiment.configuration.places import (
    absolute_paths,
    follow,
    saved_where,
)
from speechbrain_zsfuse.experiment.options.command import check_places

TEXT = """
results_folder: /old/results
experiment: wavlm
fold: 2
seed: 1000
output_folder: !ref <results_folder>/<experiment>/fold<fold>/<seed>
encoder_source: !ref <results_folder>/model
"""


def test_relative_paths_become_absolute_where_they_were_typed(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/somebody")
    (tmp_path / "model").mkdir()
    text = (
        "data_folder: ../corpus\nresults_folder: ~/results\n"
        "encoder_source: model\nalm: !new:x.CLAP\n    source: model\n"
        "alm_source: laion/clap-htsat-unfused\nexperiment: model\n"
        "store_folder: !ref <results_folder>/embeddings\nother_folder: null\n"
    )
    text = absolute_paths(text).replace("!new:x.CLAP", "")
    assert load_hyperpyyaml(text) == {
        "data_folder": str(tmp_path.parent / "corpus"),
        "results_folder": "/home/somebody/results",
        "encoder_source": str(tmp_path / "model"),
        "alm": {"source": str(tmp_path / "model")},
        "alm_source": "laion/clap-htsat-unfused",
        "experiment": "model",
        "store_folder": "/home/somebody/results/embeddings",
        "other_folder": None,
    }


@pytest.mark.parametrize(
    "now, results, experiment",
    [
        ("/old/results/wavlm/fold2/1000", "/old/results", "wavlm"),
        ("/new/wavlm/fold2/1000", "/new", "wavlm"),
        ("/new/renamed/fold2/1000", "/new", "renamed"),
    ],
)
def test_a_run_that_was_moved_is_taken_where_it_is(now, results, experiment):
    found = load_hyperpyyaml(follow(TEXT, Path(now)))
    assert found["output_folder"] == now
    assert found["results_folder"] == results
    assert found["experiment"] == experiment
    assert found["encoder_source"] == f"{results}/model"


def test_a_run_without_its_folders_has_an_output_folder_alone():
    found = load_hyperpyyaml(follow(TEXT, Path("/alone")))
    assert found["output_folder"] == "/alone"
    assert found["results_folder"] == "/old/results"


def test_models_that_were_moved_along_are_found(tmp_path):
    (tmp_path / "new" / "wavlm").mkdir(parents=True)
    text = TEXT + "alm_source: /old/wavlm\ntokenizer: /elsewhere/words\n"
    run = tmp_path / "new" / "results" / "wavlm" / "fold2" / "1000"
    found = load_hyperpyyaml(follow(text, run))
    assert found["alm_source"] == str(tmp_path / "new" / "wavlm")
    assert found["tokenizer"] == "/elsewhere/words"


@pytest.mark.parametrize("name", ["a #1", "b: c", "{d}", "2"])
def test_any_name_of_a_folder_will_do(name):
    now = Path(f"/{name}/wavlm/fold2/1000")
    assert load_hyperpyyaml(follow(TEXT, now))["output_folder"] == str(now)
    alone = Path(f"/{name}")
    assert load_hyperpyyaml(follow(TEXT, alone))["output_folder"] == str(alone)


def test_only_a_run_has_a_place(tmp_path):
    assert saved_where(tmp_path / "hyperparams.yaml") is None
    (tmp_path / "save").mkdir()
    assert saved_where(tmp_path / "hyperparams.yaml") == tmp_path
    assert saved_where(tmp_path / "other.yaml") is None


def test_a_corpus_that_is_not_there(tmp_path):
    values = {"data_folder": f"{tmp_path}/none", "download": False}
    with pytest.raises(FileNotFoundError, match="--data_folder=/path/to"):
        check_places(values)
    check_places(values | {"download": True})
    (tmp_path / "nine").mkdir()
    meant = f"Did you mean {tmp_path}/nine[?] Give its path: --data_folder"
    with pytest.raises(FileNotFoundError, match=meant):
        check_places(values)


@pytest.mark.parametrize(
    "key", ["output_folder", "store_folder", "audio_cache"]
)
def test_nothing_is_written_into_the_corpus(tmp_path, key):
    values = {"data_folder": str(tmp_path), key: f"{tmp_path}/inside"}
    with pytest.raises(ValueError, match="outside the corpus"):
        check_places(values)
