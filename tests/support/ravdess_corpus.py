"""What the tests of RAVDESS's preparation know and do to it."""

import json

import pandas
import soundfile

from speechbrain_zsfuse.audio.reading import read_waveform, resample

CLASSES = {"neutral": 96, "happy": 192, "sad": 192, "angry": 192}
CLIP = "03-01-05-02-01-02-07"
OTHER_ACTOR = "03-01-05-02-01-02-12"


def clip(corpus, name=CLIP, suffix=".wav"):
    return corpus / f"Actor_{name[-2:]}" / f"{name}{suffix}"


def convert(source, target, rate=16000, gain=1.0, channels=1):
    """Write a clip in another format; the suffix says which."""
    waveform, own_rate = read_waveform(source)
    waveform = gain * resample(waveform, own_rate, rate)
    target.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(target, waveform[:, None].repeat(channels, axis=1), rate)


def certificate(folder):
    return json.loads((folder / "certificate.json").read_text())


def check_paper_counts(manifests):
    tables = {split: pandas.read_csv(path) for split, path in manifests.items()}
    assert {s: len(t) for s, t in tables.items()} == {
        "train": 448,
        "valid": 112,
        "test": 112,
    }
    assert set(tables["valid"]["speaker"]) == {16, 17, 19, 20}
    assert set(tables["test"]["speaker"]) == {21, 22, 23, 24}
    everything = pandas.concat(tables.values())
    assert everything["emotion"].value_counts().to_dict() == CLASSES
    assert everything["ID"].is_unique
    assert set(everything.groupby("speaker").size()) == {28}
    return tables
