"""A run on a table of one's own, from the table alone."""

import json
from pathlib import Path

import numpy as np
import pandas
import pytest
import soundfile
from recipe import flags, run_here, train

from speechbrain_zsfuse.corpora import prepare_corpus
from speechbrain_zsfuse.experiment import parse_arguments
from speechbrain_zsfuse.experiment.configuration.settings import differences
from speechbrain_zsfuse.experiment.configuration.trees import read_yaml
from speechbrain_zsfuse.experiment.options.command import read_command

EMOTIONS = {"01": "Neutral", "03": "happiness", "04": "sadness", "05": "Wut"}


@pytest.fixture()
def table(three_actors, tmp_path):
    """A CSV with columns and words as a spreadsheet of somebody has them."""
    paths = sorted(three_actors.glob("*/*.wav"))
    frame = pandas.DataFrame(
        {
            "Datei": [f"C:\\corpus\\{p.parent.name}\\{p.name}" for p in paths],
            "Emo": [EMOTIONS[p.stem[6:8]] for p in paths],
            "Sprecher": [f"  {p.parent.name[-2:]}" for p in paths],
        }
    )
    frame.to_csv(tmp_path / "My voices.csv", sep=";", index=False)
    return tmp_path / "My voices.csv"


def test_a_run_on_a_table(table, three_actors, tiny_clap, monkeypatch, caplog):
    monkeypatch.chdir(table.parent)
    options = {
        "table": table,
        "data_folder": three_actors,
        "columns": "{file: Datei, speaker: Sprecher}",
        "number_of_epochs": 1,
        "loader": "{num_workers: 0}",
        "experiment": "test",
        "alm_source": tiny_clap,
    }
    words = ["hparams/table.yaml+small+clap", *flags(options)]
    run_here(monkeypatch, *words, recipe="Corpora")
    run = table.parent / "results" / "my_voices" / "test" / "fold1" / "1000"
    record = json.loads((run / "run.json").read_text())
    assert record["finished"] and record["corpus"] == "My voices"
    assert record["labels"] == ["happy", "neutral", "sad", "wut"]
    saved = read_yaml((run / "hyperparams.yaml").read_text())
    assert saved["labels"] == record["labels"]  # also if the table changes
    assert saved["data_folder"] == str(three_actors)
    test = pandas.read_csv(run / "predictions_test.csv")
    assert set(test["speaker"]) <= {f"my_voices:0{n}" for n in (1, 2, 3)}
    assert test["speaker"].nunique() == 1
    assert "--labels='[happy, neutral, sad, wut]'" in caplog.text
    assert "--merge='{wut: …}'" in caplog.text
    assert "a person speaking in a wut way" in str(record["score_source"])


def composed(table, *words):
    """The YAML of a run on a table, as text."""
    arguments = ["hparams/table.yaml", f"--table={table}", *words]
    return parse_arguments(arguments, train("Corpora"))[0]


def small(folder, rows="a.wav,sad,1\nb.wav,angry,2\nc.wav,excited,2"):
    """A table of three clips."""
    folder.mkdir(exist_ok=True)
    for name in "abc":
        (folder / f"{name}.wav").touch()
    path = folder / "my.csv"
    path.write_text(f"file,emotion,speaker\n{rows}\n")
    return path


def test_what_is_left_open_follows_from_the_table(tmp_path):
    tree = read_yaml(composed(small(tmp_path)))
    assert tree["labels"] == ["angry", "excited", "sad"]
    assert tree["data_folder"] == str(tmp_path)
    assert tree["results_folder"].endswith("/results/my")
    assert tree["experiment"] == "wavlm_none"  # the table stands in its folder


def test_results_may_lie_beside_what_a_table_lists(tmp_path, monkeypatch):
    """As in the folder where one stands, with table, recordings and results."""
    monkeypatch.chdir(tmp_path)
    small(tmp_path)
    words = ["hparams/table.yaml", "--table=my.csv"]
    _, values, _ = read_command(words, train("Corpora"))
    assert Path(values["output_folder"]).is_relative_to(tmp_path / "results")
    for number in range(6):  # one is no more than noise, but it is heard
        write_noise(tmp_path / f"{number}.wav", number)
    rows = [f"{n}.wav,{e},{n // 2}" for n, e in enumerate(["sad", "calm"] * 3)]
    small(tmp_path, "\n".join(rows))
    options = {"table": "my.csv", "labels": ["sad", "calm"]}
    made = prepare_corpus(tmp_path, tmp_path / "results", **options)
    assert {*made} == {"train", "valid", "test"}
    with pytest.raises(ValueError, match="of its own .* /.*/0.wav lies in"):
        prepare_corpus(tmp_path, tmp_path, **options)
    with pytest.raises(ValueError, match="of its own .* /.*my.csv lies in"):
        read_command([*words, f"--output_folder={tmp_path}"], train("Corpora"))


def write_noise(path, seed):
    noise = np.random.default_rng(seed).uniform(-0.5, 0.5, 8000)
    soundfile.write(path, noise, 16000)


def test_what_is_given_counts(tmp_path):
    words = ["--labels=[sad, angry]", "--results_folder=here"]
    tree = read_yaml(composed(small(tmp_path), *words))
    assert tree["labels"] == ["sad", "angry"]
    assert tree["results_folder"].endswith("/here")
    tree = read_yaml(composed(small(tmp_path), "--merge={excited: happy}"))
    assert tree["labels"] == ["angry", "happy", "sad"]


def test_without_labels_all_emotions_of_a_definition_are_classes():
    def labels(*words):
        words = ["hparams/corpora.yaml", "--data_folder=/data", *words]
        return read_yaml(parse_arguments(words, train("Corpora"))[0])["labels"]

    assert labels("--corpus=urdu") == ["angry", "happy", "neutral", "sad"]
    merged = labels("--corpus=urdu", "--merge={happy: sad}")
    assert merged == ["angry", "neutral", "sad"]
    with pytest.raises(ValueError, match="no definition of thaiser. Give"):
        labels("--corpus=thaiser")


def test_a_table_of_one_emotion(tmp_path):
    with pytest.raises(ValueError, match=r"two emotions in .*my.csv.*sad \(1"):
        composed(small(tmp_path, "a.wav,sad,1"))


def test_a_table_may_move_but_another_is_another_run(tmp_path):
    first = composed(small(tmp_path / "a"), "--results_folder=r")
    second = composed(small(tmp_path / "b"), "--results_folder=r")
    assert differences(first, second)
    (tmp_path / "a" / "my.csv").unlink()
    assert not differences(first, second)
