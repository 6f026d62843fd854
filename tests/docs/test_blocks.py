"""What the pages tell to type is typed: all that needs nothing is run, of the
rest it is checked that it can be understood.
"""

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
DRAWING = {"figures", "report"}  # slowly; the tests of figures run them
READMES = [ROOT / "README.md", *sorted(ROOT.glob("recipes/*/README.md"))]


@pytest.fixture
def here(demo_folder, page, tmp_path, monkeypatch, request):
    """A folder that looks like the root of the repository after the demo, with
    its run if the page speaks of it."""
    if "results/demo/zsfuse" in page.read_text(encoding="utf-8"):
        request.getfixturevalue("demo_run")
    for name in ("recipes", "speechbrain_zsfuse"):
        (tmp_path / name).symlink_to(ROOT / name, target_is_directory=True)
    shutil.copytree(demo_folder, tmp_path / "results" / "demo", symlinks=True)
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
                run_command(words, monkeypatch)


def run_command(words, monkeypatch):
    """A command, without a new interpreter."""
    program, *rest = words
    if program == "zsfuse" and rest[0] in DRAWING:
        check_command(words)
        assert Path(rest[1]).is_dir()
    elif program == "zsfuse":
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
def test_what_needs_more_can_be_understood(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for block in find_blocks(page):
        if block.language == "bash" and (block.needs or page in READMES):
            for words in block.commands:
                check_command(words)
