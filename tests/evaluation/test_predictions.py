"""Predictions are written and read to the last bit, or not at all."""

import random
import re

import numpy as np
import pandas
import pytest
from spoiled_tables import check, read_apart, spoil

from speechbrain_zsfuse.evaluation.columns import (
    labels_of,
    probabilities_of,
    zero_shot_of,
)
from speechbrain_zsfuse.evaluation.predictions import (
    predictions_table,
    read_predictions,
    write_predictions,
)

LABELS = ["sad", "angry"]
HEADER = "id,speaker,label,prediction,probability_sad,probability_angry"
GOOD = {
    "id": "c1",
    "speaker": "01",
    "label": "angry",
    "prediction": "sad",
    "probability_sad": "0.75",
    "probability_angry": "0.25",
    "zero_shot_sad": "-0.5",
    "zero_shot_angry": "0.125",
    "corpus_mismatch": "True",
}


def random_table(n=8, **options):
    """Float32 probabilities, as a model gives them."""
    shares = np.random.default_rng(0).random(n, dtype=np.float32)
    return predictions_table(
        LABELS,
        ids=[f"c{index}" for index in range(n)],
        speakers=["07"] * n,
        truth=[LABELS[index % 2] for index in range(n)],
        probabilities=np.stack([shares, np.float32(1) - shares], axis=1),
        **options,
    )


def write_rows(path, *rows):
    """A CSV of dictionaries, cells as they are."""
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    path.write_text("".join(f"{','.join(line)}\n" for line in lines))
    return path


def test_float32_survives(tmp_path):
    scores = np.random.default_rng(1).standard_normal((8, 2)).astype("float32")
    written = random_table(scores=scores, mismatched=True)
    path = write_predictions(tmp_path / "p.csv", written)
    read = read_predictions(path)
    assert read.columns.tolist() == [
        *HEADER.split(","),
        "zero_shot_sad",
        "zero_shot_angry",
        "corpus_mismatch",
    ]
    for values in (probabilities_of, zero_shot_of):
        assert np.array_equal(
            np.float32(values(read)), np.float32(values(written))
        )
    assert read["speaker"].tolist() == ["07"] * 8
    assert read["corpus_mismatch"].tolist() == [True] * 8
    again = write_predictions(tmp_path / "again.csv", read)
    assert again.read_bytes() == path.read_bytes()


def test_the_most_probable_class_is_predicted_and_of_equals_the_first():
    table = predictions_table(
        ["sad", "angry", "happy"],
        ids="bac",
        speakers="111",
        truth=["happy"] * 3,
        probabilities=[[0.2, 0.4, 0.4], [0.1, 0.2, 0.7], [0.4, 0.4, 0.2]],
    )
    assert table["id"].tolist() == ["a", "b", "c"]
    assert table["prediction"].tolist() == ["happy", "angry", "sad"]
    assert zero_shot_of(table) is None


@pytest.mark.parametrize(
    "name, values, shape",
    [
        ("probabilities", [[0.5, 0.5]], r"\[2, 2\] .*, but got \[1, 2\]"),
        ("probabilities", [[1], [1]], r"\[2, 2\] .*, but got \[2, 1\]"),
        ("scores", [[1, 0]], r"\[2, 2\] .*, but got \[1, 2\]"),
        ("speakers", ["01"], r"\[2\] .*, but got \[1\]"),
        ("further", {"part": ["x", "y", "z"]}, r"\[2\] .*, but got \[3\]"),
    ],
)
def test_there_is_one_of_everything_for_each_clip(name, values, shape):
    given = {"probabilities": [[1, 0]] * 2, "speakers": ["01", "02"]}
    given |= {"labels": LABELS, "ids": ["a", "b"], "truth": LABELS}
    with pytest.raises(ValueError, match=f"^Expected {_said(name)}.* {shape}"):
        predictions_table(**given | {name: values})


def _said(argument):
    """How the error names an argument."""
    return {"speakers": "speaker", "further": "part"}.get(argument, argument)


def test_what_else_is_known_is_a_column_unless_it_is_empty(tmp_path):
    further = {"part": ["Test2", ""], "gender": ["", ""]}
    further |= {"duration": [1.25, 0.1], "votes": ['{"sad": 2}', ""]}
    table = random_table(2, further=further)
    known = ["part", "duration", "votes"]
    assert table.columns.tolist()[4:7] == known
    read = read_predictions(write_predictions(tmp_path / "p.csv", table))
    assert read[known].to_dict("list") == {n: further[n] for n in known}


def test_what_else_is_known_has_a_name_of_ours():
    with pytest.raises(ValueError, match="`further` to be .*part.*'sex'"):
        random_table(2, further={"sex": ["f", "m"]})


def test_a_duration_is_a_number(tmp_path):
    path = write_rows(tmp_path / "p.csv", GOOD | {"duration": "2 s"})
    with pytest.raises(ValueError, match="clip c1: duration '2 s'"):
        read_predictions(path)


@pytest.mark.parametrize("name", ["007", "NA", "nan", "None", "1e3", "True"])
def test_names_stay_as_they_are(name, tmp_path):
    row = GOOD | {"id": name, "speaker": name, "part": name, "rater": name}
    table = read_predictions(write_rows(tmp_path / "p.csv", row))
    for column in ("id", "speaker", "part", "rater"):
        assert table[column].tolist() == [name]
    path = write_predictions(tmp_path / "again.csv", table)
    assert read_predictions(path).equals(table)


def test_even_a_label_may_look_like_a_missing_value(tmp_path):
    table = predictions_table(["NA", "1"], "a", "1", ["NA"], [[0.25, 0.75]])
    read = read_predictions(write_predictions(tmp_path / "p.csv", table))
    assert read[["label", "prediction"]].values.tolist() == [["NA", "1"]]
    assert labels_of(read) == ["NA", "1"]


def test_the_order_of_columns_is_free_and_that_of_labels_is_the_files(tmp_path):
    row = dict(reversed(GOOD.items()))
    table = read_predictions(write_rows(tmp_path / "p.csv", row))
    assert labels_of(table) == ["angry", "sad"]
    assert probabilities_of(table).tolist() == [[0.25, 0.75]]
    assert zero_shot_of(table).tolist() == [[0.125, -0.5]]


def test_four_digits_are_enough(tmp_path):
    shares = {"probability_sad": "0.5004", "probability_angry": "0.5005"}
    row = GOOD | shares | {"prediction": "angry"}
    table = read_predictions(write_rows(tmp_path / "p.csv", row))
    assert table["probability_sad"].tolist() == [0.5004]


def without(*names):
    """The good row with columns taken out."""
    return {key: cell for key, cell in GOOD.items() if key not in names}


@pytest.mark.parametrize(
    "row, message",
    [
        (without("label"), "the columns id, label, but .*p.csv lacks label"),
        (
            {"probability_": "1"} | dict.fromkeys(HEADER.split(",")[:4], "a"),
            "but .*p.csv lacks probability_<label>",
        ),
        (without("zero_shot_sad"), "but .*p.csv lacks zero_shot_sad"),
        (
            GOOD | {"zero_shot_bored": "0.5"},
            "the columns zero_shot_sad, zero_shot_angry, but .*p.csv also has "
            "zero_shot_bored",
        ),
        (
            GOOD | {"label": "bored"},
            "each label among sad, angry, but in 1 of 1 rows of .*p.csv it is "
            "not so:\n  line 2, clip c1: label 'bored'\nCorrect the file",
        ),
        (
            GOOD | {"prediction": ""},
            "no prediction only where .* equal.*\n  line 2, clip c1: pred.* ''",
        ),
        (
            GOOD | {"probability_sad": "much"},
            "finite numbers.*\n  line 2, clip c1: probability_sad 'much'",
        ),
        (
            GOOD | {"probability_angry": ""},
            "finite numbers.*\n  line 2, clip c1: probability_angry ''",
        ),
        (
            GOOD | {"probability_angry": "nan"},
            "finite numbers.*\n  line 2, clip c1: probability_angry 'nan'",
        ),
        (
            GOOD | {"zero_shot_angry": "inf"},
            "finite numbers.*\n  line 2, clip c1: zero_shot_angry 'inf'",
        ),
        (
            GOOD | {"probability_sad": "1.25", "probability_angry": "-0.25"},
            r"in \[0, 1\].*\n  line 2, clip c1: probability_sad 1.25",
        ),
        (
            GOOD | {"probability_sad": "0.752"},
            r"sum to 1 \(within 0.001\).*\n  line 2, clip c1: sum 1.002",
        ),
        (
            GOOD | {"prediction": "angry"},
            "have the highest probability.*\n  line 2, clip c1: prediction "
            "'angry', highest 'sad'",
        ),
        (
            GOOD | {"corpus_mismatch": "no"},
            "True or False.*\n  line 2, clip c1: corpus_mismatch 'no'",
        ),
    ],
)
def test_a_bad_file_is_an_error_that_names_file_and_clip(
    row, message, tmp_path
):
    path = write_rows(tmp_path / "p.csv", row)
    with pytest.raises(ValueError, match="^Expected .*" + message) as error:
        read_predictions(path)
    assert str(path) in str(error.value)
    advice = "write it again with `write_predictions`|Rename its columns"
    assert re.search(advice, str(error.value))


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "p.csv, but it is empty. Save it as CSV: UTF-8"),
        (f"{HEADER}\n", "at least one row, but .*p.csv lacks rows"),
        (f"{HEADER},id\n", "each column once, but .*p.csv repeats id"),
        (f"{HEADER}\na,1,sad,sad,1,0,0\n", "header, 6 fields:\n  line 2 has 7"),
        (f"{HEADER}\na,1,sad,sad,1\n", "header, 6 fields:\n  line 2 has 5"),
        (
            f'{HEADER}\n"a,1,sad,sad,1,0\n',
            "line 2 cannot be read: unexpected end",
        ),
    ],
)
def test_a_torn_file_is_an_error_that_names_it(text, message, tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=message) as error:
        read_predictions(path)
    assert str(path) in str(error.value)


def test_what_is_not_text_cannot_be_read(tmp_path):
    (tmp_path / "p.csv").write_bytes(b"id\n\xff\xfe\n")
    with pytest.raises(ValueError, match="p.csv, but line 2 is not UTF-8"):
        read_predictions(tmp_path / "p.csv")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="p.csv, but there is no such"):
        read_predictions(tmp_path / "p.csv")


def test_ids_that_come_twice_are_shown_and_shortened(tmp_path):
    row = GOOD | {"id": "same"}
    path = write_rows(tmp_path / "p.csv", GOOD, *[row] * 25)
    with pytest.raises(
        ValueError, match="unique ids, but in 25 of 26"
    ) as error:
        read_predictions(path)
    lines = str(error.value).splitlines()
    named = [f"  line {line}, clip same: id 'same'" for line in range(3, 13)]
    assert [line for line in lines if "clip same" in line] == named
    assert "  … and 15 more" in lines


def test_what_could_not_be_read_is_not_written(tmp_path):
    spoiled = random_table().assign(probability_sad=np.nan)
    with pytest.raises(ValueError, match="finite numbers.* 8 of 8 rows of"):
        write_predictions(tmp_path / "p.csv", spoiled)
    assert not (tmp_path / "p.csv").exists()


def test_a_table_read_is_a_plain_data_frame(tmp_path):
    read = read_predictions(write_rows(tmp_path / "p.csv", GOOD))
    assert isinstance(read, pandas.DataFrame)
    assert read.index.tolist() == [0]
    right = (read["label"] == read["prediction"]).groupby(read["speaker"])
    assert right.mean().to_dict() == {"01": 0.0}


def test_spoiled_predictions_are_right_or_named(tmp_path):
    rng, right, path = random.Random(1), 0, tmp_path / "p.csv"
    intact = write_predictions(path, random_table()).read_text()
    for _ in range(300):
        content = spoil(rng, intact)
        path.write_bytes(content)
        found = check(lambda: read_predictions(path), path)
        if found is None:
            continue
        right += 1
        expected = read_apart(content)
        for name in {"speaker", "prediction"} - {*expected}:
            found = found.drop(columns=name)  # what is added
        assert list(found) == list(expected), content
        for name in expected:
            cells = expected[name]
            if name.startswith("probability"):
                cells = cells.astype(float)
            assert found[name].tolist() == cells.tolist(), content
    assert 30 < right < 270  # both are met
