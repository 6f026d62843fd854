"""``zsfuse vote``: files in, a file like any other out, and what is refused."""

import json

import numpy as np
import pytest
from scipy.special import softmax

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.evaluation.columns import probabilities_of
from speechbrain_zsfuse.evaluation.predictions import (
    predictions_table,
    read_predictions,
    write_predictions,
)
from speechbrain_zsfuse.files import file_sha256

CLASSES = ["sad", "calm", "angry"]


def write_system(path, seed, skill, part):
    """Predictions of 12 clips of 4 speakers, the more skill the better."""
    rng = np.random.default_rng([seed, part == "valid"])
    truth = np.resize(np.arange(3), 12)
    logits = rng.normal(size=(12, 3)) + skill * np.eye(3)[truth]
    table = predictions_table(
        CLASSES,
        [f"{part}{n:02}" for n in range(12)],
        [str(n // 3) for n in range(12)],
        [CLASSES[place] for place in truth],
        softmax(logits, axis=1),
    )
    return write_predictions(path, table)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Three systems: S2.csv, ST1.csv and a run's folder."""
    monkeypatch.chdir(tmp_path)
    for seed, (name, skill) in enumerate(
        {"S2": 1, "ST1": 2, "run": 0.5}.items()
    ):
        for part in ("test", "valid"):
            path = tmp_path / f"{name}_{part}.csv"
            if name == "run":
                path = tmp_path / name / f"predictions_{part}.csv"
            write_system(path, seed, skill, part)
    return tmp_path


TEST = ["S2_test.csv", "ST1_test.csv", "run"]


def vote(*options):
    return main(["vote", *TEST, "--out", "votes.csv", *options])


def test_the_votes_are_predictions_like_any_other(folder, capsys):
    assert vote() == 0
    table = read_predictions("votes.csv")
    members = [
        read_predictions(f) for f in (*TEST[:2], "run/predictions_test.csv")
    ]
    for row, answers in zip(
        table.itertuples(), zip(*(m["prediction"] for m in members))
    ):
        most = max(answers.count(answer) for answer in answers)
        tied = [answer for answer in answers if answers.count(answer) == most]
        assert row.prediction == tied[0]
        assert row.probability_sad == pytest.approx(answers.count("sad") / 3)
    assert table["speaker"].tolist() == members[0]["speaker"].tolist()
    told = capsys.readouterr().out
    for name in ("S2_test", "ST1_test", "run", "votes"):
        assert f"\n| {name} " in f"\n{told}"
    uar = 100 * (table["label"] == table["prediction"]).mean()  # equal classes
    assert f"| votes    | {uar:.1f}" in told
    assert "| sad    |" in told
    assert "Of 4 speakers no p can be below 0.125: nothing can be" in told
    assert told.endswith(
        "Written to votes.csv; what it was made of, to votes.json.\n"
    )
    made = json.loads((folder / "votes.json").read_text())
    assert made["rule"] == "plurality"
    assert [system["name"] for system in made["systems"]] == [
        "S2_test",
        "ST1_test",
        "run",
    ]
    file = made["systems"][2]["test"]
    assert file["path"] == "run/predictions_test.csv"
    assert file["sha256"] == file_sha256(file["path"])
    assert made["sha256"] == file_sha256("votes.csv")


def test_the_mean_of_a_few_that_validation_chooses(folder, capsys):
    valid = [f"--valid={name}_valid.csv" for name in ("S2", "ST1")]
    assert vote("--rule=mean", "--select=UAR", *valid) == 2
    assert (
        "Expected a file of validation for each of 3" in capsys.readouterr().err
    )
    valid.append("--valid=run/predictions_valid.csv")
    assert vote("--rule=mean", "--select=UAR", *valid) == 0
    told = capsys.readouterr().out
    assert (
        "Validation UAR of ever more systems (the first best is taken):" in told
    )
    made = json.loads((folder / "votes.json").read_text())
    assert made["select"] == "UAR"
    best = max(made["steps"], key=lambda step: step["score"])
    files = {"S2_test": TEST[0], "ST1_test": TEST[1]}
    files["run"] = "run/predictions_test.csv"
    values = [
        probabilities_of(read_predictions(files[n])) for n in best["names"]
    ]
    found = probabilities_of(read_predictions("votes.csv"))
    assert found == pytest.approx(np.mean(values, axis=0), abs=1e-8)


def test_a_stack_learns_from_the_validation_of_runs(folder, capsys):
    for name in ("S2", "ST1"):
        (folder / name).mkdir()
        for part in ("test", "valid"):
            path = folder / f"{name}_{part}.csv"
            path.rename(folder / name / f"predictions_{part}.csv")
    arguments = ["vote", "S2", "ST1", "run", "--rule=stacking", "--out=o.csv"]
    assert main(arguments) == 0
    table = read_predictions("o.csv")
    assert probabilities_of(table).shape == (12, 3)
    # What the test's labels are changes nothing but how good it is.
    before = table.drop(columns="label")
    path = folder / "run" / "predictions_test.csv"
    for path in folder.glob("*/predictions_test.csv"):
        other = read_predictions(path)
        write_predictions(
            path, other.assign(label=other["label"].tolist()[::-1])
        )
    assert main([*arguments[:-1], "--out=p.csv"]) == 0
    assert read_predictions("p.csv").drop(columns="label").equals(before)
    assert capsys.readouterr().err == ""


def test_the_same_again_is_written_again_and_nothing_else_over_it(
    folder, capsys
):
    assert vote() == 0
    before = (folder / "votes.csv").read_bytes()
    assert vote() == 0
    assert (folder / "votes.csv").read_bytes() == before
    assert vote("--rule=eq2") == 2
    assert "--out to be a new file, but votes.csv or votes.json" in (
        " ".join(capsys.readouterr().err.split())
    )
    assert (folder / "votes.csv").read_bytes() == before
    assert main(["vote", *TEST, "--out", TEST[0]]) == 2
    assert "is there, and is not of these" in " ".join(
        capsys.readouterr().err.split()
    )


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["S2_test.csv"], "Expected two systems or more, but got 1"),
        (["S2_test.csv", "S2_test.csv"], "each system once, but S2_test.csv"),
        (
            ["A=S2_test.csv", "A=ST1_test.csv"],
            "each system once, but A comes more often. Leave the second out",
        ),
        (
            ["S2_test.csv", "no.csv"],
            "predictions in no.csv, but there is no such",
        ),
        (
            ["S2_test.csv", "."],
            "one finished run, with predictions_test.csv, but",
        ),
        (
            ["S2_test.csv", "ST1_valid.csv"],
            "but S2_test lacks 12, ST1_valid lacks",
        ),
        ([*TEST, "--rule=median"], "Expected `rule` to be one of plurality, m"),
        (
            [*TEST, "--select=WA"],
            "Expected `select` to be one of macro_F1, UAR, but got 'WA'",
        ),
        (
            [*TEST, "--rule=stacking"],
            "and --select need, but those of S2_test, ST1_test are not known",
        ),
        (
            [*TEST, "--rule=stacking", "--select=UAR"],
            "--select with another rule than stacking, which is fitted on the",
        ),
    ],
)
def test_what_cannot_be_is_said(arguments, message, folder, capsys):
    assert main(["vote", *arguments, "--out=votes.csv"]) == 2
    assert message in " ".join(capsys.readouterr().err.split())
    assert not (folder / "votes.csv").exists()


def test_systems_that_know_less_can_vote_too(folder, capsys):
    answers = ["sad", "calm", "", *["angry"] * 9]
    truth = read_predictions("S2_test.csv")
    lines = zip(truth["id"], truth["label"], answers)
    text = "".join(",".join(line) + "\n" for line in lines)
    (folder / "llm.csv").write_text("id,label,prediction\n" + text)
    arguments = ["vote", "LLM=llm.csv", "S2_test.csv", "--out=o.csv"]
    assert main(arguments) == 0
    table = read_predictions("o.csv")
    assert table["prediction"].tolist()[:2] == ["sad", "calm"]
    third = read_predictions("S2_test.csv")["prediction"][2]
    assert table["prediction"][2] == third
    assert table["speaker"].tolist() == truth["speaker"].tolist()
    told = capsys.readouterr().out
    assert "| LLM " in told
    assert "| no answer (clips) | 1" in told
    assert "Speakers are not known" not in told
    assert main([*arguments[:-1], "--out=p.csv", "--rule=mean"]) == 2
    assert "probabilities of every system, but LLM has" in " ".join(
        capsys.readouterr().err.split()
    )


def test_without_speakers_intervals_are_said_to_be_too_narrow(folder, capsys):
    for name in ("S2", "ST1"):
        table = read_predictions(f"{name}_test.csv")
        write_predictions(f"{name}.csv", table.assign(speaker=""))
    assert main(["vote", "S2.csv", "ST1.csv", "--out=o.csv"]) == 0
    told = capsys.readouterr().out
    assert "Speakers are not known: clips are taken as independent" in told
    assert "can be below" not in told


def test_a_vote_may_have_the_name_of_a_system(folder, capsys):
    arguments = ["vote", *TEST[:2], "--rule=mean", "--out=new/S2_test.csv"]
    assert main(arguments) == 0
    told = capsys.readouterr().out
    assert "\n| S2_test " in told and "\n| new/S2_test.csv " in told


def test_a_test_without_a_class_has_no_uar(folder, capsys):
    for name in ("S2", "ST1"):
        table = read_predictions(f"{name}_test.csv")
        write_predictions(f"{name}.csv", table[table["label"] != "calm"])
    assert main(["vote", "S2.csv", "ST1.csv", "--out=o.csv"]) == 0
    told = capsys.readouterr().out
    assert "| S2     | –" in told
    assert "| calm   | –" in told


def test_the_record_is_not_written_over_the_votes(folder, capsys):
    assert main(["vote", *TEST, "--out", "votes.json"]) == 2
    assert "--out to be a CSV file, but got votes.json" in (
        capsys.readouterr().err
    )
    assert not (folder / "votes.json").exists()
