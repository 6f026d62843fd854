"""Predictions that others wrote: what is enough, and what is refused."""

import json
import random
from functools import partial

import numpy as np
import pandas
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score
from spoiled_tables import check, read_apart, spoil

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.evaluation.columns import (
    labels_of,
    probabilities_of,
    zero_shot_of,
)
from speechbrain_zsfuse.evaluation.metrics.calibration import calibrate
from speechbrain_zsfuse.evaluation.predictions import (
    read_predictions,
    write_predictions,
)
from speechbrain_zsfuse.evaluation.summary import write_metrics

PLAIN = "id,label,prediction\na,sad,sad\nb,angry,sad\n"
THREE = "id,label,probability_x,probability_y,probability_z"


@pytest.fixture
def read(tmp_path):
    """Reads a text or bytes as a file."""

    def function(content, labels=None):
        if isinstance(content, str):
            content = content.encode()
        (tmp_path / "p.csv").write_bytes(content)
        return read_predictions(tmp_path / "p.csv", labels)

    return function


def test_id_label_and_prediction_are_enough(read):
    table = read(PLAIN)
    assert table.to_dict("list") == {
        "id": ["a", "b"],
        "label": ["sad", "angry"],
        "prediction": ["sad", "sad"],
        "speaker": ["", ""],
    }
    assert labels_of(table) == ["angry", "sad"]
    assert probabilities_of(table) is None
    assert zero_shot_of(table) is None


def test_the_most_probable_class_is_predicted_if_nobody_says(read):
    table = read(f"{THREE}\na,x,0.2,0.4,0.4\nb,y,0.3,0.3,0.4\n")
    assert table["prediction"].tolist() == ["y", "z"]
    assert labels_of(table) == ["x", "y", "z"]


@pytest.mark.parametrize("given", ["x", "y"])
def test_any_of_the_most_probable_classes_may_be_predicted(given, read):
    table = read(f"{THREE},prediction\na,x,0.4,0.4,0.2,{given}\n")
    assert table["prediction"].tolist() == [given]
    with pytest.raises(ValueError, match="clip a: prediction 'z', highest 'x'"):
        read(f"{THREE},prediction\na,x,0.4,0.4,0.2,z\n")


def test_no_answer_is_an_empty_prediction(read, tmp_path):
    table = read(PLAIN + "c,sad,\n")
    assert table["prediction"].tolist() == ["sad", "sad", ""]
    assert labels_of(table) == ["angry", "sad"]
    even = ",".join(["0.333333343"] * 3)  # a third, as float32
    table = read(f"{THREE},prediction\na,x,{even},\n")
    assert table["prediction"].tolist() == [""]
    again = write_predictions(tmp_path / "again.csv", table)
    assert read_predictions(again).equals(table)
    with pytest.raises(ValueError, match="no prediction only where .* equal"):
        read(f"{THREE},prediction\na,x,0.4,0.3,0.3,\n")


def test_classes_that_do_not_occur_are_known_if_they_are_given(read):
    labels = ["happy", "sad", "angry"]
    assert read(PLAIN, labels)["label"].tolist() == ["sad", "angry"]
    with pytest.raises(ValueError, match="each label among sad, happy, but"):
        read(PLAIN, ["sad", "happy"])


def test_probabilities_must_be_of_the_classes_that_are_given(read):
    text = f"{THREE}\na,x,0.2,0.4,0.4\n"
    assert labels_of(read(text, ["z", "y", "x"])) == ["x", "y", "z"]
    with pytest.raises(ValueError, match="p.csv also has probability_z. Corr"):
        read(text, ["x", "y"])
    with pytest.raises(ValueError, match="p.csv lacks probability_w. Corr"):
        read(text, ["x", "y", "z", "w"])


@pytest.mark.parametrize(
    "labels",
    [("0", "1"), ("very sad", "not sad"), ("怒り", "trauer ü"), ("NA", "-")],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_labels_and_lines_of_others(labels, ends, mark, read):
    lines = [
        "id,prediction,label",
        *(f"{i},{labels[0]},{labels[i]}" for i in (0, 1)),
    ]
    table = read(mark + ends.join(lines) + ends)
    assert table["label"].tolist() == list(labels)
    assert table["prediction"].tolist() == [labels[0]] * 2
    assert labels_of(table) == sorted(labels)


def test_a_table_of_pandas_with_its_row_numbers(read):
    frame = pandas.DataFrame(
        {"id": [7, 8], "label": [0, 1], "prediction": [1, 1]}
    )
    table = read(frame.to_csv())
    assert list(table) == ["id", "label", "prediction", "speaker"]
    assert table["label"].tolist() == ["0", "1"]


def test_probabilities_of_scikit_learn(read):
    x, y = np.arange(12.0)[:, None], np.array(list("abcabcabcabc"))
    model = LogisticRegression().fit(x, y)
    frame = pandas.DataFrame({"id": np.arange(12), "label": y})
    names = [f"probability_{label}" for label in model.classes_]
    frame[names] = model.predict_proba(x)
    table = read(frame.to_csv(index=False))
    assert table["prediction"].tolist() == model.predict(x).tolist()
    assert np.array_equal(probabilities_of(table), model.predict_proba(x))


@pytest.mark.parametrize(
    "text, message",
    [
        (
            "ID,true,pred\na,sad,sad\n",
            "the columns id, label, but .*p.csv lacks id, label: it has 'ID, "
            "true, pred'. Rename its columns: the name of a clip is `id`",
        ),
        (
            "id,label,pred\na,sad,sad\n",
            "columns prediction or probability_<label>, or both, but .*p.csv "
            "lacks probability_<label>: it has 'id, label, pred.*Rename",
        ),
        ("id;label;prediction\na;sad;sad\n", "lacks id, label.*by commas"),
        (PLAIN + "a,sad,sad\n", "unique ids.*line 2, clip a.*line 4, clip a"),
        (PLAIN + "\n ,sad,sad\n", "an id each.*line 5, clip  : id ' '"),
        (PLAIN + "c,,sad\n", "a label each.*line 4, clip c: label ''"),
        (PLAIN + "c, ,sad\n", "a label each.*line 4, clip c: label ' '"),
        (
            f"{THREE}\na,w,0.2,0.4,0.4\n",
            "each label among x, y, z.*line 2, clip a: label 'w'",
        ),
        (
            f"{THREE},prediction\na,x,0.2,0.4,0.4,w\n",
            "each prediction among x, y, z.*line 2, clip a: prediction 'w'",
        ),
        (
            f"{THREE}\na,x,0.2,0.4,0.4\nb,x,0.2,0.4,0.3\n",
            "sum to 1 .*in 1 of 2 rows .*\n  line 3, clip b: sum 0.9\n",
        ),
        (
            f"{THREE}\na,x,0.2,,0.4\n",
            "finite numbers.*line 2, clip a: probability_y ''",
        ),
        (
            f"{THREE}\na,x,NaN,1,0\n",
            "finite numbers.*line 2, clip a: probability_x 'NaN'",
        ),
        (
            f'{THREE},note\na,x,0,1,0,"two\nlines"\nb,x,0,-inf,1,\n',
            "finite numbers.*line 4, clip b: probability_y '-inf'",
        ),
    ],
)
def test_bad_ones_are_refused_with_row_and_column(text, message, read):
    with pytest.raises(ValueError, match=f"(?s)^Expected .*{message}"):
        read(text)


def test_what_needs_probabilities_is_left_out_of_metrics(read, tmp_path):
    table = read(PLAIN)
    assert calibrate(table, table, labels_of(table)) is None
    write_predictions(tmp_path / "predictions_valid.csv", table)
    path = write_metrics(tmp_path, table, 1000, {"epoch": 1})
    metrics = json.loads(path.read_text())
    assert metrics["test"]["UAR"] == 0.5
    assert "calibration" not in metrics


def test_the_least_is_enough_for_tables_figures_and_votes(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    rng, probable = np.random.default_rng(0), ["probability_s", "probability_a"]
    frame = pandas.DataFrame({"id": np.arange(24)})
    frame["speaker"] = frame["id"] // 4
    frame["label"] = ["s", "a"] * 12
    for name, columns in (
        ("llm", ["prediction"]),
        ("theirs", ["prediction", "speaker"]),
        ("mine", probable),
    ):
        share = rng.random(24)
        frame["probability_s"], frame["probability_a"] = share, 1 - share
        frame["prediction"] = np.where(share > 0.5, "s", "a")
        if name == "llm":
            frame.loc[3, "prediction"] = ""  # no answer
        columns = ["id", "label", *columns]
        frame[columns].to_csv(f"{name}.csv", index=False)
    files = ["llm.csv", "theirs.csv", "mine.csv"]
    for command in (
        ["table", "--paper=I", "--baseline=llm"],
        ["report", "--out=report.html"],
        ["figures", "--out=figures", "--kinds=confusion,speakers"],
        ["vote", "--out=vote.csv"],
    ):
        code = main([*command, *files])
        assert code == 0, capsys.readouterr().err
    vote = read_predictions("vote.csv")
    speakers = [str(int(clip) // 4) for clip in vote["id"]]
    assert vote["speaker"].tolist() == speakers
    uar = recall_score(vote["label"], vote["prediction"], average="macro")
    told = capsys.readouterr().out
    assert f"| vote   | {100 * uar:.1f}" in told
    assert "No speakers of llm, Test clips, 2 classes: no two speakers" in told
    assert len([*(tmp_path / "figures").glob("*.pdf")]) == 4


def test_spoiled_files_are_right_or_named(read, tmp_path):
    rng, right, path = random.Random(3), 0, tmp_path / "p.csv"
    rows = [f"c{i},{'xyz'[i % 3]},0.2,0.4,0.4" for i in range(8)]
    for text in (PLAIN, "\n".join([THREE, *rows]) + "\n"):
        for _ in range(150):
            content = spoil(rng, text)
            found = check(partial(read, content), path)
            if found is None:
                continue
            right += 1
            apart = read_apart(content)
            assert found["id"].tolist() == apart["id"].tolist()
            assert {*found["prediction"]} <= {*labels_of(found), ""}
            assert found["label"].isin(labels_of(found)).all()
    assert 30 < right < 270  # both are met


@pytest.mark.parametrize(
    "text, said",
    [
        (
            "label,prediction\na,sad,sad\nb,sad ,sad\nc,sad,x",
            "line 3, clip b: label 'sad ', elsewhere 'sad'",
        ),
        (
            "label,prediction\na,sad,Sad\nb,x,x",
            "line 2, clip a: prediction 'Sad', elsewhere 'sad'",
        ),
        (
            "label,prediction\na,caf\u00e9,cafe\u0301\nb,x,x",
            "in one way, but in 1",
        ),
        (
            "label,prediction\na,sad, \nb,x,x",
            "a prediction, or nothing, but in 1 of 2 .*\n  line 2, clip a",
        ),
        (
            "label,prediction,speaker\na,sad,sad, \nb,x,x,1",
            "a speaker, or nothing",
        ),
        (
            "label,prediction,Speaker\na,sad,sad,1\nb,x,x,1",
            "'Speaker' is nearly `speaker`",
        ),
        (
            "label,prediction, probability_sad, probability_x\na,sad,sad,1,0",
            "' probability_x' is nearly `probability_x`",
        ),
        (
            "label,prediction,Zero_Shot_sad\na,sad,sad,1",
            "nearly `zero_shot_sad`",
        ),
        (
            "label,prediction,duration\na,sad,sad,-1\nb,x,x,2",
            "seconds, 0 or more, .*\n  line 2, clip a: duration '-1'",
        ),
        (
            "label,prediction,votes\na,sad,sad,{}\nb,x,x,sad;x",
            "votes as a JSON object .*\n  line 3, clip b: votes 'sad;x'",
        ),
    ],
)
def test_what_would_be_read_otherwise_than_it_was_meant(read, text, said):
    with pytest.raises(ValueError, match=said):
        read(f"id,{text}\n")


def test_other_columns_are_kept_beside_those_with_a_meaning(read):
    table = read("id,ID,label,prediction,Speaker,speaker\na,1,x,x,one,two\n")
    assert table["Speaker"].tolist() == ["one"]
    assert table["speaker"].tolist() == ["two"]
