"""RAVDESS that is not as it should be: an error that names the files."""

import os
import shutil
from pathlib import Path

import pytest
import soundfile
from ravdess_corpus import (
    CLIP,
    OTHER_ACTOR,
    certificate,
    check_paper_counts,
    clip,
    convert,
)
from ravdess_prepare import prepare_ravdess

from speechbrain_zsfuse.synthetic import make_ravdess


@pytest.fixture
def corpus(ravdess, tmp_path):
    """A copy to spoil."""
    return Path(shutil.copytree(ravdess, tmp_path / "corpus"))


def test_copies_that_sound_different_are_refused(corpus, tmp_path):
    other = clip(corpus / "again")
    other.parent.mkdir(parents=True)
    shutil.copy(clip(corpus, "03-01-05-02-02-02-07"), other)
    with pytest.raises(ValueError, match="sound different") as error:
        prepare_ravdess(corpus, tmp_path / "m")
    pair = f"Actor_07/{CLIP}.wav and again/Actor_07/{CLIP}.wav"
    assert pair in str(error.value)


def test_other_emotions_and_stray_files_are_counted(corpus, tmp_path):
    make_ravdess(
        corpus,
        seed=1,
        seconds=0.3,
        speakers=[7],
        emotions=["calm"],
        progress=False,
    )
    shutil.copy(clip(corpus), corpus / "notes.wav")
    prepare_ravdess(corpus, tmp_path / "m")
    dropped = certificate(tmp_path / "m")["dropped"]
    assert len(dropped.pop("calm is not among the labels")) == 8
    assert dropped == {"not named like RAVDESS speech": ["notes.wav"]}


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"", "it is empty"),
        (b"RIFFnonsense", "it is unreadable"),
        ([0.0] * 1000, "it is silent"),
        ([], "it is empty"),
    ],
)
def test_bad_files_are_all_named(corpus, tmp_path, content, reason):
    names = [CLIP, "03-01-04-01-01-01-12"]
    for name in names:
        if isinstance(content, bytes):
            clip(corpus, name).write_bytes(content)
        else:
            soundfile.write(clip(corpus, name), content, 16000)
    with pytest.raises(ValueError, match="does not hold RAVDESS") as error:
        prepare_ravdess(corpus, tmp_path / "m")
    for name in names:
        where = clip(corpus, name).relative_to(corpus).as_posix()
        assert f"{name} ({where}): {reason}" in str(error.value)
    assert "missing" not in str(error.value)
    assert not (tmp_path / "m").exists()


def test_of_a_class_without_a_clip_the_counts_tell(corpus, tmp_path):
    for path in corpus.rglob("03-01-05-*.wav"):
        path.unlink()
    clip(corpus, "03-01-04-01-01-01-12").rename(corpus / "sad.wav")
    with pytest.raises(ValueError, match="no 'angry' in train") as error:
        prepare_ravdess(corpus, tmp_path / "m")
    _, told = str(error.value).split("may explain it:\n")
    assert told.splitlines() == [
        "  clips of angry: expected 192, found 0 (-192)",
        "  clips of sad: expected 192, found 191 (-1)",
        "  missing of actor 12: 03-01-04-01-01-01-12",
        "  not named like RAVDESS speech: sad.wav",
    ]


def test_a_wrong_folder_is_explained(ravdess, tmp_path):
    with pytest.raises(FileNotFoundError, match="Actor_24.*but there is none"):
        prepare_ravdess(tmp_path, tmp_path / "m")
    with pytest.raises(FileNotFoundError, match="there is no such folder"):
        prepare_ravdess(tmp_path / "nowhere", tmp_path / "m")


def test_a_folder_of_zip_files_is_explained(tmp_path):
    (tmp_path / "Audio_Speech_Actors_01-24.zip").touch()
    with pytest.raises(FileNotFoundError, match="only zip files.*Unpack"):
        prepare_ravdess(tmp_path, tmp_path / "m")


def test_a_folder_that_cannot_be_read_is_an_error(
    ravdess, tmp_path, monkeypatch
):
    scandir = os.scandir

    def guarded(path="."):
        if str(path).endswith("Actor_09"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    with pytest.raises(PermissionError, match="Actor_09, but .*chmod -R"):
        prepare_ravdess(ravdess, tmp_path)


def test_missing_clips_are_named_with_what_they_may_be(corpus, tmp_path):
    shutil.rmtree(corpus / "Actor_03")
    clip(corpus).rename(clip(corpus, "copy of 07"))
    with pytest.raises(ValueError, match="does not hold RAVDESS") as error:
        prepare_ravdess(corpus, tmp_path / "m")
    lines = [line.strip() for line in str(error.value).splitlines()]
    assert "clips of angry: expected 192, found 183 (-9)" in lines
    assert "missing of actor 03: all 28" in lines
    assert f"missing of actor 07: {CLIP}" in lines
    stray = "not named like RAVDESS speech: Actor_07/copy of 07.wav"
    assert stray in lines
    prepare_ravdess(corpus, tmp_path / "m", allow_mismatch=True)
    assert (
        f"missing of actor 07: {CLIP}"
        in certificate(tmp_path / "m")["mismatch"]
    )


def test_a_clip_in_another_actors_folder_is_refused(corpus, tmp_path):
    shutil.move(clip(corpus), corpus / "Actor_08")
    with pytest.raises(ValueError, match=f"of another:\nActor_08/{CLIP}.wav"):
        prepare_ravdess(corpus, tmp_path / "m", allow_mismatch=True)


@pytest.mark.parametrize(
    "changes, suffix",
    [({}, ".wav"), ({"rate": 8000, "gain": 0.2, "channels": 2}, ".flac")],
)
def test_a_recording_under_another_actors_name_is_refused(
    corpus, tmp_path, changes, suffix
):
    clip(corpus, OTHER_ACTOR).unlink()
    convert(clip(corpus), clip(corpus, OTHER_ACTOR, suffix), **changes)
    with pytest.raises(ValueError, match="two actors share") as error:
        prepare_ravdess(corpus, tmp_path / "m", allow_mismatch=True)
    assert f"Actor_07/{CLIP}.wav and Actor_12" in str(error.value)


def test_a_recording_under_two_names_of_one_actor_is_named(corpus, tmp_path):
    again = clip(corpus, "03-01-02-02-01-02-07")  # calm, not among the labels
    shutil.copy(clip(corpus), again)
    with pytest.raises(ValueError, match="are the same recording") as error:
        prepare_ravdess(corpus, tmp_path / "m")
    assert CLIP in str(error.value) and again.stem in str(error.value)


def test_the_recording_that_was_published_twice_is_none(corpus, tmp_path):
    first = "03-01-03-01-02-01-07"
    second = "03-01-03-01-02-02-07"
    shutil.copy(clip(corpus, first), clip(corpus, second))
    check_paper_counts(prepare_ravdess(corpus, tmp_path / "m"))
