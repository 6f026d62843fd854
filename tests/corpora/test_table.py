"""The table of clips: every way in which it can be unsound is named."""

import pandas
import pytest

from speechbrain_zsfuse.corpora.speakers import same_speaker
from speechbrain_zsfuse.corpora.table import check_table


def table(**columns):
    """Three clips, one a split."""
    clips = pandas.DataFrame({"ID": ["a", "b", "c"]}, dtype=object)
    clips["wav"] = clips["ID"] + ".wav"
    clips["emotion"], clips["speaker"] = "sad", clips["ID"]
    clips["split"] = ["train", "valid", "test"]
    for name, values in columns.items():
        clips[name] = pandas.Series(values, dtype=object)
    return clips


def refusal(clips, compared=()):
    with pytest.raises(ValueError, match="^Expected ") as error:
        check_table(clips, compared)
    return str(error.value)


def test_a_sound_table_passes():
    check_table(table())
    check_table(table(speaker=["", "", ""], session=["", "1", "2"]))
    check_table(table(wav=["x/../a.wav", "b.wav", "./c.wav"]))


@pytest.mark.parametrize("column", ["ID", "wav", "emotion", "speaker", "split"])
def test_a_column_that_is_missing(column):
    assert f"but ['{column}'] are missing" in refusal(
        table().drop(columns=column)
    )


def test_a_column_that_is_compared_must_be_there():
    assert "but ['script'] are missing" in refusal(table(), ["script"])
    found = refusal(table(script=["x", 3, ""]), ["script"])
    assert "in the column script" in found and "  b: 3" in found


def test_no_clips():
    assert "it has no row" in refusal(table()[:0])
    with pytest.raises(ValueError, match="(?s)has no row.*a.txt, line 3: what"):
        check_table(table()[:0], problems=["a.txt, line 3: what is this"])


@pytest.mark.parametrize("column", ["ID", "wav", "emotion", "speaker", "split"])
@pytest.mark.parametrize("value", [None, float("nan"), 7, 7.5, ("a",)])
def test_values_that_are_no_text(column, value):
    values = table()[column].tolist()
    values[1] = value
    found = refusal(table(**{column: values}))
    assert f"a text in the column {column}" in found and "1 have none" in found
    assert f"  {'row 1' if column == 'ID' else 'b'}: {value!r}" in found


@pytest.mark.parametrize("column", ["ID", "wav", "emotion", "split"])
@pytest.mark.parametrize("value", ["", "  "])
def test_values_that_are_empty(column, value):
    values = table()[column].tolist()
    values[1] = value
    found = refusal(table(**{column: values}))
    assert f"in the column {column} of every clip, but 1 have an empty" in found


@pytest.mark.parametrize(
    "column", ["ID", "wav", "speaker", "session", "transcript"]
)
@pytest.mark.parametrize("letter", ["\0", "\r", "\udcff"])
def test_values_that_no_manifest_can_hold(column, letter):
    values = ["x", f"x{letter}y", "z"]
    columns = {"session": ["1", "2", "3"], column: values}
    found = refusal(table(**columns), ["session"])
    assert "text of UTF-8 without NUL or CR (rename" in found
    assert f"in the column {column}" in found and repr(values[1]) in found


def test_a_column_that_is_there_twice():
    twice = pandas.concat([table(), table()[["speaker"]]], axis=1)
    assert "speaker come more than once" in refusal(twice)


def test_unknown_splits_are_named():
    found = refusal(table(split=["dev", "Train", "test"]))
    assert "train, valid or test" in found and "2 have something else" in found
    assert "  a: 'dev'\n  b: 'Train'" in found


def test_an_id_that_is_there_twice():
    assert "unique ids" in refusal(table(ID=["a", "b", "a"]))


@pytest.mark.parametrize(
    "wav", ["/abs/a.wav", "../a.wav", "x/../../a.wav", "C:/a.wav", ".", ".."]
)
def test_a_file_outside_the_corpus(wav):
    found = refusal(table(wav=["a.wav", wav, "c.wav"]))
    assert "below the corpus folder" in found and f"  b: {wav!r}" in found


def test_two_clips_of_one_file():
    found = refusal(table(wav=["a.wav", "b.wav", "x/../a.wav"]))
    assert "a file of its own" in found and "2 have one with others" in found
    assert "  a: 'a.wav'\n  c: 'x/../a.wav'" in found


def test_many_wrong_values_are_counted_and_a_few_named():
    clips = pandas.concat([table()] * 20, ignore_index=True)
    clips["ID"] = clips["wav"] = [f"{n}.wav" for n in range(60)]
    found = refusal(clips.assign(split="dev"))
    assert "60 have something else" in found and "… and 55 more" in found


@pytest.mark.parametrize(
    "name, meant",
    [
        ("7", "7"),
        ("7.00", "7"),
        ("007.", "7"),
        ("speaker 0007.0", "7"),
        ("70", "70"),
        ("0", "0"),
        ("7.5", "7.5"),
        ("01M", "01M"),
        ("1F", "1F"),
        ("Ses01F", "Ses01F"),
        ("speaker_anna", "speaker_anna"),
        ("None", ""),
        (" UNKNOWN ", ""),
    ],
)
def test_who_is_meant_by_a_name(name, meant):
    assert same_speaker(name) == meant
