"""Bars: for eyes only, and one switch for all of them."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

from places import ROOT

WORK = """
import sys
from speechbrain_zsfuse.progress import show_bar, show_bars
show_bars({on})
for title in ("Counting", "Checking"):
    assert list(show_bar([1, 2], title, unit=" clip", mininterval=0)) == [1, 2]
assert list(show_bar([], "Empty")) == []
show_bar(title="Known before", total=3, initial=3).close()
print("done", file=sys.stderr)
"""


def run_on_terminal(on):
    """What a terminal shows of work with bars."""
    ours, theirs = pty.openpty()
    size = struct.pack("4H", 24, 80, 0, 0)
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
    command = [sys.executable, "-c", WORK.format(on=on)]
    done = subprocess.run(command, cwd=ROOT, stderr=theirs)
    os.close(theirs)
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert done.returncode == 0, shown
    return shown


def test_a_terminal_shows_bars_and_what_is_left_is_an_empty_line():
    shown = run_on_terminal(on=True)
    assert "Counting: 100%" in shown and "Checking: 100%" in shown
    assert "0 clip" in shown or "? clip" in shown
    assert "Empty" not in shown and "Known before" not in shown
    last = shown.removesuffix("done\r\n").split("\r")
    assert shown.endswith("done\r\n") and not last[-1].strip()


def test_one_switch_turns_all_of_them_off():
    assert run_on_terminal(on=False) == "done\r\n"


def test_a_file_holds_no_bars():
    command = [sys.executable, "-c", WORK.format(on=True)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == "done\n"


def test_transformers_reads_weights_without_a_bar(tiny_wavlm, capfd):
    from transformers.utils import logging

    from speechbrain_zsfuse.encoders import SSLEncoder

    logging.enable_progress_bar()
    SSLEncoder(tiny_wavlm)
    assert "Loading weights" not in capfd.readouterr().err
