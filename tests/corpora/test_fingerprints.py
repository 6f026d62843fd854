"""Copies are found among many clips, without listening to all pairs."""

import shutil
from itertools import combinations

import numpy as np
import pytest
import soundfile

from speechbrain_zsfuse.audio.reading import resample
from speechbrain_zsfuse.corpora import fingerprints
from speechbrain_zsfuse.corpora.duplicates import envelope, sounds_like
from speechbrain_zsfuse.corpora.fingerprints import (
    find_copies,
    fingerprint,
    neighbours,
    take_fingerprints,
)
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


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_takes_are_no_copies(voices):
    assert find_copies(voices, names(voices), progress=False) == []


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
    found = find_copies(folder, names(folder), progress=False)
    assert found == [["0.wav", name]]


def test_all_copies_of_one_recording_are_one_group(folder):
    for name in ("x.wav", "y.wav"):
        shutil.copy(folder / "0.wav", folder / name)
    add(folder, "z.ogg")
    shutil.copy(folder / "5.wav", folder / "a.wav")
    found = find_copies(folder, names(folder), progress=False)
    assert found == [["0.wav", "x.wav", "y.wav", "z.ogg"], ["5.wav", "a.wav"]]


def test_what_is_heard_is_among_the_neighbours():
    """Fingerprints differ by no more than envelopes do, at any delay."""
    rng = np.random.default_rng(0)
    base, sounds = rng.normal(size=16000) * np.hanning(16000) ** 4, {}
    for number, noise in enumerate(np.linspace(0, 0.1, 25)):
        sound = base + noise * rng.normal(size=16000)
        sounds[str(number)] = envelope(np.pad(sound, (number * 40, 0)), 16000)
    prints = {
        name: (len(sound), fingerprint(sound).tobytes().hex())
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
        apart = np.linalg.norm(
            fingerprint(sounds[a]).astype(float) - fingerprint(sounds[b])
        )
        assert apart <= 255 * np.sqrt(2 - 2 * best) + np.sqrt(65) + 1e-3


def test_fingerprints_tell_most_pairs_apart(ravdess):
    """Few of 225,456 pairs of clips of 0.3 s must be listened to."""
    paths = sorted(str(p.relative_to(ravdess)) for p in ravdess.rglob("*.wav"))
    prints = take_fingerprints(ravdess, paths, progress=False)
    near = neighbours(prints)
    assert len(prints) == 672
    assert sum(map(len, near.values())) < 500
    assert find_copies(ravdess, paths, progress=False) == []


def test_silence_is_like_nothing(folder):
    for name in ("x.wav", "y.wav"):
        soundfile.write(folder / name, np.zeros(8000), 16000)
    for name in ("v.wav", "w.wav"):  # deeper than speech
        hum = 0.5 * np.sin(np.arange(8000) * 1e-4)
        soundfile.write(folder / name, hum, 16000, "FLOAT")
    (folder / "z.wav").write_bytes(b"RIFF")
    found = find_copies(folder, names(folder), progress=False)
    assert "x.wav" not in sum(found, []) and "z.wav" not in sum(found, [])


def test_a_file_is_listened_to_once(folder, tmp_path, monkeypatch):
    cache, paths = tmp_path / "audio.sqlite", names(folder)
    first = take_fingerprints(folder, paths, cache, progress=False)
    heard, real = [], fingerprints.read_envelope

    def listen(path):
        heard.append(path.name)
        return real(path)

    monkeypatch.setattr(fingerprints, "read_envelope", listen)
    assert take_fingerprints(folder, paths, cache, progress=False) == first
    assert heard == []
    soundfile.write(folder / "3.wav", real(folder / "4.wav"), 16000)
    changed = take_fingerprints(folder, paths, cache, progress=False)
    assert heard == ["3.wav"] and changed["3.wav"] != first["3.wav"]


def test_nothing_to_compare_is_no_error(tmp_path):
    assert find_copies(tmp_path, []) == [] and neighbours({}) == {}
    assert find_copies(tmp_path, ["missing.wav"]) == []
