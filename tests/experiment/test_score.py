"""Scoring, a step of its own in every recipe."""

import json
import logging

import pytest
import soundfile
from fake_alm import FakeALM
from fake_source import Loudness
from recipe import flags, output, run_here, tiny_options
from records import make_record

from speechbrain_zsfuse.evaluation import read_record, write_record
from speechbrain_zsfuse.evaluation.marks import mark
from speechbrain_zsfuse.experiment import score
from speechbrain_zsfuse.experiment.configuration.composition import TAG

LABELS = ["sad", "angry"]


@pytest.fixture
def run(tmp_path):
    """Hyperparameters, manifests and options of a run on one clip."""
    soundfile.write(tmp_path / "a.wav", [0.5, -0.5] * 400, 16000)
    manifest = tmp_path / "test.csv"
    manifest.write_text("ID,duration,wav\na,0.05,$data_root/a.wav\n")
    hparams = {
        "score_source": None,
        "alm": None,
        "alm_source": None,
        "zero_shot": {"audio_repeats": 2},
        "labels": LABELS,
        "data_folder": tmp_path,
        "output_folder": tmp_path / "run",
        "store_folder": tmp_path / "store",
    }
    return hparams, {"test": manifest}, {"device": "cpu"}


def described(path):
    return json.loads(path.with_suffix(".json").read_text())


def test_an_audio_language_model_scores(run, tmp_path):
    run[0]["alm"] = FakeALM()
    path = score(*run)
    assert path == tmp_path / "run" / "zero_shot_scores.csv"
    assert described(path)["audio_repeats"] == 2
    assert (tmp_path / "store" / "answers.sqlite").exists()


def test_another_source_goes_before_it(run):
    run[0].update(alm=FakeALM(), score_source=Loudness(LABELS))
    path = score(*run)
    assert path.read_text() == "ID,sad,angry\na,0.0,0.5\n"
    assert described(path)["kind"] == "loudness"
    assert not run[0]["alm"].calls


def test_without_either_nothing_is_scored(run, tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        assert score(*run) is None
        assert not caplog.text
        run[0]["alm_source"] = "laion/clap-htsat-unfused"
        assert score(*run) is None
    assert "alm_source is laion/clap-htsat-unfused, but alm is null" in (
        caplog.text
    )
    assert not (tmp_path / "run").exists()


RUN = make_record(
    LABELS,
    corpus="MSP-Podcast",
    encoder={"class": "a.SSLEncoder", "source": "microsoft/wavlm-base"},
)


@pytest.mark.parametrize(
    "source, status, level",
    [
        ("KeiKinn/paraclap", "seen", logging.WARNING),
        ("microsoft/wavlm-base", "clean", logging.INFO),
        ("results/mine", "unknown", logging.INFO),
    ],
)
def test_whether_scores_are_zero_shot_is_noted_and_said(
    source, status, level, run, tmp_path, caplog
):
    write_record(tmp_path / "run", RUN)
    run[0]["alm"] = FakeALM()
    run[0]["alm"].source = source
    with caplog.at_level(logging.INFO):
        score(*run)
    [line] = [r for r in caplog.records if r.message.startswith("The scores")]
    assert line.levelno == level
    record = read_record(tmp_path / "run")
    found = record.contamination["score_source"]
    assert found["status"] == status and mark(found) in line.message
    assert record.contamination["encoder"]["status"] == "clean"


def test_ones_own_ledger_is_asked_first(run, tmp_path):
    write_record(tmp_path / "run", RUN)
    run[0]["alm"] = FakeALM()
    run[0]["alm"].source = "results/mine"
    run[0]["ledger"] = tmp_path / "ledger.yaml"
    run[0]["ledger"].write_text(
        "models: {Mine: {sources: [results/mine], source: us, trained_on: "
        "[{corpora: [MSP-Podcast], source: our notes, sure: authors}]}}"
    )
    score(*run)
    found = read_record(tmp_path / "run").contamination["score_source"]
    assert (found["status"], found["source"]) == ("seen", "our notes")


def test_a_wrong_ledger_is_told_before_anything_is_done(
    ravdess, tiny_wavlm, tmp_path, monkeypatch
):
    wrong = tmp_path / "ledger.yaml"
    wrong.write_text("models: {Mine: {}}")
    options = tiny_options(ravdess, tmp_path, tiny_wavlm, "null")
    options["ledger"] = str(wrong)
    with pytest.raises(ValueError, match="`models.Mine.source` in .*ledger.y"):
        run_here(monkeypatch, "hparams/wavlm_none.yaml", *flags(options))
    assert not list(tmp_path.rglob("certificate.json"))


def test_what_is_no_source_is_refused(run):
    run[0]["score_source"] = "laion/clap-htsat-unfused"
    with pytest.raises(TypeError, match="score.paths., but got 'laion/clap"):
        score(*run)


def test_a_recipe_trains_on_the_scores_of_any_source(
    ravdess, tiny_wavlm, tmp_path, monkeypatch
):
    yaml = tmp_path / "loudness.yaml"
    yaml.write_text(
        f"base: {TAG} [wavlm_none]\n"
        "score_source: !new:fake_source.Loudness\n"
        "    labels: !ref <labels>\n"
    )
    options = tiny_options(ravdess, tmp_path, tiny_wavlm, "null")
    run_here(monkeypatch, yaml, *flags(options))
    folder = output(options)
    metrics = json.loads((folder / "metrics.json").read_text())
    assert "test_zero_shot_alone" in metrics
    assert described(folder / "zero_shot_scores.csv")["kind"] == "loudness"
    header = (folder / "predictions_test.csv").read_text().splitlines()[0]
    assert "zero_shot_angry" in header
    record = read_record(folder)
    assert record.score_source["class"] == "fake_source.Loudness"
    assert metrics["contamination"] == record.contamination
    assert "fake_source.py" in record.code
    assert (folder / "code" / "fake_source.py").is_file()
