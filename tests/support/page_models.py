"""Recognisers for a page, of random weights, and what is given to them."""

from pathlib import Path

import numpy as np
import soundfile
import torch

from speechbrain_zsfuse.encoders import FilterbankEncoder
from speechbrain_zsfuse.fusion import GatedLogitAddition
from speechbrain_zsfuse.inference import (
    EmotionRecognizer,
    ZeroShotEmotionRecognizer,
)
from speechbrain_zsfuse.inference.model import EmotionModel
from speechbrain_zsfuse.lobes import CLAP
from speechbrain_zsfuse.pooling import MaskedMean

LABELS = ["angry", "happy", "neutral", "sad"]
RATE = 16000  # Hz


def make_recognizer(clap=None, head=None, **options):
    """A trained model, of random weights; with the scores of a CLAP or none."""
    torch.manual_seed(3)
    head = head or GatedLogitAddition(8, len(LABELS))
    model = EmotionModel(FilterbankEncoder(width=8), MaskedMean(8), head)
    zero_shot = clap and ask_words(clap, **options)
    return EmotionRecognizer(model, LABELS, zero_shot)


def ask_words(clap, labels=LABELS, **options):
    """That CLAP alone."""
    return ZeroShotEmotionRecognizer(CLAP(clap), labels, **options)


def write_sound(path, seconds, seed=1, silent=()):
    """A recording that swells and fades; some seconds of it silent."""
    time = np.arange(int(seconds * RATE)) / RATE
    noise = np.random.default_rng(seed).normal(size=len(time))
    wave = 0.3 * np.sin(2 * np.pi * 180 * time) * np.sin(2 * time)
    wave = wave + 0.02 * noise
    for start, end in silent:
        wave[int(start * RATE) : int(end * RATE)] = 0
    soundfile.write(path, wave, RATE)
    return Path(path)
