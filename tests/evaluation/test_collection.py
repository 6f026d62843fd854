"""Results of many runs and files: which is of what, and what stands beside
what.
"""

import pandas
import pytest
from records import make_record

from speechbrain_zsfuse.evaluation.collection.gathering import gather
from speechbrain_zsfuse.evaluation.collection.system import pair
from speechbrain_zsfuse.evaluation.predictions import (
    predictions_table,
    write_predictions,
)
from speechbrain_zsfuse.evaluation.record import write_record
from speechbrain_zsfuse.evaluation.summary import write_metrics

LABELS = ["sad", "angry"]
SPEECH = {"class": "x.SSLEncoder", "source": "microsoft/wavlm-base-plus"}
ALM = dict.fromkeys(
    ("source", "fingerprint", "prompts", "prompts_sha256", "text_repeats")
)
ALM |= {"kind": "dual encoder", "class": "x.CLAP", "audio_repeats": None}


def predictions(clips="abcd", right=(1, 1, 0, 1)):
    """Of clips by two speakers; truth is sad, angry, sad, angry."""
    truth = [LABELS[index % 2] for index in range(len(clips))]
    sure = [
        [0.9, 0.1] if (label == "sad") == bool(good) else [0.1, 0.9]
        for label, good in zip(truth, right)
    ]
    speakers = ["1", "1", "2", "2"][: len(clips)]
    return predictions_table(LABELS, list(clips), speakers, truth, sure)


def run(place, finished=True, table=None, **facts):
    """A run's folder."""
    place.mkdir(parents=True)
    facts = {"corpus": "Tiny", "encoder": SPEECH, "fold": 1} | facts
    write_record(place, make_record(LABELS, finished=finished, **facts))
    if finished:
        table = predictions() if table is None else table
        write_predictions(place / "predictions_test.csv", table)
        write_metrics(place, table, facts.get("seed", 1), {"epoch": 1})
    return place


def grid(folder, folds=(1, 2), seeds=(1000, 2000)):
    """FM alone and with CLAP."""
    for name, source in (("none", None), ("clap", ALM)):
        for fold in folds:
            for seed in seeds:
                run(
                    folder / name / f"fold{fold}" / str(seed),
                    table=predictions("abcd" if fold == 1 else "efgh"),
                    experiment=name,
                    score_source=source,
                    fold=fold,
                    seed=seed,
                )
    return folder


def test_runs_are_sorted_by_system(tmp_path):
    found = gather([grid(tmp_path)])
    alone, fused = found.systems
    assert (alone.name, alone.encoder, alone.alm) == (
        "none",
        "WavLM-Base+",
        None,
    )
    assert (fused.name, fused.alm) == ("clap", "CLAP")
    assert fused.folds == ["1", "2"] and fused.seeds == ["1000", "2000"]
    assert found.baseline_of(fused) is alone
    assert found.baseline_of(alone) is None
    assert found.corpora == ["Tiny"]


def test_folds_of_a_seed_are_one_table(tmp_path):
    _, fused = gather([grid(tmp_path)]).systems
    table = fused.pooled()["2000"]
    assert table["id"].tolist() == list("abcdefgh")
    assert table["fold"].tolist() == ["1"] * 4 + ["2"] * 4
    assert fused.pooled(["2"])["1000"]["id"].tolist() == list("efgh")


def test_a_run_that_was_published_has_no_validation(tmp_path):
    place = run(tmp_path / "clap", experiment="clap", score_source=ALM)
    valid = write_predictions(place / "predictions_valid.csv", predictions())
    assert gather([place]).systems[0].pooled(split="valid").keys() == {"1"}
    valid.unlink()
    assert gather([place]).systems[0].pooled(split="valid") == {}


def test_a_seed_that_lacks_a_fold_does_not_count(tmp_path):
    grid(tmp_path)
    run(
        tmp_path / "clap/fold2/3000",
        table=predictions("efgh"),
        experiment="clap",
        score_source=ALM,
        fold=2,
        seed=3000,
    )
    _, fused = gather([tmp_path]).systems
    assert fused.seeds == ["1000", "2000"]
    assert fused.missing == [("1", "3000")]


def test_trials_and_unfinished_runs_are_no_results(tmp_path):
    run(tmp_path / "clap/1", experiment="clap", score_source=ALM)
    run(tmp_path / "clap/1/choice/1x2", experiment="trial", score_source=ALM)
    run(tmp_path / "clap/2", finished=False, experiment="clap", seed=2)
    found = gather([tmp_path])
    assert [system.name for system in found.systems] == ["clap"]
    assert [record.seed for record in found.unfinished] == [2]
    # what is asked for by name counts
    assert gather([tmp_path / "clap/1/choice"]).systems[0].name == "trial"


def test_repeats_tell_systems_apart_but_not_what_a_run_chose(tmp_path):
    for name, a, chosen in (
        ("one", 1, None),
        ("two", 2, None),
        ("fold1", 3, {"by": "zero-shot"}),
        ("fold2", 4, {"by": "zero-shot"}),
    ):
        source = ALM | {"audio_repeats": a, "text_repeats": 1}
        source |= {"chosen": chosen} if chosen else {}
        run(
            tmp_path / name,
            experiment="auto" if chosen else "clap",
            score_source=source,
            fold=int(name[-1]) if chosen else 1,
            table=predictions("efgh" if name == "fold2" else "abcd"),
        )
    systems = gather([tmp_path]).systems
    assert sorted(str(system.repeats) for system in systems) == [
        "1x1",
        "2x1",
        "None",
    ]
    names = [system.name for system in systems]
    assert len(set(names)) == 3


def test_options_of_a_baseline_are_those_of_the_system(tmp_path):
    for experiment, source in (
        ("none", None),
        ("none,lr=0.1", None),
        ("clap,lr=0.1,zero_shot.prompts=clsp", ALM),
        ("clap,lr=0.2", ALM),
    ):
        place = tmp_path / experiment
        run(place, experiment=experiment, score_source=source)
    found = gather([tmp_path])
    beside = {s.name: found.baseline_of(s) for s in found.systems}
    assert beside["clap,lr=0.1,zero_shot.prompts=clsp"].name == "none,lr=0.1"
    assert beside["clap,lr=0.2"] is None


def test_one_run_twice_is_refused(tmp_path):
    for name in ("a", "b"):
        run(tmp_path / name, experiment="clap", score_source=ALM)
    with pytest.raises(ValueError, match="one result of clap for each fold"):
        gather([tmp_path])


def test_files_from_elsewhere(tmp_path):
    write_predictions(tmp_path / "mine.csv", predictions())
    for name, clips in (("s1", "abcd"), ("s2", "abcd"), ("t1", "efgh")):
        place = tmp_path / "theirs" / f"{name}.csv"
        place.parent.mkdir(exist_ok=True)
        write_predictions(place, predictions(clips))
    mine, theirs = gather([tmp_path]).systems
    assert (mine.name, mine.folds, mine.seeds) == ("mine", ["1"], ["1"])
    pairs = [(result.fold, result.seed) for result in theirs.results]
    assert pairs == [("1", "1"), ("1", "2"), ("2", "1")]
    assert theirs.seeds == ["1"] and theirs.missing == [("2", "2")]


def test_classes_that_are_given_are_those_of_files_without_probabilities(
    tmp_path,
):
    text = "id,label,prediction\na,sad,\nb,sad,angry\n"
    (tmp_path / "llm.csv").write_text(text)
    write_predictions(tmp_path / "mine.csv", predictions())
    own = gather([tmp_path / "mine.csv"]).systems[0].labels
    labels = ["sad", "happy", "angry"]
    llm, mine = gather([tmp_path], labels).systems
    assert (llm.labels, mine.labels) == (labels, own)
    assert gather([tmp_path]).systems[0].labels == ["angry", "sad"]
    with pytest.raises(ValueError, match="clip b: prediction 'angry'"):
        gather([tmp_path], ["sad", "happy"])


def test_speakers_that_one_system_does_not_know_are_those_of_the_other(
    tmp_path,
):
    known = predictions()
    assert (known["speaker"] != "").all()
    write_predictions(tmp_path / "a.csv", known.assign(speaker=""))
    write_predictions(tmp_path / "b.csv", known[::-1])
    (ours,), (theirs,) = pair(*gather([tmp_path]).systems)
    for table in (ours, theirs):
        assert table["speaker"].tolist() == known["speaker"].tolist()
    write_predictions(tmp_path / "a.csv", known.assign(speaker="another"))
    with pytest.raises(ValueError, match="with the same label and speaker"):
        pair(*gather([tmp_path]).systems)


def test_files_that_share_some_clips_are_refused(tmp_path):
    for name, clips in (("a", "abcd"), ("b", "dcxy")):
        write_predictions(tmp_path / f"{name}.csv", predictions(clips))
    (tmp_path / "mine").mkdir()
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").rename(tmp_path / "mine" / f"{name}.csv")
    with pytest.raises(ValueError, match="2 clips are in some"):
        gather([tmp_path])


def test_a_file_is_given_a_name_and_a_baseline(tmp_path):
    for name in ("a", "b"):
        write_predictions(tmp_path / f"{name}.csv", predictions())
    paths = [f"S2={tmp_path}/a.csv", tmp_path / "b.csv"]
    found = gather(paths, baseline="S2")
    names = [system.name for system in found.systems]
    assert names == ["S2", "b"]
    assert found.baseline_of(found.systems[1]).name == "S2"
    with pytest.raises(ValueError, match="--baseline to be one of S2, b"):
        gather(paths, baseline="c")


def test_a_pair_is_of_the_same_clips(tmp_path):
    alone, fused = gather([grid(tmp_path)]).systems
    ours, theirs = pair(fused, alone)
    assert len(ours) == len(theirs) == 2
    assert all(
        table[["id", "fold"]].equals(ours[0][["id", "fold"]])
        for table in ours + theirs
    )


def test_a_pair_of_other_clips_is_refused(tmp_path):
    write_predictions(tmp_path / "a.csv", predictions("abcd"))
    other = predictions("abcd")
    other.loc[0, ["label", "prediction"]] = "angry"
    other.loc[0, ["probability_sad", "probability_angry"]] = 0.1, 0.9
    write_predictions(tmp_path / "b.csv", other)
    one, two = gather([tmp_path]).systems
    with pytest.raises(ValueError, match="id 'a', label 'angry'"):
        pair(one, two)


def test_only_folds_that_both_have_are_a_pair(tmp_path):
    grid(tmp_path)
    for seed in (1000, 2000):
        place = tmp_path / f"none/fold2/{seed}"
        for file in place.iterdir():
            file.unlink()
    alone, fused = gather([tmp_path]).systems
    ours, theirs = pair(fused, alone)
    assert ours[0]["fold"].unique().tolist() == ["1"]
    assert len(theirs) == 2


def test_nothing_is_no_result(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no run.json"):
        gather([tmp_path])


def test_numbers_are_in_order(tmp_path):
    for seed in (1000, 200, 30):
        run(tmp_path / str(seed), experiment="none", seed=seed)
    [system] = gather([tmp_path]).systems
    assert system.seeds == ["30", "200", "1000"]
    assert isinstance(system.pooled()["30"], pandas.DataFrame)


def test_files_that_hold_the_clips_of_runs_stand_beside_them(tmp_path):
    grid(tmp_path / "runs")
    for name, clips in (("all", "abcdefgh"), ("one", "efgh"), ("other", "ab")):
        both = [predictions("abcd"), predictions("efgh")]
        table = pandas.concat(both, ignore_index=True)
        table = table[table["id"].isin(list(clips))]
        write_predictions(tmp_path / f"{name}.csv", table)
    paths = [tmp_path / f"{name}.csv" for name in ("all", "one", "other")]
    found = gather([tmp_path / "runs", *paths], baseline="none")
    systems = {system.name: system for system in found.systems}
    assert systems["all"].corpus == systems["one"].corpus == "Tiny"
    assert systems["all"].folds == ["1", "2"]
    assert systems["one"].folds == ["2"]
    assert systems["other"].corpus is None  # not all clips of a fold
    assert found.baseline_of(systems["all"]) is systems["none"]
    [ours], theirs = pair(systems["all"], systems["none"])
    assert ours["id"].tolist() == list("abcdefgh")
    assert len(theirs) == 2
    [ours], _ = pair(systems["one"], systems["none"])
    assert ours["id"].tolist() == list("efgh")
