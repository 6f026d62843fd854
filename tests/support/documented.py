"""Blocks of code in a page, and what they ask for.

A block that begins with ``# Needs …`` needs what is not here; one that begins
with the name of a file, ``# grid.yaml``, is that file.
"""

import re
import shlex
from dataclasses import dataclass
from itertools import groupby

import typer
from places import ROOT

from speechbrain_zsfuse.cli import app
from speechbrain_zsfuse.experiment.configuration.arguments import (
    parse_arguments,
)

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
_EXTRA = re.compile(r"speechbrain-zsfuse\[(.+)\]")
_READ_AHEAD = ("--table=", "--data_folder={")
_FOLLOWS = ("--labels=[a, b]", "--data_folder=x", "--results_folder=y")
# Programs of others, whose options are theirs.
OTHERS = {"cp", "sed", "mkdir", "export", "hf", "find", ".", "python3"}


@dataclass(frozen=True)
class Block:
    """A fenced block of ``bash``, ``python`` or ``yaml``."""

    place: str
    language: str
    text: str

    @property
    def needs(self):
        """What it needs, in words; empty if nothing."""
        found = re.match(r"# Needs (.+)\n", self.text)
        return found[1] if found else ""

    @property
    def file(self):
        """Path of the file that it is; None if it is none."""
        found = re.match(r"# ([\w/]+\.(?:py|yaml))\n", self.text)
        return found[1] if found else None

    @property
    def commands(self):
        """Words of each command of a block of bash."""
        lines = self.text.replace("\\\n", " ").splitlines()
        for line in lines:
            words = shlex.split(line, comments=True)
            for ends, command in groupby(words, {"&&", "|"}.__contains__):
                if not ends:
                    yield list(command)


def find_blocks(page):
    """Blocks of a page (a Path), in order."""
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(f"{page.name}:{line}", found[1], found[2])


def find_anchors(page):
    """Headings of a page (a Path), as GitHub spells them in links."""
    headings = re.findall(r"^#+ (.+)", page.read_text(encoding="utf-8"), re.M)
    return {
        re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings
    }


def check_command(words):
    """Raise an error unless a command is one, its files and options known;
    nothing is done."""
    program, *rest = words
    if program == "zsfuse":
        _check_zsfuse(rest)
    elif program in ("python", "torchrun"):
        _check_script(rest)
    elif program == "pip":
        setup = (ROOT / "setup.py").read_text(encoding="utf-8")
        for extra in _EXTRA.findall(" ".join(rest)):
            assert f'"{extra}": [' in setup, words
    else:
        assert program in OTHERS, words


def _check_script(words):
    """A script of the repository, or a module."""
    if "-m" in words:
        place = words.index("-m")
        module, *rest = words[place + 1 :]
        if module == "speechbrain_zsfuse.cli":
            _check_zsfuse(rest)
        return
    place = next(i for i, word in enumerate(words) if word.endswith(".py"))
    script = ROOT / words[place]
    assert script.is_file(), words
    options = words[place + 1 :]
    if script.name == "train.py" and options != ["--help"]:
        if any(word.startswith(_READ_AHEAD) for word in options):
            # What follows from a table or corpora that are not here.
            options += [o for o in _FOLLOWS if not _is_given(o, options)]
        parse_arguments(options, script)


def _is_given(option, words):
    return any(w.startswith(option.partition("=")[0] + "=") for w in words)


def _check_zsfuse(words):
    """As the command line reads it."""
    command, name, outer = typer.main.get_command(app), "zsfuse", None
    while hasattr(command, "resolve_command"):
        outer = command.make_context(name, [*words], parent=outer)
        name, command, words = command.resolve_command(
            outer, [*outer._protected_args, *outer.args]
        )
    with command.make_context(name, [*words], parent=outer) as context:
        if name == "study":
            yaml, *options = context.params["words"]
            script = (ROOT / yaml.split("+")[0]).parents[1] / "train.py"
            first = str(ROOT / yaml) if (ROOT / yaml).exists() else yaml
            parse_arguments([first, *options], script)
