"""Reading files: the right samples, or an error that names the file."""

import numpy as np
import pytest
import soundfile
from scipy.signal import resample as fourier_resample

from speechbrain_zsfuse.audio.opening import AudioError
from speechbrain_zsfuse.audio.reading import (
    measure,
    read_audio,
    read_waveform,
    resample,
)

NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, 1000)


def test_channels_are_averaged_not_concatenated(tmp_path):
    soundfile.write(tmp_path / "a.wav", [[0.5, -0.25], [0.5, 0.0]] * 800, 44100)
    waveform, rate = read_waveform(tmp_path / "a.wav")
    assert rate == 44100
    assert waveform.tolist() == [0.125, 0.25] * 800


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg"])
def test_common_formats_are_read(tmp_path, name):
    tone = 0.5 * np.sin(np.arange(16000) / 20)
    soundfile.write(tmp_path / name, tone, 16000)
    waveform = read_audio(tmp_path / name, 16000)
    assert waveform.dtype == np.float32
    assert np.abs(waveform - tone).max() < 0.02


def test_resampling_keeps_the_sound():
    window = np.hanning(1600)
    tone = (np.sin(np.arange(1600) / 10) * window).astype(np.float32)
    expected = fourier_resample(tone, 4800)
    assert np.abs(resample(tone, 16000, 48000) - expected).max() < 1e-3


@pytest.mark.parametrize(
    "samples, expected", [(57330, 62401), (44100, 48001), (1, 2)]
)
def test_length_is_librosas_in_floating_point(samples, expected):
    clip = np.ones(samples, dtype=np.float32)
    assert len(resample(clip, 44100, 48000)) == expected


@pytest.mark.parametrize(
    "samples, reason",
    [
        (np.zeros(0), "empty"),
        (np.zeros(1000), "silent"),
        (np.full(1000, 0.25), "silent"),
        (np.where(np.arange(1000) % 2, 0.25, 0.25 + 2**-16), "silent"),
        (np.full((1000, 2), (0.1, 0.2)), "silent"),
        (NOISE[:, None] * (1, -1), "silent"),
        (NOISE * 1e-42, "silent"),
        (np.full(1000, np.nan), "not finite"),
        (np.where(np.arange(1000) == 7, -np.inf, NOISE), "not finite"),
        (NOISE * 1e4, r"peak of .*e\+0., but samples lie in \[-1, 1\]"),
        (NOISE * 1e30, r"peak of .*e\+.., but samples lie in \[-1, 1\]"),
        (NOISE[:399], r"too short \(24.9 ms; at least 25 ms"),
    ],
)
def test_unusable_sound_is_named(tmp_path, samples, reason):
    path = tmp_path / "bad.wav"
    soundfile.write(path, samples, 16000, subtype="FLOAT")
    for read in (read_waveform, measure):
        with pytest.raises(AudioError, match=f"bad.wav.*{reason}.*intact cop"):
            read(path)


@pytest.mark.parametrize(
    "samples",
    [
        NOISE * 2.4,  # lossy decoders go beyond 1
        NOISE * 1e-3 + 0.3,  # sound on an offset
        np.arange(1000) % 2 * 2**-15,  # the last bit of 16
        NOISE[:400],
    ],
)
def test_what_is_sound_is_read(tmp_path, samples):
    path = tmp_path / "good.wav"
    soundfile.write(path, samples, 16000, subtype="FLOAT")
    waveform, rate = read_waveform(path)
    assert np.array_equal(waveform, samples.astype("float32"))
    assert measure(path) == (len(samples), rate)


def test_a_header_without_a_length_is_named(tmp_path):
    soundfile.write(tmp_path / "a.flac", np.sin(np.arange(8000) / 9), 16000)
    content = bytearray((tmp_path / "a.flac").read_bytes())
    content[21] &= 0xF0  # 36 bits of the STREAMINFO block
    content[22:26] = bytes(4)
    (tmp_path / "a.flac").write_bytes(content)
    with pytest.raises(AudioError, match="a.flac: it states no length"):
        read_waveform(tmp_path / "a.flac")
