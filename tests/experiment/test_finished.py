"""A finished run is found as it was left, or what is not is named."""

import json
import shlex

import pytest

from speechbrain_zsfuse.evaluation.paper_tables.paper import read_paper
from speechbrain_zsfuse.evaluation.predictions import (
    predictions_table,
    write_predictions,
)
from speechbrain_zsfuse.evaluation.record import read_record, write_record
from speechbrain_zsfuse.evaluation.results import result_paths
from speechbrain_zsfuse.evaluation.summary import write_metrics
from speechbrain_zsfuse.experiment.describe import describe_run
from speechbrain_zsfuse.experiment.finished import (
    note_finished,
    read_finished,
    reopen_finished,
    tell_finished,
)

LABELS, VALID = ["sad", "angry"], {"epoch": 2, "UAR": 0.5}
RESULTS = ["metrics.json", "predictions_test.csv", "predictions_valid.csv"]


def write_results(folder, share=0.75):
    """Of two clips, one right."""
    shares = [[share, 1 - share], [share, 1 - share]]
    table = predictions_table(LABELS, "ab", "12", LABELS, shares)
    write_predictions(folder / "predictions_test.csv", table)
    write_metrics(folder, table, seed=1, valid=VALID, remarks=["slow"])


@pytest.fixture
def run(tmp_path):
    """A folder of a run that is finished."""
    facts = describe_run({"labels": LABELS, "seed": 1}, "seed: 1\n", {})
    write_record(tmp_path, facts)
    write_results(tmp_path)
    valid = (tmp_path / "predictions_test.csv").read_bytes()
    (tmp_path / "predictions_valid.csv").write_bytes(valid)
    assert note_finished(tmp_path)["remarks"] == ["slow"]
    return tmp_path


def test_a_run_is_found_as_it_was_left(run):
    record = read_record(run)
    assert record.finished and list(record.results) == RESULTS
    assert list(result_paths(run)) == RESULTS
    before = (run / "run.json").read_bytes()
    assert read_finished(run)["test"]["UAR"] == 0.5
    assert (run / "run.json").read_bytes() == before


def test_its_end_has_the_command_that_compares_it_with_others(run, monkeypatch):
    results = run / "my results"
    folder = results / "mine" / "1000"
    folder.mkdir(parents=True)
    for path in run.glob("*.*"):
        path.rename(folder / path.name)
    assert "zsfuse table" not in tell_finished(folder)
    settings = f"results_folder: {results}\nhere: !ref <results_folder>/mine\n"
    (folder / "hyperparams.yaml").write_text(settings)
    *_, files, head, command = tell_finished(folder).splitlines()
    assert head == "All runs of this folder beside each other:"
    assert shlex.split(command) == ["zsfuse", "table", str(results)]
    record = json.loads((folder / "run.json").read_text())
    for corpus, told in (("RAVDESS", False), ("IEMOCAP", True)):
        record["corpus"] = corpus
        (folder / "run.json").write_text(json.dumps(record))
        if told:
            monkeypatch.setitem(read_paper()["classes"], corpus, 2)
        *_, head, command = tell_finished(folder).splitlines()
        assert head.endswith(", and beside the paper:") == told
        assert command.endswith(" --paper I") == told
    (folder / "hyperparams.yaml").write_text("results_folder: /elsewhere\n")
    assert "zsfuse table" not in tell_finished(folder)


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize(
    "spoil, problem",
    [
        (
            lambda path: path.write_bytes(path.read_bytes() + b"\n"),
            "was edited",
        ),
        (lambda path: path.write_text("[]"), "was edited or damaged since"),
        (lambda path: path.unlink(), "is gone"),
    ],
)
def test_a_result_that_is_not_as_written_is_named(name, spoil, problem, run):
    spoil(run / name)
    with pytest.raises((ValueError, FileNotFoundError)) as error:
        read_finished(run)
    told = str(error.value)
    assert told.startswith(f"Expected {run / name} as run.json says")
    assert problem in told
    again = "delete the run" if "valid" in name else "run with --test_only"
    assert again in told


def test_a_run_tested_again_is_noted_anew(run):
    reopen_finished(run)
    write_results(run, share=0.7)
    note_finished(run)
    assert read_finished(run)["test"]["UAR"] == 0.5
    assert (
        read_record(run).predictions()["probability_sad"].tolist() == [0.7] * 2
    )


def edit(path):
    """Probabilities that read well, and are others."""
    path.write_bytes(path.read_bytes().replace(b"0.75,0.25", b"0.85,0.15"))


def test_a_test_does_not_wash_the_validation(run):
    reopen_finished(run)
    edit(run / "predictions_valid.csv")
    write_results(run, share=0.7)
    note_finished(run)
    with pytest.raises(ValueError, match="predictions_valid.csv as run.json"):
        read_finished(run)


@pytest.mark.parametrize("spoil", [edit, lambda path: path.unlink()])
def test_a_test_without_its_validation_is_not_begun(run, spoil):
    spoil(run / "predictions_valid.csv")
    message = "predictions_valid.csv as run.json .*or delete the run"
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        reopen_finished(run)


def test_a_run_killed_before_it_was_noted_is_noted(run):
    content = json.loads((run / "run.json").read_text())
    del content["results"]
    write_record(run, content | {"finished": False})
    assert read_finished(run)["test"]["UAR"] == 0.5
    assert list(read_record(run).results) == RESULTS


@pytest.mark.parametrize("text", ["[]", "{", "3", "{}"])
def test_a_spoiled_record_is_named(text, run):
    (run / "run.json").write_text(text)
    with pytest.raises(ValueError, match="^Expected .*run.json") as error:
        read_finished(run)
    assert str(run) in str(error.value)
