"""Clips that a model cannot hear are told from the manifests alone."""

from types import SimpleNamespace

import pytest

from speechbrain_zsfuse.corpora.lengths import check_lengths

MODEL = SimpleNamespace(sample_rate=16000, min_samples=400, max_samples=32000)


@pytest.fixture
def manifests(tmp_path):
    """Of 25 ms, 2 s and 2.5 s, and one that lasts 2.1 s in each split."""
    rows = {"a": 0.025, "b": 2.0, "c": 2.5}
    for split in ("train", "test"):
        lines = [f"{i}-{split},{s},$data_root/{i}.wav" for i, s in rows.items()]
        text = "\n".join(["ID,duration,wav", *lines])
        (tmp_path / f"{split}.csv").write_text(text)
    return {split: tmp_path / f"{split}.csv" for split in ("train", "test")}


def test_the_clips_are_named_with_file_and_length(manifests):
    with pytest.raises(ValueError) as caught:
        check_lengths(manifests, "/corpus", MODEL)
    said = str(caught.value)
    assert "SimpleNamespace can hear, but 2 are not" in said
    assert "c-test (/corpus/c.wav) is too long (2.5 s" in said
    assert "c-train" in said and "a-" not in said and "b-" not in said


def test_a_cropped_clip_is_as_long_as_its_part_in_training_only(manifests):
    with pytest.raises(ValueError, match="but 1 are not:\n  c-test"):
        check_lengths(manifests, "/corpus", MODEL, crop_seconds=1.5)


def test_repetitions_count(manifests):
    with pytest.raises(ValueError, match=r"b-test .*too long \(4 s"):
        check_lengths(manifests, "/corpus", MODEL, repeats=2)
    short = SimpleNamespace(sample_rate=16000, min_samples=401)
    with pytest.raises(ValueError, match=r"a-train .*too short \(400 samples"):
        check_lengths(manifests, "/corpus", short)
    check_lengths(manifests, "/corpus", short, repeats=2)


@pytest.mark.parametrize("model", [None, SimpleNamespace(sample_rate=8000)])
def test_a_model_without_limits_is_not_asked(manifests, model):
    check_lengths(manifests, "/corpus", model)
