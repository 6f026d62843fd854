"""The store of embeddings: each clip is heard once, whatever happens."""

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from fake_alm import FakeALM
from places import ROOT

from speechbrain_zsfuse.audio.reading import AudioError
from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer
from speechbrain_zsfuse.zeroshot.scores import read_scores, score_manifests
from speechbrain_zsfuse.zeroshot.store import EmbeddingStore


@pytest.fixture
def clips(tmp_path):
    rng = np.random.default_rng(0)
    paths = []
    for index in range(6):
        path = tmp_path / f"clip{index}.wav"
        soundfile.write(path, 0.1 * rng.standard_normal(500 + index), 16000)
        paths.append(str(path))
    return paths


def embed(folder, alm, paths, **arguments):
    return EmbeddingStore(folder).embed(alm, paths, progress=False, **arguments)


def test_stored_equals_live(tmp_path, clips):
    alm = FakeALM()
    live = torch.cat([alm.encode_audio(alm.read_audio(p)[None]) for p in clips])
    fresh = embed(tmp_path / "store", alm, clips, batch_size=4)
    torch.testing.assert_close(fresh, live, atol=1e-6, rtol=0)
    stored = embed(tmp_path / "store", alm, clips)
    assert torch.equal(stored, fresh)


def test_nothing_is_computed_twice(tmp_path, clips):
    alm = FakeALM()
    embed(tmp_path, alm, clips, batch_size=4)
    assert alm.calls == 2
    embed(tmp_path, alm, clips[::-1])
    assert alm.calls == 2
    embed(tmp_path, alm, clips, repeats=2)
    assert alm.calls == 3
    embed(tmp_path, alm, clips, repeats=3)  # sees what repeats=2 sees
    assert alm.calls == 3


def test_the_content_is_the_key_not_the_path(tmp_path, clips):
    alm = FakeALM()
    embed(tmp_path, alm, clips)
    moved = Path(clips[0]).rename(tmp_path / "moved.wav")
    embed(tmp_path, alm, [str(moved)])
    assert alm.calls == 1
    before = embed(tmp_path, alm, clips[1:2])
    soundfile.write(clips[1], np.sin(np.arange(900)), 16000)
    assert not torch.equal(embed(tmp_path, alm, clips[1:2]), before)


def test_another_model_has_its_own_embeddings(tmp_path, clips):
    other = FakeALM()
    other.norm.weight[0] = 3.0
    first = embed(tmp_path, FakeALM(), clips)
    assert not torch.equal(embed(tmp_path, other, clips), first)
    assert len(EmbeddingStore(tmp_path)) == 12


def test_a_damaged_row_is_computed_again_and_named(tmp_path, clips, caplog):
    alm = FakeALM()
    fresh = embed(tmp_path, alm, clips)
    with sqlite3.connect(tmp_path / "embeddings.sqlite") as database:
        database.execute(
            "UPDATE embeddings SET vector = zeroblob(8) WHERE rowid = 1"
        )
    with caplog.at_level(logging.WARNING):
        assert torch.equal(embed(tmp_path, alm, clips), fresh)
    assert "is damaged; it is computed again" in caplog.text


def test_a_file_that_is_no_store_is_refused(tmp_path):
    (tmp_path / "embeddings.sqlite").write_text("not a database" * 100)
    with pytest.raises(ValueError, match="damaged.*Delete it"):
        EmbeddingStore(tmp_path)


@pytest.mark.parametrize("content", [b"", b"RIFFnonsense"])
def test_an_unreadable_clip_is_named_before_any_work(tmp_path, clips, content):
    Path(clips[5]).write_bytes(content)
    alm = FakeALM()
    with pytest.raises(AudioError, match="clip5.wav"):
        embed(tmp_path, alm, clips)
    assert alm.calls == 0


def test_a_silent_clip_is_named_and_the_batches_before_are_kept(
    tmp_path, clips
):
    soundfile.write(clips[5], np.zeros(500), 16000)
    with pytest.raises(AudioError, match="clip5.wav.*silent"):
        embed(tmp_path, FakeALM(), clips, batch_size=2)
    assert len(EmbeddingStore(tmp_path)) == 4


def test_ids_that_look_like_numbers_stay_text(tmp_path):
    (tmp_path / "scores.csv").write_text("ID,sad\n0001,0.5\nNA,0.25\n")
    scores = read_scores(tmp_path / "scores.csv", ["sad"])
    assert {k: float(v[0]) for k, v in scores.items()} == {
        "0001": 0.5,
        "NA": 0.25,
    }


_SLOW_RUN = """
import sys, time
from fake_alm import FakeALM
from speechbrain_zsfuse.zeroshot.store import EmbeddingStore

class Slow(FakeALM):
    def _audio_tower(self, *args):
        time.sleep(0.05)
        return super()._audio_tower(*args)

Slow.__module__, Slow.__qualname__ = "fake_alm", "FakeALM"  # the same model
EmbeddingStore(sys.argv[1]).embed(Slow(), sys.argv[2:], batch_size=1)
"""


def test_kill_9_loses_at_most_the_batch_under_way(tmp_path, clips):
    command = [sys.executable, "-c", _SLOW_RUN, str(tmp_path), *clips]
    process = subprocess.Popen(command, cwd=ROOT / "tests" / "support")
    deadline = time.time() + 60
    while time.time() < deadline and process.poll() is None:
        if (tmp_path / "embeddings.sqlite").exists():
            if len(EmbeddingStore(tmp_path)) >= 2:
                break
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = len(EmbeddingStore(tmp_path))
    assert 2 <= kept < 6
    alm = FakeALM()
    resumed = embed(tmp_path, alm, clips, batch_size=1)
    assert alm.calls == 6 - kept
    uninterrupted = embed(tmp_path / "other", FakeALM(), clips, batch_size=1)
    assert torch.equal(resumed, uninterrupted)


def test_scores_of_manifests_are_the_scorers(tmp_path, clips):
    manifest = tmp_path / "test.csv"
    lines = [f"c{i},0.03,$data_root/clip{i}.wav,sad,01" for i in range(6)]
    manifest.write_text("\n".join(["ID,duration,wav,emotion,speaker", *lines]))
    scorer = ZeroShotScorer(FakeALM(), ["sad", "angry"])
    path = score_manifests(
        scorer,
        {"test": manifest},
        tmp_path,
        tmp_path / "store",
        tmp_path / "scores.csv",
        progress=False,
    )
    scores = read_scores(path, ["angry", "sad"])  # order by name
    live = scorer(scorer.alm.read_audio(clips[3])[None])[0]
    torch.testing.assert_close(scores["c3"], live.flip(0), atol=1e-6, rtol=0)
    assert (tmp_path / "scores.json").read_text().count("sad speech") == 1


def test_a_files_sha256_is_read_once(tmp_path, clips, monkeypatch):
    from speechbrain_zsfuse.zeroshot import store

    read, real = [], store.file_sha256

    def count(path):
        read.append(path)
        return real(path)

    monkeypatch.setattr(store, "file_sha256", count)
    first = embed(tmp_path, FakeALM(), clips)
    assert torch.equal(embed(tmp_path, FakeALM(), clips), first)
    assert len(read) == len(clips)
    os.utime(clips[0], ns=(1, 1))  # the same content at another time
    assert torch.equal(embed(tmp_path, FakeALM(), clips), first)
    assert len(read) == len(clips) + 1


def test_no_files_are_refused(tmp_path):
    with pytest.raises(ValueError, match="at least one audio file"):
        EmbeddingStore(tmp_path).embed(FakeALM(), [])
