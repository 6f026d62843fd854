"""Every lobe of the package, found and not listed, and clips to try it on."""

import importlib
import inspect
import itertools
from pathlib import Path

import torch

from speechbrain_zsfuse.audio.window import AUDIO_FILL, LONG_AUDIO
from speechbrain_zsfuse.lobes.base import FrozenALM

FOLDER = Path(inspect.getfile(FrozenALM)).parent
PROMPTS = ["angry speech", "a person speaking sadly", "2 instances of joy"]


def find_lobes():
    """Every class that a file of ``lobes/`` derives from the contract."""
    for path in sorted(FOLDER.glob("*.py")):
        name = f"speechbrain_zsfuse.lobes.{path.stem}"
        if path.stem not in ("__init__", "base"):
            module = importlib.import_module(name)
            for value in vars(module).values():
                if inspect.isclass(value) and value.__module__ == name:
                    if issubclass(value, FrozenALM):
                        yield value


LOBES = list(find_lobes())


def noise(alm, *seconds, seed=1):
    """Clips of noise, of different colour and length."""
    generator = torch.Generator().manual_seed(seed)
    clips = [
        torch.randn(round(s * alm.sample_rate), generator=generator)
        for s in seconds
    ]
    return [
        0.1 * torch.nn.functional.avg_pool1d(clip[None], i + 1, 1)[0]
        for i, clip in enumerate(clips)
    ]


def batch(clips):
    """Padded waveforms and relative lengths."""
    wavs = torch.nn.utils.rnn.pad_sequence(clips, batch_first=True)
    lens = torch.tensor([len(clip) for clip in clips]).double()
    return wavs, lens / wavs.shape[1]


def accepts(lobe, option):
    """Whether the class takes an option."""
    return option in inspect.signature(lobe).parameters


def options(lobe):
    """Every way to hear long and short audio that the lobe offers."""
    choices = {
        "long_audio": LONG_AUDIO,
        "audio_fill": AUDIO_FILL,
        "max_seconds": [1.5],  # without it nothing is long
    }
    offered = [name for name in choices if accepts(lobe, name)]
    rows = itertools.product(*(choices[name] for name in offered))
    rows = [dict(zip(offered, row)) for row in rows]
    return [*rows, {}] if accepts(lobe, "max_seconds") else rows
