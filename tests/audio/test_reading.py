"""Reading files: the right samples, or an error that names the file."""

import numpy as np
import pytest
import soundfile
from scipy.signal import resample as fourier_resample

from speechbrain_zsfuse.audio.reading import (
    AudioError,
    read_audio,
    read_waveform,
    resample,
)


def test_channels_are_averaged_not_concatenated(tmp_path):
    soundfile.write(tmp_path / "a.wav", [[0.5, -0.25]] * 10, 44100)
    waveform, rate = read_waveform(tmp_path / "a.wav")
    assert rate == 44100
    assert waveform.tolist() == [0.125] * 10


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
        (np.zeros(100), "silent"),
        (np.full(100, np.nan), "not finite"),
    ],
)
def test_unusable_sound_is_named(tmp_path, samples, reason):
    path = tmp_path / "bad.wav"
    soundfile.write(path, samples, 16000, subtype="FLOAT")
    with pytest.raises(AudioError, match=f"bad.wav.*{reason}.*intact copy"):
        read_waveform(path)


@pytest.mark.parametrize("content", [b"", b"RIFFnonsense", None])
def test_unreadable_files_are_named(tmp_path, content):
    path = tmp_path / "bad.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AudioError, match="bad.wav: it is unreadable"):
        read_waveform(path)


def test_a_header_without_a_length_is_named(tmp_path):
    soundfile.write(tmp_path / "a.flac", np.sin(np.arange(8000) / 9), 16000)
    content = bytearray((tmp_path / "a.flac").read_bytes())
    content[21] &= 0xF0  # 36 bits of the STREAMINFO block
    content[22:26] = bytes(4)
    (tmp_path / "a.flac").write_bytes(content)
    with pytest.raises(AudioError, match="a.flac: its header states no poss"):
        read_waveform(tmp_path / "a.flac")
