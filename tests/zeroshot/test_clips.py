"""Which recording is this: files, and parts of long ones."""

import numpy as np
import soundfile

from speechbrain_zsfuse.files import file_sha256
from speechbrain_zsfuse.zeroshot import clips
from speechbrain_zsfuse.zeroshot.store import AnswerStore


def identify(folder, *names):
    places = [f"{folder}/{name}" for name in names]
    store = AnswerStore(folder)
    return clips.identify_clips(store, places, progress=False)


def test_parts_of_a_file_are_recordings_of_their_own(tmp_path, monkeypatch):
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (32000, 2))
    soundfile.write(tmp_path / "a.flac", noise, 16000)
    hashed = []
    monkeypatch.setattr(
        clips,
        "file_sha256",
        lambda path: hashed.append(path) or file_sha256(path),
    )
    names = "#t=0,1", "#t=0.5,1", "#t=0,1&channel=2", ""
    found = identify(tmp_path, *(f"a.flac{part}" for part in names))
    assert [clip.samples for clip in found] == [16000, 8000, 16000, 32000]
    assert len({clip.sha256 for clip in found}) == 4
    assert all(len(clip.sha256) == 64 for clip in found)
    content = file_sha256(tmp_path / "a.flac")
    assert found[3].sha256 == content
    assert found[0].sha256 == clips.part_sha256(content, "#t=0,1")
    assert len(hashed) == 2  # once for all parts
    assert identify(tmp_path, *(f"a.flac{part}" for part in names)) == found
    assert len(hashed) == 2  # all is remembered


def test_where_a_file_lies_does_not_matter_and_its_content_does(tmp_path):
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 32000)
    for name in ("a.flac", "b.flac"):
        soundfile.write(tmp_path / name, noise, 16000)
    first, moved = identify(tmp_path, "a.flac#t=0,1", "b.flac#t=0,1")
    assert first == moved
    soundfile.write(tmp_path / "a.flac", noise / 2, 16000)
    [changed] = identify(tmp_path, "a.flac#t=0,1")
    assert changed.sha256 != first.sha256
