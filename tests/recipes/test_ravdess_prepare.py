"""RAVDESS as people have it to manifests: exact counts, and a proof."""

import os
import shutil
import zipfile
from pathlib import Path

import pandas
import pytest
import ravdess_prepare
import soundfile
from publisher import serving
from ravdess_corpus import (
    CLASSES,
    CLIP,
    certificate,
    check_paper_counts,
    clip,
    convert,
)
from ravdess_names import FOLDS, list_clips
from ravdess_prepare import ARCHIVE, PUBLISHED_TWICE, prepare_ravdess

from speechbrain_zsfuse.synthetic import make_ravdess
from speechbrain_zsfuse.synthetic.style import ALL_EMOTIONS


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
    assert content["mismatch"] == content["notes"] == []
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
    soundfile.write(clip(corpus), [0.1, 0.2] * 10000, 16000)
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


def test_eight_classes_and_merged_ones(eight, tmp_path):
    cache = tmp_path / "audio.sqlite"
    options = {"labels": ALL_EMOTIONS, "audio_cache": cache}
    prepare_ravdess(eight, tmp_path / "8", **options)
    total = certificate(tmp_path / "8")["total"]
    others = dict.fromkeys(ALL_EMOTIONS[4:], 192)
    assert total["classes"] == CLASSES | others
    assert set(total["speakers"].values()) == {60}
    merge = {"calm": "neutral"}
    prepare_ravdess(eight, tmp_path / "4", merge=merge, audio_cache=cache)
    content = certificate(tmp_path / "4")
    assert content["total"]["classes"] == CLASSES | {"neutral": 288}
    assert content["dropped_counts"] == {
        f"{emotion} is not among the labels": 192
        for emotion in ("disgusted", "fearful", "surprised")
    }


def test_the_pair_that_the_archive_holds_twice_is_known(corpus, tmp_path):
    first, second = (clip(corpus, name) for name in PUBLISHED_TWICE)
    shutil.copy(first, second)
    check_paper_counts(prepare_ravdess(corpus, tmp_path / "m"))
    [note] = certificate(tmp_path / "m")["notes"]
    assert note.endswith(
        f"as in the published corpus: {' = '.join(PUBLISHED_TWICE)}"
    )


def test_unknown_labels_are_refused(ravdess, tmp_path):
    with pytest.raises(ValueError, match=r"nothing in the corpus is \['joy'\]"):
        prepare_ravdess(ravdess, tmp_path, labels=["sad", "joy"])


# ---------------------------------------------------------------- download


def test_a_download_is_used_and_done_once(ravdess, tmp_path, monkeypatch):
    path, corpus = tmp_path / "published.zip", tmp_path / "corpus"
    with zipfile.ZipFile(path, "w") as file:
        for recording in sorted(ravdess.rglob("*.wav")):
            file.write(recording, recording.relative_to(ravdess))
    prepare = {"download": True, "manifest_folder": tmp_path / "m"}
    with serving(path.read_bytes()) as publisher:
        archive = publisher.archive(ARCHIVE["name"])
        monkeypatch.setattr(ravdess_prepare, "ARCHIVE", archive)
        for _ in range(2):
            check_paper_counts(prepare_ravdess(corpus, **prepare))
    [folder] = corpus.iterdir()
    assert folder.name == "Audio_Speech_Actors_01-24"
    assert len(publisher.asked) == 1


def test_a_corpus_that_is_there_is_not_downloaded(ravdess, tmp_path):
    before = sorted(ravdess.iterdir())
    prepare_ravdess(ravdess, tmp_path, download=True)
    assert sorted(ravdess.iterdir()) == before


@pytest.mark.parametrize(
    "options, message",
    [
        ({"fold": 7}, "a whole number from 1 to 6, or null, but got 7"),
        ({"fold": None}, "`fold` to be a whole number from 1 to 6, but got N"),
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
