"""Score sources: what a dual encoder says, heard once, whatever happens."""

import json
import logging
import os
import sqlite3
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from fake_alm import FakeALM

from speechbrain_zsfuse.audio.batch import ClipError
from speechbrain_zsfuse.audio.opening import AudioError
from speechbrain_zsfuse.lobes import CLAP
from speechbrain_zsfuse.zeroshot import (
    clips as clips_file,
    source as source_file,
)
from speechbrain_zsfuse.zeroshot.prompts import build_prompts, prompts_hash
from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer, zero_shot_scores
from speechbrain_zsfuse.zeroshot.source import DualEncoderSource, ScoreSource
from speechbrain_zsfuse.zeroshot.store import AnswerKey, AnswerStore

LABELS = ["sad", "angry"]


@pytest.fixture
def clips(tmp_path):
    rng = np.random.default_rng(0)
    paths = []
    for index in range(6):
        path = tmp_path / f"clip{index}.wav"
        soundfile.write(path, 0.1 * rng.standard_normal(500 + index), 16000)
        paths.append(str(path))
    return paths


def source(folder, alm, repeats=1, batch_size=8):
    scorer = ZeroShotScorer(alm, LABELS, audio_repeats=repeats)
    return DualEncoderSource(scorer, folder, "cpu", batch_size, progress=False)


def embed(folder, alm, paths, **options):
    return source(folder, alm, **options).embed(paths)


@pytest.mark.parametrize("kind", ["fake", "clap"])
def test_stored_scores_equal_live_ones(tmp_path, clips, kind, tiny_clap):
    alm = FakeALM() if kind == "fake" else CLAP(tiny_clap)
    cosines = source(tmp_path / "store", alm, repeats=2, batch_size=4)
    live = [cosines.scorer(alm.read_audio(path)[None]) for path in clips]
    fresh = cosines.score(clips)
    assert fresh.shape == (6, 2) and fresh.dtype == torch.float32
    torch.testing.assert_close(fresh, torch.cat(live), atol=1e-6, rtol=0)
    again = source(tmp_path / "store", alm, repeats=2)
    assert torch.equal(again.score(clips[::-1]).flip(0), fresh)


def test_memory_of_scoring_does_not_grow_with_the_embeddings(
    tmp_path, monkeypatch
):
    """8000 embeddings of 8 kB are 64 MB."""
    alm, count, size = FakeALM(), 8000, 2048
    cosines, rng = source(tmp_path, alm), np.random.default_rng(0)
    names = [f"{n:064}" for n in range(count)]
    for name in names[::100]:
        hundred = [f"{n:064}" for n in range(int(name), int(name) + 100)]
        rows = rng.standard_normal((100, size), np.float32)
        keys = [AnswerKey(alm.fingerprint(), clip, "1") for clip in hundred]
        cosines.store.keep(dict(zip(keys, rows)))
    chunks = []

    def scores_of(audio, bank, weights):  # tracemalloc sees nothing of torch
        chunks.append(audio.numel() * 4)
        return zero_shot_scores(audio, bank, weights)

    monkeypatch.setattr(source_file, "zero_shot_scores", scores_of)
    monkeypatch.setattr(source_file, "identify_clips", made_up_clips)
    bank = torch.from_numpy(rng.standard_normal((3, 2, size), np.float32))
    cosines.scorer._bank = alm.weights_state(), bank
    tracemalloc.start()
    try:
        scores = cosines.score(names)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert scores.shape == (count, 2) and scores.isfinite().all()
    assert peak < 32e6 and max(chunks) < 10e6, (peak, chunks)


def made_up_clips(store, paths, progress):
    """In the place of ``identify_clips``."""
    return [clips_file.Clip(path, 16000, 16000) for path in paths]


def test_scores_do_not_depend_on_what_was_stored_before(tmp_path, clips):
    alm = FakeALM()
    whole = source(tmp_path / "whole", alm).score(clips)
    parts = source(tmp_path / "parts", alm)
    parts.score(clips[3:])
    torch.testing.assert_close(parts.score(clips), whole, atol=1e-6, rtol=0)
    again = source(tmp_path / "parts", alm).score(clips)
    assert torch.equal(parts.score(clips), again)


def test_a_file_that_breaks_meanwhile_is_named_after_the_batch_before(
    tmp_path, clips
):
    alm = FakeALM()
    read = alm.read_audio

    def read_audio(path):
        if path == clips[0]:  # the shortest comes last
            raise AudioError(path, "it is gone")
        return read(path)

    alm.read_audio = read_audio
    with pytest.raises(AudioError, match="clip0.wav: it is gone"):
        embed(tmp_path, alm, clips, batch_size=2)
    assert len(AnswerStore(tmp_path)) == 4


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


def test_the_longest_clips_come_first(tmp_path, clips, monkeypatch):
    alm, lengths = FakeALM(), []
    encode_audio = alm.encode_audio

    def note(clips, repeats):
        lengths.extend(map(len, clips))
        return encode_audio(clips, repeats=repeats)

    monkeypatch.setattr(alm, "encode_audio", note)
    embed(tmp_path, alm, clips, batch_size=2)
    assert lengths == [505, 504, 503, 502, 501, 500]


def test_the_content_is_the_key_not_the_path(tmp_path, clips):
    alm = FakeALM()
    embed(tmp_path, alm, clips)
    moved = Path(clips[0]).rename(tmp_path / "moved.wav")
    embed(tmp_path, alm, [str(moved)])
    assert alm.calls == 1
    before = embed(tmp_path, alm, clips[1:2])
    soundfile.write(clips[1], np.sin(np.arange(900)), 16000)
    assert not torch.equal(embed(tmp_path, alm, clips[1:2]), before)


def test_copies_of_a_clip_are_heard_once(tmp_path, clips):
    copy = tmp_path / "copy.wav"
    copy.write_bytes(Path(clips[0]).read_bytes())
    alm = FakeALM()
    first, second = embed(tmp_path, alm, [clips[0], copy], batch_size=1)
    assert torch.equal(first, second) and alm.calls == 1


def test_another_model_has_its_own_embeddings(tmp_path, clips):
    other = FakeALM()
    other.norm.weight[0] = 3.0
    first = embed(tmp_path, FakeALM(), clips)
    assert not torch.equal(embed(tmp_path, other, clips), first)
    assert len(AnswerStore(tmp_path)) == 12


def test_only_what_is_damaged_is_computed_again(tmp_path, clips, caplog):
    alm = FakeALM()
    fresh = embed(tmp_path, alm, clips)
    with sqlite3.connect(tmp_path / "answers.sqlite") as database:
        database.execute(
            "UPDATE answers SET value = zeroblob(8) "
            "WHERE id = (SELECT MIN(id) FROM answers)"
        )
    with caplog.at_level(logging.WARNING):
        again = embed(tmp_path, alm, clips, batch_size=1)
    assert torch.equal(again, fresh)
    assert alm.calls == 2
    assert "is damaged" in caplog.text


@pytest.mark.parametrize("content", [b"", b"RIFFnonsense", "silence"])
def test_an_unusable_clip_is_named_before_any_work(tmp_path, clips, content):
    if content == "silence":
        soundfile.write(clips[5], np.zeros(500), 16000)
    else:
        Path(clips[5]).write_bytes(content)
    alm = FakeALM()
    with pytest.raises(AudioError, match="clip5.wav"):
        embed(tmp_path, alm, clips)
    assert alm.calls == 0


def test_the_batches_before_a_clip_that_cannot_be_heard_are_kept(
    tmp_path, clips
):
    alm = FakeALM()
    alm.min_samples = 501  # the shortest comes last
    with pytest.raises(ClipError, match="clip0.wav is too short"):
        embed(tmp_path, alm, clips, batch_size=2)
    assert len(AnswerStore(tmp_path)) == 4


def test_a_clip_that_the_model_cannot_use_is_named(tmp_path, clips):
    alm, rude = FakeALM(), FakeALM()
    alm.min_samples, alm.max_samples = 501, 503
    with pytest.raises(ClipError, match="clip5.wav is too long") as caught:
        embed(tmp_path, alm, clips)
    assert "of the batch" not in str(caught.value)

    def refuse(*arguments):
        raise ValueError("I dislike clip 5.")

    rude._audio_tower = refuse
    with pytest.raises(ValueError, match="dislike clip 5.*clip 5 is .*clip0"):
        embed(tmp_path, rude, clips)


def test_no_files_are_refused(tmp_path):
    with pytest.raises(ValueError, match="at least one audio file"):
        embed(tmp_path, FakeALM(), [])


def test_a_files_sha256_is_read_once(tmp_path, clips, monkeypatch):
    read, real = [], clips_file.file_sha256

    def count(path):
        read.append(path)
        return real(path)

    monkeypatch.setattr(clips_file, "file_sha256", count)
    first = embed(tmp_path, FakeALM(), clips)
    assert torch.equal(embed(tmp_path, FakeALM(), clips), first)
    assert len(read) == len(clips)
    os.utime(clips[0], ns=(1, 1))  # the same content at another time
    assert torch.equal(embed(tmp_path, FakeALM(), clips), first)
    assert len(read) == len(clips) + 1


def test_a_source_says_what_made_its_scores(tmp_path):
    alm = FakeALM()
    scorer = ZeroShotScorer(alm, LABELS, audio_repeats=2, text_repeats=3)
    cosines = DualEncoderSource(scorer, tmp_path)
    prompts = build_prompts(LABELS, repeats=3)
    assert isinstance(cosines, ScoreSource) and cosines.labels == LABELS
    assert json.loads(json.dumps(cosines.describe())) == {
        "kind": "dual encoder",
        "class": "fake_alm.FakeALM",
        "source": "",
        "fingerprint": alm.fingerprint(),
        "tokenizer": None,
        "tokenizer_revision": None,
        "labels": LABELS,
        "prompt_set": "paper",
        "prompts": prompts,
        "prompts_sha256": prompts_hash(prompts),
        "audio_repeats": 2,
        "text_repeats": 3,
        "scope": "phrase",
        "ensemble": "similarities",
        "weights": None,
    }
