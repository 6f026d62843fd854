"""The promises of the README are executed, and those of tables in texts."""

import re

import pytest
from documented import find_anchors
from places import ROOT

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.evaluation import build_table_one, gather

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    """Code blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.M | re.S)


@pytest.fixture
def demo(demo_folder, demo_run, tmp_path, monkeypatch):
    """What the first command leaves, of models that learned little."""
    place = tmp_path / "results"
    place.mkdir()
    (place / "demo").symlink_to(demo_folder, target_is_directory=True)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("code", blocks("python"))
def test_python_examples_run_and_print_what_they_say(code, demo, capsys):
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    promised = re.findall(r"^# (.*)", code, re.M)
    # The numbers need training, and so does the order of what is ranked.
    names = [
        sorted(line.split()[0] for line in told) for told in (printed, promised)
    ]
    assert names[0] == names[1] != []
    assert all(-1 <= float(line.split()[1]) <= 1 for line in printed)


def test_the_first_commands_are_the_demo_and_the_last_the_tests():
    demo, *_, tests = blocks("bash")
    assert "pip install" in demo and "recipes/RAVDESS/demo.py" in demo
    assert "pip install" in tests and "pytest" in tests
    lines = [one for one in README.splitlines() if "python -m pytest" in one]
    assert len(lines) == 1, "continuous integration takes the line of these"
    assert lines[0] in tests and '-e ".[dev]"' in lines[0]


def test_every_file_that_is_named_exists():
    links = re.findall(r"\]\((?!http|#)([^)]+)\)", README)
    commands = re.findall(r"recipes/\S+\.py", README)
    for link in links + commands:
        path, _, section = link.partition("#")
        assert (ROOT / path).exists(), link
        assert not section or section in find_anchors(ROOT / path), link


@pytest.mark.parametrize(
    "text",
    [
        "docs/demo.md",
        "recipes/RAVDESS/README.md",
        "recipes/Corpora/README.md",
    ],
)
def test_quoted_tables_are_what_their_results_give(text, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert "<!-- zsfuse table " in (ROOT / text).read_text(encoding="utf-8")
    assert main(["table", "--check", text]) == 0, capsys.readouterr().out


def test_what_the_demo_prints_is_of_the_published_runs(monkeypatch):
    """It is quoted by hand: its numbers are theirs."""
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "demo.md").read_text(encoding="utf-8")
    said = re.search(r"^    FM alone .*?\n    ZS-Fuse .*?\n", page, re.M | re.S)
    quoted = re.findall(r"(\d\.\d{3}) ± (\d\.\d{3})", said[0])
    [corpus] = build_table_one(
        gather(["recipes/RAVDESS/published/demo"])
    ).corpora
    rows = [row.uar for row in corpus.rows[1:]]
    assert quoted == [(f"{u['mean']:.3f}", f"{u['std']:.3f}") for u in rows]


def test_the_small_grid_can_be_run(ravdess, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    words = [f"--data_folder={ravdess}", f"--results_folder={tmp_path}"]
    grid = ["grid", "recipes/RAVDESS/small_grid.yaml", *words, "--dry_run"]
    assert main(grid) == 0
    assert "12 runs: 12 to do" in capsys.readouterr().out
