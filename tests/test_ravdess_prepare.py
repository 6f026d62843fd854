"""RAVDESS to manifests: exact counts, a proof, and errors that name files."""

import json
import os
import shutil
from pathlib import Path

import pandas
import pytest
import soundfile
from ravdess_prepare import FOLDS, prepare_ravdess

CLASSES = {"neutral": 96, "happy": 192, "sad": 192, "angry": 192}
CLIP = "03-01-05-02-01-02-07"


@pytest.fixture
def corpus(ravdess, tmp_path):
    """A copy to spoil."""
    return Path(shutil.copytree(ravdess, tmp_path / "corpus"))


def clip(corpus, name=CLIP):
    return corpus / f"Actor_{name[-2:]}" / f"{name}.wav"


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
    certificate = json.loads((tmp_path / "certificate.json").read_text())
    assert certificate["total"]["classes"] == CLASSES
    assert certificate["shared_speakers"] == {
        "train & valid": [],
        "train & test": [],
        "valid & test": [],
    }
    assert certificate["options"]["test_actors"] == [21, 22, 23, 24]
    assert len(certificate["ids_sha256"]) == 64


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


def test_linked_folders_are_followed(ravdess, tmp_path):
    linked = tmp_path / "linked"
    linked.mkdir()
    for actor in ravdess.iterdir():
        (linked / actor.name).symlink_to(actor, target_is_directory=True)
    check_paper_counts(prepare_ravdess(linked, tmp_path / "m"))


def test_nothing_is_written_into_the_corpus(corpus, tmp_path):
    before = sorted(corpus.rglob("*"))
    prepare_ravdess(corpus, tmp_path / "m")
    assert sorted(corpus.rglob("*")) == before


def test_other_emotions_and_stray_files_are_counted(corpus, tmp_path):
    shutil.copy(clip(corpus), clip(corpus, "03-01-02-01-01-01-07"))
    shutil.copy(clip(corpus), corpus / "notes.wav")
    prepare_ravdess(corpus, tmp_path / "m")
    certificate = json.loads((tmp_path / "m/certificate.json").read_text())
    assert certificate["dropped"] == {
        "calm is not among the labels": ["03-01-02-01-01-01-07"],
        "not named like RAVDESS speech": ["notes"],
    }


def test_equal_copies_count_once_and_unequal_ones_are_refused(corpus, tmp_path):
    shutil.copytree(corpus / "Actor_07", corpus / "again" / "Actor_07")
    manifests = prepare_ravdess(corpus, tmp_path / "m")
    assert len(pandas.read_csv(manifests["train"])) == 448
    shutil.copy(
        clip(corpus, "03-01-05-02-02-02-07"),
        corpus / "again" / "Actor_07" / f"{CLIP}.wav",
    )
    with pytest.raises(ValueError, match=f"Two different files.*{CLIP}"):
        prepare_ravdess(corpus, tmp_path / "m")


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"", "unreadable"),
        (b"RIFFnonsense", "unreadable"),
        ([0.0] * 1000, "silent"),
        ([], "empty"),
    ],
)
def test_bad_files_are_all_named(corpus, tmp_path, content, reason):
    names = [CLIP, "03-01-04-01-01-01-12"]
    for name in names:
        if isinstance(content, bytes):
            clip(corpus, name).write_bytes(content)
        else:
            soundfile.write(clip(corpus, name), content, 16000)
    with pytest.raises(ValueError, match="2 of 672 clips") as error:
        prepare_ravdess(corpus, tmp_path / "m")
    for name in names:
        assert f"{name}.wav: it is {reason}" in str(error.value)
    assert not (tmp_path / "m").exists()


def test_a_wrong_folder_is_explained(tmp_path):
    with pytest.raises(FileNotFoundError, match="Give the folder that holds"):
        prepare_ravdess(tmp_path, tmp_path / "m")


def test_missing_actors_are_named(corpus, tmp_path):
    shutil.rmtree(corpus / "Actor_03")
    clip(corpus).unlink()
    with pytest.raises(FileNotFoundError, match="not complete") as error:
        prepare_ravdess(corpus, tmp_path / "m")
    assert "Actor_03: {'neutral': 0, 'happy': 0" in str(error.value)
    assert "Actor_07: {'neutral': 4, 'happy': 8, 'sad': 8, 'angry': 7}" in str(
        error.value
    )


def test_a_clip_with_another_actor_is_refused(corpus, tmp_path):
    shutil.move(clip(corpus), corpus / "Actor_08")
    with pytest.raises(ValueError, match="in the folder Actor_07.*Actor_08"):
        prepare_ravdess(corpus, tmp_path / "m")


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
