"""The README's promises are executed."""

import re

import pytest
from places import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    """Code blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.M | re.S)


@pytest.fixture
def demo(ravdess, tiny_clap, tmp_path, monkeypatch):
    """What the first command leaves, with a CLAP that learned nothing."""
    folder = tmp_path / "results" / "demo"
    folder.mkdir(parents=True)
    (folder / "corpus").symlink_to(ravdess, target_is_directory=True)
    (folder / "clap").symlink_to(tiny_clap, target_is_directory=True)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("code", blocks("python"))
def test_python_examples_run_and_print_what_they_say(code, demo, capsys):
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    promised = re.findall(r"^# (.*)", code, re.M)
    assert len(printed) == len(promised) > 0
    for line, promise in zip(printed, promised):  # the numbers need training
        assert line.split()[0] == promise.split()[0]
        assert -1 <= float(line.split()[1]) <= 1


def test_the_first_commands_are_demo_and_tests():
    demo, tests, *_ = blocks("bash")
    assert "pip install" in demo and "recipes/RAVDESS/demo.py" in demo
    assert "pip install" in tests and "pytest" in tests


def test_every_file_that_is_named_exists():
    links = re.findall(r"\]\((?!http|#)([^)]+)\)", README)
    commands = re.findall(r"recipes/\S+\.py", README)
    for link in links + commands:
        path, _, section = link.partition("#")
        assert (ROOT / path).exists(), link
        if section:  # a heading, as GitHub spells it in a link
            text = (ROOT / path).read_text(encoding="utf-8").lower()
            assert section in re.sub("[ -]+", "-", text), link
