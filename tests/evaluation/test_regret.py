"""Choices of many runs: found, counted once, and judged."""

import json
from itertools import count

import numpy as np
import pytest
from records import make_record

from speechbrain_zsfuse.evaluation import write_record
from speechbrain_zsfuse.evaluation.amplification.cells import Cell
from speechbrain_zsfuse.evaluation.amplification.regret import (
    find_choices,
    judge_choices,
    tell_choices,
)
from speechbrain_zsfuse.evaluation.amplification.report import (
    Scored,
    describe_choice,
)

LABELS = ["sad", "angry"]


@pytest.fixture
def add(tmp_path):
    """Write a run that chose one of two combinations, of UAR 1/2 and 1."""
    number = count()

    def add_run(chosen, seed=1, fold=1, chosen_by=None, **more):
        folder = tmp_path / "runs" / str(next(number))
        source = {"kind": "dual encoder", "class": "CLAP", "source": None}
        source |= {"fingerprint": "1" * 64, "prompts_sha256": "2" * 64}
        source |= {"prompts": None, "audio_repeats": 1, "text_repeats": 1}
        source |= more | {"chosen": chosen_by}
        facts = {"corpus": "Tiny", "fold": fold, "seed": seed}
        record = make_record(LABELS, score_source=source, **facts)
        write_record(folder, record)
        scores = {Cell(1, 1): np.eye(2)[[0, 0]], Cell(2, 1): np.eye(2)}
        split = Scored(LABELS, ["1", "2"], scores)
        told = describe_choice(chosen, split, split, LABELS)
        (folder / "amplification.json").write_text(json.dumps(told))
        return folder

    return add_run


def test_seeds_count_once_and_folds_apart(add, tmp_path):
    first = add(Cell(2, 1), seed=1)
    add(Cell(2, 1), seed=2)
    other = add(Cell(2, 1), seed=1, fold=2)
    folders = [choice["folder"] for choice in find_choices(tmp_path / "runs")]
    assert folders == [str(first), str(other)]


def test_other_ways_to_pool_prompts_count_apart(add, tmp_path):
    for ensemble in ("similarities", "embeddings", "embeddings"):
        add(Cell(2, 1), ensemble=ensemble)
    for weights in ([0.5, 0.5], [0.25, 0.75]):
        add(Cell(2, 1), ensemble="learned", weights=weights)
    assert len(find_choices(tmp_path / "runs")) == 4


def test_seeds_that_chose_otherwise_count_apart(add, tmp_path):
    add(Cell(2, 1), seed=1)
    add(Cell(1, 1), seed=2)
    assert len(find_choices(tmp_path / "runs")) == 2


def test_regrets_by_hand(add, tmp_path):
    for fold, cell in enumerate([Cell(2, 1), Cell(1, 1), Cell(2, 1)], 1):
        add(cell, fold=fold)
    choices = find_choices(tmp_path / "runs")
    judged = judge_choices(choices)
    assert (judged["n"], judged["oracles"]) == (3, 2)
    chosen, default = judged["regret"]["chosen"], judged["regret"]["default"]
    assert chosen["mean"] == pytest.approx(0.5 / 3)
    assert chosen["interval"] == [0.0, 0.5]
    assert default == {"mean": 0.5, "interval": [0.5, 0.5], "n": 3}
    # mean scores of "angry": 0.5 each, and the first of equals is "sad"
    assert judged["regret"]["ensemble"]["mean"] == 0.5
    said = tell_choices(choices, judged).splitlines()
    assert "1x1 chosen, 2x1 oracle, regret 50.0 points" in said[1]
    assert said[3].endswith("oracle's in 2 of 3; mean regret on test:")
    assert said[4] == "  chosen    16.7 points (95 % interval 0.0 to 50.0, n=3)"


def test_no_choices_and_damaged_ones_are_told(add, tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(FileNotFoundError, match="no amplification.json. R"):
            find_choices(folder)
    (add(Cell(1, 1)) / "amplification.json").write_text("{")
    with pytest.raises(ValueError, match="JSON object in .*amplification.json"):
        find_choices(tmp_path / "runs")


@pytest.mark.parametrize(
    "name, value",
    [
        ("chosen", 3),
        ("chosen", None),
        ("oracle", {"audio_repeats": 1, "text_repeats": 1}),
        ("worst", {"audio_repeats": 1, "test": {"UAR": 0.5}}),
        ("regret", {"chosen": 0.1}),
        ("regret", {"chosen": None, "default": 0.1, "ensemble": 0.1}),
        ("chosen_is_oracle", 1),
        ("ensemble", ...),
    ],
)
def test_fields_that_are_missing_or_others_are_named(
    add, tmp_path, name, value
):
    path = add(Cell(1, 1)) / "amplification.json"
    told = json.loads(path.read_text()) | {name: value}
    told = {key: told[key] for key in told if told[key] is not ...}
    path.write_text(json.dumps(told))
    with pytest.raises(ValueError, match=f"Expected `{name}` in .*json to be"):
        find_choices(tmp_path / "runs")


def test_short_runs_choose_anew_for_each_seed(add, tmp_path):
    for by in ("zero_shot", "fused"):
        for seed in (1, 2):
            add(Cell(2, 1), seed=seed, chosen_by={"by": by})
    assert len(find_choices(tmp_path / "runs")) == 1 + 2
