"""What the pages tell to type is typed: all that needs nothing is run, of the
rest it is checked that it can be understood.
"""

import json
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from documented import OTHERS, check_command, find_blocks
from places import ROOT

from speechbrain_zsfuse.cli import main

PAGES = sorted((ROOT / "docs").glob("*.md"))
READMES = [ROOT / "README.md", *sorted(ROOT.glob("recipes/*/README.md"))]


@pytest.fixture(scope="module")
def demo(tmp_path_factory, ravdess, tiny_clap, tiny_wavlm):
    """``results/demo`` as ``demo.py`` leaves it, with models that learned
    nothing."""
    folder = tmp_path_factory.mktemp("demo")
    for name, place in (
        ("corpus", ravdess),
        ("clap", tiny_clap),
        ("wavlm", tiny_wavlm),
    ):
        (folder / name).symlink_to(place, target_is_directory=True)
    (folder / "ledger.yaml").write_text(json.dumps({"models": {}}))
    return folder


@pytest.fixture
def here(demo, tmp_path, monkeypatch):
    """A folder that looks like the root of the repository after the demo."""
    for name in ("recipes", "speechbrain_zsfuse"):
        (tmp_path / name).symlink_to(ROOT / name, target_is_directory=True)
    shutil.copytree(demo, tmp_path / "results" / "demo", symlinks=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_needs_nothing_runs(page, here, monkeypatch):
    names = {}
    for block in find_blocks(page):
        if block.file:
            path = Path(block.file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.needs or block.language not in ("python", "bash"):
            continue
        elif block.language == "python":
            exec(compile(block.text, block.place, "exec"), names)
        else:
            for words in block.commands:
                run(words, monkeypatch)


def run(words, monkeypatch):
    """A command, without a new interpreter."""
    program, *rest = words
    if program == "zsfuse":
        assert main(rest) == 0, words
    elif program == "python":
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", rest)
            patch.syspath_prepend(Path(rest[0]).parent)
            runpy.run_path(rest[0], run_name="__main__")
    else:
        assert program in OTHERS, words
        subprocess.run(words, check=True)


@pytest.mark.parametrize(
    "page",
    [*PAGES, *READMES],
    ids=lambda page: f"{page.parent.name}/{page.stem}",
)
def test_what_needs_more_can_be_understood(page, here):
    for block in find_blocks(page):
        if block.language == "bash" and (block.needs or page in READMES):
            for words in block.commands:
                check_command(words)
