"""Run a recipe's train.py, here or as a process of its own."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

from places import ROOT

OPTIONS = ["--noprogressbar", "--device=cpu"]


def tiny_options(corpus, results, encoder, alm):
    """Overrides that make a recipe's YAML run here: folders, tiny models."""
    return {
        "data_folder": corpus,
        "results_folder": results,
        "experiment": "test",
        "encoder_source": encoder,
        "alm_source": alm,
        "number_of_epochs": 1,
        "loader": "{num_workers: 0}",
    }


def three_actor_options(corpus, results, encoder, alm):
    """The same on the clips of ``three_actors``."""
    return tiny_options(corpus, results, encoder, alm) | {
        "preparation": "{valid_actors: [2], test_actors: [3]}",
        "allow_mismatch": True,
    }


def flags(options, **changes):
    """Command-line overrides."""
    return [f"--{key}={value}" for key, value in (options | changes).items()]


def output(options, seed=1000, fold=1):
    """Where a run leaves its files, in a folder of its fold if it has one."""
    runs = Path(options["results_folder"]) / options["experiment"]
    folded = runs / f"fold{fold}" / str(seed)
    return runs / str(seed) if (runs / str(seed)).exists() else folded


def train(recipe):
    """Path of a recipe's ``train.py``."""
    return ROOT / "recipes" / recipe / "train.py"


def run_here(monkeypatch, *arguments, recipe="RAVDESS"):
    """As ``python recipes/RAVDESS/train.py …``, without a new interpreter;
    errors come as they are raised."""
    script = str(train(recipe))
    command = [script, *map(str, arguments), *OPTIONS]
    monkeypatch.setattr(sys, "argv", command)
    monkeypatch.syspath_prepend(Path(script).parent)
    try:
        runpy.run_path(script)["main"](command[1:])
    except SystemExit as end:  # the run was finished before
        assert not end.code


def command(*arguments, recipe="RAVDESS", launcher=(sys.executable,)):
    """The command line of a run of its own, on the CPU."""
    return [*launcher, str(train(recipe)), *map(str, arguments), *OPTIONS]


def run_apart(*arguments, **options):
    """Run and return the finished process; its output is captured."""
    return subprocess.run(
        command(*arguments, **options),
        cwd=ROOT,
        text=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{Path(__file__).parent}"},
    )
