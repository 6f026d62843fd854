"""RAVDESS to manifests: exact counts, a proof, and errors that name files."""

import hashlib
import json
import os
import shutil
import zipfile
from pathlib import Path

import pandas
import pytest
import ravdess_prepare
import soundfile
from ravdess_names import FOLDS, list_clips
from ravdess_prepare import ARCHIVE, prepare_ravdess

from speechbrain_zsfuse.audio import read_waveform, resample
from speechbrain_zsfuse.download import Archive
from speechbrain_zsfuse.synthetic import make_ravdess
from speechbrain_zsfuse.synthetic.style import ALL_EMOTIONS

CLASSES = {"neutral": 96, "happy": 192, "sad": 192, "angry": 192}
CLIP = "03-01-05-02-01-02-07"
OTHER_ACTOR = "03-01-05-02-01-02-12"


@pytest.fixture
def corpus(ravdess, tmp_path):
    """A copy to spoil."""
    return Path(shutil.copytree(ravdess, tmp_path / "corpus"))


@pytest.fixture(scope="module")
def eight(tmp_path_factory):
    """All eight emotions, as FLAC."""
    return make_ravdess(
        tmp_path_factory.mktemp("eight"),
        seed=1,
        seconds=0.3,
        emotions=ALL_EMOTIONS,
        suffix=".flac",
        progress=False,
    )


def clip(corpus, name=CLIP, suffix=".wav"):
    return corpus / f"Actor_{name[-2:]}" / f"{name}{suffix}"


def convert(source, target, rate=16000, gain=1.0, channels=1):
    """Write a clip in another format; the suffix says which."""
    waveform, own_rate = read_waveform(source)
    waveform = gain * resample(waveform, own_rate, rate)
    target.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(target, waveform[:, None].repeat(channels, axis=1), rate)


def certificate(folder):
    return json.loads((folder / "certificate.json").read_text())


def check_paper_counts(manifests):
    tables = {split: pandas.read_csv(path) for split, path in manifests.items()}
    assert {s: len(t) for s, t in tables.items()} == {
        "train": 448,
        "valid": 112,
        "test": 112,
    }
    assert set(tables["valid"]["speaker"]) == {16, 17, 19, 20}
    assert set(tables["test"]["speaker"]) == {21, 22, 23, 24}
    everything = pandas.concat(tables.values())
    assert everything["emotion"].value_counts().to_dict() == CLASSES
    assert everything["ID"].is_unique
    assert set(everything.groupby("speaker").size()) == {28}
    return tables


def test_the_papers_counts_and_our_default_split(ravdess, tmp_path):
    tables = check_paper_counts(prepare_ravdess(ravdess, tmp_path))
    row = tables["test"].iloc[0]
    assert row["wav"].startswith("$data_root/Actor_2")
    path = row["wav"].replace("$data_root", str(ravdess))
    assert row["duration"] == pytest.approx(soundfile.info(path).duration)
    genders = tables["test"].groupby("gender")["speaker"].unique()
    assert set(genders["male"]) == {21, 23}


def test_the_certificate_proves_disjoint_speakers(ravdess, tmp_path):
    prepare_ravdess(ravdess, tmp_path)
    content = certificate(tmp_path)
    assert content["total"]["classes"] == CLASSES
    assert content["disjoint"] == {
        "speaker": {"train & valid": [], "train & test": [], "valid & test": []}
    }
    assert content["repeated"]["statement"]["train & test"] == ["dogs", "kids"]
    assert content["options"]["test_actors"] == [21, 22, 23, 24]
    assert content["drift"] == content["notes"] == []
    assert content["dropped"] == {}
    assert len(content["ids_sha256"]) == 64


@pytest.mark.skipif(
    "RAVDESS_FOLDER" not in os.environ,
    reason="set RAVDESS_FOLDER to the corpus to check it",
)
def test_the_real_corpus(tmp_path):
    folder = os.environ["RAVDESS_FOLDER"]
    check_paper_counts(prepare_ravdess(folder, tmp_path))


def test_every_actor_is_tested_in_one_fold():
    assert sorted(actor for fold in FOLDS for actor in fold) == list(
        range(1, 25)
    )
    assert all(sum(actor % 2 for actor in fold) == 2 for fold in FOLDS)


def test_names_are_read_as_ravdess_defines_them(eight):
    clips = list_clips().set_index("ID")
    assert set(clips.index) == {path.stem for path in eight.rglob("*.flac")}
    assert clips.loc["03-01-08-01-02-02-03"].to_dict() == {
        "emotion": "surprised",
        "speaker": "03",
        "session": "",
        "gender": "male",
        "votes": "{}",
        "intensity": "normal",
        "statement": "dogs",
        "repetition": 2,
    }


def test_a_change_of_options_or_files_prepares_again(corpus, tmp_path):
    manifests = prepare_ravdess(corpus, tmp_path / "m")
    stamp = Path(manifests["test"]).stat().st_mtime_ns
    prepare_ravdess(corpus, tmp_path / "m")
    assert Path(manifests["test"]).stat().st_mtime_ns == stamp
    prepare_ravdess(corpus, tmp_path / "m", fold=2)
    speakers = set(pandas.read_csv(manifests["test"])["speaker"])
    assert speakers == {16, 17, 19, 20}
    soundfile.write(clip(corpus), [0.1] * 20000, 16000)
    prepare_ravdess(corpus, tmp_path / "m", fold=2)
    table = pandas.concat(map(pandas.read_csv, manifests.values()))
    duration = table.set_index("ID")["duration"][CLIP]
    assert duration == 1.25


def test_nothing_is_written_into_the_corpus(corpus, tmp_path):
    before = sorted(corpus.rglob("*"))
    prepare_ravdess(corpus, tmp_path / "m")
    assert sorted(corpus.rglob("*")) == before


# ------------------------------------------------------ as people have it


def test_linked_folders_are_followed_and_loops_end(ravdess, tmp_path):
    linked = tmp_path / "linked"
    linked.mkdir()
    for actor in ravdess.iterdir():
        (linked / actor.name).symlink_to(actor, target_is_directory=True)
    (linked / "again").symlink_to(linked, target_is_directory=True)
    check_paper_counts(prepare_ravdess(linked, tmp_path / "m"))


def test_the_archive_of_kaggle_counts_once(corpus, tmp_path):
    aside = shutil.copytree(corpus, tmp_path / "aside")
    shutil.move(aside, corpus / "audio_speech_actors_01-24")
    check_paper_counts(prepare_ravdess(corpus, tmp_path / "m"))
    [(reason, copies)] = certificate(tmp_path / "m")["dropped"].items()
    assert reason == "another copy of the same clip" and len(copies) == 672
    assert copies[0].startswith("audio_speech_actors_01-24/Actor_01/03-01-01")


def test_of_several_copies_the_best_is_taken(corpus, tmp_path):
    clip48 = clip(corpus / "48k")
    for target, changes in (
        (clip(corpus / "8k"), {"rate": 8000}),
        (clip48, {"rate": 48000, "channels": 2}),
        (clip(corpus / "ogg", suffix=".ogg"), {"rate": 48000}),
        (clip(corpus / "mp3", suffix=".MP3"), {"gain": 0.5}),
    ):
        convert(clip(corpus), target, **changes)
    clip(corpus / "cut").parent.mkdir(parents=True)
    clip(corpus / "cut").write_bytes(clip(corpus).read_bytes()[:2000])
    manifests = prepare_ravdess(corpus, tmp_path / "m")
    tables = check_paper_counts(manifests)
    wav = tables["train"].set_index("ID")["wav"][CLIP]
    assert wav == f"$data_root/48k/Actor_07/{CLIP}.wav"
    dropped = certificate(tmp_path / "m")["dropped"]
    assert [
        Path(p).parts[0] for p in dropped.pop("another copy of the same clip")
    ] == [
        "8k",
        "Actor_07",
        "mp3",
        "ogg",
    ]
    [(reason, paths)] = dropped.items()
    assert "it is truncated" in reason and paths == [f"cut/Actor_07/{CLIP}.wav"]


def test_copies_that_sound_different_are_refused(corpus, tmp_path):
    other = clip(corpus / "again")
    other.parent.mkdir(parents=True)
    shutil.copy(clip(corpus, "03-01-05-02-02-02-07"), other)
    with pytest.raises(ValueError, match="sound different") as error:
        prepare_ravdess(corpus, tmp_path / "m")
    pair = f"Actor_07/{CLIP}.wav and again/Actor_07/{CLIP}.wav"
    assert pair in str(error.value)


def test_eight_classes_and_merged_ones(eight, tmp_path):
    memory = tmp_path / "audio.sqlite"
    options = {"labels": ALL_EMOTIONS, "audio_memory": memory}
    prepare_ravdess(eight, tmp_path / "8", **options)
    total = certificate(tmp_path / "8")["total"]
    others = dict.fromkeys(ALL_EMOTIONS[4:], 192)
    assert total["classes"] == CLASSES | others
    assert set(total["speakers"].values()) == {60}
    merge = {"calm": "neutral"}
    prepare_ravdess(eight, tmp_path / "4", merge=merge, audio_memory=memory)
    content = certificate(tmp_path / "4")
    assert content["total"]["classes"] == CLASSES | {"neutral": 288}
    assert content["dropped_counts"] == {
        f"{emotion} is not among the labels": 192
        for emotion in ("disgusted", "fearful", "surprised")
    }


def test_unknown_labels_are_refused(ravdess, tmp_path):
    with pytest.raises(ValueError, match=r"nothing in the corpus is \['joy'\]"):
        prepare_ravdess(ravdess, tmp_path, labels=["sad", "joy"])


# ------------------------------------------------- spoiled, and said which


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
        (b"", "it is unreadable"),
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
        assert f"{name}: {reason}" in str(error.value)
    assert "missing" not in str(error.value)
    assert not (tmp_path / "m").exists()


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
    with pytest.raises(PermissionError, match="Actor_09, but .* chmod"):
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
    prepare_ravdess(corpus, tmp_path / "m", allow_drift=True)
    assert (
        f"missing of actor 07: {CLIP}" in certificate(tmp_path / "m")["drift"]
    )


def test_a_clip_in_another_actors_folder_is_refused(corpus, tmp_path):
    shutil.move(clip(corpus), corpus / "Actor_08")
    with pytest.raises(ValueError, match=f"of another:\nActor_08/{CLIP}.wav"):
        prepare_ravdess(corpus, tmp_path / "m", allow_drift=True)


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
        prepare_ravdess(corpus, tmp_path / "m", allow_drift=True)
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


# ---------------------------------------------------------------- download


@pytest.fixture
def archive(ravdess, tmp_path, monkeypatch):
    """The archive, published in a folder of this machine."""
    path = tmp_path / "published.zip"
    with zipfile.ZipFile(path, "w") as file:
        for clip in sorted(ravdess.rglob("*.wav")):
            file.write(clip, clip.relative_to(ravdess))
    md5 = hashlib.md5(path.read_bytes()).hexdigest()
    archive = Archive(path.as_uri(), ARCHIVE.name, md5)
    monkeypatch.setattr(ravdess_prepare, "ARCHIVE", archive)
    return path


def test_a_download_is_used_and_done_once(archive, tmp_path):
    corpus = tmp_path / "corpus"
    prepare = {"download": True, "manifest_folder": tmp_path / "m"}
    check_paper_counts(prepare_ravdess(corpus, **prepare))
    assert {path.name for path in corpus.iterdir()} == {
        ARCHIVE.name,
        "Audio_Speech_Actors_01-24",
    }
    archive.unlink()
    (corpus / ARCHIVE.name).unlink()
    check_paper_counts(prepare_ravdess(corpus, **prepare))


def test_a_corpus_that_is_there_is_not_downloaded(ravdess, tmp_path):
    before = sorted(ravdess.iterdir())
    prepare_ravdess(ravdess, tmp_path, download=True)
    assert sorted(ravdess.iterdir()) == before


@pytest.mark.parametrize(
    "options, message",
    [
        ({"fold": 7}, "fold from 1 to 6, but got 7"),
        ({"valid_actors": [1]}, "both valid_actors and test_actors"),
        ({"valid_actors": [1], "test_actors": [1]}, "different actors"),
        ({"valid_actors": [1], "test_actors": [25]}, "from 1 to 24"),
        ({"valid_actors": [], "test_actors": [1]}, "some for each"),
        (
            {"valid_actors": range(1, 13), "test_actors": range(13, 25)},
            "some left to train",
        ),
    ],
)
def test_impossible_splits_are_refused(ravdess, tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        prepare_ravdess(ravdess, tmp_path, **options)
