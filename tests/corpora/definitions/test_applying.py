"""A definition on a folder: copies, releases, other folders; and lists of
names of whole corpora, where SER_CORPORA_FOLDER has them.
"""

import csv
import gzip
import os
from collections import Counter
from pathlib import Path

import pytest

from speechbrain_zsfuse.corpora.definitions.applying import read_defined
from speechbrain_zsfuse.corpora.definitions.comparing import differences_of
from speechbrain_zsfuse.corpora.definitions.definition import find_definition
from speechbrain_zsfuse.corpora.definitions.schema import Release
from speechbrain_zsfuse.corpora.prepare import read_corpus

CORPORA = os.environ.get("SER_CORPORA_FOLDER")
needs_corpora = pytest.mark.skipif(
    not CORPORA, reason="SER_CORPORA_FOLDER is not set: no corpora are at hand"
)


def touch(folder, *names):
    """Write files that hold their own names."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Path(name).name)
    return folder


def test_a_second_copy_of_a_clip_is_left_out(tmp_path):
    names = "OAF_angry/OAF_back_angry.wav", "YAF_sad/YAF_back_sad.wav"
    touch(tmp_path, *names, *(f"tess/{name}" for name in names))
    reading = read_defined(tmp_path, "tess")
    assert reading.clips["wav"].tolist() == [*names]
    assert reading.dropped == {
        "the same file as another of its name": [f"tess/{n}" for n in names]
    }
    assert not reading.problems


def test_two_different_files_of_one_clip_are_a_problem(tmp_path):
    touch(tmp_path, "OAF_angry/OAF_back_angry.wav", "OAF_back_angry.flac")
    other = tmp_path / "OAF_back_angry.flac"
    other.write_text("OAF_back_angry.WAV")  # as long, and as old
    for path in (other, tmp_path / "OAF_angry/OAF_back_angry.wav"):
        os.utime(path, (1, 1))
    [problem] = read_defined(tmp_path, "tess").problems
    assert problem == (
        "OAF_angry/OAF_back_angry.wav: another file of the clip that is also "
        "OAF_back_angry.flac; give the folder of one release"
    )


def test_files_of_other_names_are_problems_and_hidden_ones_are_not(tmp_path):
    touch(tmp_path, "wav/03a01Fa.wav", "wav/._03a01Fa.wav", "labels.txt")
    touch(tmp_path, "my.flac", ".trash/03a01Fa.wav")
    reading = read_defined(tmp_path, "emodb")
    assert reading.problems == ["my.flac: named unlike any clip of the corpus"]
    assert len(reading.clips) == 1


def test_another_folder_is_refused_with_what_lies_there(tmp_path):
    expected = f"Expected EmoDB in {tmp_path}: sound files like wav/03a01Fa.wav"
    for names, told in (
        ((), "but there is no sound file. There is: nothing. Give the"),
        (("a.txt",), "but there is no sound file. There is: a.txt. Give the"),
        (("emodb.zip",), "There is: emodb.zip. Unpack emodb.zip."),
        (("b.wav", "c.wav"), "none of 2 is named so: b.wav, c.wav. Give"),
        (("b.wav", "songs.zip"), "none of 1 is named so: b.wav. Give"),
    ):
        touch(tmp_path, *names)
        with pytest.raises(FileNotFoundError) as error:
            read_defined(tmp_path, "emodb")
        assert str(error.value).startswith(expected)
        assert told in str(error.value)
        for name in names:
            (tmp_path / name).unlink()
    (tmp_path / "EmoDB").mkdir()
    with pytest.raises(FileNotFoundError, match="no such folder. Did you mean"):
        read_defined(tmp_path / "EmoDBB", "emodb")


def test_the_closest_release_is_named_and_compared(tmp_path):
    touch(tmp_path, *(f"03a{n:02}Wa.wav" for n in range(100)))
    touch(tmp_path, *(f"03a{n:02}Fa.wav" for n in range(71)))
    reading = read_defined(tmp_path, "emodb")
    assert reading.release == "1.x"
    line = "compared with release 1.x, clips of angry: expected 127, found 100"
    assert reading.differences(reading.clips) == [f"{line} (-27)"]
    happy = reading.clips[reading.clips["emotion"] == "happy"]
    assert reading.differences(happy) == []  # whole in what it has
    merged = reading.clips.assign(emotion="aroused")
    assert reading.differences(merged) == [f"{line} (-27)"]
    told = read_defined(tmp_path, "emodb", release="2.0")
    assert told.differences(told.clips) == [
        "compared with release 2.0, clips: expected 816, found 171 (-645)",
        "compared with release 2.0, speakers: expected 10, found 1 (-9)",
    ]
    with pytest.raises(ValueError, match="Expected a release of EmoDB.*1.x"):
        read_defined(tmp_path, "emodb", release="1.0")
    with pytest.raises(ValueError, match="no release of a table, but got '1'"):
        read_corpus(tmp_path, table="a.csv", release="1")


def test_a_total_is_of_the_whole_copy_whatever_labels_are_taken(tmp_path):
    definition = find_definition("emodb").model_copy(
        update={"releases": {"whole": Release(clips=3, speakers=2)}}
    )
    clips = read_defined(
        touch(tmp_path, "03a01Wa.wav", "03a01Fa.wav", "08a01Fa.wav"), "emodb"
    ).clips
    angry = clips[clips["emotion"] == "angry"]
    assert differences_of(definition, clips, "whole")(angry) == []
    for some in (clips, clips[clips["speaker"] == "03"]):
        told = differences_of(definition, clips[1:], "whole")(some)
        assert told == [
            "compared with release whole, clips: expected 3, found 2 (-1)"
        ]


def test_recordings_that_are_published_twice_are_known(tmp_path):
    twins = [f"Actor_07/03-01-03-01-02-0{n}-07.wav" for n in (1, 2)]
    reading = read_defined(touch(tmp_path, *twins), "ravdess")
    assert reading.known_copies == [tuple(twins)]


def test_what_a_corpus_is_like_goes_into_its_certificate(tmp_path):
    reading = read_defined(touch(tmp_path, "SM1_F1_A01.wav"), "urdu")
    assert reading.about["confounded"] == "speaker"
    assert "26 of the 29" in reading.about["confounded_because"]
    assert reading.about["licence"] == "only for research purposes"
    assert reading.about["seen"] == "audio"


# ------------------------------------------------------- where there are any
def make_listed(folder, key):
    """Files of a list, each with its hash as content, and tables."""
    lists = Path(CORPORA) / "lists"
    with gzip.open(lists / f"{key}_sha256.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            path = folder / row["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(row["sha256"])
    if key == "cremad":
        (folder / "processedResults").mkdir()
        for name, home in (
            ("cremad_tabulatedVotes", "processedResults/tabulatedVotes.csv"),
            ("VideoDemographics", "VideoDemographics.csv"),
        ):
            content = gzip.decompress((lists / f"{name}.csv.gz").read_bytes())
            (folder / home).write_bytes(content)
    return folder


@needs_corpora
@pytest.mark.parametrize("key", ["cremad", "tess", "savee"])
def test_lists_of_whole_corpora_are_read_without_a_difference(key, tmp_path):
    folder = make_listed(tmp_path, key)
    reading = read_defined(folder, key)
    [known] = find_definition(key).releases.values()
    assert Counter(reading.clips["emotion"]) == known.classes
    assert reading.clips["speaker"].nunique() == known.speakers
    assert not reading.problems and not reading.notes
    assert reading.differences(reading.clips) == []
    if key == "cremad":
        assert Counter(reading.clips["gender"])["female"] == 3507
        heard = read_defined(folder, "cremad_perceived")
        assert heard.differences(heard.clips) == []
        ties = heard.dropped["no emotion has the most votes"]
        assert (len(heard.clips), len(ties)) == (6791, 644)
        asked = dict(zip(reading.clips["wav"], reading.clips["emotion"]))
        agree = heard.clips["emotion"] == heard.clips["wav"].map(asked)
        assert agree.sum() == 3096


def test_the_folder_may_be_the_one_where_one_is(tmp_path, monkeypatch):
    (tmp_path / "wav").mkdir()
    (tmp_path / "wav" / "03a01Fa.wav").touch()
    monkeypatch.chdir(tmp_path)
    clips = read_defined(".", "emodb").clips
    assert clips["wav"].tolist() == ["wav/03a01Fa.wav"]


@needs_corpora
@pytest.mark.parametrize(
    "folder, key, speakers, classes",
    [
        ("EmoDB-4", "emodb", 10, (127, 71, 79, 62)),
        ("URDU", "urdu", 29, (100, 100, 100, 100)),
        ("nEMO-9", "nemo", 9, (78, 81, 81, 79)),
    ],
)
def test_real_folders(folder, key, speakers, classes):
    reading = read_defined(Path(CORPORA) / folder, key)
    found = Counter(reading.clips["emotion"])
    words = "angry", "happy", "neutral", "sad"
    assert tuple(found[word] for word in words) == classes
    assert reading.clips["speaker"].nunique() == speakers
    assert not reading.problems
    four = reading.clips[reading.clips["emotion"].isin(words)]
    assert bool(reading.differences(four)) == (key == "nemo")  # an excerpt
    if key == "nemo":
        assert set(reading.clips["gender"]) == {"female", "male"}
