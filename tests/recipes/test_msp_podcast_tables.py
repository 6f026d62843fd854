"""MSP-Podcast's label files, one by one: what they say is read, once."""

import json

import pytest
from msp_podcast_labels import read_labels, read_text_files
from msp_podcast_tables import read_table
from msp_podcast_votes import read_answers

CLIP = "MSP-PODCAST_0001_0003"


@pytest.mark.parametrize("spell", [str.lower, "Audios/{}".format])
def test_a_rater_counts_once_however_the_clip_is_spelled(tmp_path, spell):
    answers = {"W1": {"EmoClass_Major": "Sad", "EmoClass_Second": "Sad"}}
    name, other = f"{CLIP}.wav", spell(f"{CLIP}.wav")
    lines = [f"{clip},W1; Sad; Sad; A:3.0;" for clip in (name, other)]
    path = tmp_path / "labels_detailed.csv"
    path.write_text("\n".join(["FileName,EmoDetail", *lines]))
    found, notes = read_answers(path)
    assert found["ID"].tolist() == [CLIP] and "W1 of" in notes[0]
    path = tmp_path / "labels_detailed.json"
    path.write_text(json.dumps({name: answers, other: answers}))
    if other == name.lower():
        with pytest.raises(ValueError, match=f"{path}, but '{other}' is there"):
            read_answers(path)
    else:
        assert len(read_answers(path)[0]) == 1


@pytest.mark.parametrize("word", [["Sad"], 5, True, {"Sad": 1}])
def test_a_vote_of_json_that_is_no_word_counts_as_other(tmp_path, word):
    path = tmp_path / "labels_detailed.json"
    answers = {"W1": {"EMOCLASS_MAJOR": word}, "W2": {"EmoClass_Major": "Sad"}}
    path.write_text(json.dumps({f"{CLIP}.wav": answers}))
    found, _ = read_answers(path)
    assert found["primary"].tolist() == [str(word), "Sad"]
    assert found["secondary"].tolist() == ["", ""]


def test_columns_of_json_are_read_in_any_capitals(tmp_path):
    path = tmp_path / "labels_consensus.json"
    path.write_text('{"a.wav": {"EmoClass": "N"}, "b.wav": {"emoclass": "A"}}')
    assert read_table(path)[0]["emoclass"].tolist() == ["N", "A"]
    path.write_text('{"a.wav": {"EmoClass": "N", "emoclass": "A"}}')
    with pytest.raises(ValueError, match=f"{path}, but 'emoclass' is there tw"):
        read_table(path)
    path.write_text('{"a.wav":' * 100_000)
    with pytest.raises(ValueError, match=f"JSON table in {path}.*Restore"):
        read_table(path)


def test_a_column_that_comes_twice(tmp_path):
    path = tmp_path / "labels_consensus.csv"
    path.write_text("FileName,EmoClass,emoclass\na.wav,N,A\n")
    match = f"once in {path}, but emoclass comes more than once. Restore"
    with pytest.raises(ValueError, match=match):
        read_table(path)


def test_entries_are_compared_by_what_they_mean(tmp_path):
    (tmp_path / "Labels").mkdir()
    path = tmp_path / "Speaker_ids.txt"
    text = f"Speaker_7; Male\n{CLIP}.wav; 7\n"
    path.write_text(f"{text}speaker 07; male\n{CLIP}.wav; Speaker_7.0\n")
    said, problems, _ = read_text_files(tmp_path)
    assert said["genders"] == {"7": "Male"} and problems == {}
    path.write_text(f"{text}speaker 07; Female\n{CLIP}.wav; 8\n")
    _, problems, _ = read_text_files(tmp_path)
    twice = {"two entries in Speaker_ids.txt": ["speaker 7", CLIP]}
    assert problems == twice


@pytest.mark.parametrize(
    "file, line, column",
    [
        ("Partitions.txt", "Test1; {}", "partition"),
        ("Speaker_ids.txt", "{}; 8", "speaker"),
        ("Partitions.txt", "TRAIN; {}", None),
        ("Speaker_ids.txt", "{}; Speaker_07", None),
    ],
)
def test_what_a_text_file_says_otherwise_is_noted(tmp_path, file, line, column):
    (tmp_path / "Labels").mkdir()
    header = "FileName,EmoClass,SpkrID,Split_Set"
    path = tmp_path / "Labels" / "labels_consensus.csv"
    path.write_text(f"{header}\n{CLIP}.wav,N,7,Train\n")
    (tmp_path / file).write_text(line.format(f"{CLIP}.wav"))
    rows, problems, notes, _ = read_labels(tmp_path)
    [row] = rows.to_dict("records")
    assert (row["partition"], row["speaker"]) == ("Train", "7")
    assert not problems and len(notes) == bool(column)
    for note in notes:
        assert f"{column} of 1 clips is another" in note and CLIP in note
