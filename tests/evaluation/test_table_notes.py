"""Footnotes of Table I say what is so: why nothing is compared, whose clips and
speakers are meant, what is left out."""

import pytest
from tested_runs import guessed, run, source

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.evaluation.collection.gathering import gather
from speechbrain_zsfuse.evaluation.paper_tables import table_one
from speechbrain_zsfuse.evaluation.paper_tables.making import make_table
from speechbrain_zsfuse.evaluation.paper_tables.table_one import (
    build_table_one,
)
from speechbrain_zsfuse.evaluation.paper_tables.zero_shot import (
    build_zero_shot,
)
from speechbrain_zsfuse.evaluation.predictions import write_predictions
from speechbrain_zsfuse.evaluation.statistics import paired


@pytest.fixture(autouse=True)
def no_intervals(monkeypatch):
    """They take most of the time, and no test here asks for one."""
    monkeypatch.setattr(table_one, "bootstrap_uar", lambda *_: (0.1, 0.9))
    monkeypatch.setattr(paired, "interval_of", lambda *_: None)


def notes(*paths, **options):
    return "\n".join(build_table_one(gather(paths, **options)).footnotes)


def pair_of_runs(folder):
    run(folder, guessed(0.4, 1), "none")
    run(folder, guessed(0.8, 2), "clap", score_source=source())


def test_several_models_alone_are_not_none(tmp_path):
    pair_of_runs(tmp_path)
    run(tmp_path, guessed(0.5, 3), "again")
    said = notes(tmp_path)
    assert (
        "nothing to compare with, for there are several results of the speech "
        "model alone, again, none: WavLM-Base+ + CLAP." in said
    )
    assert "there are no results" not in said


def test_a_baseline_that_is_named_stands_beside_itself_nowhere(tmp_path):
    pair_of_runs(tmp_path)
    write_predictions(tmp_path / "other.csv", guessed(0.5, 3, clips=2))
    paths = [tmp_path / "other.csv", tmp_path]
    table = build_table_one(gather(paths, baseline="clap"))
    said = "\n".join(table.footnotes)
    assert "for there are no results of clap on this corpus: other." in said
    assert "WavLM-Base+ + CLAP." not in said
    # arrows of the paper are beside the model alone, and mean nothing here
    [one] = table.improvements
    assert (one.paper_up, one.paper_down) == (0, 0)
    text = make_table(paths, baseline="clap")
    assert "than clap" in text and "than alone" not in text


def test_releases_of_a_corpus_are_not_compared(tmp_path):
    run(tmp_path, guessed(0.4, 1), "none", release="1.11")
    found = {"score_source": source(), "release": "1.12"}
    run(tmp_path, guessed(0.8, 2, first="x"), "clap", **found)
    said = notes(tmp_path)
    assert "for there are no results of the speech model alone" in said
    assert (
        "Tiny, 2 classes: as many test clips, but not the same or with other "
        "labels: WavLM-Base+ + none; WavLM-Base+ + CLAP." in said
    )


def test_runs_without_a_fold_in_common_say_so(tmp_path):
    run(tmp_path, guessed(0.4, 1), "none")
    run(tmp_path, guessed(0.8, 2), "clap", score_source=source(), fold=2)
    assert "no seed of none was tested on a fold of it" in notes(tmp_path)


def test_a_comparison_on_fewer_clips_says_so(tmp_path):
    for fold in (1, 2):
        table = guessed(0.8, 3, first=f"{fold}-")
        run(tmp_path, table, "clap", fold=fold, score_source=source())
    run(tmp_path, guessed(0.4, 4, first="1-"), "none")
    assert (
        "WavLM-Base+ + CLAP and WavLM-Base+ + none are compared on 64 clips, "
        "those of the folds that both have." in notes(tmp_path)
    )


def test_scores_alone_of_unknown_speakers_say_so(tmp_path):
    scores = guessed(0.7, 3)["prediction"].tolist()
    table = guessed(0.6, 4, scores=scores).assign(speaker="")
    run(tmp_path, table, "clap", score_source=source())
    said = build_zero_shot(gather([tmp_path])).footnotes
    assert any("speakers are not known. Clips" in note for note in said)


def test_a_row_without_an_interval_says_why(tmp_path, monkeypatch):
    write_predictions(tmp_path / "mine.csv", guessed(0.6, 5, speakers=1))
    monkeypatch.setattr(table_one, "bootstrap_uar", lambda *_: None)
    assert "no interval of random, mine: there are fewer than two speakers" in (
        notes(tmp_path)
    )


def test_a_system_without_a_class_is_left_out_by_name(tmp_path):
    write_predictions(tmp_path / "mine.csv", guessed(0.6, 5))
    plain = "id,label,prediction\na,sad,sad\nb,angry,surprise\n"
    (tmp_path / "llm.csv").write_text(plain)
    said = (
        "Test clips, 3 classes: llm is left out: no test clip is of surprise, "
        "so that there is no UAR."
    )
    assert said in notes(tmp_path)
    with pytest.raises(ValueError, match="no test clip is of surprise"):
        make_table([tmp_path / "llm.csv"])


def test_votes_of_runs_whose_corpus_differs_say_so(tmp_path):
    table = guessed(0.6, 5).assign(corpus_mismatch=True)
    write_predictions(tmp_path / "votes.csv", table)
    assert "The corpus is not as it is known, says votes." in notes(tmp_path)


def test_files_are_of_the_runs_with_their_classes(tmp_path):
    """Two label sets of one corpus, the same fold: other clips."""
    for number, labels in enumerate((["sad", "angry"], ["calm", "happy"])):
        table = guessed(0.5, 6, labels=labels, first=f"{number}-")
        run(tmp_path / "runs", table, f"none{number}")
        write_predictions(tmp_path / f"mine{number}.csv", table)
    files = [tmp_path / f"mine{number}.csv" for number in (0, 1)]
    found = gather([tmp_path / "runs", *files]).systems
    assert {system.corpus for system in found} == {"Tiny"}


def test_validation_is_no_fold_of_a_folder_without_records(tmp_path, capsys):
    for split in ("test", "valid"):
        table = guessed(0.5, 7, first=split)
        write_predictions(tmp_path / f"mine/predictions_{split}.csv", table)
    assert main(["table", str(tmp_path)]) == 2
    assert "has the name of those of validation" in capsys.readouterr().err


def test_files_of_one_name_are_told_how_to_get_another(tmp_path):
    for folder in ("a", "b"):
        write_predictions(tmp_path / folder / "mine.csv", guessed(0.5, 8))
    with pytest.raises(ValueError, match=r"files a name \(S1=path/to/it.csv\)"):
        gather([tmp_path / "a/mine.csv", tmp_path / "b/mine.csv"])
