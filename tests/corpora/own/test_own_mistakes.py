"""Each mistake of a table is said with its file, its lines and what to do."""

import re
import time

import pytest
from own_table import WAVS, cells, read, write

from speechbrain_zsfuse.corpora import choose_labels, read_own
from speechbrain_zsfuse.corpora.words.spelling import guess_emotion

HEAD = "file,emotion,speaker"
ROWS = "wav/a.wav,sad,1\nwav/b.wav,angry,2"


def refused(folder, text, said, name="my.csv", **options):
    """The whole error, which begins and ends as it should."""
    with pytest.raises((ValueError, FileNotFoundError)) as error:
        read(folder, text, name, **options)
    told = str(error.value)
    assert told.startswith("Expected ") and name.split(".")[0] in told
    assert re.search(said, told, re.S), told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it is empty"),
        (HEAD, "my.csv lacks rows"),
        (ROWS, "is a row: wav/a.wav, sad, 1. Write a line above it: file,"),
        (
            "wav;x\n1;2",
            "column emotion .*, and a column speaker .* it has wav, x. Say ",
        ),
        (
            "x,y\n1,2",
            "column file .*it has x, y. .*{file: …, emotion: …, speaker: …}",
        ),
        (f"{HEAD},file\na,sad,1,b", "each column once, but .* repeats file"),
        (
            "path,wav,emotion,speaker\na,b,sad,1",
            "one column of file in .* 'path' and 'wav'. Say which: "
            "--columns='{file: path}' or --columns='{file: wav}'",
        ),
        (
            "file,speaker,x\nwav/a.wav,1,sad",
            "a column emotion .or label, emo.* has file, speaker, x. Say "
            "which it is: --columns='{emotion: x}'",
        ),
        (
            "file,emotion\nwav/a.wav,sad",
            "a column speaker .or spk.*a model is tested on voices that it "
            "knows.*--speaker_table=speakers.csv.*a column group",
        ),
        (
            f"{HEAD}\nwav/a.wav,sad,\nwav/b.wav,sad,nan",
            "speakers in .* its column is empty in all of its 2 rows",
        ),
        (f"{HEAD}\nwav/a.wav,sad", "line 2 has 2"),
        (f'{HEAD}\n"wav/a.wav,sad,1', "line 2 cannot be read: unexpected end"),
        (f"{HEAD}\n,sad,1\n{ROWS}", "path of a file.* 1 of 3 .*line 2"),
        (f"{HEAD}\nno.wav,sad,1", "none of its 1: the first is no.wav. Give"),
        (
            f"{HEAD}\n{ROWS}\nwav/a.wav,angry,1",
            "one emotion and one speaker of each clip, but in 2 of 2 rows .*"
            "line 2, .*'sad'.*line 4, .*'angry'.*rater",
        ),
        (
            f"{HEAD}\n{ROWS}\nwav/a.wav,sad,3",
            "one emotion and one speaker of each clip.*line 4.*speaker '3'",
        ),
        (f"{HEAD},split\nwav/a.wav,sad,1,fold1", "train, valid .or dev. or"),
        (f"{HEAD},channel\nwav/a.wav,sad,1,left", "number of a channel"),
        (f"{HEAD},start\nwav/a.wav,sad,1,soon", "seconds of at least 0"),
        (f"{HEAD},start\nwav/a.wav,sad,1,-1", "seconds of at least 0"),
        (f"{HEAD},end\nwav/a.wav,sad,1,inf", "seconds of at least 0"),
        (f"{HEAD},channel\nwav/a.wav,sad,1,0", "of a channel, from 1, or no"),
        (f"{HEAD},start,end\nwav/a.wav,sad,1,2,1", "the end of each part"),
        (f"{HEAD},votes\nwav/a.wav,sad,1,sad", "votes as .* or sad:2 angry:1"),
        (f'{HEAD},votes\nwav/a.wav,sad,1,{{""sad"": -1}}', "votes as"),
        (f"{HEAD},vote_sad\nwav/a.wav,sad,1,many", "counts of votes"),
        (f"{HEAD},votes,vote_sad\nwav/a.wav,sad,1,,1", "it has both, votes"),
        (HEAD.encode("utf-16"), "holds NUL bytes .UTF-16"),
        (
            f"{HEAD}\nwav/a.wav,gefühl,1".encode("latin-1"),
            "line 2 is no",
        ),
    ],
)
def test_mistakes_of_a_csv(tmp_path, text, said):
    refused(tmp_path, text, said)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("my.jsonl", '{"file": 1}\n{', "JSON in line 2 of .*my.jsonl, but"),
        ("my.jsonl", '{"file": 1, "file": 2}', "'file' stands there twice"),
        ("my.jsonl", '{"file": "\\u0000"}', "line 1 of .* it holds NUL, or"),
        ("my.jsonl", '{"file": "\\ud800"}', "holds NUL, or half a character"),
        ("my.jsonl", "[1]", "object in each line of .* line 1 has .1."),
        ("my.json", "3", "lacks rows"),
        ("my.json", "[3]", "object in each row of .* row 1 has 3"),
        ("my.xlsx", "PK", "it is a spreadsheet and is not opened. Save it as"),
        ("my.parquet", "PAR", "Expected Parquet in"),
    ],
)
def test_mistakes_of_other_forms(tmp_path, name, text, said):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    refused(tmp_path, text, said, name)


def test_a_table_that_is_not_there(tmp_path):
    write(tmp_path, HEAD)
    with pytest.raises(FileNotFoundError, match="Did you mean .*/my.csv?"):
        read_own(tmp_path / "mine.csv")


def test_a_folder_without_a_table_and_with_two(tmp_path):
    with pytest.raises(FileNotFoundError, match="one table .* it has none"):
        read_own(tmp_path)
    write(tmp_path, f"{HEAD}\n{ROWS}", "A.CSV")
    assert read_own(tmp_path).name == "A"
    write(tmp_path, HEAD, "b.tsv")
    with pytest.raises(ValueError, match="it has A.CSV, b.tsv. Give the path"):
        read_own(tmp_path)


def test_recordings_within_a_parquet(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    pyarrow = pytest.importorskip("pyarrow")
    sound = {"bytes": b"RIFF", "path": "a.wav"}
    table = pyarrow.Table.from_pylist([{"audio": sound, "label": "sad"}])
    parquet.write_table(table, tmp_path / "my.parquet")
    with pytest.raises(ValueError, match="'audio' holds struct.*within the"):
        read_own(tmp_path / "my.parquet")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"speker": "spk"}, "fields of a table in .columns.*mean speaker"),
        ({"speaker": "spkr"}, "the column 'spkr' of speaker in .*Correct"),
    ],
)
def test_columns_that_are_not_there(tmp_path, columns, said):
    with pytest.raises(ValueError, match=said):
        read(tmp_path, f"{HEAD}\n{ROWS}", columns=columns)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file,gender\nwav/a.wav,f", "columns file and speaker .*gender. Add"),
        ("file,speaker\na.wav,1\na.wav,2", "each file once.*line 2.*line 3"),
        ("file,speaker\na.wav,1", "to hold some file .*'a.wav', for one"),
        ("speaker,gender\n1,f", "it has speaker, gender. Add what is"),
    ],
)
def test_mistakes_of_a_table_of_speakers(tmp_path, text, said):
    (tmp_path / "who.csv").write_text(text)
    with pytest.raises(ValueError, match=re.compile(said, re.S)):
        read(
            tmp_path,
            "file,emotion\nwav/a.wav,sad",
            speakers=tmp_path / "who.csv",
        )


def test_a_table_of_speakers_that_adds_nothing(tmp_path):
    who = write(tmp_path, "file,speaker\nwav/a.wav,9", "who.csv")
    said = "who.csv to say what .* does not, but that has speaker of its own"
    with pytest.raises(ValueError, match=said):
        read(tmp_path, f"{HEAD}\n{ROWS}", speakers=who)


def test_what_is_left_out_is_named_with_its_lines(tmp_path):
    text = (
        f"{HEAD}\n{ROWS}\nwav/c.wav,,1\nno.wav,sad,1\nwav/a.wav,sad,1\n"
        "wav/c.wav,sad,unknown\n"
    )
    reading = read(tmp_path, text)
    assert cells(reading, "wav") == [["wav/a.wav"], ["wav/b.wav"]]
    assert reading.dropped == {
        "there is no such file": ["no.wav"],
        "no emotion is given": ["wav/c.wav"],
        "no speaker is given": ["wav/c.wav"],
        "the same row came before": ["my.csv, line 6"],
    }
    assert reading.problems == [
        "my.csv: there is no such file (line 5): no.wav"
    ]
    assert reading.notes == [
        "my.csv: no emotion is given (line 4)",
        "my.csv: no speaker is given (line 7)",
        "my.csv: the same row came before (line 6)",
    ]


def test_two_parts_of_one_file_are_two_clips(tmp_path):
    text = f"{HEAD},start,end\nwav/a.wav,sad,1,0,1\nwav/a.wav,angry,2,1,2"
    assert len(read(tmp_path, text).clips) == 2


@pytest.mark.parametrize(
    ("word", "emotion"),
    [
        *(("ang", "angry"), ("hap", "happy"), ("neu", "neutral")),
        *(("exc", "excited"), ("fru", "frustrated"), ("sur", "surprised")),
        *(("fea", "fearful"), ("boredem", "bored"), ("suprise", "surprised")),
        *(("dis", None), ("a", None), ("0", None), ("wut", None)),
    ],
)
def test_what_a_short_word_may_stand_for(word, emotion):
    assert guess_emotion(word) == emotion


RATED = "file,rater,emotion,speaker\n"


def test_ratings_become_votes_and_the_emotion_most_name(tmp_path):
    answers = [
        *("wav/a.wav,r1,sad,1", "wav/a.wav,r2,Sadness,1"),
        *("wav/a.wav,r3,anger,1", "wav/b.wav,r1,sad,2", "wav/b.wav,r2,calm,2"),
        *("wav/c.wav,r1,sad,3", "wav/c.wav,r1,calm,3", "wav/c.wav,r2,,3"),
    ]
    reading = read(tmp_path, RATED + "\n".join(answers))
    assert cells(reading, "wav", "emotion", "votes") == [
        ["wav/a.wav", "sad", '{"angry": 1, "sad": 2}'],
        ["wav/c.wav", "sad", '{"sad": 1}'],
    ]
    assert reading.dropped == {"no emotion has most votes": ["wav/b.wav"]}
    assert "my.csv: answers that name no emotion (line 9)" in reading.notes
    assert (
        "my.csv: second answers of a rater, which do not count (line 8)"
        in reading.notes
    )


def test_a_clip_of_ratings_has_one_speaker(tmp_path):
    text = f"{RATED}wav/a.wav,r1,sad,1\nwav/a.wav,r2,sad,2\n"
    refused(tmp_path, text, "one speaker in all rows of a clip.*line 3")


def test_time_does_not_grow_with_the_square_of_rows(tmp_path):
    """One by one, or each row with each other, they would take minutes."""
    rows = "".join(f"wav/a.wav,sad,1,{n},{n + 1}\n" for n in range(30_000))
    begun = time.process_time()
    reading = read(tmp_path, f"{HEAD},start,end\n{rows}", wavs=WAVS[:1])
    assert time.process_time() - begun < 10
    assert len(reading.clips) == 30_000


def test_a_label_in_another_spelling_is_told(tmp_path):
    clips = read(tmp_path, f"{HEAD}\n{ROWS}").clips.assign(ID=["a", "b"])
    with pytest.raises(ValueError, match="Write angry for anger. Change"):
        choose_labels(clips, ["anger", "sad"])


@pytest.mark.parametrize(
    ("field", "first", "second"),
    [
        ("split", "train", "test"),
        ("group", "x", "y"),
        ("votes", "sad:1", "sad:5 angry:4"),
        ("text", "1", "2"),
    ],
)
def test_rows_of_a_clip_that_differ_are_not_the_same(
    tmp_path, field, first, second
):
    row = "wav/a.wav,sad,1"
    text = f"{HEAD},{field}\n{row},{first}\n./{row},{second}\n"
    refused(tmp_path, text, f"one {field} .* line 2, .* line 3")


def test_a_missing_file_is_not_that_of_another_folder(tmp_path):
    wavs = ("anna/1.wav", "anna/2.wav", "ben/3.wav", "4.wav")
    text = f"{HEAD}\nanna/1.wav,sad,a\nanna/3.wav,sad,a\nben/4.wav,sad,b\n"
    reading = read(tmp_path, text, wavs=wavs)
    assert cells(reading, "wav") == [["anna/1.wav"]]
    assert "no such file (lines 3, 4): anna/3.wav, ben/4" in reading.problems[0]


@pytest.mark.parametrize("time", ["inf", "1e400"])
def test_a_time_is_one_within_a_file(tmp_path, time):
    text = f"{HEAD},start,end\nwav/a.wav,sad,1,0,{time}\n"
    refused(tmp_path, text, f"seconds of at least 0 .* line 2, .*{time}")


def test_a_table_of_which_nothing_is_left_is_refused(tmp_path):
    text = f"{HEAD}\nwav/a.wav,,1\nwav/b.wav,,2\nwav/x.wav,sad,2\n"
    said = (
        "none of its rows is one: .*no such file .line 4.*no emotion is given"
    )
    refused(tmp_path, text, said)
