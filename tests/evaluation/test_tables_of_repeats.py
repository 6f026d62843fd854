"""Table II and the zero-shot table: numbers by hand, and what is left out."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score
from tested_runs import FOUR, answers, guessed, run, source

from speechbrain_zsfuse.evaluation.collection.gathering import gather
from speechbrain_zsfuse.evaluation.paper_tables.making import make_table
from speechbrain_zsfuse.evaluation.paper_tables.table_two import (
    build_table_two,
)
from speechbrain_zsfuse.evaluation.paper_tables.zero_shot import (
    build_zero_shot,
)

LARGE = {"class": "x.SSLEncoder", "source": "microsoft/wavlm-large"}
TRUTH, SPEAKERS = FOUR * 4, [n for n in "1234" for _ in FOUR]


def right(count):
    """The first of 16 clips are right, the others one class further."""
    given = TRUTH[:count] + [FOUR[FOUR.index(c) - 1] for c in TRUTH[count:]]
    return answers(given, TRUTH, SPEAKERS, FOUR)


def repeats(folder, cells, alm="CLSP", seeds=(1000, 2000), **facts):
    """Runs of cells: to each its numbers of right clips, one a seed, and its
    UAR on validation."""
    facts = {"corpus": "RAVDESS", "encoder": LARGE} | facts
    for cell, (counts, valid) in cells.items():
        for seed, count in zip(seeds, counts):
            a, t = map(int, cell.split("x"))
            run(
                folder,
                right(count),
                f"clsp,zero_shot.audio_repeats={a},zero_shot.text_repeats={t}",
                seed=seed,
                valid={"epoch": 1, "UAR": valid},
                score_source=source(alm, a, t),
                **facts,
            )


def test_best_default_worst_and_chosen_by_hand(tmp_path):
    cells = {"1x1": ([8, 12], 0.6), "1x2": ([12, 16], 0.5)}
    repeats(tmp_path, cells | {"3x2": ([4, 4], 0.4)})
    for seed, count in ((1000, 8), (2000, 8)):
        facts = {"corpus": "RAVDESS", "encoder": LARGE}
        run(tmp_path, right(count), "none", seed=seed, **facts)
    [row] = build_table_two(gather([tmp_path])).rows
    assert (row.name, row.title) == ("WavLM-Large + CLSP", "RAVDESS, 4 classes")
    assert (row.cells, row.fold) == (3, "")
    found = {
        name: (one["audio_repeats"], one["text_repeats"], one["mean"], one["n"])
        for name in ("best", "default", "worst", "chosen", "no_alm")
        for one in [getattr(row, name)]
    }
    assert found == {
        "best": (1, 2, 14 / 16, 2),
        "default": (1, 1, 10 / 16, 2),
        "worst": (3, 2, 4 / 16, 2),
        "chosen": (1, 1, 10 / 16, 2),
        "no_alm": (None, None, 8 / 16, 2),
    }
    assert row.best["std"] == pytest.approx(np.std([0.75, 1], ddof=1))
    assert row.range == 10 / 16
    assert row.paper["best"] == {"cell": "1x2", "UAR": [0.8984, 0.0221]}


def test_seeds_that_a_combination_lacks_are_left_out_and_said(tmp_path):
    repeats(tmp_path, {"1x1": ([8, 12], 0.6), "1x2": ([12], 0.5)})
    table = build_table_two(gather([tmp_path]))
    [row] = table.rows
    assert (row.best["n"], row.default["mean"]) == (1, 0.5)
    assert row.no_alm is None
    assert any(
        note.endswith("not all combinations have them: seed 2000.")
        for note in table.footnotes
    )


def test_each_fold_is_a_case_and_one_combination_is_none(tmp_path):
    cells = {"1x1": ([8], 0.6), "2x1": ([4], 0.5)}
    repeats(tmp_path / "one", cells, fold=1)
    for folder in (tmp_path / "two", tmp_path / "three"):
        repeats(folder, {"1x1": ([8], 0.6)}, alm=folder.name, fold=2)
    assert len(build_table_two(gather([tmp_path])).rows) == 1
    second = {cell: ([16], 0.5) for cell in cells}
    (tmp_path / "two").rename(tmp_path / "other")
    repeats(tmp_path / "four", second, fold=2)
    rows = build_table_two(gather([tmp_path / "one", tmp_path / "four"])).rows
    assert [(row.fold, row.default["mean"]) for row in rows] == [
        ("1", 0.5),
        ("2", 1.0),
    ]


def test_combinations_on_other_clips_are_refused(tmp_path):
    repeats(tmp_path, {"1x1": ([8], 0.6)})
    facts = {"corpus": "RAVDESS", "encoder": LARGE}
    own = answers(FOUR, FOUR, list("1111"), FOUR)
    name = "clsp,zero_shot.audio_repeats=2,zero_shot.text_repeats=1"
    run(tmp_path, own, name, score_source=source("CLSP", 2), **facts)
    with pytest.raises(ValueError, match="to be tested on the clips of"):
        build_table_two(gather([tmp_path]))


# ------------------------------------------------------------------ zero-shot
def heard(seed, scores, **more):
    """A run's table with scores of its own."""
    return guessed(0.5, seed, FOUR, 4, 1, scores=scores, **more)


def scored(folder, name, seed, scores, encoder=LARGE, **facts):
    facts = {"corpus": "RAVDESS", "encoder": encoder} | facts
    facts = {"score_source": source("CLSP", 1, 4)} | facts
    return run(folder, heard(seed, scores), name, seed=seed, **facts)


def test_scores_alone_are_one_model_whatever_was_trained(tmp_path):
    truth = heard(1, None)["label"].tolist()
    scores = ["sad"] * 4 + truth[4:]
    small = {"class": "x.SSLEncoder", "source": "own/small"}
    known = {"status": "clean", "corpus": "RAVDESS", "model": "CLSP"}
    for seed in (1000, 2000, 3000):
        for name, encoder in (("large", LARGE), ("small", small)):
            told = {"encoder": None, "score_source": known}
            more = {"encoder": encoder, "contamination": told}
            scored(tmp_path, name, seed, scores, **more)
    table = build_zero_shot(gather([tmp_path]))
    [row] = table.rows
    uar = balanced_accuracy_score(truth, scores)
    assert row.uar == {"mean": pytest.approx(uar), "std": None, "n": 1}
    assert (row.alm, str(row.repeats), row.prompts) == ("CLSP", "1x4", "paper")
    assert (row.chance, row.paper, row.mark) == (0.25, 0.742, "zero-shot")
    assert row.interval[0] < uar < row.interval[1]
    assert (row.clips, row.speakers, row.folds) == (16, 4, ["1"])
    assert (
        sum("is not in the training data of" in n for n in table.footnotes) == 1
    )


def test_scores_that_differ_count_one_by_one(tmp_path):
    truth = heard(1, None)["label"].tolist()
    learned = source("CLSP", 1, 1, weights=[0.5, 0.5], ensemble="learned")
    told = {"score_source": {"status": "seen", "part": "training part"}}
    for seed, scores in ((1, truth), (2, truth[::-1]), (3, truth)):
        more = {"score_source": learned, "contamination": told}
        scored(tmp_path, "learned", seed, scores, **more)
    [row] = build_zero_shot(gather([tmp_path])).rows
    uars = [1, balanced_accuracy_score(truth, truth[::-1])]
    assert row.uar["n"] == 2
    assert row.uar["mean"] == pytest.approx(np.mean(uars))
    assert row.uar["std"] == pytest.approx(np.std(uars, ddof=1))
    assert row.mark == "not zero-shot: seen in training (training part)"


def test_prompts_and_repeats_are_rows_and_no_scores_are_none(tmp_path):
    truth = heard(1, None)["label"].tolist()
    for name, t, prompts in (("a", 1, "0" * 64), ("b", 4, "1" * 64)):
        facts = source("CLAP", 1, t, prompts_sha256=prompts, prompt_set=None)
        scored(tmp_path, name, 1, truth, score_source=facts)
    scored(tmp_path, "none", 1, None, score_source=None)
    rows = build_zero_shot(gather([tmp_path])).rows
    assert [str(row.repeats) for row in rows] == ["1x1", "1x4"]
    assert {row.prompts for row in rows} == {"own"}
    assert {row.mark for row in rows} == {"zero-shot? (training data unknown)"}


def test_no_alm_is_none_whatever_else_is_compared(tmp_path):
    repeats(tmp_path, {"1x1": ([8], 0.6), "1x2": ([12], 0.5)}, seeds=(1000,))
    facts = {"corpus": "RAVDESS", "encoder": LARGE}
    run(tmp_path, right(4), "none", **facts)
    run(tmp_path, right(16), "clap", score_source=source("CLAP"), **facts)
    [row] = build_table_two(gather([tmp_path], baseline="clap")).rows
    assert row.no_alm["mean"] == 4 / 16


def test_folds_that_the_first_combination_lacks_count(tmp_path):
    for fold, cells in ((1, "1x1 1x2 2x2"), (2, "1x2 2x2")):
        found = {cell: ([8], 0.6) for cell in cells.split()}
        repeats(tmp_path, found, seeds=(1000,), fold=fold)
    rows = build_table_two(gather([tmp_path])).rows
    assert [(row.fold, row.cells) for row in rows] == [("1", 3), ("2", 2)]


def test_systems_of_the_same_repeats_are_not_mixed(tmp_path):
    for number in "12":
        for a in (1, 2):
            run(
                tmp_path / number,
                right(8),
                f"clsp,zero_shot.audio_repeats={a}",
                score_source=source("CLSP", a, prompts_sha256=number * 64),
                corpus="RAVDESS",
                encoder=LARGE,
            )
    said = "left out, since several systems have the same repeats: clsp,zero_"
    with pytest.raises(ValueError, match=said):
        make_table([tmp_path], "II")
