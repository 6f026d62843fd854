"""Table I: each number again, from the files, by other means."""

from itertools import product

import numpy as np
import pandas
import pytest
from records import make_record
from sklearn.metrics import balanced_accuracy_score
from tested_runs import FOUR, PAIR, answers, guessed, run, source

from speechbrain_zsfuse.evaluation.collection.gathering import gather
from speechbrain_zsfuse.evaluation.paper_tables import table_one
from speechbrain_zsfuse.evaluation.paper_tables.table_one import (
    build_table_one,
)
from speechbrain_zsfuse.evaluation.predictions import write_predictions
from speechbrain_zsfuse.evaluation.record import write_record
from speechbrain_zsfuse.evaluation.statistics import paired

ALMS = {"none": None, "CLAP": 0.72, "ReCLAP": 0.5, "CLSP": 0.62}


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    """WavLM-Base+ alone and with three ALMs: 2 folds, 3 seeds, 8 speakers."""
    folder = tmp_path_factory.mktemp("grid")
    for alm, share in ALMS.items():
        for fold, seed in product((1, 2), (1000, 2000, 3000)):
            table = guessed(
                share or 0.5, seed + fold, FOUR, 4, first=f"{fold}-"
            )
            table["speaker"] = f"{fold}-" + table["speaker"]
            run(
                folder,
                table,
                f"wavlm_{alm.lower()}",
                seed=seed,
                fold=fold,
                corpus="RAVDESS",
                score_source=source(alm) if share else None,
            )
    return folder


@pytest.fixture(scope="module")
def table(grid):
    return build_table_one(gather([grid]))


@pytest.fixture
def no_intervals(monkeypatch):
    """Of a test that asks for none: they take most of the time."""
    for module in (table_one, paired):
        name = "bootstrap_uar" if module is table_one else "interval_of"
        monkeypatch.setattr(module, name, lambda *_: None)


def exactly(value):
    return pytest.approx(value, abs=1e-12)


def read(folder, alm):
    """Files of a system: seed to a table of both folds."""
    return [
        pandas.concat(
            [
                pandas.read_csv(
                    folder / f"wavlm_{alm.lower()}/fold{fold}/{seed}"
                    "/predictions_test.csv",
                    dtype=str,
                )
                for fold in (1, 2)
            ],
            ignore_index=True,
        )
        for seed in (1000, 2000, 3000)
    ]


def uar(table):
    return balanced_accuracy_score(table["label"], table["prediction"])


def gains(folder, alm):
    """What each speaker adds to the difference of mean UARs."""
    shares = []
    for name in (alm, "none"):
        right = [t["label"] == t["prediction"] for t in read(folder, name)]
        shares.append(np.mean(right, axis=0))
    table = read(folder, alm)[0]
    counts = table["label"].map(table["label"].value_counts())
    adds = (shares[0] - shares[1]) / counts / 4
    return adds.groupby(table["speaker"]).sum().to_numpy()


def p_of(adds):
    """All 2^8 ways to swap the two systems, speaker by speaker."""
    swaps = [
        np.dot(signs, adds) for signs in product((1, -1), repeat=len(adds))
    ]
    return np.mean(np.abs(swaps) >= abs(adds.sum()) - 1e-12)


def test_means_and_spreads_are_those_of_the_files(grid, table):
    [corpus] = table.corpora
    rows = {row.alm or "none": row for row in corpus.rows[1:]}
    assert list(rows) == ["none", "CLAP", "ReCLAP", "CLSP"]  # as the paper
    for alm, row in rows.items():
        pooled = [uar(table) for table in read(grid, alm)]
        assert row.name == f"WavLM-Base+ + {alm}"
        assert row.uar["mean"] == pytest.approx(np.mean(pooled), abs=1e-12)
        assert row.uar["std"] == pytest.approx(
            np.std(pooled, ddof=1), abs=1e-12
        )
        assert (row.uar["n"], row.clips, row.speakers) == (3, 128, 8)
        by_fold = [
            np.mean(
                [uar(rows) for _, rows in table.groupby(table["id"].str[0])]
            )
            for table in read(grid, alm)
        ]
        assert row.of_folds["mean"] == pytest.approx(
            np.mean(by_fold), abs=1e-12
        )
        low, high = row.interval
        assert low < row.uar["mean"] < high
        assert row.folds == ["1", "2"]
    assert rows["CLAP"].paper == (0.6719, 0.0442)


def test_verdicts_are_of_all_comparisons_together(grid, table):
    [corpus] = table.corpora
    rows = {row.alm: row for row in corpus.rows[2:]}
    p_values = {alm: p_of(gains(grid, alm)) for alm in rows}
    for alm, row in rows.items():
        total = gains(grid, alm).sum()
        assert row.comparison.difference == exactly(total)
        assert row.comparison.p_value == exactly(p_values[alm])
        assert row.baseline == "WavLM-Base+ + none"
    # Holm: the smallest of three times 3, the next times 2, never falling
    largest = 0
    for times, alm in zip((3, 2, 1), sorted(p_values, key=p_values.get)):
        largest = max(largest, min(1, times * p_values[alm]))
        assert rows[alm].p_adjusted == exactly(largest)
    assert [rows[alm].verdict for alm in ("CLAP", "ReCLAP")] == [
        "better",
        "not significant",
    ]


def test_improvements_are_counted_beside_the_papers_arrows(table):
    clap, reclap, clsp, everyone = table.improvements
    assert (clap.name, clap.better, clap.compared) == ("CLAP", 1, 1)
    # RAVDESS, WavLM-Base+: .6719, .7969 and .7500 beside .6953
    arrows = [(one.paper_up, one.paper_down) for one in table.improvements]
    assert arrows == [(0, 1), (1, 0), (1, 0), (2, 1)]
    assert everyone.name == "all" and everyone.compared == 3
    assert everyone.better + everyone.worse + everyone.not_significant == 3


def test_a_case_by_hand(tmp_path):
    """Eight speakers with a sad and an angry clip each: one system always
    says sad, the other is always right."""
    speakers = [str(number // 2) for number in range(16)]
    truth = PAIR * 8
    always_sad = answers(["sad"] * 16, truth, speakers)
    run(tmp_path, always_sad, "none")
    run(
        tmp_path, answers(truth, truth, speakers), "clap", score_source=source()
    )
    table = build_table_one(gather([tmp_path]))
    guesses, alone, fused = table.corpora[0].rows
    assert (alone.uar["mean"], fused.uar["mean"]) == (0.5, 1.0)
    assert fused.uar["std"] is None and fused.uar["n"] == 1
    assert fused.comparison.difference == 0.5
    assert fused.p_adjusted == fused.comparison.p_value == 2 / 2**8
    assert (fused.verdict, alone.verdict) == ("better", None)
    assert fused.interval is None  # all speakers are alike
    assert guesses.name == "random" and guesses.system is None
    same = np.random.default_rng(1000).choice(PAIR, 16)
    assert guesses.uar["mean"] == balanced_accuracy_score(truth, same)


@pytest.mark.usefixtures("no_intervals")
def test_worse_is_said_as_well(tmp_path):
    speakers, truth = [str(n // 2) for n in range(16)], PAIR * 8
    run(tmp_path, answers(truth, truth, speakers), "none")
    wrong = answers(["sad"] * 16, truth, speakers)
    run(tmp_path, wrong, "clap", score_source=source())
    table = build_table_one(gather([tmp_path]))
    assert table.corpora[0].rows[2].verdict == "worse"
    assert table.improvements[0].worse == 1


def notes(*paths, **options):
    return "\n".join(build_table_one(gather(paths, **options)).footnotes)


@pytest.mark.usefixtures("no_intervals")
def test_few_speakers_can_show_nothing(tmp_path):
    for name, share in (("none", 0.1), ("clap", 1.0)):
        found = source() if name == "clap" else None
        table = guessed(share, 1, speakers=4)
        run(tmp_path, table, name, score_source=found)
    assert (
        "Tiny, 2 classes: 4 speakers: no p below .1250 is possible, so nothing "
        "can be significant." in notes(tmp_path)
    )
    run(
        tmp_path,
        guessed(0.5, 2, speakers=4),
        "clsp",
        score_source=source("CLSP"),
    )
    assert ".1250 is possible, .2500 after Holm, so" in notes(tmp_path)


@pytest.mark.usefixtures("no_intervals")
def test_what_is_missing_or_odd_is_said(tmp_path):
    heard = {"status": "seen", "corpus": "Tiny", "model": "CLAP"}
    for name, share in (("none", 0.5), ("clap", 0.7)):
        found = source() if name == "clap" else None
        told = {"score_source": heard} if found else {}
        for fold, seed in ((1, 1000), (2, 1000), (1, 2000)):
            run(
                tmp_path,
                guessed(share, seed, first=f"{fold}-"),
                name,
                seed=seed,
                fold=fold,
                score_source=found,
                contamination=told,
                mismatch=["  16 clips, not 64."],
            )
    begun = tmp_path / "none/fold2/2000"
    begun.mkdir(parents=True)
    facts = {"fold": 2, "seed": 2000, "experiment": "none", "labels": PAIR}
    write_record(begun, make_record(**facts))
    said = notes(tmp_path)
    for sentence in (
        "none: no result of fold 2 of seed 2000; seeds that lack a fold are "
        "left out.",
        "Begun and not finished: none, fold 2, seed 2000.",
        "Tiny is not as it is known: 16 clips, not 64.",
        "Of the audio-language model: Tiny is in the training data of CLAP.",
        "Tiny, 2 classes: clips of all folds of a seed are pooled. Mean of the "
        "folds' UARs instead: random ",
    ):
        assert sentence in said
        assert said.count(sentence) == 1


@pytest.mark.usefixtures("no_intervals")
def test_files_from_elsewhere_stand_beside_a_named_baseline(tmp_path):
    for name, share in (("mine", 0.9), ("theirs", 0.3)):
        write_predictions(tmp_path / f"{name}.csv", guessed(share, 5))
    table = build_table_one(gather([tmp_path], baseline="theirs"))
    [corpus] = table.corpora
    assert corpus.title == "Test clips, 2 classes"
    by_name = {row.name: row for row in corpus.rows}
    assert by_name["mine"].verdict == "better"
    assert by_name["theirs"].comparison is None
    assert [one.name for one in table.improvements] == ["all"]
    said = "\n".join(table.footnotes)
    assert "than theirs, on the same clips" in said
    assert (
        "From elsewhere, so that training data and options are not known: "
        "mine, theirs." in said
    )
    # without a baseline, nothing is compared, and nothing is said of it
    assert "Better or worse" not in notes(tmp_path)


@pytest.mark.usefixtures("no_intervals")
def test_unknown_speakers_are_said_to_be(tmp_path):
    write_predictions(tmp_path / "mine.csv", guessed(0.6, 5).assign(speaker=""))
    assert "speakers are not known. Clips are taken as independent" in notes(
        tmp_path
    )


@pytest.mark.usefixtures("no_intervals")
def test_some_unknown_speakers_are_said_to_be_of_whom(tmp_path):
    known, some = guessed(0.6, 5), guessed(0.6, 6)
    some["speaker"] = some["speaker"].where(some.index % 2 == 0, "")
    write_predictions(tmp_path / "a.csv", known)
    write_predictions(tmp_path / "b.csv", some)
    assert (
        "speakers of some clips are not known (b). Such clips are taken as "
        "independent" in notes(tmp_path)
    )
    assert "not known (" not in notes(tmp_path / "a.csv")


@pytest.mark.usefixtures("no_intervals")
def test_arrows_of_the_paper_are_about_the_same_speech_model_alone(grid):
    found = gather([grid], baseline="wavlm_clap")
    [*_, every] = build_table_one(found).improvements
    assert (every.compared, every.paper_up, every.paper_down) == (3, 0, 0)


@pytest.mark.usefixtures("no_intervals")
def test_a_file_from_elsewhere_leaves_the_others_as_they_are(tmp_path):
    labels = ["sad", "neutral", "happy", "angry"]  # not as in an alphabet
    run(tmp_path, guessed(0.5, 3, labels), "none", seed=1000)
    alone = build_table_one(gather([tmp_path])).corpora[0]
    mine = guessed(0.6, 5, labels)[["id", "label", "prediction"]]
    mine.to_csv(tmp_path / "a.csv", index=False)
    both = build_table_one(gather([tmp_path / "a.csv", tmp_path]))
    [corpus] = both.corpora
    assert len(corpus.rows) == 3
    assert corpus.labels == alone.labels == labels
    assert corpus.rows[0].uar == alone.rows[0].uar  # of random guesses
    assert "speakers are not known (a)" in "\n".join(both.footnotes)


@pytest.mark.usefixtures("no_intervals")
def test_a_file_that_fits_no_run_says_why_it_stands_apart(tmp_path):
    run(tmp_path / "runs", guessed(0.5, 3), "none", seed=1000)
    for name, rows in (("fits", slice(None)), ("part", slice(9))):
        write_predictions(tmp_path / f"{name}.csv", guessed(0.6, 5)[rows])
    paths = [tmp_path / "runs", tmp_path / "fits.csv", tmp_path / "part.csv"]
    said = "\n".join(build_table_one(gather(paths)).footnotes)
    assert "Apart from the runs, for ids are not those of all test" in said
    assert "spelled otherwise: part." in said
    assert "Apart from" not in notes(tmp_path / "part.csv")


@pytest.mark.usefixtures("no_intervals")
def test_rows_on_other_folds_say_so(tmp_path):
    for fold in (1, 2):
        run(tmp_path, guessed(0.5, 3, first=f"{fold}-"), "none", fold=fold)
    one = guessed(0.9, 4, first="1-")
    run(tmp_path, one, "clap", score_source=source())
    table = build_table_one(gather([tmp_path]))
    _, alone, fused = table.corpora[0].rows
    assert (alone.clips, fused.clips) == (128, 64)
    assert fused.comparison.clips == 64  # on those that both have
    assert (
        "Tiny, 2 classes: WavLM-Base+ + CLAP was tested on 64 clips, fold 1."
        in table.footnotes
    )


@pytest.mark.usefixtures("no_intervals")
def test_rows_are_named_by_models_repeats_and_what_else_differs(tmp_path):
    for name, facts in {
        "none": {},
        "clap": {"score_source": source()},
        "clap,zero_shot.text_repeats=4": {"score_source": source(text=4)},
        "clap,lr=0.1": {"score_source": source()},
        "auto": {"score_source": source(text=2, chosen={"by": "scores"})},
    }.items():
        run(tmp_path, guessed(0.5, 6, FOUR), name, corpus="RAVDESS", **facts)
    [corpus] = build_table_one(gather([tmp_path])).corpora
    paper = {row.name: row.paper for row in corpus.rows}
    assert paper == {
        "random": (0.2628, 0.0450),
        "WavLM-Base+ + none": (0.6953, 0.0994),
        "WavLM-Base+ + CLAP (clap)": (0.6719, 0.0442),
        "WavLM-Base+ + CLAP (clap,lr=0.1)": (0.6719, 0.0442),
        "WavLM-Base+ + CLAP, a1 x t4": None,
        "WavLM-Base+ + CLAP, chosen repeats": None,
    }
    alone = build_table_one(gather([tmp_path])).footnotes
    assert any("WavLM-Base+ + CLAP (clap,lr=0.1)." in note for note in alone)


@pytest.mark.usefixtures("no_intervals")
def test_other_classes_are_another_table(tmp_path):
    run(tmp_path, guessed(0.5, 7, FOUR), "none", corpus="RAVDESS")
    run(tmp_path, guessed(0.5, 7, PAIR), "none,labels=2", corpus="RAVDESS")
    titles = [c.title for c in build_table_one(gather([tmp_path])).corpora]
    assert sorted(titles) == ["RAVDESS, 2 classes", "RAVDESS, 4 classes"]
