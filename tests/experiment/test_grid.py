"""A grid from its YAML: which runs there are, and what is told of them before
anything is begun."""

import re
import subprocess
import sys

import gridded
import pytest
from places import ROOT

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.corpora.sealing import write_certificate
from speechbrain_zsfuse.experiment.grid.hours import estimate_hours
from speechbrain_zsfuse.experiment.launching.planning import plan_run


@pytest.fixture
def scene(tmp_path, monkeypatch):
    gridded.forget_recipe(monkeypatch)
    return gridded.Scene(tmp_path)


# ----------------------------------------------------------------- planning
def test_a_run_for_each_combination_seed_by_seed(scene):
    scene.write(seeds=[2, 1])
    runs = scene.plan()
    assert [one.name for one in runs] == [
        f"little_{encoder}_{alm}/fold{fold}/{seed}"
        for seed in (2, 1)
        for fold in (1, 2)
        for encoder in ("slow", "fast")
        for alm in ("none", "ear")
    ]
    first = runs[0]
    told = (first.encoder, first.alm, first.fold, first.seed, first.repeats)
    assert told == ("slow", "none", 1, 2, None)
    for one in runs:
        assert one.run == plan_run(one.run.recipe, one.run.arguments)


def test_a_published_split_comes_after_folds_of_ones_own(scene):
    scene.write(folds=["official", 2], encoders=["slow"], alms=["none"])
    folds = [(one.seed, one.fold) for one in scene.plan()]
    seeds = sorted({seed for seed, _ in folds})
    assert folds == [(s, fold) for s in seeds for fold in (2, "official")]


def test_repeats_are_for_what_has_a_model(scene):
    scene.write(encoders=["slow"], folds=None, repeats=["1x1", "2x4"])
    runs = scene.plan("--zero_shot={templates: ['{label} speech']}")
    assert [(one.alm, one.repeats) for one in runs] == [
        ("none", None),
        ("ear", "1x1"),
        ("ear", "2x4"),
    ]
    zero_shot = runs[2].values["zero_shot"]
    assert (zero_shot["audio_repeats"], zero_shot["text_repeats"]) == (2, 4)
    assert "label" in str(zero_shot), "other options of it stay"
    assert runs[0].fold == 1, "that of the YAML"


def test_options_lie_on_top_of_each_other(scene):
    parts = [{"ear": {"lr": 0.3, "loader": {"num_workers": 1}}}, "none"]
    options = {"data_folder": str(scene.place / "corpus"), "lr": 0.5}
    options |= {"results_folder": "elsewhere", "loader": {"batch_size": 2}}
    scene.write(encoders=None, alms=parts, options=options)
    ear, none = scene.plan(f"--results_folder={scene.place}/results")[:2]
    assert ear.results == scene.place / "results"
    assert (ear.values["lr"], none.values["lr"]) == (0.3, 0.5)
    assert ear.values["loader"] == {"batch_size": 2, "num_workers": 1}
    assert "num_workers" not in none.values["loader"]


def test_the_recipe_is_found_from_here_or_from_beside_the_grid(
    scene, monkeypatch
):
    assert scene.plan(), "beside the YAML"
    monkeypatch.chdir(scene.place)
    scene.write(recipe="./Little")
    assert scene.plan()[0].run.recipe == scene.recipe / "train.py"


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"sead": [1]}, "got 'sead'. Did you mean seeds?"),
        ({"data_folder": "/c"}, "options of the recipe stand under `options`"),
        ({"recipe": None}, "there is no `recipe`. Begin with it"),
        ({"recipe": "Litle"}, "a folder with train.py, in Litle or .*Litle, "),
        ({"seeds": [1, 1]}, "`seeds in .*grid.yaml` to be different whole"),
        ({"seeds": [-1]}, r"`seeds in .*` .* but got \[-1\]"),
        ({"seeds": 1}, "`seeds in .*` to be different whole numbers"),
        ({"folds": [2, 2]}, "different values as folds in .*, but got 2 twice"),
        ({"folds": [0]}, r"`folds in .*`.* of at least 1.*, but got \[0\]"),
        ({"folds": ["whole"]}, "at least 1, or official, or null, but got "),
        (
            {"encoders": []},
            r"`encoders in .*` to be a list of names.* got \[\]",
        ),
        ({"encoders": ["slow", "slow"]}, "but got 'slow' twice. Take one out"),
        ({"encoders": ["slwo"]}, "Expected slwo or slwo.yaml.* mean slow"),
        ({"alms": [{"ear": {}, "none": {}}]}, "`alms in .*` to be a list of"),
        ({"alms": [{"ear": {"lrr": 1}}]}, "has no 'lrr'. Did you mean --lr?"),
        ({"repeats": ["1-4"]}, "`repeats in .*` to be a list of audio by text"),
        ({"repeats": ["0x1"]}, "from 1 to 100, but got 0"),
        ({"options": {"lr": -1}}, "Expected --lr to be a number above 0"),
        ({"options": {"seed": 1}}, "no --seed in a grid, but got 1: give `se"),
        ({"options": {"test_only": True}}, "no --test_only in a grid"),
        (
            {"keep_checkpoints": "last"},
            "one of best, all, none, but got 'l",
        ),
        ({"jobs": 0}, "`jobs in .*` to be a whole number of at least 1"),
        ({"jobs": 1, "gpus": [0]}, "Expected jobs or gpus in .*, but got both"),
        ({"gpus": [0], "processes": 2}, "a GPU for each of the 2 processes"),
        ({"submitit": {"cluster": "local"}}, "Expected `timeout_min` in"),
        (
            {"submitit": {"timeout_min": 1, "nodes": 2}},
            "nodes: 1 in `submitit` of the grid, but got 2",
        ),
        (
            {"submitit": {"cluster": "local", "timeout_min": 1, "slum_mem": 1}},
            "(?s)options of its AutoExecutor.*Unknown executor 'slum'",
        ),
        (
            {"submitit": {"timeout_min": 1}},
            "on a machine with slurm, but: Could not detect",
        ),
        (
            {"alms": [{"ear": {"alm_source": f"/{x}/ear"}} for x in "ab"]},
            "(?s)a folder for each run of the grid, but two would be in",
        ),
    ],
)
def test_mistakes_are_told_before_anything_is_begun(
    scene, changes, expected, capsys
):
    base = {"encoders": ["slow"], "alms": ["none"], "folds": None}
    if "options" in changes:
        corpus = {"data_folder": str(scene.place / "corpus")}
        corpus["results_folder"] = str(scene.place / "results")
        changes = changes | {"options": corpus | changes["options"]}
    scene.write(**base | changes)
    assert main(["grid", str(scene.yaml)]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert re.search(expected, said), said
    assert not (scene.recipe / "starts").exists()


@pytest.mark.parametrize(
    "text, expected",
    [
        ("recipe: !new:a.B", "plain values as recipe in .*, but got !new:a.B"),
        ("recipe: [", "Expected YAML in .*grid.yaml, but line"),
        ("- recipe", "there is no `recipe`. Begin with it: recipe: recipes/RA"),
    ],
)
def test_a_damaged_grid_is_refused(scene, text, expected):
    scene.yaml.write_text(text)
    with pytest.raises(ValueError, match=expected):
        scene.plan()


@pytest.mark.parametrize(
    "words, expected",
    [
        (["more.yaml"], "behind the YAML, but got 'more.yaml'"),
        (["--fold=2"], "Expected no --fold in a grid, but got '2': give `fold"),
        (["--epochs=2"], "has no 'epochs'. Did you mean --number_of_epochs"),
        (["--data_folder=/no/such"], "Expected the corpus in /no/such"),
    ],
)
def test_a_command_line_is_checked_too(scene, words, expected):
    with pytest.raises((ValueError, OSError), match=expected):
        scene.plan(*words)


# ------------------------------------------------------------------ dry run
def test_a_dry_run_lists_runs_and_writes_nothing(scene, capsys):
    runs = scene.plan()
    before = {*scene.place.rglob("*")}
    assert main(["grid", str(scene.yaml), "--dry_run"]) == 0
    said = capsys.readouterr().out
    assert "grid.yaml, 8 runs: 8 to do" in " ".join(said.split())
    assert "Sound     not known: no run has prepared the corpus yet" in said
    for one in runs:
        assert f"\nto do     {one.name}\n" in said
    assert {*scene.place.rglob("*")} - before <= {
        *scene.recipe.rglob("*.pyc"),
        *scene.recipe.rglob("__pycache__"),
    }


def test_hours_of_sound_are_those_of_the_splits_by_epochs(scene):
    scene.write(folds=[1, 2], repeats=["1x1", "2x1"])
    runs = scene.plan("--number_of_epochs=3")
    assert estimate_hours(runs, runs) is None
    seconds = {"train": 7200.0, "valid": 3600.0, "test": 1800.0}
    splits = {name: {"clips": 2, "seconds": s} for name, s in seconds.items()}
    runs[3].run.folder.mkdir(parents=True)
    write_certificate(runs[3].run.folder, {"splits": splits})
    # An epoch is 3 h, a run 3 x 3 + 0.5; 12 runs, of fold 2 about as long.
    found = estimate_hours(runs, runs)
    assert found["encoders"] == pytest.approx(12 * 9.5)
    # Whatever the encoder, one model hears 3.5 h alone and 3.5 h repeated.
    assert found["alms"] == pytest.approx(2 * 3.5)
    alone = [one for one in runs if one.alm == "none"]
    assert estimate_hours(runs, alone) == {"encoders": 4 * 9.5, "alms": 0}


def test_crops_are_heard_in_training_alone(scene):
    runs = scene.plan("--number_of_epochs=2", "--clips={crop_seconds: 600.0}")
    split = {"clips": 2, "seconds": 3600.0}
    runs[0].run.folder.mkdir(parents=True)
    splits = dict.fromkeys(("train", "valid", "test"), split)
    write_certificate(runs[0].run.folder, {"splits": splits})
    hours = estimate_hours(runs, runs[:1])["encoders"]
    assert hours == pytest.approx(2 * (2 * 600 / 3600 + 1) + 1)


def test_importing_a_grid_loads_no_torch():
    names = ("run", "commands", "plan", "submitting", "hours")
    room = "speechbrain_zsfuse.experiment.grid"
    code = f"import sys, {', '.join(f'{room}.{name}' for name in names)}; "
    code += "print({*sys.modules} & {'torch', 'speechbrain', 'submitit'})"
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, cwd=ROOT, text=True, capture_output=True)
    assert done.stdout.strip() == "set()", done.stderr
