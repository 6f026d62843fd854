"""Copies are found among many clips, without listening to all pairs."""

import shutil
import sqlite3
from contextlib import closing
from itertools import combinations

import numpy as np
import pytest
import soundfile

from speechbrain_zsfuse.audio.opening import AudioError
from speechbrain_zsfuse.audio.reading import resample
from speechbrain_zsfuse.corpora.recordings import remembering
from speechbrain_zsfuse.corpora.recordings.copies import find_copies, neighbours
from speechbrain_zsfuse.corpora.recordings.duplicates import (
    FRAME_RATE,
    envelope,
    fingerprint,
    sounds_like,
)
from speechbrain_zsfuse.corpora.recordings.inspection import inspect_files
from speechbrain_zsfuse.corpora.recordings.remembering import recall_copies
from speechbrain_zsfuse.synthetic.voice import SAMPLE_RATE, speak


@pytest.fixture(scope="module")
def voices(tmp_path_factory):
    """Takes of one sentence by one speaker, as files."""
    folder = tmp_path_factory.mktemp("voices")
    for take in range(1, 7):
        voice = speak(1, 3, "sad", 2, 1, take)
        soundfile.write(folder / f"{take - 1}.wav", voice, SAMPLE_RATE)
    return folder


@pytest.fixture
def folder(voices, tmp_path):
    """A copy to add to."""
    return shutil.copytree(voices, tmp_path / "corpus")


def add(folder, name, gain=1.0, rate=SAMPLE_RATE, late=0, subtype=None):
    """Another form of the first take."""
    voice, _ = soundfile.read(folder / "0.wav", dtype="float32")
    voice = np.pad(gain * voice, (late, 0))
    voice = resample(voice, SAMPLE_RATE, rate)
    soundfile.write(folder / name, voice, rate, subtype)


def copies(folder):
    return find_copies(folder, inspected(folder))


def inspected(folder):
    paths = sorted(str(p.relative_to(folder)) for p in folder.rglob("*.*"))
    return dict(zip(paths, inspect_files(folder, paths, progress=False)))


def test_takes_are_no_copies(voices):
    assert copies(voices) == []


@pytest.mark.parametrize(
    "name, changes",
    [
        ("x.wav", {}),
        ("x.flac", {"gain": 0.5}),
        ("x.wav", {"gain": 0.5, "subtype": "FLOAT"}),
        ("x.wav", {"gain": -1.0, "rate": 8000}),
        ("x.wav", {"rate": 48000, "subtype": "ULAW"}),
        ("x.mp3", {"rate": 44100}),
        ("x.ogg", {"gain": 0.1}),
        ("x.wav", {"late": 800}),  # 50 ms
    ],
)
def test_a_copy_is_found_in_any_form(folder, name, changes):
    add(folder, name, **changes)
    found = copies(folder)
    assert found == [["0.wav", name]]


def test_all_copies_of_one_recording_are_one_group(folder):
    for name in ("x.wav", "y.wav"):
        shutil.copy(folder / "0.wav", folder / name)
    add(folder, "z.ogg")
    shutil.copy(folder / "5.wav", folder / "a.wav")
    found = copies(folder)
    assert found == [["0.wav", "x.wav", "y.wav", "z.ogg"], ["5.wav", "a.wav"]]


def test_what_is_heard_is_among_the_neighbours():
    """Fingerprints differ by no more than envelopes do, at any delay."""
    rng = np.random.default_rng(0)
    base, sounds = rng.normal(size=16000) * np.hanning(16000) ** 4, {}
    for number, noise in enumerate(np.linspace(0, 0.1, 25)):
        sound = base + noise * rng.normal(size=16000)
        sounds[str(number)] = envelope(np.pad(sound, (number * 40, 0)), 16000)
    prints = {
        name: (len(sound) / FRAME_RATE, fingerprint(sound))
        for name, sound in sounds.items()
    }
    near = {
        tuple(sorted((a, b)))
        for a, others in neighbours(prints).items()
        for b in others
    }
    heard = {
        tuple(sorted((a, b)))
        for a, b in combinations(sounds, 2)
        if sounds_like(sounds[a], [sounds[b]]).all()
    }
    assert heard and heard <= near
    for a, b in combinations(sounds, 2):
        size = max(len(sounds[a]), len(sounds[b])) + 200
        x, y = (np.fft.fft(sounds[n], size) for n in (a, b))
        best = np.fft.ifft(x * y.conj()).real.max()
        a, b = (
            np.frombuffer(bytes.fromhex(prints[name][1]), np.uint8).astype(int)
            for name in (a, b)
        )
        apart = np.linalg.norm(a - b)
        assert apart <= 255 * np.sqrt(2 - 2 * best) + np.sqrt(65) + 1e-3


def test_fingerprints_tell_most_pairs_apart(ravdess):
    """Few of 225,456 pairs of clips of 0.3 s must be listened to."""
    findings = inspected(ravdess)
    prints = {p: (f.seconds, f.fingerprint) for p, f in findings.items()}
    assert len(prints) == 672
    assert sum(map(len, neighbours(prints).values())) < 500
    assert find_copies(ravdess, findings) == []


def test_silence_is_like_nothing(folder):
    for name in ("x.wav", "y.wav"):
        soundfile.write(folder / name, np.zeros(8000), 16000)
    for name in ("v.wav", "w.wav"):  # deeper than speech
        hum = 0.5 * np.sin(np.arange(8000) * 1e-4)
        soundfile.write(folder / name, hum, 16000, "FLOAT")
    (folder / "z.wav").write_bytes(b"RIFF")
    found = copies(folder)
    assert "x.wav" not in sum(found, []) and "z.wav" not in sum(found, [])


def test_nothing_to_compare_is_no_error(tmp_path):
    assert find_copies(tmp_path, {}) == [] and neighbours({}) == {}
    [missing] = inspect_files(tmp_path, ["missing.wav"], progress=False)
    assert find_copies(tmp_path, {"missing.wav": missing}) == []


def test_a_file_that_goes_while_it_is_compared_is_named(folder):
    add(folder, "x.ogg")
    findings = inspected(folder)
    (folder / "x.ogg").unlink()
    with pytest.raises(AudioError, match="x.ogg: there is no such file"):
        find_copies(folder, findings)


def test_what_was_found_is_remembered(folder, tmp_path, monkeypatch):
    add(folder, "soft.wav", gain=0.1)
    cache, found = tmp_path / "audio.sqlite", inspected(folder)
    first = recall_copies(folder, found, cache)
    assert first == [["0.wav", "soft.wav"]]
    monkeypatch.setattr(remembering, "find_copies", fail)
    assert recall_copies(folder, found, cache) == first
    with pytest.raises(AssertionError, match="asked again"):
        recall_copies(folder, dict([*found.items()][1:]), cache)
    shutil.copy(folder / "1.wav", folder / "0.wav")
    with pytest.raises(AssertionError, match="asked again"):
        recall_copies(folder, found, cache)


def fail(folder, findings):
    raise AssertionError("asked again")


def test_damaged_memory_is_not_believed(folder, tmp_path):
    cache, found = tmp_path / "audio.sqlite", inspected(folder)
    assert recall_copies(folder, found, cache) == []
    with closing(sqlite3.connect(cache)) as database, database:
        database.execute("UPDATE copies SET value = '[[\"0.wav\"]]'")
    assert recall_copies(folder, found, cache) == []
