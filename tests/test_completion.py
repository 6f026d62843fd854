"""Completion of the command ``zsfuse``, by a shell that uses it."""

import os
import shutil
import subprocess
import sys

import pytest
from places import ROOT

BASH = shutil.which("bash")
# What bash does when the key is pressed behind the last word.
ASK = """
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_zsfuse_completion "$1"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """Words to what bash offers; the command is the one of this folder."""
    folder = tmp_path_factory.mktemp("shell")
    command = folder / "zsfuse"
    command.write_text(
        f'#!/bin/sh\nexec {sys.executable} -m speechbrain_zsfuse.cli "$@"\n'
    )
    command.chmod(0o755)
    paths = f"{folder}:{os.environ['PATH']}"
    home = os.environ | {
        "PATH": paths,
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "SHELL": BASH,
    }

    def run(*words):
        done = subprocess.run(
            words, env=home, cwd=folder, text=True, capture_output=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("zsfuse", "--install-completion", "bash")
    [script] = folder.glob(".bash_completions/*")
    assert str(script) in (folder / ".bashrc").read_text()
    return lambda *words: run(BASH, "-c", ASK, "bash", script, *words).split()


@pytest.mark.skipif(not BASH, reason="needs bash")
def test_bash_completes_commands_and_options(shell):
    assert shell("zsfuse", "pre") == ["predict"]
    assert "--per_prompt" in shell("zsfuse", "predict", "--per")
