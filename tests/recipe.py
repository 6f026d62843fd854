"""Run a recipe's train.py, here or as a process of its own."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
OPTIONS = ["--noprogressbar", "--device=cpu"]


def train(recipe):
    """Path of a recipe's ``train.py``."""
    return ROOT / "recipes" / recipe / "train.py"


def run_here(monkeypatch, *arguments, recipe="RAVDESS"):
    """As ``python recipes/RAVDESS/train.py …``, without a new interpreter."""
    script = str(train(recipe))
    monkeypatch.setattr(sys, "argv", [script, *map(str, arguments), *OPTIONS])
    runpy.run_path(script, run_name="__main__")


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
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
