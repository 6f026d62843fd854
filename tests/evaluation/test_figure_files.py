"""Figures of whole results folders and of files from elsewhere, as files."""

import pytest
from drawn import check_texts
from made_results import make_results

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.evaluation.collection.gathering import gather
from speechbrain_zsfuse.evaluation.figures.making.drawing import draw_results
from speechbrain_zsfuse.evaluation.figures.making.kinds import KINDS
from speechbrain_zsfuse.evaluation.figures.style import paper_style
from speechbrain_zsfuse.evaluation.paper_tables.table_one import (
    build_table_one,
)

HEADER = "id,label,prediction\n"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """FM alone and with CLAP, two folds, two seeds."""
    folder = tmp_path_factory.mktemp("results")
    few = {"encoders": ["wavlm"], "alms": ["none", "CLAP"], "clips": 4}
    return make_results(folder, **few, seeds=(1000, 2000))


@pytest.fixture(scope="module")
def drawings(results):
    """All figures of it by kind and system."""
    found = {}
    with paper_style():
        for drawing in draw_results(gather([results])):
            assert not drawing.reason
            drawing.figure.draw_without_rendering()
            found[drawing.kind, drawing.system] = drawing.figure
    return found


def test_everything_is_drawn_of_each_system_and_differences_of_all(drawings):
    alone, fused = "WavLM-Base+ + none", "WavLM-Base+ + CLAP"
    assert [*drawings] == [
        *((kind, name) for name in (alone, fused) for kind in KINDS[:-1]),
        ("differences", ""),
    ]
    for figure in drawings.values():
        check_texts(figure)


def test_a_system_stands_beside_its_baseline(drawings):
    for kind in ("classes", "speakers"):
        [axes] = drawings[kind, "WavLM-Base+ + CLAP"].axes
        named = [text.get_text() for text in axes.get_legend().get_texts()]
        assert named == [
            "WavLM-Base+ + none (n = 2)",
            "WavLM-Base+ + CLAP (n = 2)",
            "chance, 25.0",
        ]
        [axes] = drawings[kind, "WavLM-Base+ + none"].axes
        assert len(axes.get_legend().get_texts()) == 2


def test_folds_are_pooled_and_counts_are_told(drawings):
    figure = drawings["confusion", "WavLM-Base+ + CLAP"]
    told = "Test clips: 128, speakers: 8, folds: 2, seeds: 2."
    assert told in figure.get_supxlabel()
    numbers = [text.get_text().split("\n") for text in figure.axes[0].texts]
    assert sum(float(count) for _, count in numbers) == pytest.approx(128, 0.01)


def test_curves_are_those_of_all_runs(drawings):
    figure = drawings["curves", "WavLM-Base+ + CLAP"]
    assert "Thin: 4 runs" in figure.get_supxlabel()
    chosen = figure.axes[1].lines[-1]
    assert chosen.get_xdata().tolist() == [3] * 4


def test_differences_are_those_of_the_table(drawings, results):
    [corpus] = build_table_one(gather([results])).corpora
    [row] = [row for row in corpus.rows if row.comparison]
    [axes] = drawings["differences", ""].axes
    zero, mark = axes.lines
    assert mark.get_xdata() == pytest.approx([100 * row.comparison.difference])
    assert mark.get_label() == row.verdict
    [interval] = axes.collections
    ends = [100 * end for end in row.comparison.interval]
    assert interval.get_segments()[0][:, 0] == pytest.approx(ends)


def test_a_file_from_elsewhere_gives_what_it_can(tmp_path, capsys):
    path = tmp_path / "mine.csv"
    path.write_text(
        f"{HEADER}a,sad,sad\nb,angry,sad\nc,sad,sad\nd,angry,angry\n"
    )
    assert main(["figures", str(path)]) == 0
    said = capsys.readouterr().out.splitlines()
    of, folder = "of mine, Test clips, 2 classes", tmp_path / "figures"
    assert said == [
        f"{folder}/confusion_Test-clips-2-classes_mine.png and .pdf: "
        f"confusion {of}.",
        f"{folder}/classes_Test-clips-2-classes_mine.png and .pdf: "
        f"classes {of}.",
        f"No speakers {of}: no two speakers are known.",
        f"No reliability {of}: no probabilities.",
        f"No curves {of}: no train_log.txt.",
        "No differences of Test clips, 2 classes: no system has a baseline; "
        "--baseline names one.",
    ]
    assert sorted(file.suffix for file in folder.iterdir()) == [
        *(".pdf", ".pdf", ".png", ".png"),
    ]


def test_two_files_are_compared_by_name_and_names_of_files_are_unique(
    tmp_path, capsys
):
    for name, said in (("a.b", "sad"), ("A+b", "angry")):
        rows = f"1,sad,{said}\n2,angry,angry\n"
        (tmp_path / f"{name}.csv").write_text(HEADER + rows)
    words = ["--kinds", "confusion,differences", "--baseline", "a.b"]
    out = tmp_path / "drawn"
    assert main(["figures", str(tmp_path), "--out", str(out), *words]) == 0
    assert "differences of Test clips, 2 classes." in capsys.readouterr().out
    assert sorted(file.name for file in out.glob("*.png")) == [
        "confusion_Test-clips-2-classes_A-b.png",
        "confusion_Test-clips-2-classes_a-b-2.png",
        "differences_Test-clips-2-classes.png",
    ]


def test_speakers_are_one_curve_if_there_are_very_many(tmp_path):
    header = HEADER.replace("label", "speaker,label")
    rows = [
        f"{n}-{label},{n},{label},{'sad' if n % 3 else label}\n"
        for n in range(31)
        for label in ("sad", "angry")
    ]
    (tmp_path / "mine.csv").write_text(header + "".join(rows))
    [drawing] = draw_results(gather([tmp_path]), ["speakers"])
    assert "Lowest speakers of mine" in drawing.figure.get_supxlabel()


def test_drift_is_told_on_each_figure(tmp_path):
    few = {"encoders": ["wavlm"], "alms": ["none"], "clips": 2}
    make_results(tmp_path, **few, mismatch=["clips: expected 672, found 8"])
    [drawing] = draw_results(gather([tmp_path]), ["confusion"])
    assert "not as it is known" in drawing.figure.get_supxlabel()


def test_what_is_left_out_is_told(tmp_path, capsys):
    few = {"encoders": ["wavlm"], "alms": ["none"], "clips": 2}
    make_results(tmp_path, **few, folds=[1], seeds=[1])
    make_results(tmp_path, **few, folds=[2], seeds=[2])
    assert main(["figures", str(tmp_path), "--kinds", "confusion"]) == 0
    assert "Nothing of wavlm_none: no seed" in capsys.readouterr().out


def test_a_kind_that_is_none_is_refused_before_anything_is_read(capsys):
    assert main(["figures", "nowhere", "--kinds", "confusion,pies"]) == 2
    assert "--kinds to be one of confusion, classes" in capsys.readouterr().err
