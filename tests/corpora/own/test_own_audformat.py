"""Databases of audformat: header and tables as audb leaves them."""

import pickle

import pandas
import pytest
from own_table import cells, write

from speechbrain_zsfuse.corpora import read_own
from speechbrain_zsfuse.corpora.own.defaults import fill_from_table

HEADER = """
name: emodb
source: http://example.org
license: CC0-1.0
languages: [deu]
raters: {gold: {type: human}}
schemes:
  emotion: {dtype: str, labels: [anger, sadness]}
  speaker:
    dtype: int
    labels:
      3: {gender: male, age: 31}
      8: {gender: female, age: 34}
splits: {train: {type: train}, eval: {type: test}}
tables:
  emotion.train:
    type: filewise
    split_id: train
    columns:
      emotion: {scheme_id: emotion, rater_id: gold}
      emotion.confidence: {}
  emotion.test:
    type: segmented
    split_id: eval
    columns: {label: {scheme_id: emotion}}
  files:
    type: filewise
    columns: {speaker: {scheme_id: speaker}, duration: {}}
"""
TABLES = {
    "db.emotion.train.csv": "file,emotion,emotion.confidence\n"
    "wav/a.wav,anger,0.9\n",
    "db.emotion.test.csv": "file,start,end,label\n"
    "wav/b.wav,0 days 00:00:00.500000,0 days 00:00:02,sadness\n",
    "db.files.csv": "file,speaker,duration\n"
    "wav/a.wav,3,0 days\nwav/b.wav,8,0 days\n",
}


@pytest.fixture()
def database(tmp_path):
    write(tmp_path, HEADER, "db.yaml")
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_emotions_speakers_and_splits_are_joined(database):
    reading = read_own(database)
    columns = ("wav", "emotion", "speaker", "gender", "split", "start", "end")
    assert cells(reading, *columns) == [
        ["wav/a.wav", "angry", "3", "male", "train", "", ""],
        ["wav/b.wav", "sad", "8", "female", "test", "0.5", "2"],
    ]
    assert reading.name == "emodb"
    assert reading.about["licence"] == "CC0-1.0"
    assert reading.about["languages"] == ["deu"]
    assert {path.name for path in reading.sources} == {"db.yaml", *TABLES}


def test_one_table_can_be_chosen(database):
    reading = read_own(database / "db.emotion.train.csv")
    assert cells(reading, "wav") == [["wav/a.wav"]]


def test_a_pickle_is_never_opened(database):
    class Bomb:
        def __reduce__(self):
            return (open, (str(database / "executed"), "w"))

    content = pickle.dumps(Bomb())
    (database / "db.files.pkl").write_bytes(content)
    read_own(database)  # audformat would take it before the CSV
    (database / "db.files.csv").unlink()
    with pytest.raises(ValueError, match="is there as a pickle alone, which"):
        read_own(database)
    with pytest.raises(ValueError, match="a pickle, which can run code, and"):
        read_own(write(database / "x", content, "my.pkl"))
    assert not (database / "executed").exists()


def test_a_header_without_emotions(database):
    write(database, HEADER.replace("emotion", "mood"), "db.yaml")
    said = "a table with a column emotion in .*--columns='{emotion: …}'"
    with pytest.raises(ValueError, match=said):
        read_own(database)


@pytest.mark.parametrize("scheme", ["mood", "emotion"])
def test_a_column_of_emotions_that_is_called_otherwise(database, scheme):
    table = database / "db.emotion.test.csv"
    write(database, HEADER.replace("id: emotion", f"id: {scheme}"), "db.yaml")
    reading = read_own(table, columns={"emotion": "label"})
    assert cells(reading, "wav", "emotion") == [["wav/b.wav", "sad"]]
    settings = {"table": table, "data_folder": None}
    filled = fill_from_table(settings | {"columns": {"emotion": "label"}})
    assert filled == {"data_folder": str(database)}


@pytest.mark.parametrize("kind", ["other", "undefined"])
def test_a_split_that_neither_trains_nor_tests(database, kind):
    header = HEADER.replace("{type: train}", f"{{type: {kind}}}")
    write(database, header, "db.yaml")
    assert cells(read_own(database), "split") == [[""], ["test"]]


def test_two_speakers_of_one_file(database):
    with (database / "db.files.csv").open("a") as file:
        file.write("wav/a.wav,8,0 days\n")
    said = "one speaker of each file in .*db.files.csv, but .* of wav/a.wav."
    with pytest.raises(ValueError, match=said):
        read_own(database)


def test_a_table_that_is_not_as_the_header_says(database):
    (database / "db.files.csv").write_text("file,duration\nwav/a.wav,1\n")
    with pytest.raises(ValueError, match="columns file, speaker, duration in"):
        read_own(database)


def test_parquet_and_speakers_in_a_table_of_their_own(database):
    pytest.importorskip("pyarrow")
    speakers = HEADER[HEADER.index("      3: {") : HEADER.index("splits:")]
    text = HEADER.replace("labels:\n" + speakers, "labels: speaker\n")
    assert "labels: speaker" in text
    write(database, text, "db.yaml")
    for path in database.glob("db.*.csv"):
        frame = pandas.read_csv(path)
        for column in {"start", "end", "duration"} & {*frame}:
            frame[column] = pandas.to_timedelta(frame[column])
        frame.to_parquet(path.with_suffix(".parquet"))
        path.unlink()
    people = {"speaker": [3, 8], "gender": ["male", "female"]}
    pandas.DataFrame(people).to_parquet(database / "db.speaker.parquet")
    columns = ("wav", "speaker", "gender", "start", "end")
    assert cells(read_own(database), *columns) == [
        ["wav/a.wav", "3", "male", "", ""],
        ["wav/b.wav", "8", "female", "0.5", "2"],
    ]
