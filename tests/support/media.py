"""Media for tests of extraction: noise, in whatever ffmpeg writes."""

import json
import shutil
import subprocess

import numpy as np
import pytest
import soundfile

from speechbrain_zsfuse.cli import main

RATE = 24414  # Hz, of TESS; nobody's default
NOISE = np.random.default_rng(0).integers(-9999, 9999, (RATE, 6), np.int16)

needs_ffmpeg = pytest.mark.skipif(
    not all(map(shutil.which, ("ffmpeg", "ffprobe"))),
    reason="the programs ffmpeg and ffprobe are not installed",
)


def make(path, channels=1, *options, samples=None):
    """A file of noise, by ffmpeg; of one channel it is that of the first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    wav = path.with_name("made.wav")
    noise = NOISE[:, :channels] if samples is None else samples
    soundfile.write(wav, noise, RATE)
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(wav), *options]
    subprocess.run([*command, f"file:{path}"], check=True)
    wav.unlink()
    return path


def command(*arguments):
    """Exit status of ``zsfuse extract``."""
    return main(["extract", *map(str, arguments)])


def listing(out):
    return json.loads((out / "extraction.json").read_text())
