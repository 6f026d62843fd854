"""Every form in which people have tables gives the same clips."""

import json

import pandas
import pytest
from own_table import WAVS, cells, read, write

from speechbrain_zsfuse.corpora import read_own
from speechbrain_zsfuse.corpora.own.defaults import fill_from_table

CLIPS = [
    ["wav/a.wav", "angry", "01"],
    ["wav/b.wav", "sad", "01"],
    ["wav/c.wav", "happy", "1M"],
]
CSV = (
    "file,emotion,speaker\nwav/a.wav,angry,01\nwav/b.wav,sad,01\n"
    "wav/c.wav,happy,1M\n"
)
OBJECTS = [dict(zip(("file", "emotion", "speaker"), c)) for c in CLIPS]
LINES = "\n".join(map(json.dumps, OBJECTS))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("my.csv", CSV),
        ("my.csv", "\ufeff" + CSV),
        ("my.csv", CSV.replace("\n", "\r\n")),
        ("my.csv", CSV.replace("\n", "\n\n")),
        ("my.csv", CSV.replace(",", ";")),
        ("my.csv", "sep=;\n" + CSV.replace(",", ";")),
        ("my.txt", CSV.replace(",", "|")),
        ("my.csv", CSV.replace("wav/a.wav", "Wav/A.WAV")),
        ("my.tsv", CSV.replace(",", "\t")),
        ("my.csv", CSV.replace(",", "  ,  ")),
        ("my.csv", CSV.replace("wav/a.wav", '"wav/a.wav"')),
        ("my.csv", CSV.replace("file,emotion,speaker", "Path,Emo,Speaker ID")),
        (
            "my.csv",
            CSV.replace("file", "file-name").replace("emotion", "label"),
        ),
        ("my.csv", CSV.replace("wav/", "wav\\")),
        ("my.csv", CSV.replace("wav/", "$data_root/wav/")),
        ("my.csv", CSV.replace("wav/", "./wav/../wav/")),
        ("my.csv", CSV.replace("wav/", "/home/anna/corpus/wav/")),
        ("my.csv", CSV.replace("wav/", "D:\\corpus\\wav\\")),
        ("my.csv", CSV.replace("wav/", "downloads/mine/wav/")),
        ("my.csv", CSV.replace(".wav", ".flac")),
        ("my.csv", CSV.replace(".wav", "")),
        ("my.csv", CSV.replace("wav/", "")),
        ("my.jsonl", LINES),
        ("my.json", json.dumps(OBJECTS)),
        ("my.json", json.dumps(dict(enumerate(OBJECTS)))),
    ],
)
def test_the_same_clips_in_any_form(tmp_path, name, text):
    reading = read(tmp_path, text, name)
    assert cells(reading, "wav", "emotion", "speaker") == CLIPS
    assert reading.corpus == "my" and not reading.dropped
    assert not reading.problems


def test_numbers_of_json_are_text(tmp_path):
    rows = [c | {"speaker": 7, "start": 0, "end": 1.5} for c in OBJECTS]
    text = "\n".join(map(json.dumps, rows))
    reading = read(tmp_path, text, "my.jsonl")
    assert cells(reading, "speaker", "start", "end") == [["7", "0", "1.5"]] * 3


def test_cells_are_stripped_and_stay_text(tmp_path):
    text = "file\temotion\tspeaker\tage\nwav/a.wav\tsad\t        007\tNA\n"
    reading = read(tmp_path, text, "data.tsv")
    assert cells(reading, "speaker") == [["007"]]
    assert reading.notes == ["columns of data.tsv that are not read: age"]
    assert reading.name == tmp_path.name  # "data" is the name of nothing


def test_quotation_marks_of_a_tsv_may_be_text(tmp_path):
    text = 'file\temotion\tspeaker\ttext\nwav/a.wav\tsad\t1\t"Oh" he said\n'
    reading = read(tmp_path, text, "my.tsv")
    assert cells(reading, "text") == [['"Oh" he said']]


def test_a_quoted_cell_may_hold_lines_and_separators(tmp_path):
    text = 'file,emotion,speaker,text\nwav/a.wav,sad,1,"a,\nb"\n'
    assert cells(read(tmp_path, text), "text") == [["a,\nb"]]


def test_every_optional_column(tmp_path):
    text = (
        "path,emo,spk,start,end,channel,sex,session,dialogue,sentence_id,"
        "transcription,lang,partition,age\n"
        "wav/a.wav,sad,1,0.5,2.250,1,F,s1,d1,t1,Hello,en,dev,30\n"
        "wav/a.wav,sad,2,2.25,0 days 00:00:03,2,male,s1,d1,t2,Bye,en,test,40\n"
        "wav/b.wav,sad,3,,,,x,s2,d2,t1,Hello,de,training,50\n"
    )
    reading = read(tmp_path, text)
    assert cells(
        reading,
        *("start", "end", "channel", "gender", "session", "group", "text"),
        *("transcript", "language", "split"),
    ) == [
        [
            "0.5",
            "2.25",
            "1",
            "female",
            "s1",
            "d1",
            "t1",
            "Hello",
            "en",
            "valid",
        ],
        ["2.25", "3", "2", "male", "s1", "d1", "t2", "Bye", "en", "test"],
        ["", "", "", "x", "s2", "d2", "t1", "Hello", "de", "train"],
    ]


def test_a_start_without_an_end_and_the_other_way_round(tmp_path):
    text = "file,emotion,speaker,end\nwav/a.wav,sad,1,2\n"
    assert cells(read(tmp_path, text), "start", "end") == [["0", "2"]]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("votes", '"{""sad"": 2, ""anger"": 1}"'),
        ("votes", "sad:2 angry:1"),
        ("votes", '"Sad: 2, Anger: 1"'),
        ("votes", "sad=2;angry=1"),
        ("vote_sad,vote_Angry,vote_calm", "2,1,"),
        ("votes_are_unread,vote_sadness,vote_anger", "x,2.0,1"),
    ],
)
@pytest.mark.parametrize("given", ["", "emotion,"])
def test_votes_in_any_form(tmp_path, header, row, given):
    word = "happy," if given else ""
    text = f"file,{given}speaker,{header}\nwav/a.wav,{word}1,{row}\n"
    reading = read(tmp_path, text)
    votes = '{"angry": 1, "sad": 2}'
    expected = "happy" if given else "sad"  # who names it, or most raters
    assert cells(reading, "emotion", "votes") == [[expected, votes]]


def test_a_part_from_the_start_to_the_end_is_the_file(tmp_path):
    text = "file,emotion,speaker,start,end\nwav/a.wav,sad,1,0 days,NaT\n"
    assert cells(read(tmp_path, text), "start", "end") == [["", ""]]


def test_what_data_frames_write_for_nothing_is_no_emotion(tmp_path):
    text = "file,emotion,speaker\nwav/a.wav,nan,1\nwav/b.wav,sad,2\n"
    reading = read(tmp_path, text)
    assert reading.dropped == {"no emotion is given": ["wav/a.wav"]}


def test_a_transcript_tells_where_words_are_equal(tmp_path):
    text = "file,emotion,speaker,transcript\nwav/a.wav,sad,1,Ja\n"
    reading = read(tmp_path, text)
    assert cells(reading, "transcript", "text") == [["Ja", "ja"]]


def test_columns_of_other_names(tmp_path):
    text = "Datei,Gefühl,Sprecher\nwav/a.wav,sad,1\n"
    names = {"file": "Datei", "emotion": "Gefühl", "speaker": "Sprecher"}
    reading = read(tmp_path, text, columns=names)
    assert cells(reading, "wav", "speaker") == [["wav/a.wav", "1"]]


def test_groups_in_the_place_of_speakers(tmp_path):
    text = "file,emotion,dialogue\nwav/a.wav,sad,d1\n"
    assert cells(read(tmp_path, text), "speaker", "group") == [["", "d1"]]


def test_speakers_of_a_second_table(tmp_path):
    (tmp_path / "speakers.csv").write_text(
        "file,spk,sex\nwav/a.wav,1,f\nwav/b.wav,2,m\n"
    )
    text = CSV.replace(",speaker", "").replace(",01", "").replace(",1M", "")
    reading = read(tmp_path, text, speakers=tmp_path / "speakers.csv")
    assert cells(reading, "speaker", "gender") == [
        ["1", "female"],
        ["2", "male"],
    ]
    assert reading.dropped == {"no speaker is given": ["wav/c.wav"]}
    assert "my.csv: no speaker is given (line 4)" in reading.notes


def test_what_is_known_of_speakers_in_a_second_table(tmp_path):
    (tmp_path / "speakers.csv").write_text("speaker,gender\n01,f\n1M,m\n")
    reading = read(tmp_path, CSV, speakers=tmp_path / "speakers.csv")
    assert cells(reading, "gender") == [["female"], ["female"], ["male"]]


def test_an_audiofolder(tmp_path):
    text = "file_name,label,speaker_id\nwav/a.wav,sad,1\n"
    write(tmp_path, text, "metadata.csv")
    reading = read_own(tmp_path)
    assert cells(reading, "wav", "speaker") == [["wav/a.wav", "1"]]
    assert reading.name == tmp_path.name


def test_a_table_in_a_folder_that_changes_is_read_again(tmp_path):
    settings = {"table": tmp_path, "data_folder": None, "labels": None}
    for word in ("sad", "happy", "fearful"):
        text = "file,emotion,speaker\nwav/a.wav,angry,1\n"
        write(tmp_path, f"{text}wav/b.wav,{word},2\n", "metadata.csv")
        assert fill_from_table(settings)["labels"] == sorted(["angry", word])


def test_an_audiofolder_of_splits(tmp_path):
    for split in ("train", "test"):
        row = {"file_name": "a.wav", "emotion": "sad", "speaker": split}
        text = json.dumps(row)
        write(tmp_path / split, text, "metadata.jsonl", ["a.wav"])
    assert cells(read_own(tmp_path), "wav", "split") == [
        ["test/a.wav", "test"],
        ["train/a.wav", "train"],
    ]


def test_an_audiofolder_in_a_folder_that_is_no_split(tmp_path):
    text = "file_name,emotion,speaker\na.wav,sad,1\n"
    write(tmp_path / "audio", text, "metadata.csv", ["a.wav"])
    clips = read_own(tmp_path).clips
    assert clips["wav"].tolist() == ["audio/a.wav"] and "split" not in clips


def test_parquet(tmp_path):
    pytest.importorskip("pyarrow")
    write(tmp_path, "", "none.txt")
    frame = pandas.DataFrame(OBJECTS).assign(start=[0, 1, None])
    frame.assign(end=2.5).to_parquet(tmp_path / "my.parquet")
    reading = read_own(tmp_path / "my.parquet")
    assert cells(reading, "wav", "emotion", "speaker") == CLIPS
    assert cells(reading, "start")[0] == ["0"]


def test_a_list_of_emobox(tmp_path):
    clip = {"key": "x-a", "dataset": "x", "wav": "downloads/x/wav/a.wav"}
    clip |= {"type": "raw", "sample_rate": 16000, "emo": "a", "channel": 1}
    (tmp_path / "label_map.json").write_text('{"A": "Angry"}')
    (tmp_path / "speakers.csv").write_text(f"file,speaker\n{clip['wav']},3\n")
    write(tmp_path, json.dumps(clip), "fold_1/x_test.jsonl")
    speakers = tmp_path / "speakers.csv"
    reading = read_own(
        tmp_path / "fold_1" / "x_test.jsonl", tmp_path, speakers=speakers
    )
    assert cells(reading, "wav", "emotion", "speaker") == [
        ["wav/a.wav", "angry", "3"]
    ]
    assert "channel" not in reading.clips
    assert tmp_path / "label_map.json" in reading.sources


@pytest.mark.parametrize(
    ("words", "spelled"),
    [
        (("Anger", "angry ", "ANGRY"), "angry"),
        (("Wut", "wut", "WUT "), "wut"),
    ],
)
def test_an_emotion_in_several_spellings_is_one(tmp_path, words, spelled):
    rows = "".join(f"{wav},{w},1\n" for wav, w in zip(WAVS, words))
    reading = read(tmp_path, f"file,emotion,speaker\n{rows}")
    assert cells(reading, "emotion") == [[spelled]] * 3
    [note] = reading.notes
    expected = {
        "angry": "called by one word each: ANGRY (1), Anger (1), angry (1) = ",
        "wut": "words of no emotion that is known here: wut (3). They are kept",
    }
    assert note.startswith(expected[spelled])


def test_a_part_without_an_end_goes_to_that_of_the_file(tmp_path):
    rows = "file,emotion,speaker,start,end,channel\na.wav,sad,1,1.5,,2\n"
    path = tmp_path / "my.csv"
    path.write_text(rows)
    (tmp_path / "a.wav").touch()
    reading = read_own(path, tmp_path)
    assert cells(reading, "start", "end", "channel") == [["1.5", "", "2"]]


def test_answers_about_one_file_count_however_its_path_is_written(tmp_path):
    rows = ("wav/a.wav,sad,x", "./wav/a.wav,sad,y", "wav\\a.WAV,angry,z")
    text = "\n".join(("file,emotion,rater,speaker", *(f"{r},1" for r in rows)))
    reading = read(tmp_path, text)
    assert cells(reading, "votes") == [['{"angry": 1, "sad": 2}']]
    assert not reading.dropped


def test_words_near_each_other_are_asked_for(tmp_path):
    reading = read(tmp_path, CSV.replace("angry", "Joy"))
    assert cells(reading, "emotion") == [["joyful"], ["sad"], ["happy"]]
    assert reading.notes[-1] == (
        "words near each other, two emotions all the same: joyful (1), happy "
        "(1). To count them as one: --merge='{joyful: happy}'"
    )
    assert not read(tmp_path, CSV).notes
