"""Run a recipe's train.py, here or as a process of its own."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
TRAIN = ROOT / "recipes" / "RAVDESS" / "train.py"


def run_here(monkeypatch, *arguments):
    """As ``python recipes/RAVDESS/train.py …``, without a new interpreter."""
    arguments = [*map(str, arguments), "--noprogressbar", "--device=cpu"]
    monkeypatch.setattr(sys, "argv", [str(TRAIN), *arguments])
    runpy.run_path(str(TRAIN), run_name="__main__")


def command(*arguments, launcher=(sys.executable,)):
    """The command line of a run of its own, on the CPU."""
    options = ["--noprogressbar", "--device=cpu"]
    return [*launcher, str(TRAIN), *map(str, arguments), *options]


def run_apart(*arguments, **options):
    """Run and return the finished process; its output is captured."""
    return subprocess.run(
        command(*arguments, **options),
        cwd=ROOT,
        text=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
