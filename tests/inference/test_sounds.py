"""What is handed over is heard the same, in whatever form it comes."""

import numpy as np
import pytest
import soundfile
import soxr
import torch
from recognised import recordings

from speechbrain_zsfuse.audio.opening import AudioError
from speechbrain_zsfuse.inference.prediction import Segment
from speechbrain_zsfuse.inference.sounds import (
    Sound,
    cut_sound,
    find_warnings,
    read_input,
)
from speechbrain_zsfuse.inference.windows import cut_windows, join_windows


@pytest.fixture
def tone():
    """A second of sound at 16 kHz that every model hears."""
    time = np.arange(16000) / 16000
    rising = np.sin(2 * np.pi * (200 + 150 * time) * time)
    return (0.4 * rising * np.hanning(16000) ** 0.5).astype("float32")


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize("rate", [8000, 22050, 44100, 96000])
def test_formats_and_rates(suffix, rate, tone, fused, tmp_path):
    if suffix in ("ogg", "mp3") and rate > 48000:
        pytest.skip("the format has no such rate")
    wave = soxr.resample(tone, 16000, rate)
    soundfile.write(tmp_path / f"a.{suffix}", wave, rate)
    [answer] = fused.predict(str(tmp_path / f"a.{suffix}"))
    assert answer.duration == pytest.approx(1.0, abs=0.1)
    told = [one for one in answer.warnings if "nothing above" in one]
    assert bool(told) == (rate < 16000)
    if suffix in ("wav", "flac") and rate >= 16000:
        [same] = fused.predict([(tone, 16000)])
        assert answer.probabilities == pytest.approx(
            same.probabilities, abs=0.02
        )


@pytest.mark.parametrize("channels", [2, 3, 6])
def test_channels_are_averaged(channels, tone, fused, tmp_path):
    wave = np.stack([tone * (1 + k) / channels for k in range(channels)], 1)
    soundfile.write(tmp_path / "a.wav", wave, 16000, subtype="FLOAT")
    file, array, turned, mono = fused.predict(
        [
            tmp_path / "a.wav",
            (wave, 16000),
            (torch.from_numpy(wave.T), 16000),
            {"array": wave.mean(1), "sampling_rate": 16000},
        ]
    )
    for other in (array, turned, mono):
        assert other.probabilities == pytest.approx(file.probabilities)
    assert (file.name, array.name) == (str(tmp_path / "a.wav"), "")


def test_whole_numbers_are_parts_of_their_full_scale():
    full = np.array([0, 2**14, -(2**15)], dtype="int16")
    _, wave, _ = read_input((full, 16000))
    assert wave.tolist() == [0.0, 0.5, -1.0]
    _, wave, _ = read_input((np.array([0, 128, 192], dtype="uint8"), 8000))
    assert wave.tolist() == [-1.0, 0.0, 0.5]


@pytest.mark.parametrize(
    "value, match",
    [
        ((np.zeros(16000), 16000), "an array: it is silent"),
        ((np.ones((2, 2, 2)), 16000), r"the shape \[2, 2, 2\]"),
        ((np.array(["a"]), 16000), "the type <U1"),
        ((np.array([]), 16000), r"the shape \[0\]"),
        ((np.array([0.1, np.nan]), 16000), "NaN or infinite"),
        (
            (np.array([0.1, 900.0]), 16000),
            "a peak of 900.*numbers from -1",
        ),
        ((np.array([0.1, 0.3]), 4000), "its sample rate is 4000"),
        ((np.array([0.1, 0.3]), 16000.5), "its sample rate is 16000.5"),
        ((np.array([0.1, 0.3]), True), "its sample rate is True"),
    ],
)
def test_what_is_no_sound_is_refused(value, match):
    with pytest.raises(AudioError, match=match):
        read_input(value)


@pytest.mark.parametrize("value", [None, 3, np.zeros(9), {"array": [0.1]}])
def test_what_is_nothing_to_hear_is_refused(value):
    with pytest.raises(TypeError, match="path of a file, or .array, sample"):
        read_input(value)


def test_a_bad_file_is_named(fused, tmp_path):
    (tmp_path / "a.wav").write_bytes(b"no sound at all")
    with pytest.raises(AudioError, match="Cannot use .*a.wav"):
        fused.predict([tmp_path / "a.wav"])
    soundfile.write(tmp_path / "b.wav", np.sin(np.arange(100)), 16000)
    with pytest.raises(ValueError, match="b.wav: it is too short"):
        fused.predict([str(tmp_path / "b.wav")])


def test_batches_give_the_answers_of_single_recordings(
    fused, fused_run, few_voices, tone
):
    inputs = [*recordings(fused_run, few_voices), (tone[:9000], 16000)]
    together = fused.predict(inputs, batch_size=3)
    for one, value in zip(together, inputs):
        [alone] = fused.predict([value], batch_size=1)
        assert alone.probabilities == pytest.approx(one.probabilities, abs=2e-6)
        assert alone.name == one.name
    [alone] = fused.predict(inputs[0])
    assert fused.classify(inputs[0]) == alone.ranked()
    assert fused.classify([inputs[0]], 2) == [alone.ranked(2)]


def test_what_may_be_worth_little_is_said(fused, tone):
    short, long = fused.predict([(tone[:5000], 16000), (tone.repeat(9), 16000)])
    assert "0.31 s, too short" in short.warnings[0]
    assert "longer than any of the" in long.warnings[0]
    assert find_warnings(2.0, 16000, 16000, known=(1.0, 3.0)) == ()
    assert "shorter than any" in find_warnings(0.9, 16000, 8000, (1.0, 3.0))[0]


def test_a_long_recording_is_answered_window_by_window(fused, tone):
    quiet = np.zeros(16000, dtype="float32")
    wave = np.concatenate([tone, quiet, tone[::-1], tone[:8000]])
    [answer] = fused.predict([(wave, 16000)], window=1.0)
    places = [(one.start, one.end) for one in answer.segments]
    assert places == [(0.0, 1.0), (2.0, 3.0), (2.5, 3.5)]
    assert "1 of its 4 windows are silent and left out" in answer.warnings
    for (start, end), segment in zip(places, answer.segments):
        part = wave[int(start * 16000) : int(end * 16000)]
        [alone] = fused.predict([(part, 16000)])
        assert segment.probabilities == pytest.approx(
            alone.probabilities,
            abs=0.02,  # resampled before it was cut
        )
    mean = np.mean([one.probabilities for one in answer.segments], axis=0)
    assert answer.probabilities == pytest.approx(mean.tolist())
    high = np.sin(2 * np.pi * 30000 * np.arange(96000) / 96000)
    with pytest.raises(ValueError, match="is silent in every window"):
        fused.predict([(high * np.hanning(96000), 96000)], window=0.5)


@pytest.mark.parametrize(
    "options, match",
    [
        ({"window": 0}, "`window` to be a number of at least 0.01"),
        ({"window": 1.0, "hop": 2.0}, "leaves out what is between"),
        ({"hop": 1.0}, "`window` to be a number of at least 0.01"),
        ({"batch_size": 0}, "`batch_size` to be a whole number of at least 1"),
    ],
)
def test_mistaken_options_are_said_before_anything_is_read(
    options, match, fused
):
    with pytest.raises(ValueError, match=match):
        fused.predict(["no-such-file.wav"], **options)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ((0.5, 0.9), "its windows last 1.00 s, longer than any of the 0.50 to"),
        (
            (1.5, 2.9),
            "its windows last 1.00 s, shorter than any of the 1.50 to",
        ),
        ((0.5, 1.0), None),
        (None, None),
    ],
)
def test_windows_that_the_model_does_not_know_are_said(known, said):
    sound = Sound("", np.tile([0.5, -0.5], 8000), None, 3.0)
    *_, warnings = cut_sound(sound, 1.0, known=known)
    assert len(warnings) == (said is not None)
    assert said is None or warnings[0].startswith(said)


@pytest.mark.parametrize("rate", ["a", None, True, float("nan"), 16000.5, 7])
def test_a_rate_is_a_whole_number(rate):
    with pytest.raises(AudioError, match="its sample rate is .*Give a whole"):
        read_input((np.tile([0.5, -0.5], 8000), rate))


def test_rows_of_different_lengths_are_no_recording():
    with pytest.raises(AudioError, match="Give numbers of shape"):
        read_input(([[0.5, 0.25], [0.5]], 16000))


@pytest.mark.parametrize("window, hop", [(1e-5, None), (1.0, 1e-5)])
def test_windows_without_a_sample_are_refused(window, hop):
    with pytest.raises(ValueError, match="to be a number of at least 0.01"):
        cut_windows(3600.0, window, hop)


def test_windows_leave_nothing_out():
    for duration in (0.3, 1.0, 2.0, 7.3, 60.0):
        windows = cut_windows(duration, 2.0, 0.75)
        assert windows[0][0] == 0 and windows[-1][1] == duration
        for (_, end), (start, _) in zip(windows, windows[1:]):
            assert start < end
        lengths = [round(end - start, 9) for start, end in windows]
        assert set(lengths) == {min(2.0, duration)}


def test_windows_are_as_heavy_as_they_are_long():
    parts = [
        Segment(0.0, 1.0, [1.0, 0.0], [0.2, 0.4]),
        Segment(1.0, 4.0, [0.0, 1.0], [0.6, 0.0]),
    ]
    probabilities, scores = join_windows(parts)
    assert probabilities == [0.25, 0.75]
    assert scores == pytest.approx([0.5, 0.1])
