"""Repeats that are chosen on validation: what decides, and what must not."""

import json
import shutil
from pathlib import Path

import forked
import numpy as np
import pandas
import pytest
import soundfile
from fake_alm import FakeALM
from recipe import flags, output, run_here, three_actor_options
from records import make_record

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.evaluation import read_record, write_record
from speechbrain_zsfuse.evaluation.fallback import join_answers
from speechbrain_zsfuse.evaluation.metrics.classification import (
    unweighted_average_recall,
)
from speechbrain_zsfuse.evaluation.summary import write_validation
from speechbrain_zsfuse.experiment import score
from speechbrain_zsfuse.experiment.configuration.arguments import (
    parse_arguments,
)
from speechbrain_zsfuse.experiment.configuration.references import resolve
from speechbrain_zsfuse.experiment.configuration.settings import signature
from speechbrain_zsfuse.experiment.launching import running
from speechbrain_zsfuse.experiment.resuming.inputs import check_inputs
from speechbrain_zsfuse.zeroshot import ZeroShotScorer
from speechbrain_zsfuse.zeroshot.source import DualEncoderSource

LABELS = ["sad", "angry"]
AUTO = {"audio_repeats": "auto", "text_repeats": "auto"}


def write_split(folder, split, count, seed):
    """Clips of two loudnesses, and their manifest."""
    generator = np.random.default_rng(seed)
    rows = ["ID,duration,wav,emotion,speaker"]
    for index in range(count):
        name = f"{split}{index}"
        wave = generator.standard_normal(1600) * generator.uniform(0.01, 0.3)
        soundfile.write(folder / f"{name}.wav", wave, 16000)
        emotion = LABELS[index % 2]
        rows.append(f"{name},0.1,$data_root/{name}.wav,{emotion},{index % 3}")
    path = folder / f"{split}.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.fixture
def run(tmp_path):
    """Hyperparameters, manifests and options of a run on 27 clips."""
    manifests = {
        split: write_split(tmp_path, split, count, seed)
        for seed, (split, count) in enumerate(
            {"train": 3, "valid": 12, "test": 12}.items()
        )
    }
    hparams = {
        "score_source": None,
        "alm": FakeALM(),
        "alm_source": None,
        "zero_shot": AUTO,
        "labels": LABELS,
        "data_folder": tmp_path,
        "output_folder": tmp_path / "run",
        "store_folder": tmp_path / "store",
    }
    (tmp_path / "run").mkdir()
    return hparams, manifests, {"device": "cpu", "debug": False}


def read(folder, name):
    return json.loads((folder / "run" / name).read_text())


def best_by_hand(run, split, folder):
    """UAR of each combination, computed on another way."""
    hparams, manifests, _ = run
    rows = pandas.read_csv(manifests[split])
    paths = [str(folder / f"{name}.wav") for name in rows["ID"]]
    uars = {}
    for a in (1, 2, 3, 4):
        for t in (1, 2, 3, 4):
            scorer = ZeroShotScorer(
                FakeALM(), LABELS, audio_repeats=a, text_repeats=t
            )
            source = DualEncoderSource(scorer, folder / "other", "cpu")
            best = source.score(paths).argmax(1)
            uars[a, t] = unweighted_average_recall(
                list(rows["emotion"]), [LABELS[i] for i in best], LABELS
            )
    return uars


def test_the_best_on_validation_with_the_fewest_repeats(run, tmp_path):
    path = score(*run)
    uars = best_by_hand(run, "valid", tmp_path)
    top = max(uars.values())
    expected = min(
        (cell for cell in uars if uars[cell] == top),
        key=lambda cell: (cell[0] * cell[1], *cell),
    )
    assert len({*uars.values()}) > 1, "a choice that has something to choose"
    said = json.loads(path.with_suffix(".json").read_text())
    assert (said["audio_repeats"], said["text_repeats"]) == expected
    assert said["chosen"] == {
        "on": "valid",
        "by": "zero_shot",
        "audio_repeats": [1, 2, 3, 4],
        "text_repeats": [1, 2, 3, 4],
    }
    table = pandas.read_csv(tmp_path / "run" / "amplification.csv")
    cells = list(zip(table["audio_repeats"], table["text_repeats"]))
    for split in ("valid", "test"):
        by_hand = best_by_hand(run, split, tmp_path)
        found = dict(zip(cells, table[f"{split}_UAR"]))
        assert found == pytest.approx(by_hand)
    # The model hears no more than two repetitions.
    same = dict(zip(cells, table["same_as"].fillna("")))
    assert same[3, 2] == "2x2" and same[4, 1] == "2x1" and same[2, 3] == ""


def test_the_scores_are_those_of_the_chosen_repeats_given_as_numbers(
    run, tmp_path
):
    chosen = score(*run)
    said = read(tmp_path, "zero_shot_scores.json")
    numbers = {k: said[k] for k in ("audio_repeats", "text_repeats")}
    hparams = run[0] | {"zero_shot": numbers, "output_folder": tmp_path / "two"}
    (tmp_path / "two").mkdir()
    given = score(hparams, *run[1:])
    assert chosen.read_bytes() == given.read_bytes()
    assert "chosen" not in json.loads(given.with_suffix(".json").read_text())
    assert not (tmp_path / "two" / "amplification.json").exists()


def test_test_labels_have_no_say(run, tmp_path):
    path = score(*run)
    decided = [path.read_bytes(), path.with_suffix(".json").read_bytes()]
    first = read(tmp_path, "amplification.json")
    reported = []
    for seed in range(5):
        rows = pandas.read_csv(run[1]["test"], dtype=str)
        drawn = np.random.default_rng(seed).permutation(rows["emotion"])
        rows.assign(emotion=drawn).to_csv(run[1]["test"], index=False)
        path = score(*run)
        again = [path.read_bytes(), path.with_suffix(".json").read_bytes()]
        assert again == decided
        report = read(tmp_path, "amplification.json")
        assert report["chosen"]["valid"] == first["chosen"]["valid"]
        for name in ("audio_repeats", "text_repeats"):
            assert report["chosen"][name] == first["chosen"][name]
        reported.append(report["oracle"]["test"]["UAR"])
    assert len({*reported}) > 1, "the report is of the labels it was given"


def test_validation_labels_do_have_a_say(run, tmp_path):
    def chosen(flip):
        rows = pandas.read_csv(run[1]["valid"], dtype=str)
        if flip:
            rows["emotion"] = rows["emotion"].map(
                dict(zip(LABELS, LABELS[::-1]))
            )
        rows.to_csv(run[1]["valid"], index=False)
        score(*run)
        said = read(tmp_path, "amplification.json")["chosen"]
        return said["audio_repeats"], said["text_repeats"]

    assert chosen(flip=False) != chosen(flip=True)


@pytest.mark.parametrize(
    "zero_shot", [{"audio_repeats": 2, "text_repeats": "auto"}, AUTO]
)
def test_a_number_stays_and_other_values_can_be_looked_at(
    run, tmp_path, zero_shot
):
    run[0].update(zero_shot=zero_shot, amplification={"repeats": [2, 5]})
    score(*run)
    table = pandas.read_csv(tmp_path / "run" / "amplification.csv")
    open_audio = zero_shot["audio_repeats"] == "auto"
    assert set(table["audio_repeats"]) == ({2, 5} if open_audio else {2})
    assert list(table["text_repeats"])[:2] == [2, 5]
    assert read(tmp_path, "amplification.json")["default"] is None


def test_a_run_that_has_begun_keeps_its_choice(run, tmp_path):
    score(*run)
    before = read(tmp_path, "zero_shot_scores.json")
    kept = (tmp_path / "run" / "amplification.json").read_bytes()
    (tmp_path / "run" / "save" / "CKPT+1").mkdir(parents=True)
    shutil.rmtree(tmp_path / "store")
    rows = pandas.read_csv(run[1]["valid"], dtype=str)  # whatever it says now
    rows["emotion"] = rows["emotion"].map(dict(zip(LABELS, LABELS[::-1])))
    rows.to_csv(run[1]["valid"], index=False)
    score(*run)
    assert read(tmp_path, "zero_shot_scores.json") == before
    assert (tmp_path / "run" / "amplification.json").read_bytes() == kept


@pytest.mark.parametrize("split", ["valid", "test"])
def test_a_class_without_clips_is_told_with_its_file(run, split):
    rows = pandas.read_csv(run[1][split], dtype=str)
    rows[rows["emotion"] != "sad"].to_csv(run[1][split], index=False)
    with pytest.raises(
        ValueError, match=f"in .*{split}.csv, .* none of sad. G"
    ):
        score(*run)


def test_a_run_without_a_test_reads_no_test_labels(run, tmp_path):
    rows = pandas.read_csv(run[1]["test"], dtype=str)
    rows.drop(columns="emotion").to_csv(run[1]["test"], index=False)
    run[0]["evaluate_test"] = False
    score(*run)
    assert read(tmp_path, "zero_shot_scores.json")["chosen"]["on"] == "valid"
    assert not (tmp_path / "run" / "amplification.json").exists()


def test_each_input_is_heard_once(run):
    run[1]["train"] = run[1]["valid"]
    score(*run)
    splits, inputs, batches = 2, 2, 2  # 12 clips in batches of 8
    assert run[0]["alm"].calls == splits * inputs * batches


@pytest.fixture
def options(three_actors, tiny_wavlm, tiny_clap, tmp_path):
    paths = three_actors, tmp_path, tiny_wavlm, tiny_clap
    zero_shot = "{audio_repeats: auto, text_repeats: auto}"
    return three_actor_options(*paths) | {"zero_shot": zero_shot}


def test_a_recipe_trains_on_what_was_chosen(options, monkeypatch, capsys):
    arguments = ["hparams/small_clap.yaml", *flags(options)]
    run_here(monkeypatch, *arguments)
    folder = output(options)
    record, table = (
        read_record(folder),
        pandas.read_csv(folder / "amplification.csv"),
    )
    report = json.loads((folder / "amplification.json").read_text())
    chosen = record.score_source
    best = table[table["valid_UAR"] == table["valid_UAR"].max()]
    assert [chosen["audio_repeats"], chosen["text_repeats"]] in best[
        ["audio_repeats", "text_repeats"]
    ].values.tolist()
    assert chosen["chosen"]["by"] == "zero_shot"
    assert "audio_repeats: auto" in (folder / "hyperparams.yaml").read_text()
    metrics = record.metrics["test_zero_shot_alone"]["UAR"]
    assert metrics == pytest.approx(report["chosen"]["test"]["UAR"])
    assert report["oracle"]["test"]["UAR"] == table["test_UAR"].max()
    assert report["worst"]["test"]["UAR"] == table["test_UAR"].min()
    printed = " ".join(capsys.readouterr().out.split())
    said = "{audio_repeats}x{text_repeats} chosen on validation".format(
        **chosen
    )
    assert f"Repeats {said}" in printed and "regret" in printed
    assert printed.count("unknown), but for repeats chosen on validation") == 2
    assert "frozen, repeats chosen on validation" in printed
    run_here(monkeypatch, *arguments)
    assert "Finished before" in capsys.readouterr().out
    assert main(["choice", str(folder.parent)]) == 0
    judged = json.loads((folder.parent / "choices.json").read_text())
    assert judged["n"] == 1 and judged["choices"][0]["folder"] == str(folder)
    assert f"in {judged['oracles']} of 1; mean" in capsys.readouterr().out


class Trainer:
    """In the place of ``running.start``: a trial is made up at once."""

    def __init__(self):
        self.tried, self.broken, self.without_scores = [], None, None

    def __call__(self, command, log, resources):
        text, _ = parse_arguments(command[2:], command[1])
        values = resolve(text)
        cell = tuple(values["zero_shot"].values())
        assert values["evaluate_test"] is False
        assert values["number_of_epochs"] == 2 and values["seed"] == 7
        self.tried.append(cell)
        if cell == self.broken:
            log.write_text("Expected a microphone, but it is broken.\n")
            return 2
        folder = Path(values["output_folder"])
        assert not (folder / "validation.json").exists()
        (folder / "save" / "CKPT+1").mkdir(parents=True)
        record = make_record(LABELS, seed=7, signature=signature(text))
        write_record(folder, record)
        uar = 0.9 if cell == (2, 1) else 0.5
        valid = {"epoch": 2, "UAR": uar}
        if self.without_scores is not None:
            valid = join_answers([valid, {"UAR": self.without_scores}])
        write_validation(folder, valid)
        return 0


SETTINGS = """
seed: 7
lr: 1
experiment: whole
output_folder: /nowhere
number_of_epochs: 30
evaluate_test: True
zero_shot: {audio_repeats: auto, text_repeats: auto}
"""


@pytest.fixture
def tried(run, tmp_path, monkeypatch):
    """A run whose repeats are chosen by trials, and who makes these up."""
    trainer = Trainer()
    monkeypatch.setattr(running, "start", trainer)
    (tmp_path / "run" / "hyperparams.yaml").write_text(SETTINGS)
    run[0].update(
        recipe=tmp_path / "train.py",
        amplification={"select": "fused", "short_epochs": 2},
    )
    run[2]["overridden_args"] = ()
    return trainer


def test_one_trial_for_all_that_sounds_the_same(run, tried, tmp_path):
    score(*run)
    assert tried.tried == [(a, t) for a in (1, 2) for t in (1, 2, 3, 4)]
    said = read(tmp_path, "zero_shot_scores.json")
    assert (said["audio_repeats"], said["text_repeats"]) == (2, 1)
    table = pandas.read_csv(tmp_path / "run" / "amplification.csv")
    fused = table.set_index(["audio_repeats", "text_repeats"])[
        "fused_valid_UAR"
    ]
    assert fused[2, 1] == fused[3, 1] == fused[4, 1] == 0.9
    assert fused[1, 1] == fused[4, 4] == 0.5


def test_trials_are_judged_by_fusion_also_where_a_head_would_do_without(
    run, tried, tmp_path
):
    tried.without_scores = 0.95
    score(*run)
    said = read(tmp_path, "zero_shot_scores.json")
    assert (said["audio_repeats"], said["text_repeats"]) == (2, 1)


def test_training_clips_too_tell_what_sounds_the_same(run, tried, monkeypatch):
    def effective_input(alm, samples, repeats):
        return repeats if samples > 1600 else 1  # the window is full at once

    monkeypatch.setattr(FakeALM, "effective_input", effective_input)
    run[0]["zero_shot"] = {"audio_repeats": "auto"}
    score(*run)
    assert tried.tried == [(1, 1)]
    tried.tried.clear()
    wave = np.random.default_rng(0).uniform(-0.1, 0.1, 3200)
    soundfile.write(run[0]["data_folder"] / "train0.wav", wave, 16000)
    score(*run)
    assert tried.tried == [(2, 1), (3, 1), (4, 1)]


def test_a_trial_that_fails_is_told_and_the_others_are_kept(
    run, tried, tmp_path
):
    tried.broken = (2, 1)
    with pytest.raises(RuntimeError, match="(?s)a2t1 .*it is broken."):
        score(*run)
    assert not (tmp_path / "run" / "zero_shot_scores.csv").exists()
    tried.broken = None
    before = len(tried.tried)
    score(*run)
    assert tried.tried[before:] == [(2, 1), (2, 2), (2, 3), (2, 4)]


def test_trials_of_other_settings_do_not_count(run, tried, tmp_path):
    score(*run)
    before = len(tried.tried)
    other = SETTINGS.replace("lr: 1", "lr: 2")
    (tmp_path / "run" / "hyperparams.yaml").write_text(other)
    score(*run)
    assert len(tried.tried) == 2 * before


@pytest.mark.parametrize("kind", ["clips", "weights"])
def test_trials_on_other_clips_do_not_count(run, tried, tmp_path, kind):
    score(*run)
    before = len(tried.tried)
    score(*run)
    assert len(tried.tried) == before
    check_inputs(tmp_path / "run", kind, {"a": "other"})
    score(*run)
    assert len(tried.tried) == 2 * before


def test_a_report_that_is_lost_or_damaged_is_written_again(
    run, tried, tmp_path, caplog
):
    score(*run)
    folder, before = tmp_path / "run", len(tried.tried)
    files = [folder / f"amplification.{kind}" for kind in ("json", "csv")]
    kept = [file.read_bytes() for file in files]
    assert b"fused_valid_UAR" in kept[1]
    (folder / "save" / "CKPT+1").mkdir(parents=True)
    for damage in (None, "{", "{}"):
        for file in files:
            file.unlink()
        if damage:
            files[0].write_text(damage)
        score(*run)
        assert [file.read_bytes() for file in files] == kept
    assert len(tried.tried) == before, "what trials came to is still there"
    assert caplog.text.count("It is written again now.") == 2


def test_debugging_tries_nothing(run, tried):
    run[2]["debug"] = True
    score(*run)
    assert not tried.tried


def test_a_run_is_tested_or_it_is_not(options, monkeypatch):
    arguments = ["hparams/small_clap.yaml", *flags(options)]
    with pytest.raises(ValueError, match="but evaluate_test is off. Leave -"):
        run_here(monkeypatch, *arguments, "--test_only", "--evaluate_test=no")


def test_a_run_that_is_not_tested_says_so_and_can_be_tested_later(
    options, monkeypatch, capsys
):
    arguments = ["hparams/small_none.yaml", *flags(options)]
    arguments = [word for word in arguments if "zero_shot" not in word]
    run_here(monkeypatch, *arguments, "--evaluate_test=no")
    folder = output(options)
    assert "Not tested, since evaluate_test is off; validation.json in" in (
        " ".join(capsys.readouterr().out.split())
    )
    assert not (folder / "predictions_test.csv").exists()
    found = json.loads((folder / "validation.json").read_text())["valid"]
    run_here(monkeypatch, *arguments)
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["valid"]["UAR"] == found["UAR"]


def test_the_command_says_where_no_run_has_chosen(tmp_path, capsys):
    assert main(["choice", str(tmp_path)]) == 2
    assert "Run a recipe with --zero_shot='{audio" in capsys.readouterr().err


def test_short_fused_runs_choose_and_are_never_tested(
    options, monkeypatch, tmp_path
):
    options |= {
        "zero_shot": "{audio_repeats: auto, text_repeats: 2}",
        "amplification": "{select: fused, repeats: [1], short_epochs: 1}",
    }
    arguments = ["hparams/small_clap.yaml", *flags(options)]
    monkeypatch.setattr(running, "start", forked.start)
    run_here(monkeypatch, *arguments)
    folder = output(options)
    table = pandas.read_csv(folder / "amplification.csv")
    trials = sorted(path.name for path in (folder / "choice").glob("*/"))
    same = dict(zip(table["audio_repeats"], table["same_as"].fillna("")))
    assert trials == [f"a{a}t2" for a in same if not same[a]]
    for name in trials:
        place = folder / "choice" / name
        found = json.loads((place / "validation.json").read_text())["valid"]
        row = table[table["audio_repeats"] == int(name[1])]
        assert row["fused_valid_UAR"].item() == found["UAR"]
        valid = pandas.read_csv(place / "predictions_valid.csv")
        assert found["UAR"] == pytest.approx(
            unweighted_average_recall(
                list(valid["label"]),
                list(valid["prediction"]),
                ["neutral", "happy", "sad", "angry"],
            )
        )
        assert not (place / "predictions_test.csv").exists()
        assert not (place / "metrics.json").exists()
        assert "test" not in (place / "train_log.txt").read_text()
        assert not (place / "save").exists(), "weights take room"
    assert read_record(folder).score_source["chosen"]["short_epochs"] == 1
    report = json.loads((folder / "amplification.json").read_text())
    assert report["by"] == "fused"
