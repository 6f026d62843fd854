"""The command ``zsfuse predict``, with a model that knows names."""

import errno
import io
import json
import os
import sys

import pandas
import pytest
from labelling import LABELS, ByName, NameChoice

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.evaluation.predictions import read_predictions
from speechbrain_zsfuse.inference.labelling import models


@pytest.fixture(autouse=True)
def by_name(monkeypatch):
    """What the command loads."""
    monkeypatch.setattr(
        models.ModelChoice, "load", lambda self: ByName(window=self.window)
    )


def run(capsys, *arguments):
    """Exit status, what is printed, and what is told beside."""
    status = main(["predict", "model", *map(str, arguments)])
    return status, *capsys.readouterr()


def test_a_table_is_for_people(capsys):
    status, out, err = run(capsys, "a.wav", "bb.wav")
    header, _, first, second, empty, *warnings = out.splitlines()
    assert header.split() == [
        *("|", "recording", "|", "emotion", "|", "probability", "|"),
        *("others", "|"),
    ]
    answer = ByName().answer(ByName().read("a.wav"))
    best, *others = answer.ranked()
    cells = [cell.strip() for cell in first.strip("|").split("|")]
    assert cells[:3] == ["a.wav", best["label"], f"{best['score']:.3f}"]
    assert cells[3] == ", ".join(
        f"{one['label']} {one['score']:.2f}" for one in others
    )
    assert second.startswith("| bb.wav")
    assert empty == ""
    assert warnings == [f"{n}.wav: it is made up" for n in ("a", "bb")]
    assert (status, err) == (0, "")


def test_csv_has_the_columns_of_predictions(capsys):
    status, out, _ = run(capsys, "a.wav", "--format", "csv")
    table = pandas.read_csv(io.StringIO(out))
    numbers = [f"probability_{label}" for label in LABELS]
    numbers += [f"zero_shot_{label}" for label in LABELS]
    known = ["id", "path", "duration", "prediction"]
    assert [*table] == [*known, *numbers, "warnings", "error"]
    answer = ByName().answer(ByName().read("a.wav"))
    [row] = table.to_dict("records")
    values = [*answer.probabilities, *answer.zero_shot]
    assert [row[name] for name in numbers] == pytest.approx(values, rel=1e-8)
    assert row["prediction"] == answer.label
    assert row["warnings"] == "it is made up"
    assert status == 0


def test_a_bad_recording_is_told_and_the_rest_goes_on(capsys):
    status, out, err = run(capsys, "bad.wav", "a.wav", "--format", "csv")
    bad, good = pandas.read_csv(io.StringIO(out)).to_dict("records")
    assert bad["error"].startswith("Cannot use bad.wav: it is silent.")
    assert good["path"] == "a.wav"
    assert pandas.isna([bad["prediction"], good["error"]]).all()
    told, count = err.splitlines()
    assert told.startswith("zsfuse: Cannot use bad.wav: it is silent.")
    assert count == "zsfuse: 1 of 2 recordings could not be used."
    assert status == 1


def test_json_lines_hold_what_is_known(capsys):
    arguments = ("a.wav", "bad.wav", "--per_prompt", "--top_k", "2")
    _, out, _ = run(capsys, *arguments, "--format", "jsonl")
    good, bad = map(json.loads, out.splitlines())
    answer = ByName().answer(ByName().read("a.wav"))
    assert good["per_prompt"] == answer.per_prompt
    assert good["ranking"] == answer.ranked(2)
    assert {*bad} == {"id", "path", "error"}


def test_windows_are_rows_with_their_times(capsys):
    arguments = ("abcdef.wav", "--window", "0.5", "--format", "csv")
    _, out, _ = run(capsys, *arguments)
    table = pandas.read_csv(io.StringIO(out))
    assert table[["start", "end"]].values.tolist() == [[0, 0.5], [0.5, 2]]


def test_zsfuse_table_reads_the_csv(capsys, tmp_path):
    table = tmp_path / "clips.csv"
    rows = [f"{n},x{n}.wav,{LABELS[n % 3]},0{n % 2}\n" for n in range(9)]
    table.write_text("ID,wav,emotion,speaker\n" + "".join(rows))
    out = tmp_path / "answers.csv"
    assert run(capsys, table, "--out", out)[0] == 0
    read = read_predictions(out)
    assert read["id"].tolist() == [*"012345678"]
    assert read["label"].tolist() == LABELS * 3
    assert main(["table", str(out)]) == 0
    assert "| answers" in capsys.readouterr().out


def test_zsfuse_table_names_a_recording_without_an_answer(capsys, tmp_path):
    table, out = tmp_path / "clips.csv", tmp_path / "answers.csv"
    table.write_text("wav,label\nbad.wav,sad\na.wav,calm\nb.wav,angry\n")
    assert run(capsys, table, "--out", out)[0] == 1
    assert main(["table", str(out)]) == 2
    assert "line 2, clip bad.wav: duration ''" in capsys.readouterr().err


def test_what_parquet_needs_is_told_before_work(capsys, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delattr(models.ModelChoice, "load")
    status, _, err = run(capsys, "a.wav", "--out", tmp_path / "a.parquet")
    assert "speechbrain-zsfuse[parquet]" in err and status == 2


def test_standard_input_names_a_path_a_line(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("a.wav\nb.wav\n"))
    status, out, _ = run(capsys, "-", "--format", "jsonl")
    assert [json.loads(line)["path"] for line in out.splitlines()] == [
        "a.wav",
        "b.wav",
    ]
    assert status == 0


def test_a_file_is_whole_or_not_there(capsys, tmp_path, monkeypatch):
    def fail(self, sounds):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(ByName, "predict_sounds", fail)
    out = tmp_path / "answers.csv"
    status, _, err = run(capsys, "a.wav", "--out", out)
    assert status == 2 and "out of memory" in err
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--format", "cvs"], "but got 'cvs'. Did you mean csv?"),
        (["--out", "a.xlsx"], "--out to end in .csv, .jsonl or .parquet"),
        (["--out", "a.csv", "--format", "jsonl"], "--format csv, as a.csv"),
        (["--top_k", "2", "--format", "csv"], "Expected no --top_k with csv"),
        (["--hop", "2"], "Expected a window with the hop of 2 s"),
        (
            ["--window", "0"],
            "Expected `window` to be a number of at ",
        ),
        (["--window", "2", "--hop", "3"], "a hop of at most the window, 2 s"),
        (["--window", "2", "--per_prompt"], "--per_prompt or --window, but"),
        (["--labels", "sad"], "Expected no labels, for model has its own"),
        (["--ray", "local"], "a folder for several processes to write to"),
    ],
)
def test_options_that_contradict_are_told_before_work(
    capsys, monkeypatch, arguments, message
):
    monkeypatch.delattr(models.ModelChoice, "load")
    status, out, err = run(capsys, "a.wav", *arguments)
    assert message in err
    assert (status, out) == (2, "")


def test_nothing_to_label_ends_with_2(capsys, tmp_path):
    status, _, err = run(capsys, tmp_path)
    assert f"Expected recordings in {tmp_path}, but there is none" in err
    assert status == 2 and "Name files" in err


def test_a_folder_of_videos_is_told_where_to_go(capsys, tmp_path):
    (tmp_path / "a.MP4").touch()
    status, _, err = run(capsys, tmp_path)
    assert f"`zsfuse extract {tmp_path} --out FOLDER` makes FLAC" in err
    assert status == 2


def test_words_for_an_audio_language_model():
    choice = models.ModelChoice("clap=a/b", labels=["happy", "bored"])
    assert choice.is_alm and not models.ModelChoice("a/b").is_alm
    with pytest.raises(ValueError, match="words to ask clsp=a for, but got"):
        models.ModelChoice("clsp=a")


def test_parquet_is_a_folder(capsys, tmp_path):
    out = tmp_path / "labels.parquet"
    names = ["a.wav", "bad.wav", "odd.wav", "b.wav", "cc.wav"]
    status, printed, err = run(capsys, *names, "--out", out, "--per_file", 2)
    assert (status, printed) == (1, "")
    assert f"{out}: 5 recordings in 3 files." in err
    assert f"2 of 5 recordings could not be used. They are listed in {out}" in (
        err
    )
    table = pandas.read_parquet(out)
    assert table["id"].tolist() == ["a.wav", "b.wav", "cc.wav"]
    assert table["probability_sad"].dtype == "float32"
    bad = pandas.read_parquet(out / "_bad")
    assert bad["id"].tolist() == ["bad.wav", "odd.wav"]
    assert bad["reason"][1] == "Cannot hear odd.wav."
    for path in (out / "part-00000.parquet", tmp_path):
        status, _, err = run(capsys, "a.wav", "--out", path)
        assert status == 2 and "Give another --out." in err


def test_several_processes_need_a_folder_and_files(capsys, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    for arguments, message in (
        (["a.wav"], "Add --out labels.parquet"),
        (["-", "--out", "a.parquet"], "but got standard input"),
        (["a", "--out", "a.parquet", "--ray", "auto"], "Leave one out"),
    ):
        status, _, err = run(capsys, *arguments)
        assert status == 2 and message in err


def test_a_process_of_several_leaves_the_end_to_the_first(
    capsys, monkeypatch, tmp_path
):
    """torchrun would end the first if another ended with 1."""
    out = tmp_path / "labels.parquet"
    arguments = ("a.wav", "bad.wav", "--out", out, "--per_file", 1)
    monkeypatch.setenv("WORLD_SIZE", "2")
    for rank, wanted in (("1", 0), ("0", 1)):
        monkeypatch.setenv("RANK", rank)
        status, _, err = run(capsys, *arguments)
        assert status == wanted
        assert ("1 of 2 recordings could not" in err) == (rank == "0")
    assert pandas.read_parquet(out)["id"].tolist() == ["a.wav"]


def test_choices_of_tests_are_like_the_true_one():
    true, ours = models.ModelChoice("a"), NameChoice()
    for name in ("window", "hop", "per_prompt"):
        assert getattr(true, name) == getattr(ours, name)


@pytest.mark.parametrize("missing", ["ray", "pyarrow"])
def test_what_ray_needs_is_said_before_anything_is_read(
    missing, monkeypatch, capsys
):
    pytest.importorskip("pyarrow", reason="needs the extra [parquet]")
    monkeypatch.setitem(sys.modules, missing, None)
    said = run(capsys, "a.wav", "--out", "labels.parquet", "--ray", "local")
    assert said[0] == 2 and "speechbrain-zsfuse[ray]" in said[2]


def test_what_is_read_is_not_replaced(tmp_path, capsys):
    table = tmp_path / "clips.csv"
    table.write_text("wav\na.wav\n")
    status, _, err = run(capsys, table, "--out", tmp_path / "." / "clips.csv")
    assert (status, table.read_text()) == (2, "wav\na.wav\n")
    assert "--out to be none of the inputs, but got" in err


def test_a_folder_in_place_of_the_output_is_told_before_work(
    tmp_path, capsys, monkeypatch
):
    (tmp_path / "a.csv").mkdir()
    monkeypatch.setattr(models.ModelChoice, "load", None)
    status, _, err = run(capsys, "a.wav", "--out", tmp_path / "a.csv")
    assert status == 2
    assert "--out to be a file, but" in err and "is a folder. Give" in err


def test_names_keep_a_table_whole(capsys):
    status, out, _ = run(capsys, "a|b\n\x1b[2J.wav", "c.wav")
    first, second = out.splitlines()[2:4]
    assert first.startswith(r"| a\|b\n\x1b[2J.wav |") and len(first) == len(
        second
    )
    assert status == 0


@pytest.mark.parametrize("out", ["a.csv", "labels"])
def test_a_full_disk_is_named(tmp_path, capsys, monkeypatch, out):
    pytest.importorskip("pyarrow", reason="needs the extra [parquet]")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    status, _, err = run(capsys, "a.wav", "--out", tmp_path / out)
    assert status == 2
    assert f"in {tmp_path}" in err and "its disk is full" in err
    assert "checkpoint" not in err and "Run the same command again" in err


def test_a_part_that_was_damaged_is_named(tmp_path, capsys):
    pytest.importorskip("pyarrow", reason="needs the extra [parquet]")
    assert run(capsys, "a.wav", "--out", tmp_path / "labels")[0] == 0
    part = tmp_path / "labels" / "part-00000.parquet"
    whole = part.read_bytes()
    part.write_bytes(whole[: len(whole) // 2])
    status, _, err = run(capsys, "a.wav", "--out", tmp_path / "labels")
    assert status == 2
    assert f"Expected {part} to be as it was written, but it is damaged" in err
    part.unlink()
    assert run(capsys, "a.wav", "--out", tmp_path / "labels")[0] == 0
    assert part.read_bytes() == whole


def test_a_list_of_clips_that_was_changed_is_written_again(tmp_path, capsys):
    pytest.importorskip("pyarrow", reason="needs the extra [parquet]")
    out = tmp_path / "labels"
    words = ("a.wav", "bb.wav", "--out", out)
    assert run(capsys, *words)[0] == 0
    (out / "part-00000.parquet").unlink()
    clips = out / "_plan" / "clips.jsonl"
    clips.write_text(clips.read_text().splitlines(keepends=True)[0])
    assert run(capsys, *words)[0] == 0
    assert [*pandas.read_parquet(out)["id"]] == ["a.wav", "bb.wav"]
