"""The same recording is known in any format, and no other is taken for it."""

import numpy as np
import pytest
import soundfile

from speechbrain_zsfuse.audio.reading import resample
from speechbrain_zsfuse.corpora.recordings.duplicates import (
    envelope,
    read_envelope,
    sounds_like,
)
from speechbrain_zsfuse.synthetic.voice import SAMPLE_RATE, speak

TAKE = (1, 3, "sad", 2, 1)  # seed, speaker, emotion, intensity, statement


@pytest.fixture(scope="module")
def voices():
    """Two takes of one sentence, equally long."""
    takes = [speak(*TAKE, repetition) for repetition in (1, 2)]
    size = min(map(len, takes))
    return [take[:size] for take in takes]


def written(tmp_path, waveform, rate, suffix, channels, subtype):
    path = tmp_path / f"copy{suffix}"
    samples = waveform[:, None].repeat(channels, axis=1)
    soundfile.write(path, samples, rate, subtype)
    return read_envelope(path)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize(
    "suffix, channels, gain, subtype",
    [
        (".wav", 2, 0.1, "PCM_16"),
        (".wav", 1, -1.0, "ULAW"),  # the wires crossed
        (".flac", 1, 0.5, "PCM_24"),
        (".mp3", 1, 1.0, None),
        (".ogg", 2, 1.0, "VORBIS"),
    ],
)
def test_a_copy_is_known_in_any_format(
    voices, tmp_path, rate, suffix, channels, gain, subtype
):
    waveform = gain * resample(voices[0], SAMPLE_RATE, rate)
    first, second = (envelope(voice, SAMPLE_RATE) for voice in voices)
    copy = written(tmp_path, waveform, rate, suffix, channels, subtype)
    assert sounds_like(copy, [first, second]).tolist() == [True, False]


def test_a_copy_may_come_late(voices):
    late = np.concatenate([np.zeros(800, "float32"), voices[0]])  # 50 ms
    copy, original = (envelope(w, SAMPLE_RATE) for w in (late, voices[0]))
    assert sounds_like(copy, [original]).all()
    assert sounds_like(original, [copy]).all()


def test_correlation_is_that_of_the_formula(voices):
    first, second = (envelope(voice, SAMPLE_RATE) for voice in voices)
    for values in (first, second):
        assert values.mean() == pytest.approx(0.0, abs=1e-6)
        assert np.linalg.norm(values) == pytest.approx(1.0, abs=1e-6)
    correlation = np.corrcoef(first, second)[0, 1]
    assert first @ second == pytest.approx(correlation, abs=1e-6)


def test_a_silent_or_constant_recording_is_like_no_other():
    flat = envelope(np.full(8000, 0.1, "float32"), 8000)
    silent = envelope(np.zeros(8000, "float32"), 8000)
    assert not sounds_like(silent, [silent, flat]).any()
    assert np.isfinite(flat).all() and not silent.any()


def test_no_two_made_up_clips_are_the_same(ravdess):
    envelopes = [read_envelope(path) for path in sorted(ravdess.rglob("*.wav"))]
    assert len(envelopes) == 672
    for number, one in enumerate(envelopes):
        others = sounds_like(one, envelopes[number:])
        assert others[0] and not others[1:].any()


def test_nothing_to_compare_is_no_error():
    some = envelope(np.ones(800, "float32"), 8000)
    assert sounds_like(some, []).shape == (0,)
    assert envelope(np.zeros(1, "float32"), 48000).shape == (1,)
