"""Audio inspection: what is wrong is named, and read once only."""

import os

import numpy as np
import pytest
import soundfile

from speechbrain_zsfuse.corpora.recordings import inspection
from speechbrain_zsfuse.corpora.recordings.inspection import (
    inspect_file,
    inspect_files,
)

NOISE = np.random.default_rng(1).uniform(-0.5, 0.5, 8000)


@pytest.mark.parametrize(
    "name, options",
    [
        ("a.wav", {"subtype": "PCM_16"}),
        ("a.wav", {"subtype": "PCM_24"}),
        ("a.wav", {"subtype": "FLOAT"}),
        ("a.wav", {"format": "WAVEX"}),
        ("a.flac", {}),
        ("a.ogg", {}),
    ],
)
def test_sound_files_have_their_length(tmp_path, name, options):
    soundfile.write(tmp_path / name, NOISE, 16000, **options)
    found = inspect_file(tmp_path / name)
    assert (found.frames, found.rate, found.problem) == (8000, 16000, None)
    assert found.seconds == 0.5


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg"])
def test_half_a_file_is_no_file(tmp_path, name):
    path = tmp_path / name
    soundfile.write(path, NOISE, 16000)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found = inspect_file(path)
    assert found.problem.startswith(("it is truncated", "it is unreadable"))


def test_sound_at_the_very_end_is_sound(tmp_path):
    samples = np.zeros(20000)
    soundfile.write(tmp_path / "a.wav", samples, 16000)
    assert "silent" in inspect_file(tmp_path / "a.wav").problem
    samples[-1] = 0.5
    soundfile.write(tmp_path / "a.wav", samples, 16000)
    assert inspect_file(tmp_path / "a.wav").problem is None


def test_values_that_are_not_finite(tmp_path):
    samples = np.where(np.arange(8000) == 7000, np.nan, NOISE)
    soundfile.write(tmp_path / "a.wav", samples, 16000, subtype="FLOAT")
    assert "not finite" in inspect_file(tmp_path / "a.wav").problem


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = tmp_path / "a.wav"
    path.write_bytes(b"secret")
    monkeypatch.setattr(os, "access", lambda *arguments: False)
    assert inspect_file(path).problem == "there is no permission to read it"


def test_a_file_that_changed_is_inspected_again(tmp_path):
    cache, path = tmp_path / "audio.sqlite", tmp_path / "a.wav"

    def seconds():
        [found] = inspect_files(tmp_path, ["a.wav"], cache, progress=False)
        return found.seconds

    soundfile.write(path, NOISE, 16000)
    assert seconds() == 0.5
    soundfile.write(path, NOISE[:4000], 16000)
    assert seconds() == 0.25


def test_a_file_is_read_once(tmp_path, monkeypatch):
    cache, heard, real = tmp_path / "audio.sqlite", [], inspection.inspect_file

    def inspect(path, rates):
        heard.append(path.name)
        return real(path, rates)

    def found():
        names = ["a.wav", "b.wav"]
        return inspect_files(tmp_path, names, cache, progress=False)

    monkeypatch.setattr(inspection, "inspect_file", inspect)
    for name in ("a.wav", "b.wav"):
        soundfile.write(tmp_path / name, NOISE, 16000)
    first = found()
    assert found() == first and heard == ["a.wav", "b.wav"]
    assert first[0] == first[1] and len(first[0].fingerprint) == 130
    soundfile.write(tmp_path / "b.wav", NOISE[::-1] * NOISE, 16000)
    heard.clear()
    again = found()
    assert heard == ["b.wav"] and again[0] == first[0]
    assert again[1].fingerprint != first[1].fingerprint


def test_a_mended_file_is_inspected_again(tmp_path):
    cache = tmp_path / "audio.sqlite"
    [lost] = inspect_files(tmp_path, ["a.wav"], cache, progress=False)
    soundfile.write(tmp_path / "a.wav", NOISE, 16000)
    [found] = inspect_files(tmp_path, ["a.wav"], cache, progress=False)
    assert lost.problem == "there is no such file" and found.problem is None


@pytest.mark.parametrize("subtype", ["FLOAT", "ULAW", "PCM_24"])
def test_half_a_wav_of_any_kind_is_truncated(tmp_path, subtype):
    path = tmp_path / "a.wav"
    soundfile.write(path, NOISE, 16000, subtype=subtype)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert inspect_file(path).problem.startswith("it is truncated")


@pytest.mark.parametrize("size", [b"\xff\xff\xff\xff", b"\x00\xf0\xff\x7f"])
def test_a_wav_written_to_a_pipe_is_whole(tmp_path, size):
    path = tmp_path / "a.wav"
    soundfile.write(path, NOISE, 16000)
    data = path.read_bytes()
    place = data.index(b"data") + 4
    path.write_bytes(data[:place] + size + data[place + 4 :])
    assert inspect_file(path)[:3] == (8000, 16000, None)


def test_channels_that_cancel_each_other_are_silent(tmp_path):
    path = tmp_path / "a.wav"
    left = (32767 * NOISE).astype("int16")
    soundfile.write(path, np.stack([left, -left], 1), 16000)
    assert "silent" in inspect_file(path).problem


def test_a_name_in_any_bytes_is_named(tmp_path):
    name = os.fsdecode(b"\xe9t\xe9.wav")
    soundfile.write(os.fsencode(tmp_path / name), NOISE, 16000, format="WAV")
    for cache in (None, tmp_path / "audio.sqlite"):
        [found] = inspect_files(tmp_path, [name], cache, progress=False)
        assert found.problem == "its name is not UTF-8"


def test_a_pipe_is_never_opened(tmp_path):
    os.mkfifo(tmp_path / "a.wav")
    [found] = inspect_files(tmp_path, ["a.wav"], progress=False)
    assert found.problem == "it is a named pipe, not a file"


def test_a_damaged_memory_is_named(tmp_path):
    (tmp_path / "audio.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(ValueError, match="audio.sqlite.*damaged.*Delete it"):
        inspect_files(tmp_path, ["a.wav"], tmp_path / "audio.sqlite")
