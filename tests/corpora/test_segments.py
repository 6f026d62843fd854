"""Segments of long files: certified, read, and never in two splits."""

import numpy as np
import pandas
import pytest
import soundfile

from speechbrain_zsfuse.corpora.manifests import SPLITS, read_manifest
from speechbrain_zsfuse.corpora.naming import name_clips
from speechbrain_zsfuse.corpora.preparation import certify
from speechbrain_zsfuse.corpora.prepare import prepare_corpus
from speechbrain_zsfuse.corpora.sealing import read_certificate
from speechbrain_zsfuse.corpora.segments import overlaps
from speechbrain_zsfuse.hub.publishing.verifying import find_audio

RATE = 8000


@pytest.fixture
def corpus(tmp_path):
    """Three talks of three speakers, 4 s each."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number, split in enumerate(SPLITS):
        noise = np.random.default_rng(number).uniform(-0.5, 0.5, 4 * RATE)
        soundfile.write(folder / f"{split}.flac", noise, RATE)
    return folder


def table(**columns):
    """Two segments of each."""
    clips = pandas.DataFrame({"split": [s for s in SPLITS for _ in "ab"]})
    clips["wav"] = clips["split"] + ".flac"
    clips["speaker"] = clips["split"]
    clips["emotion"] = ["sad", "happy"] * 3
    clips["start"], clips["end"] = ["0.5", "2.00"] * 3, ["1.5", "3.5"] * 3
    clips = clips.assign(**columns)
    return name_clips(clips, "tiny") if "ID" not in columns else clips


def run(corpus, clips, **options):
    return certify(
        clips,
        {},
        corpus="Tiny",
        data_folder=corpus,
        manifest_folder=corpus.parent / "manifests",
        **{"options": {}, "read": clips["ID"], **options},
    )


def test_manifests_of_segments(corpus):
    manifests = run(corpus, table())
    rows = read_manifest(manifests["train"], corpus)
    assert rows["ID"].tolist() == ["train@0.5-1.5", "train@2-3.5"]
    assert rows["duration"].tolist() == [1.0, 1.5]
    place = f"{corpus}/train.flac"
    assert rows["wav"].tolist() == [f"{place}#t=0.5,1.5", f"{place}#t=2,3.5"]
    content = read_certificate(corpus.parent / "manifests")
    pairs = "train & valid", "train & test", "valid & test"
    assert content["disjoint"]["wav"] == {pair: [] for pair in pairs}
    assert not any("overlap" in note for note in content["notes"])


def test_a_file_is_read_no_more_than_its_segments_need(corpus, monkeypatch):
    read, frames = soundfile.SoundFile.read, []
    monkeypatch.setattr(
        soundfile.SoundFile,
        "read",
        lambda file, count, *a, **k: (
            frames.append(count) or read(file, count, *a, **k)
        ),
    )
    run(corpus, table())
    assert {*frames} == {RATE, RATE * 3 // 2} and len(frames) <= 12


def test_one_file_in_two_splits_is_refused(corpus):
    clips = table(end=["1.5", "3", "1", *["3.5"] * 3])
    clips.loc[2, "wav"] = "./train.flac"
    with pytest.raises(ValueError, match="no common wav in train & valid"):
        run(corpus, clips)


@pytest.mark.parametrize(
    "columns, said",
    [
        ({"start": ["0.5"] * 6, "end": ["1.50", "1.5"] * 3}, "another part of"),
        (
            {"start": ["x", *["1"] * 5]},
            "Expected seconds of at .* start",
        ),
        ({"end": ["0.5", *["4"] * 5]}, "Expected seconds of at least 0.* end"),
        ({"channel": ["l", *[""] * 5]}, "Expected the number of a channel"),
        ({"start": [0.5, 2.0] * 3}, "Expected a text in the column start"),
    ],
)
def test_what_is_no_segment_is_refused(corpus, columns, said):
    ids = [f"c{number}" for number in range(6)]
    with pytest.raises(ValueError, match=said) as error:
        run(corpus, table(ID=ids, **columns))
    assert "c0: " in str(error.value)


def test_segments_that_cannot_be_used_are_named(corpus):
    silent, _ = soundfile.read(corpus / "test.flac")
    silent[: 2 * RATE] = 0
    soundfile.write(corpus / "test.flac", silent, RATE)
    clips = table(end=["1.5", "3.5"] * 2 + ["1.5", "9"])
    with pytest.raises(ValueError) as error:
        run(corpus, clips)
    said = "test@0.5-1.5 (test.flac#t=0.5,1.5): it is silent"
    assert said in str(error.value)
    said = "(test.flac#t=2,9): the part does not lie in its file, which ends"
    assert said in str(error.value)


def test_to_the_end_and_channels(corpus):
    noise = np.random.default_rng(9).uniform(-0.5, 0.5, (4 * RATE, 2))
    soundfile.write(corpus / "train.flac", noise, RATE)
    clips = table(
        start=["", "", "1", "2.5", "", "3"],
        end=["", "", "2", "", "2", ""],
        channel=["1", "2", "", "", "", ""],
    )
    manifests = run(corpus, clips)
    rows = pandas.concat(read_manifest(manifests[s], corpus) for s in SPLITS)
    assert rows["ID"].tolist() == [
        *("train:1", "train:2", "valid@1-2", "valid@2.5-"),
        *("test@0-2", "test@3-"),
    ]
    assert rows["duration"].tolist() == [4, 4, 1, 1.5, 2, 1]


def test_the_same_sound_in_two_segments_is_found(corpus):
    noise, _ = soundfile.read(corpus / "train.flac")
    noise[2 * RATE : 3 * RATE] = 0.5 * noise[RATE // 2 : 3 * RATE // 2]
    soundfile.write(corpus / "train.flac", noise, RATE)
    clips = table(end=["1.5", "3", *["1.5", "3.5"] * 2])
    with pytest.raises(ValueError, match=r"train@2-3 .* the same recording"):
        run(corpus, clips)


def test_a_changed_segment_makes_new_manifests(corpus):
    run(corpus, table())
    manifests = run(corpus, table(end=["1.25", "3.5"] * 3))
    rows = read_manifest(manifests["test"], corpus)
    assert rows["duration"].tolist() == [0.75, 1.5]


def test_segments_without_a_label_are_dropped_alone(corpus):
    rows = [
        f"{row.wav},{row.start},{row.end},{row.emotion},{row.speaker}"
        for row in table().itertuples()
    ]
    rows += ["train.flac,3.5,4,,train", "test.flac,3.5,4,sad,test"]
    path = corpus.parent / "talks.csv"
    path.write_text("\n".join(["file,start,end,emotion,speaker", *rows]))
    options = {"table": path, "labels": ["happy", "sad"]}
    prepare_corpus(corpus, corpus.parent / "manifests", **options)
    content = read_certificate(corpus.parent / "manifests")
    [names] = content["dropped"].values()
    assert names == ["train.flac#t=3.5,4"] and content["total"]["clips"] == 7
    assert content["splits"]["test"]["clips"] in (2, 3)


def test_a_published_model_is_asked_for_the_same_segments(corpus):
    run(corpus, table())
    found = find_audio(corpus.parent / "manifests", corpus)
    assert {name: str(place) for name, place in found.items()} == {
        "test@0.5-1.5": f"{corpus}/test.flac#t=0.5,1.5",
        "test@2-3.5": f"{corpus}/test.flac#t=2,3.5",
    }


def test_overlaps_are_noted():
    clips = pandas.DataFrame(
        [
            ("whole", "a", "", "", ""),
            ("inside", "a", "1", "2", "1"),
            ("left", "b", "0", "2", "1"),
            ("right", "b", "0", "2", "2"),
            ("late", "b", "1", "4", "2"),
            ("both", "b", "1.999", "3", ""),
            ("next", "c", "0", "2", ""),
            ("door", "c", "1.995", "3", ""),
            ("open", "d", "1", "", ""),
            ("rest", "d", "2", "", ""),
        ],
        columns=["ID", "wav", "start", "end", "channel"],
    )
    [note] = overlaps(clips)
    assert "inside (1 s of whole)" in note and "late (1 s of right)" in note
    assert "both (1 s of late)" in note and note.startswith("4 clips begin")
    assert "rest (the rest of open)" in note


@pytest.mark.parametrize(
    "row, said",
    [
        ("2,1,", "start '2', end '1', channel ''"),
        ("x,,", "Expected seconds of at least 0"),
        (",,0", "the number of a channel, from 1"),
    ],
)
def test_manifests_with_parts_that_are_none(tmp_path, row, said):
    path = tmp_path / "test.csv"
    header = "ID,duration,wav,start,end,channel"
    path.write_text(f"{header}\na,1,$data_root/a.wav,1,2,1\nb,1,/b.wav,{row}\n")
    with pytest.raises(ValueError, match="clip b") as error:
        read_manifest(path, "/corpus")
    assert said in str(error.value)


def test_a_corpus_of_pointers_is_told_in_a_sentence(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    clips = pandas.DataFrame({"ID": [f"{n:03}" for n in range(300)]})
    clips = clips.assign(wav=clips["ID"] + ".wav", emotion="sad")
    clips["speaker"] = [*SPLITS] * 100
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1"
    for wav in clips["wav"]:
        (folder / wav).write_text(pointer)
    with pytest.raises(ValueError) as error:
        run(folder, clips.assign(split=SPLITS * 100), allow_mismatch=True)
    said = str(error.value)
    assert "300 of 300 clips: it is a Git LFS pointer" in said
    assert "run `git lfs pull`" in said and len(said.splitlines()) == 3
