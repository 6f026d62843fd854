"""`zsfuse publish`: others can load the folder, and it gives nothing away."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from finished_run import LABELS, USER, answers, finish_run

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.hub.publishing.facts import read_facts
from speechbrain_zsfuse.hub.publishing.places import refuse_traces
from speechbrain_zsfuse.hub.publishing.publish import publish
from speechbrain_zsfuse.hub.publishing.verifying import verify

FILES = {
    *("README.md", "config.json", "model.safetensors", "example.wav"),
    *("hyperparams.yaml", "interface.py"),
}
ALM_FILES = {"config.json", "model.safetensors", "tokenizer.json"}


@pytest.fixture(scope="module")
def ledger(home):
    """What is known of models of one's own."""
    clap = {"sources": [str(home / "clap")], "source": "me"}
    licence = {"id": "apache-2.0", "source": "me"}
    path = home / "ledger.yaml"
    content = {"models": {"My CLAP": clap}, "licences": {"My CLAP": licence}}
    path.write_text(json.dumps(content))
    return path


@pytest.fixture(scope="module")
def model(home, run, ledger):
    """The run as it is published, with its CLAP."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        publish(run, home / "model", licence="mit", ledger=ledger)
    return home / "model"


@pytest.fixture(scope="module")
def alone(home, run):
    """A run without an audio-language model."""
    return finish_run(home / "alone", home / "wavlm", signature="1" * 64)


def names(folder):
    return {path.name for path in folder.iterdir() if path.is_file()}


# ----------------------------------------------------------------- the folder
def test_the_folder_holds_the_model_and_it_answers_as_the_run(model, run):
    assert names(model) == FILES
    assert ALM_FILES <= names(model / "alm")
    np.testing.assert_allclose(*answers(model, run), atol=2e-6)


def test_every_python_block_of_the_card_runs(model, home, monkeypatch, capsys):
    monkeypatch.chdir(home)
    shutil.copy(model / "example.wav", home / "recording.wav")
    card = (model / "README.md").read_text()
    blocks = re.findall(r"```python\n(.+?)```", card, re.S)
    assert len(blocks) == 4
    scope = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), scope)
    assert scope["label"][0] in LABELS
    ranked = scope["recognizer"].classify("recording.wav")
    assert scope["answer"].ranked() == ranked
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith(f"{ranked[0]['label']} ")


def test_nothing_of_the_machine_is_in_it(model, run, home):
    card = (model / "README.md").read_text()
    assert "hparams/ravdess.yaml" in card
    wanted = [USER, str(run), str(Path.home()), str(run.parents[1] / "data")]
    for path in model.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for trace in (*wanted, "pytest-of", *("sad-21", "angry-22")):
                assert trace.encode() not in content, (path, trace)


def test_a_place_that_slipped_in_stops_it(run, home, tmp_path):
    spoiled = tmp_path / "results" / "mine"
    shutil.copytree(run, spoiled)
    facts = json.loads((spoiled / "model.json").read_text())
    facts["encoder"]["config"]["notes"] = str(home / "clap")
    facts["alm"]["options"]["source"] = str(home / "clap")
    (spoiled / "model.json").write_text(json.dumps(facts))
    with pytest.raises(ValueError, match=f"(?s)config.json: .*{USER}"):
        publish(spoiled, tmp_path / "new", licence="mit", alm="reference")
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_without_an_audio_language_model(alone, tmp_path):
    told = publish(alone, tmp_path / "m", licence="mit")
    assert told[0] == "Weights: mit."
    assert "the answers to 12 of 12 test clips are those of the run" in told[1]
    assert names(tmp_path / "m") == FILES
    assert not (tmp_path / "m" / "alm").exists()
    np.testing.assert_allclose(*answers(tmp_path / "m", alone), atol=2e-6)


def test_without_the_corpus_the_example_is_compared(alone, tmp_path):
    moved = tmp_path / "mine"
    shutil.copytree(alone, moved)
    (moved / "hyperparams.yaml").write_text("data_folder: /gone\n")
    told = publish(moved, tmp_path / "m", licence="mit")
    assert "test clips are not here to compare with." in told[1]


def test_a_model_that_answers_otherwise_is_not_published(alone, tmp_path):
    publish(alone, tmp_path / "m", licence="mit")
    facts = read_facts(alone)
    spoiled = facts.table["id"][3]
    facts.table.loc[3, "probability_sad"] += 0.01
    clips = {
        name: alone.parents[1] / "data" / f"{name}.wav"
        for name in facts.table["id"]
    }
    told = f"(?s)1 of 12 answers differ:\n  {spoiled}: 0.*Nothing was publ"
    with pytest.raises(ValueError, match=told):
        verify(tmp_path / "m", facts, clips)


def test_a_folder_of_something_else_is_left_alone(alone, run, model, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="holds something else"):
        publish(alone, tmp_path, licence="mit")
    with pytest.raises(FileExistsError, match="holds something else"):
        publish(alone, model, licence="mit")  # that of another run
    (tmp_path / "thesis.txt").unlink()
    (tmp_path / ".m.unfinished").mkdir()  # of one that was killed
    (tmp_path / ".m.unfinished" / "config.json").write_text("{")
    for licence in ("mit", "apache-2.0"):  # the same run again
        publish(alone, tmp_path / "m", licence=licence)
    assert "license: apache-2.0" in (tmp_path / "m" / "README.md").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


# ---------------------------------------------------------------- the command
def test_one_command_publishes_and_uploads(alone, hub, tmp_path, capsys):
    words = ["publish", str(alone), str(tmp_path / "m"), "--licence", "mit"]
    assert main([*words, "--push", "me/ser"]) == 0
    told = capsys.readouterr().out
    assert f"Uploaded: {hub.address}/me/ser/commit/" in told
    assert hub.repositories["me/ser"]["private"]
    files = hub.repositories["me/ser"]["files"]
    assert {*files} == FILES
    assert b'"me/ser"' in files["README.md"]
    assert hub.token not in told


def test_public_is_asked_for_before_anything_is_done(
    alone, hub, tmp_path, monkeypatch, capsys
):
    words = ["publish", str(alone), str(tmp_path / "m"), "--licence", "mit"]
    words += ["--push", "me/ser", "--public"]
    monkeypatch.setattr("typer.confirm", refuse)
    assert main(words) == 1
    assert not hub.repositories and not any(tmp_path.iterdir())
    assert main([*words, "--yes"]) == 0
    assert not hub.repositories["me/ser"]["private"]


def refuse(question, abort):
    import typer

    assert question.startswith("Everybody will see and may copy me/ser")
    raise typer.Abort


@pytest.mark.parametrize(
    "words, told",
    [
        (["--public"], "Expected --public with --push OWNER/NAME"),
        (["--push", "ser"], "Expected `--push` to be owner/name"),
        ([], "none follows from their parts: a speech model: unknown"),
        (
            ["--licence", "mit", "--alm", "take"],
            "Expected --alm to be one of copy",
        ),
    ],
)
def test_what_cannot_be_done_is_said_first(words, told, run, tmp_path, capsys):
    assert main(["publish", str(run), str(tmp_path / "m"), *words]) == 2
    assert told in capsys.readouterr().err
    assert not any(tmp_path.iterdir())


def test_a_folder_with_a_short_name_is_not_found_in_other_words(tmp_path):
    card = tmp_path / "README.md"
    card.write_text("--data_folder=/path/to/data_folder, https://a.org/data\n")
    refuse_traces(tmp_path, ["/data", "/path/to/data", "/org"])
    card.write_text("the corpus in ../data/RAVDESS and `/data`")
    with pytest.raises(ValueError, match=r"README\.md: /data\nNothing was pub"):
        refuse_traces(tmp_path, ["/data"])
