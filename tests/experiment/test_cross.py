"""Corpora crossed: two of made-up voices, trained on and tested on."""

import json
import shutil
import sys
import time

import forked
import numpy as np
import pandas
import pytest
import soundfile
from places import ROOT

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.evaluation.columns import probabilities_of
from speechbrain_zsfuse.evaluation.cross.files import read_crossing
from speechbrain_zsfuse.evaluation.cross.matrix import build_matrix
from speechbrain_zsfuse.evaluation.predictions import read_predictions
from speechbrain_zsfuse.experiment.cross import predicting, run
from speechbrain_zsfuse.experiment.cross.description import (
    Balanced,
    read_cross,
)
from speechbrain_zsfuse.experiment.cross.plan import plan_cross
from speechbrain_zsfuse.experiment.cross.run import run_cross
from speechbrain_zsfuse.experiment.launching import running
from speechbrain_zsfuse.inference.recognizer import EmotionRecognizer
from speechbrain_zsfuse.synthetic import make_ravdess

RAVDESS = str(ROOT / "recipes" / "RAVDESS")
THREE = ["neutral", "happy", "sad"]


def corpus(folder, name, **changes):
    """A corpus of three actors, of which nobody has heard."""
    preparation = {"corpus": name, "valid_actors": [2], "test_actors": [3]}
    values = {"recipe": RAVDESS, "data_folder": str(folder)}
    return values | {"options": {"preparation": preparation}} | changes


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """Folder of the same takes of other voices."""
    folder = tmp_path_factory.mktemp("others")
    options = {"seed": 2, "seconds": 0.3, "speakers": [1, 2, 3]}
    make_ravdess(folder, **options, progress=False)
    for path in folder.glob("*/*.wav"):
        if not path.match("03-01-??-??-01-01-??.wav"):
            path.unlink()
    return folder


@pytest.fixture
def write(tmp_path, three_actors, others, tiny_clap, monkeypatch):
    """Writes the YAML of a crossing; None leaves a key out."""
    monkeypatch.syspath_prepend(RAVDESS)
    monkeypatch.setattr(running, "start", forked.start)

    def make(**changes):
        about = {"languages": ["en"], "style": "acted"}
        values = {
            "corpora": {
                "one": corpus(three_actors, "One", about=about),
                "two": corpus(others, "Two", labels=THREE),
            },
            "results_folder": str(tmp_path / "results"),
            "encoders": ["small"],
            "alms": ["none", {"clap": {"alm_source": tiny_clap}}],
            "seeds": [7],
            "options": {
                "allow_mismatch": True,
                "number_of_epochs": 1,
                "loader": {"num_workers": 0},
                "device": "cpu",
            },
        } | changes
        path = tmp_path / "cross.yaml"
        path.write_text(
            json.dumps({k: v for k, v in values.items() if v is not None})
        )
        return path

    return make


def answers(folder):
    """Relative path of each table of predictions to when it was written."""
    tables = (folder / "predictions").rglob("*.csv")
    return {
        str(path.relative_to(folder / "predictions")): path.stat().st_mtime_ns
        for path in tables
    }


def test_two_corpora_are_crossed(write, tmp_path, capsys, monkeypatch):
    alms = json.loads(write().read_text())["alms"][1:]
    path, folder = write(alms=alms), tmp_path / "results"
    matrix = run_cross(path)
    found = {(c.system, c.source, c.target): c for c in matrix.cells}
    pairs = [(one, other) for one in ("one", "two") for other in ("one", "two")]
    alone = [("zero-shot", other) for other in ("one", "two")]
    assert [*found] == [("small+clap", *pair) for pair in alone + pairs]
    said = capsys.readouterr().out
    assert "2 sources by 2 targets; 2 runs, 2 to do" in said
    assert "Systems    small+clap" in said
    # What is in the cells: whole targets, their own tests on the diagonal.
    cell = found["small+clap", "one", "two"]
    assert (cell.clips, cell.speakers, cell.folds) == (15, 3, 1)
    assert cell.shared == THREE and cell.classes == 3 and not cell.within
    assert found["small+clap", "two", "one"].shared == THREE
    assert found["small+clap", "two", "one"].classes == 4
    assert found["small+clap", "two", "one"].shift == [
        *("language ? → en", "style ? → acted", "label source ?")
    ]
    own = found["small+clap", "one", "one"]
    assert own.within and (own.clips, own.speakers) == (7, 1)
    corpora = read_crossing(folder).corpora
    assert corpora["two"].labels == THREE and corpora["two"].name == "Two"
    assert any("angry" in why for why in corpora["two"].left_out)
    # The diagonal is the run's own test; others are what its model says.
    [run] = (folder / "runs" / "one").glob("small_clap*/fold1/7")
    place = folder / "predictions" / "small+clap"
    tested = read_predictions(run / "predictions_test.csv")
    kept = read_predictions(place / "one" / "one" / "fold1_7.csv")
    assert probabilities_of(kept) == pytest.approx(probabilities_of(tested))
    table = read_predictions(place / "one" / "two" / "fold1_7.csv")
    clips = pandas.read_csv(
        folder / "targets" / "two" / "fold1" / "train.csv"
    ).set_index("ID")
    recognizer = EmotionRecognizer.from_pretrained(run, device="cpu")
    table = table[table["id"].isin(clips.index)]
    data = json.loads(path.read_text())["corpora"]["two"]["data_folder"]
    wavs = clips.loc[table["id"], "wav"].str.replace("$data_root", data)
    heard = recognizer.predict(wavs.tolist())
    assert probabilities_of(table) == pytest.approx(
        np.array([one.probabilities for one in heard]), abs=1e-6
    ), "with scores of the store as with the model's own ear"
    # The audio-language model alone is asked the words of the target.
    words = pandas.read_csv(place / "zero-shot" / "two" / "answers.csv")
    assert [n for n in words if n.startswith("probability_")] == [
        f"probability_{label}" for label in THREE
    ]
    # Nothing is trained or predicted twice.
    before = answers(folder)
    monkeypatch.setattr(predicting, "EmotionRecognizer", None)
    run_cross(path)
    assert answers(folder) == before
    monkeypatch.undo()
    lost = place / "one" / "two" / "fold1_7.json"
    lost.unlink()
    csv = place / "two" / "one" / "fold1_7.csv"
    csv.write_text(csv.read_text().replace("neutral", "happy"))
    run_cross(path)
    changed = {k for k, when in answers(folder).items() if when != before[k]}
    assert changed == {
        f"small+clap/{pair}/fold1_7.csv" for pair in ("one/two", "two/one")
    }
    # From files alone.
    (folder / "matrix.csv").unlink()
    shutil.rmtree(folder / "runs")
    shutil.rmtree(folder / "targets")
    assert main(["cross", "--table", str(folder)]) == 0
    assert (folder / "matrix.csv").is_file()
    assert "Chance: 33.3 % of 3 shared classes" in capsys.readouterr().out


def test_another_clip_or_model_is_predicted_anew(write, tmp_path, others):
    copy = shutil.copytree(others, tmp_path / "copy")
    corpora = json.loads(write().read_text())["corpora"]
    corpora["two"]["data_folder"] = str(copy)
    options = {"corpora": corpora, "alms": ["none"], "sources": ["one"]}
    path, folder = write(**options), tmp_path / "results"
    run_cross(path)
    before = answers(folder)
    assert {*before} == {f"small/one/{key}/fold1_7.csv" for key in corpora}
    half = folder / "predictions/small/one/two/.fold1_7.csv.9"
    half.touch()  # as a kill leaves it
    wav = next(copy.rglob("*.wav"))
    wav.write_bytes(wav.read_bytes())  # who knows whether it is the same
    run_cross(path)
    after = answers(folder)
    changed = [name for name in after if after[name] != before[name]]
    assert changed == ["small/one/two/fold1_7.csv"] and not half.exists()


def test_one_speaker_is_a_source(write, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "recipes" / "Corpora")
    voice = tmp_path / "voice"
    make_ravdess(voice, seed=3, seconds=0.3, speakers=[1], progress=False)
    words = {"01": "neutral", "03": "happy", "04": "sad", "05": "angry"}
    rows = [
        (str(path.relative_to(voice)), words[path.name[6:8]], "me")
        for path in sorted(voice.rglob("*.wav"))
    ]
    table = pandas.DataFrame(rows, columns=["file", "emotion", "speaker"])
    table.to_csv(tmp_path / "my.csv", index=False)
    corpora = json.loads(write().read_text())["corpora"]
    mine = {"recipe": str(ROOT / "recipes" / "Corpora"), "folds": ["source"]}
    mine |= {"yaml": "hparams/table.yaml", "data_folder": str(voice)}
    mine |= {"labels": "four", "options": {"table": str(tmp_path / "my.csv")}}
    options = {"corpora": {**corpora, "one": mine}, "alms": ["none"]}
    path = write(**options, sources=["one"])
    [cell] = run_cross(path).cells
    assert (cell.source, cell.target, cell.within) == ("one", "two", False)
    [run] = (tmp_path / "results/runs/one").glob("*/foldsource/7")
    assert (run / "validation.json").is_file()
    assert not (run / "metrics.json").exists(), "nobody is left to test on"
    before = answers(tmp_path / "results")
    monkeypatch.setattr(running, "start", None)
    run_cross(path)
    assert answers(tmp_path / "results") == before
    mine["folds"] = ["source", 1]
    refuse(write(**options, sources=["one"]), "folds, or source, but got both")


def test_killed_while_it_predicts_it_goes_on(write, tmp_path):
    changes = {"alms": ["none"], "sources": ["one"]}
    path, folder = write(**changes), tmp_path / "results"
    words = ["-m", "speechbrain_zsfuse.cli", "cross", str(path)]
    process = forked.begin([sys.executable, *words])
    late = time.monotonic() + 200
    while process.is_alive() and not [*folder.rglob("predictions/*/*/*/*.csv")]:
        assert time.monotonic() < late
        time.sleep(0.01)
    process.kill()
    process.join()
    run_cross(path)
    assert len(build_matrix(folder).cells) == 2
    names = {path.name for path in (folder / "predictions").rglob(".*")}
    assert names == {".one.lock", ".two.lock"}, "no half files"


def test_a_dry_run_checks_and_trains_nothing(
    write, tmp_path, capsys, monkeypatch
):
    bars = []
    monkeypatch.setattr(run, "show_bars", bars.append)
    words = ["--dry_run", "--lr=0.1", "--noprogressbar"]
    assert main(["cross", str(write()), *words]) == 0
    assert bars == [False]
    said = capsys.readouterr().out
    assert "to do     one/small_none," in said and "lr=0.1" in said
    folder = tmp_path / "results"
    assert (folder / "targets/two/fold1/certificate.json").is_file()
    assert not [*folder.rglob("run.json")] and not [*folder.rglob("cross.json")]


def test_a_failure_leaves_the_others(write, capsys, tmp_path, monkeypatch):
    def start(command, log, resources=None):
        if "runs/one" in str(log):
            log.write_text("Expected a microphone, but it is broken.")
            return 1
        return forked.start(command, log, resources)

    monkeypatch.setattr(running, "start", start)
    assert main(["cross", str(write(alms=["none"]))]) == 2
    said = capsys.readouterr()
    assert "Expected 2 finished runs, but 1 failed" in said.err
    assert "microphone" in said.err
    assert len(build_matrix(tmp_path / "results").cells) == 2


# ------------------------------------------------------------------ mistakes
@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"corpora": None}, "there is no `corpora`. Begin with it"),
        ({"corpera": {}}, "Did you mean corpora?"),
        ({"corpora": {}}, "`corpora in .*cross.yaml` to be"),
        ({"corpora": {"a b": {}}}, "`corpora in .*` to be"),
        (
            {"corpora": {"a": {"recipe": "r"}}},
            "a corpus in corpora.a in .* with `data_folder`, but got recipe",
        ),
        (
            {"corpora": {"a": {"recipe": "r", "data_folder": "d", "lr": 1}}},
            "but got 'lr'. .*; options of its recipe stand under `options`",
        ),
        ({"sources": ["three"]}, "sources in .* among its corpora .one, two.,"),
        ({"set": "voxema"}, "`set in .*` to be one of emobox, voxemo"),
        ({"set": "emobox"}, "called iemocap, meld, ravdess, savee, but got on"),
        ({"encoders": ["small", {"small": {"lr": 1}}]}, "'small' twice. Cross"),
        ({"encoders": ["small", "my/small.yaml"]}, "'small' twice. Cross"),
        ({"jobs": 1, "gpus": [0]}, "Expected jobs or gpus in"),
        ({"labels": "five"}, "Corpus one: Expected `labels of one` to be one"),
        ({"labels": ["sad", "bored"]}, "Corpus one: .*is .'bored'.. Change"),
        ({"options": {"seed": 1}}, "Corpus one: .*no --seed in a grid"),
        ({"encoders": ["smal"]}, "Corpus one: Expected smal or .* mean small"),
    ],
)
def test_mistakes_are_told_before_anything_is_trained(
    write, tmp_path, changes, expected, capsys
):
    assert main(["cross", str(write(**changes))]) == 2
    said = " ".join(capsys.readouterr().err.split())
    with pytest.raises(ValueError, match=expected):
        raise ValueError(said)
    assert not [*(tmp_path / "results").rglob("run.json")]


def refuse(path, expected):
    with pytest.raises(ValueError, match=expected):
        run_cross(path)


def test_corpora_that_share_no_two_classes_are_named(write, three_actors):
    corpora = json.loads(write().read_text())["corpora"]
    corpora["one"]["labels"] = ["angry", "sad"]
    refuse(
        write(corpora=corpora),
        "(?s)  one → two: 1 shared .one has angry, sad; two has neutral, happy,"
        " sad.\n  two → one: 1 shared",
    )


def test_a_corpus_is_no_target_of_its_own(write, three_actors):
    corpora = json.loads(write().read_text())["corpora"]
    corpora["two"]["data_folder"] = str(three_actors)
    refuse(write(corpora=corpora), "one and two are not: 15 files are in both")
    corpora = json.loads(write().read_text())["corpora"]
    corpora["two"]["options"]["preparation"]["corpus"] = "One"
    refuse(write(corpora=corpora), "one and two are not: both are One")


def own_table(folder, left_out=()):
    """A corpus of a table: the same takes of the actors, but for some."""
    names = {"05": "angry", "03": "happy", "04": "sad"}
    rows = [
        (path, names[path.stem.split("-")[2]], path.stem[-2:])
        for path in sorted(folder.glob("*/*.wav"))
        if path.stem.split("-")[2] in names and path.stem[-2:] not in left_out
    ]
    table = folder.with_suffix(".csv")
    columns = ["file", "emotion", "speaker"]
    pandas.DataFrame(rows, columns=columns).to_csv(table, index=False)
    options = {"table": str(table), "allow_mismatch": False}
    recipe = {"recipe": str(ROOT / "recipes" / "Corpora")}
    recipe |= {"yaml": "hparams/table.yaml", "data_folder": str(folder)}
    return recipe | {"options": options}


def test_what_a_source_learns_of_is_no_target_though_it_is_not_tested(
    write, three_actors, tmp_path
):
    """Its own test clips alone are crossed; the target is of its training."""
    folder = shutil.copytree(three_actors, tmp_path / "one")
    corpora = json.loads(write().read_text())["corpora"]
    corpora["one"] |= {"clips": "test", "data_folder": str(folder)}
    corpora["two"] = own_table(folder, left_out=["03"])
    path = write(corpora=corpora, sources=["one"])
    refuse(path, "one and two are not: 12 files are in both")


@pytest.mark.parametrize("allowed", [False, True])
def test_copies_of_a_corpus_are_no_other_corpus(
    write, three_actors, tmp_path, allowed, capsys
):
    """Another name, another folder, less loud: the same recordings."""
    folder = shutil.copytree(three_actors, tmp_path / "copy")
    for path in folder.glob("*/*.wav"):
        sound, rate = soundfile.read(path)
        soundfile.write(path, 0.5 * sound, rate)
    corpora = json.loads(write().read_text())["corpora"]
    corpora["two"] = own_table(folder)
    corpora["two"]["options"]["allow_mismatch"] = allowed
    path = write(corpora=corpora, sources=["one"])
    if not allowed:
        refuse(path, "one and two are not: 18 recordings are in both: .* = ")
        return
    run_cross(path, dry_run=True)
    assert "18 recordings are in both" in "".join(capsys.readouterr())


def test_clips_that_a_model_cannot_hear_are_named(write):
    short = {"small": {"encoder": {"longest_seconds": 0.25}}}
    refuse(
        write(encoders=[short], alms=["none"]),
        "(?s)clips of one that the encoder of small can hear, but .* are not:"
        ".*too long.*Take one out of `targets`, or choose",
    )


def test_scores_must_be_of_a_model_that_knows_any_word(write):
    source = "!new:fake_source.Loudness {labels: [neutral, happy, sad, angry]}"
    options = json.loads(write().read_text())["options"]
    refuse(
        write(options=options | {"score_source": source}, alms=["none"]),
        "Expected small to score with its alm, .* it has a score_source. Add",
    )


def test_a_set_says_classes_and_clips(write):
    names = ("iemocap", "meld", "ravdess", "savee")
    corpora = {name: corpus(f"/{name}", name) for name in names}
    cross = read_cross(write(corpora=corpora, set="emobox"))
    assert cross.corpora["meld"].balanced == Balanced(60, 6)
    assert cross.corpora["ravdess"].labels == "four"
    corpora["meld"]["clips"] = "test"
    with pytest.raises(ValueError, match="no `clips` with the set emobox"):
        read_cross(write(corpora=corpora, set="emobox"))
    names = ("cremad", "iemocap", "meld", "msp_podcast")
    corpora = {name: corpus(f"/{name}", name) for name in names}
    found = read_cross(write(corpora=corpora, set="voxemo")).corpora
    assert found["msp_podcast"].part == "Test1"
    assert [one.clips for one in found.values()] == ["whole"] * 3 + ["test"]


def test_a_target_alone_needs_one_fold(write, others):
    cross = read_cross(write(folds=[1, 2], sources=["one"]))
    corpora = {  # actors of one's own are no fold
        key: one._replace(options={}) for key, one in cross.corpora.items()
    }
    plan = plan_cross(cross._replace(corpora=corpora))
    assert [*plan.sides["one"].folds] == [1, 2]
    assert [*plan.sides["two"].folds] == [1]
    assert [*plan.runs] == ["one"] and len(plan.all_runs) == 4
    own = {"recipe": str(ROOT / "recipes" / "Corpora"), "folds": ["official"]}
    own |= {"yaml": "hparams/emodb.yaml", "data_folder": str(others)}
    corpora = {"one": {**own}, "two": {**own}}
    path = write(corpora=corpora, sources=["one"], alms=["none"])
    plan = plan_cross(read_cross(path))
    assert [*plan.sides["one"].folds] == ["official"]
    assert [*plan.sides["two"].folds] == ["whole"], "of one speaker, too"
    assert plan.all_runs[0].fold == "official"


def test_what_a_command_is_of(capsys, tmp_path):
    assert main(["cross"]) == 2
    assert "or --table with its results folder" in " ".join(
        capsys.readouterr().err.split()
    )
    assert main(["cross", "--table", str(tmp_path)]) == 2
    assert "there is no cross.json" in " ".join(capsys.readouterr().err.split())
