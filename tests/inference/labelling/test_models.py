"""Models as labellers: what the command line names, as it is heard."""

from pathlib import Path

import numpy as np
import pandas
import pytest
import soundfile
import torch

from speechbrain_zsfuse.audio.opening import AudioError
from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.encoders import FilterbankEncoder
from speechbrain_zsfuse.fusion import ZSFuseHead
from speechbrain_zsfuse.inference.labelling.clips import find_clips
from speechbrain_zsfuse.inference.labelling.models import (
    ModelChoice,
    RecognizerLabeller,
)
from speechbrain_zsfuse.inference.labelling.stream import label_clips
from speechbrain_zsfuse.inference.model import EmotionModel
from speechbrain_zsfuse.inference.recognizer import EmotionRecognizer
from speechbrain_zsfuse.pooling import MaskedMean


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """A folder: lengths, rates and formats differ; one is no sound."""
    folder = tmp_path_factory.mktemp("recordings")
    draw = np.random.default_rng(1)
    for name, seconds, rate in (
        ("a.wav", 0.6, 16000),
        ("b.flac", 1.5, 48000),
        ("c.ogg", 2.5, 8000),
        ("d.wav", 0.7, 44100),
    ):
        sound = draw.uniform(-0.5, 0.5, round(seconds * rate))
        soundfile.write(folder / name, sound, rate)
    (folder / "e.wav").write_bytes(b"RIFF")
    return folder


@pytest.fixture(scope="module")
def recognizer():
    torch.manual_seed(1)
    encoder = FilterbankEncoder(width=8)
    model = EmotionModel(encoder, MaskedMean(8), ZSFuseHead(8, 2))
    return EmotionRecognizer(model, ["sad", "angry"])


def answers(labeller, folder):
    clips = find_clips([str(folder)])
    return {
        Path(clip.path).name: answer
        for clip, answer in label_clips(labeller, clips, batch_size=3)
    }


def test_answers_are_those_of_single_recordings(recognizer, recordings):
    labeller = RecognizerLabeller(recognizer, ModelChoice("m"))
    found = answers(labeller, recordings)
    assert isinstance(found.pop("e.wav"), AudioError)
    assert [*found] == ["a.wav", "b.flac", "c.ogg", "d.wav"]
    for name, answer in found.items():
        [alone] = recognizer.predict(str(recordings / name))
        assert answer.probabilities == pytest.approx(
            alone.probabilities, abs=1e-6
        )
        assert answer.duration == alone.duration
        assert answer.warnings == alone.warnings


def test_windows_are_those_of_the_recogniser(recognizer, recordings):
    choice = ModelChoice("m", window=1.0, hop=0.5)
    found = answers(RecognizerLabeller(recognizer, choice), recordings)
    path = str(recordings / "c.ogg")
    [alone] = recognizer.predict(path, window=1.0, hop=0.5)
    assert len(alone.segments) == 4
    for mine, theirs in zip(found["c.ogg"].segments, alone.segments):
        assert (mine.start, mine.end) == (theirs.start, theirs.end)
        assert mine.probabilities == pytest.approx(
            theirs.probabilities, abs=1e-6
        )


def test_content_of_a_file_is_heard_as_the_file(recognizer, recordings):
    labeller = RecognizerLabeller(recognizer, ModelChoice("m"))
    content = (recordings / "b.flac").read_bytes()
    sound = labeller.read(content)
    file = labeller.read(str(recordings / "b.flac"))
    assert np.array_equal(sound.waveform, file.waveform)
    assert sound.name == ""
    with pytest.raises(AudioError, match="Cannot use the content: it is trunc"):
        labeller.read(content[: len(content) // 2])


def test_a_model_is_known_by_what_it_answers(recognizer, tiny_clap, tmp_path):
    def identity(place=tiny_clap, labels="sad,shy", prompts="paper"):
        choice = ModelChoice(
            f"clap={place}", labels=labels.split(","), prompts=prompts
        )
        return choice.load().identity

    moved = tmp_path / "moved"
    moved.symlink_to(tiny_clap)
    one = identity()
    assert identity(place=moved) == one
    assert identity(labels="shy,sad") != one
    assert identity(prompts="clsp")["scores"] != one["scores"]
    trained = RecognizerLabeller(recognizer, ModelChoice("m"))
    assert len(trained.identity["weights"]) == 64
    assert trained.identity["scores"] is None


def test_any_words_without_training(tiny_clap, recordings, tmp_path):
    out = tmp_path / "answers.csv"
    status = main(
        [
            *("predict", f"clap={tiny_clap}", str(recordings)),
            *("--labels", "bored,smug", "--per_prompt", "--out", str(out)),
        ]
    )
    assert status == 1
    table = pandas.read_csv(out).set_index("path")
    choice = ModelChoice(f"clap={tiny_clap}", labels=["bored", "smug"])
    [alone] = choice.load().recognizer.predict(
        str(recordings / "a.wav"), per_prompt=True
    )
    row = table.loc[str(recordings / "a.wav")]
    assert row["zero_shot_smug"] == pytest.approx(alone.zero_shot[1], abs=1e-5)
    assert '"prompt": "bored speech"' in row["per_prompt"]
    assert table["error"].notna().tolist() == [False] * 4 + [True]
