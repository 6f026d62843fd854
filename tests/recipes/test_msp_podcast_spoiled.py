"""MSP-Podcast that is not as it should be: all that is wrong is named."""

import json
import os
import shutil
from pathlib import Path

import pytest
from msp_podcast_corpus import (
    CLIP,
    consensus,
    edit,
    edit_row,
    read,
    refusal,
)
from msp_podcast_prepare import prepare_msp_podcast
from msp_podcast_synthetic import list_clips, make_msp_podcast
from spoiled_audio import WAYS, spoil

from speechbrain_zsfuse.corpora.sealing import read_certificate


@pytest.fixture
def corpus(msp_podcast, tmp_path):
    """A copy to spoil."""
    return Path(shutil.copytree(msp_podcast, tmp_path / "MSP-Podcast"))


@pytest.mark.parametrize(
    "place, value, reason",
    [
        (1, "Q", "unknown label 'Q'"),
        (7, "Trial", "unknown partition 'Trial'"),
    ],
)
def test_unknown_spellings_are_named(corpus, tmp_path, place, value, reason):
    edit_row(corpus, CLIP, lambda fields: fields.__setitem__(place, value))
    assert f"{CLIP}: {reason}" in refusal(corpus, tmp_path / "m")
    manifests = prepare_msp_podcast(corpus, tmp_path / "m", allow_mismatch=True)
    assert CLIP not in read(manifests).index
    certificate = read_certificate(tmp_path / "m")
    assert certificate["dropped"][reason] == [CLIP]
    assert certificate["mismatch"] == [f"{CLIP}: {reason}"]


def test_malformed_rows_are_named_and_swallow_no_others(corpus, tmp_path):
    line = edit_row(corpus, CLIP, lambda fields: fields.pop())
    reason = f"labels_consensus.csv, line {line}: row of 7 fields instead of 8"
    assert reason in refusal(corpus, tmp_path / "m")
    edit(consensus(corpus), f"{CLIP}.wav", f'"{CLIP}.wav')  # never closed
    assert f"line {line}: row with an open quote" in refusal(
        corpus, tmp_path / "m"
    )
    manifests = prepare_msp_podcast(corpus, tmp_path / "m", allow_mismatch=True)
    made = list_clips(seed=1)
    assert (
        len(read(manifests)) == made["label"].isin(list("NHASUCDF")).sum() - 1
    )
    dropped = read_certificate(tmp_path / "m")["dropped"]
    assert dropped["no label"] == [CLIP]


def test_votes_that_cannot_be_read_are_noted(corpus, tmp_path):
    path = corpus / "Labels" / "labels_detailed.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text
        + "a,b,c\n"
        + f"{CLIP}.wav,W1; Bored; A:1.0;\n{CLIP}.wav,W2; ; A:1.0;\n"
    )
    count = len(text.splitlines())
    before = read(prepare_msp_podcast(corpus, tmp_path / "m"))
    notes = "\n".join(read_certificate(tmp_path / "m")["notes"])
    line = (
        f"labels_detailed.csv, line {count + 1}: row of 3 fields instead of 2"
    )
    assert line in notes
    assert "1 votes are none of the primary emotions" in notes
    assert "'bored'" in notes and "1 answers name no primary" in notes
    assert json.loads(before["votes"][CLIP])["other"] >= 1


def test_without_votes(corpus, tmp_path):
    for path in (corpus / "Labels").glob("labels_detailed.*"):
        path.unlink()
    clips = read(prepare_msp_podcast(corpus, tmp_path / "m"))
    assert set(clips["votes"]) == {"{}"}
    notes = "\n".join(read_certificate(tmp_path / "m")["notes"])
    assert "no labels_detailed.csv or .json" in notes


def test_a_clip_labelled_twice(corpus, tmp_path):
    edit(consensus(corpus), "MSP-PODCAST_0001_0004", CLIP)
    with pytest.raises(ValueError, match=f"(?s)unique ids.*{CLIP}"):
        prepare_msp_podcast(corpus, tmp_path / "m")


def test_audio_without_a_label_is_counted(corpus, tmp_path):
    path = corpus / "Audios" / f"{CLIP}.wav"
    shutil.copy(path, path.with_name("MSP-PODCAST_9999_0001.wav"))
    prepare_msp_podcast(corpus, tmp_path / "m")
    dropped = read_certificate(tmp_path / "m")["dropped"]
    assert dropped["no label"] == ["MSP-PODCAST_9999_0001"]


def test_two_files_of_a_clip(corpus, tmp_path):
    path = corpus / "Audios" / f"{CLIP}.wav"
    (corpus / "Audios" / "more").mkdir()
    shutil.copy(path, corpus / "Audios" / "more")
    with pytest.raises(ValueError, match=f"one audio file.*{CLIP}"):
        prepare_msp_podcast(corpus, tmp_path / "m")


@pytest.mark.parametrize("how", WAYS)
def test_audio_that_cannot_be_used_is_named(corpus, tmp_path, how):
    clips = read(prepare_msp_podcast(corpus, tmp_path / "before"))
    clip = clips.index[0]
    spoil(corpus / "Audios" / f"{clip}.wav", how)
    named = f"{clip} (Audios/{clip}.wav): {WAYS[how]}"
    assert named in refusal(corpus, tmp_path / "m")
    manifests = prepare_msp_podcast(corpus, tmp_path / "m", allow_mismatch=True)
    assert set(clips.index) - set(read(manifests).index) == {clip}
    assert read_certificate(tmp_path / "m")["mismatch"][0].startswith(clip)


@pytest.mark.parametrize("given", [".", "Labels", "Audios"])
def test_the_wrong_folder(corpus, tmp_path, given):
    folder = corpus / given if given != "." else corpus.parent
    with pytest.raises(FileNotFoundError, match=f"Did you mean {corpus}[?]"):
        prepare_msp_podcast(folder, tmp_path / "m")
    with pytest.raises(FileNotFoundError, match="there is no such folder"):
        prepare_msp_podcast(tmp_path / "nowhere", tmp_path / "m")


def test_files_that_are_no_tables_of_labels(corpus, tmp_path):
    edit(consensus(corpus), "EmoClass", "Feeling")
    with pytest.raises(ValueError, match="columns FileName and EmoClass"):
        prepare_msp_podcast(corpus, tmp_path / "m")
    consensus(corpus).unlink()
    json_file = consensus(corpus).with_suffix(".json")
    json_file.write_text("[1, 2")
    with pytest.raises(ValueError, match="Expected a JSON table in"):
        prepare_msp_podcast(corpus, tmp_path / "m")
    json_file.unlink()
    with pytest.raises(FileNotFoundError, match="labels_consensus.csv or"):
        prepare_msp_podcast(corpus, tmp_path / "m")


def test_speakers_that_nobody_knows_are_no_proof(tmp_path):
    corpus = make_msp_podcast(
        tmp_path / "old", seed=1, layout="1.6", progress=False
    )
    (corpus / "Speaker_ids.txt").unlink()
    with pytest.raises(ValueError, match="each clip's speaker in"):
        prepare_msp_podcast(corpus, tmp_path / "m")


def test_without_permission(corpus, tmp_path, monkeypatch):
    real = Path.iterdir

    def refuse(path):
        if path.name == "Labels" or path.suffix:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    for kind, name, refused in (
        (Path, "read_bytes", refuse),  # the label file
        (Path, "iterdir", refuse),  # its folder
        (os, "access", lambda path, mode: False),  # the corpus
    ):
        with monkeypatch.context() as patch:
            patch.setattr(kind, name, refused)
            with pytest.raises(PermissionError, match="no permission. Ask its"):
                prepare_msp_podcast(corpus, tmp_path / "m")


def test_text_files_that_contradict_themselves(tmp_path):
    corpus = make_msp_podcast(
        tmp_path / "old", seed=1, layout="1.6", progress=False
    )
    with open(corpus / "Partitions.txt", "a", encoding="utf-8") as file:
        file.write(f"Test1; {CLIP}.wav\nTrain {CLIP}.wav\n")
    text = refusal(corpus, tmp_path / "m")
    count = len((corpus / "Partitions.txt").read_text().splitlines())
    assert f"{CLIP}: two entries in Partitions.txt" in text
    assert f"Partitions.txt, line {count}: line of 1 fields, not 2" in text
    clips = read(
        prepare_msp_podcast(corpus, tmp_path / "m", allow_mismatch=True)
    )
    assert CLIP not in clips.index or clips["split"][CLIP] == "train"


@pytest.mark.parametrize("other", ["{}.0", "000{}", "Speaker_{}", " {} "])
def test_a_speaker_in_another_spelling_is_no_other(corpus, tmp_path, other):
    clips = list_clips(seed=1).set_index("ID")
    trained = clips[clips["partition"] == "Train"]["speaker"]
    speaker = next(name for name in trained if name.isdigit())
    shown = clips.query("partition == 'Test1' and label == 'N'").index[0]
    edit_row(
        corpus, shown, lambda row: row.__setitem__(5, other.format(speaker))
    )
    with pytest.raises(ValueError, match="common speaker in train & test"):
        prepare_msp_podcast(corpus, tmp_path / "m")


def test_genders_are_looked_up_by_who_is_meant(tmp_path):
    corpus = make_msp_podcast(
        tmp_path / "old", seed=1, layout="1.6", progress=False
    )
    before = read(prepare_msp_podcast(corpus, tmp_path / "before"))
    edit(corpus / "Speaker_ids.txt", "Speaker_", "Speaker_00")
    after = read(prepare_msp_podcast(corpus, tmp_path / "after"))
    assert set(before["gender"]) == {"male", "female", ""}
    assert (after["gender"] == before["gender"]).all()


def test_a_clip_of_which_files_say_two_things_is_not_kept(tmp_path):
    corpus = make_msp_podcast(
        tmp_path / "old", seed=1, layout="1.6", progress=False
    )
    with open(corpus / "Partitions.txt", "a", encoding="utf-8") as file:
        file.write(f"Test1; {CLIP}.wav\n")
    clips = read(
        prepare_msp_podcast(corpus, tmp_path / "m", allow_mismatch=True)
    )
    assert CLIP not in clips.index
    dropped = read_certificate(tmp_path / "m")["dropped"]
    assert dropped["two entries in Partitions.txt"] == [CLIP]


def test_votes_that_end_within_quotes_are_noted(corpus, tmp_path):
    path = corpus / "Labels" / "labels_detailed.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    place = next(n for n, line in enumerate(lines) if '"' in line and n > 200)
    cut = [*lines[:place], lines[place][:-5]]
    path.write_text("\n".join(cut), encoding="utf-8")
    prepare_msp_podcast(corpus, tmp_path / "m")
    notes = read_certificate(tmp_path / "m")["notes"]
    line = f"labels_detailed.csv, line {place + 1}: row with an open quote"
    assert line in notes


def test_a_rater_counts_once(corpus, tmp_path):
    before = read(prepare_msp_podcast(corpus, tmp_path / "before"))
    path = corpus / "Labels" / "labels_detailed.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    [first, *_] = [line for line in lines if line.startswith(CLIP)]
    path.write_text("\n".join([*lines, first]), encoding="utf-8")
    after = read(prepare_msp_podcast(corpus, tmp_path / "after"))
    assert (after["votes"] == before["votes"]).all()
    assert (after["other_votes"] == before["other_votes"]).all()
    notes = "\n".join(read_certificate(tmp_path / "after")["notes"])
    assert "1 answers are a rater's second of one clip" in notes
    assert f"of {CLIP}, for one" in notes


@pytest.mark.parametrize(
    "spell",
    [
        lambda name: f"Audios/{name}",
        lambda name: f"Audios\\{name}",
        lambda name: name.replace(".wav", ".flac"),
        str.lower,
        lambda name: name.replace(".wav", ".WAV"),
    ],
    ids=["folder", "backslash", "ending", "lower case", "capitals"],
)
def test_names_of_clips_are_read_as_people_write_them(corpus, tmp_path, spell):
    before = read(prepare_msp_podcast(corpus, tmp_path / "before"))
    (consensus(corpus).with_suffix(".json")).unlink()
    for clip in list_clips(seed=1)["ID"]:
        name = f"{clip}.wav"
        text = consensus(corpus).read_text(encoding="utf-8")
        text = text.replace(name, spell(name))
        consensus(corpus).write_text(text, encoding="utf-8")
    after = read(prepare_msp_podcast(corpus, tmp_path / "after"))
    assert after.equals(before)


def test_labels_in_words_are_told_with_the_file(corpus, tmp_path):
    path = consensus(corpus)
    rows = [line.split(",") for line in path.read_text().splitlines()]
    for row in rows[1:]:
        row[1] = {"N": "Neutral", "H": "Happy"}.get(row[1], "Sad")
    path.write_text("\n".join(map(",".join, rows)))
    with pytest.raises(ValueError, match="Expected labels among") as error:
        prepare_msp_podcast(corpus, tmp_path / "m")
    assert f"labels were read from {path}" in str(error.value)
    assert "unknown label 'Happy'" in str(error.value)


@pytest.fixture
def old(tmp_path):
    """A corpus whose text files alone know speakers and partitions."""
    folder = tmp_path / "old"
    return make_msp_podcast(folder, seed=1, layout="1.6", progress=False)


@pytest.mark.parametrize("place", ["between lines", "in a name"])
def test_speakers_that_are_cut_short_are_named(old, tmp_path, place):
    path = old / "Speaker_ids.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    last = {"between lines": [], "in a name": [lines[80][:18]]}[place]
    path.write_text("\n".join(lines[:80] + last), encoding="utf-8")
    clips = read(prepare_msp_podcast(old, tmp_path / "m", allow_mismatch=True))
    certificate = read_certificate(tmp_path / "m")
    notes = "\n".join(certificate["notes"])
    assert "labels_concensus.csv or Partitions.txt or Speaker_ids.txt" in notes
    first = lines[80].split(";")[0].removesuffix(".wav")
    assert f"({first} for one): one of them may be cut short" in notes
    assert clips["speaker"][first] == ""
    cut = "Speaker_ids.txt, line 81: line of 1 fields, not 2"
    assert (cut in certificate["mismatch"]) == (place == "in a name")


def test_partitions_that_are_cut_short_are_named(old, tmp_path):
    path = old / "Partitions.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    cut = [*lines[:100], lines[100][:25]]
    path.write_text("\n".join(cut), encoding="utf-8")
    with pytest.raises(ValueError, match="no 'sad' in test") as error:
        prepare_msp_podcast(old, tmp_path / "m")
    text = str(error.value)
    assert "Partitions.txt, line 101: line whose clip has no ending" in text
    first = lines[100].split("; ")[1].removesuffix(".wav")
    reason = "no partition in the label file or Partitions.txt"
    assert f"{first}: {reason}" in text


def test_text_files_with_other_separators_are_named(old, tmp_path):
    edit(old / "Partitions.txt", ";", ",")
    with pytest.raises(ValueError, match="each clip's partition in") as error:
        prepare_msp_podcast(old, tmp_path / "m")
    assert "Partitions.txt, line 1: line of 1 fields, not 2" in str(error.value)


def test_merging_that_empties_a_class_says_so(corpus, tmp_path):
    with pytest.raises(ValueError, match="counts every 'sad' as 'angry'"):
        prepare_msp_podcast(corpus, tmp_path / "m", merge={"sad": "angry"})
