"""Figures of results: what is drawn, in which order, readable and in grey."""

import re
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pandas
import pytest
from drawn import check_texts, texts_of
from matplotlib.colors import to_rgb

from speechbrain_zsfuse.evaluation.figures.confusion import (
    count_confusions,
    draw_confusion,
)
from speechbrain_zsfuse.evaluation.figures.curves import draw_curves
from speechbrain_zsfuse.evaluation.figures.differences import (
    draw_differences,
    tell_p,
)
from speechbrain_zsfuse.evaluation.figures.dots import draw_dots
from speechbrain_zsfuse.evaluation.figures.learning import read_epochs
from speechbrain_zsfuse.evaluation.figures.reliability import draw_reliability
from speechbrain_zsfuse.evaluation.figures.spread import draw_spread
from speechbrain_zsfuse.evaluation.figures.style import (
    COLUMN,
    PAGE,
    SERIES,
    luminance,
    paper_style,
)
from speechbrain_zsfuse.evaluation.figures.svg import figure_svg
from speechbrain_zsfuse.evaluation.metrics.confidence import confidence_bins

EIGHT = "angry contempt disgust fear happy neutral sad surprise".split()
LONG = ["zufrieden, überrascht und müde", "σπουδαία", "a_b-c" * 3, "other"]
TITLE = "WavLM-Large + a model with a long name, of a corpus with one, too"
NOTES = [
    "Intervals: 95 %, speakers drawn anew, then their clips; 10,000 draws.",
    "Corpus: three differences.",
]


def draw(function, *arguments, **more):
    """A figure as it will be saved: placed and drawn."""
    with paper_style():
        figure = function(*arguments, **more)
        figure.draw_without_rendering()
    return figure


def words(axes):
    return [text.get_text() for text in axes.texts]


def rows(*cells, columns):
    return pandas.DataFrame(cells, columns=columns.split())


# Confusion matrices


def test_confusions_are_counted_with_those_without_an_answer():
    one = rows(*zip("aaab", "aab "), columns="label prediction")
    other = one.replace({"prediction": {"b": "a"}})
    one["prediction"] = one["prediction"].str.strip()
    other["prediction"] = other["prediction"].str.strip()
    counts = count_confusions([one, other], ["a", "b"])
    assert counts.tolist() == [
        [[2, 1, 0], [0, 0, 1]],
        [[3, 0, 0], [0, 0, 1]],
    ]


def test_a_confusion_matrix_is_the_mean_of_normalised_ones():
    counts = np.array([[[1, 3], [0, 4]], [[3, 1], [2, 2]]])
    [axes] = draw(draw_confusion, counts, ["sad", "angry"], "Tiny").axes
    assert words(axes) == [
        *("50.0\n2.0", "50.0\n2.0"),
        *("25.0\n1.0", "75.0\n3.0"),
    ]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted", "true")
    assert "mean over 2 seeds" in axes.figure.get_supxlabel()
    [image] = axes.images
    assert image.get_array().tolist() == [[50, 50], [25, 75]]
    assert image.get_clim() == (0, 100)


def test_means_of_unequal_seeds_weigh_seeds_not_clips():
    counts = np.array([[[1, 0], [0, 1]], [[0, 9], [0, 9]]])
    [axes] = draw(draw_confusion, counts, ["sad", "angry"], "Tiny").axes
    assert words(axes)[0] == "50.0\n0.5"


def test_a_class_without_clips_is_blank_and_no_answer_is_a_column():
    counts = np.array([[[1, 0, 3], [0, 0, 0]]])
    [axes] = draw(draw_confusion, counts, ["sad", "angry"], "Tiny").axes
    assert words(axes) == ["25.0\n1", "0.0\n0", "75.0\n3", *"–––"]
    names = [text.get_text() for text in axes.get_xticklabels()]
    assert names == ["sad", "angry", "no answer"]


@pytest.mark.parametrize("labels", [EIGHT[:4], LONG, EIGHT + LONG])
def test_confusion_matrices_fit_a_paper(labels):
    size = len(labels)
    counts = np.full((3, size, size), 4_000) + 30_000 * np.eye(size, dtype=int)
    figure = draw(draw_confusion, counts, labels, TITLE, NOTES)
    assert figure.get_figwidth() == (COLUMN if size <= 6 else PAGE)
    check_texts(figure)
    [axes] = figure.axes
    for text, shade in zip(axes.texts, axes.images[0].get_array().flat):
        paper = axes.images[0].cmap(axes.images[0].norm(shade))
        assert abs(luminance(to_rgb(text.get_color())) - luminance(paper)) > 0.4


# Dots, one row a group


def dots(groups, series):
    cells = [
        (group, name, 0.5 + place / 20, 0.4, 0.9)
        for group in groups
        for place, name in enumerate(series)
    ]
    return rows(*cells, columns="group series value low high")


def test_dots_stand_in_their_row_with_their_interval():
    table = dots(["sad", "angry"], ["alone", "fused"])
    table.loc[0, ["low", "high"]] = np.nan
    [axes] = draw(draw_dots, table, "recall", "Tiny", chance=0.5).axes
    alone, fused, chance = axes.lines
    assert alone.get_xdata() == pytest.approx([50, 50])
    assert fused.get_xdata() == pytest.approx([55, 55])
    assert chance.get_xdata() == [50, 50]
    assert axes.yaxis_inverted()
    assert [text.get_text() for text in axes.get_yticklabels()] == [
        *("sad", "angry"),
    ]
    for line, ends, known in zip((alone, fused), axes.collections, (1, 2)):
        assert (np.round(line.get_ydata()) == [0, 1]).all()
        drawn = ends.get_segments()
        assert len(drawn) == known  # none where there is no interval
        assert drawn[-1][:, 0] == pytest.approx([40, 90])
        assert drawn[-1][0, 1] == line.get_ydata()[-1]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        *("alone", "fused", "chance, 50.0"),
    ]


def test_any_name_is_shown_as_it_is():
    table = dots(["$\\frac$", "a_b^c $x$"], ["_mine", "$\\alpha$ and $"])
    figure = draw(draw_dots, table, "recall", "100 % of $y$: \\LaTeX")
    shown = [text.get_text().strip() for text in texts_of(figure)]
    assert {*table["group"], *table["series"]} <= {*shown}
    assert not any(text.get_parse_math() for text in texts_of(figure))
    check_texts(figure)


@pytest.mark.parametrize(
    "groups, series",
    [
        (EIGHT + LONG, ["WavLM-Large", "+ CLAP", "+ CLSP", "long, " * 12]),
        ([f"speaker {n}" for n in range(30)], ["alone", "fused"]),
        (["sad"], ["alone"]),
    ],
)
def test_dots_fit_a_paper(groups, series):
    table = dots(groups, series)
    figure = draw(draw_dots, table, "recall", TITLE, NOTES, chance=0.1)
    assert figure.get_figwidth() == COLUMN
    assert figure.get_figheight() < 10
    check_texts(figure)


# Curves of very many groups


def test_a_spread_is_sorted_and_names_the_lowest_of_the_last():
    cells = [(f"s{n}", "alone", (n % 40) / 40) for n in range(1200)]
    cells += [(f"s{n}", "fused", 1 - n / 1200) for n in range(1200)]
    cells += [("s1200", "alone", np.nan)]
    table = rows(*cells, columns="group series value")
    figure = draw(draw_spread, table, "UAR", "speakers", TITLE, NOTES, 0.25)
    alone, fused, _ = figure.axes[0].lines
    for line in (alone, fused):
        assert len(line.get_ydata()) == 1200
        assert (np.diff(line.get_ydata()) >= 0).all()
    told = figure.get_supxlabel().replace("\n", " ")
    assert told.startswith("Lowest speakers of fused (UAR): s1199 0.1, s1198")
    assert "s1190" in told and "s1189" not in told
    check_texts(figure)


# Reliability diagrams


def test_reliability_shows_accuracy_gap_and_clips_of_each_bin():
    sure = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4]])
    bins = confidence_bins(sure, np.array([0, 1, 0]), bins=5)
    panels = {"as it is, ECE .400": bins, "T = 2.00, ECE .123": bins}
    figure = draw(draw_reliability, panels, TITLE, NOTES)
    upper, _, lower, _ = figure.axes
    bars, gaps = upper.containers
    assert [bar.get_x() for bar in bars] == pytest.approx([0.4, 0.8])
    assert [bar.get_height() for bar in bars] == [1, 0.5]
    ends = [gap.get_y() + gap.get_height() for gap in gaps]
    assert ends == pytest.approx([0.6, 0.9])  # up or down to the confidence
    assert [bar.get_height() for bar in lower.patches] == [0, 0, 1, 0, 2]
    titles = [axes.get_title() for axes in figure.axes[:2]]
    assert titles == ["as it is, ECE .400", "T = 2.00, ECE .123"]
    assert figure.get_figwidth() == COLUMN
    check_texts(figure)


# Learning curves

EPOCHS = "run epoch train_loss valid_loss valid_UAR chosen"


def epochs(*lengths):
    cells = [
        (str(run), epoch, 2 / epoch, 1.5 + run, epoch / 100, epoch == 2)
        for run, length in enumerate(lengths)
        for epoch in range(1, length + 1)
    ]
    return rows(*cells, columns=EPOCHS)


def test_a_learning_curve_marks_the_chosen_epoch():
    figure = draw(draw_curves, epochs(3), "Tiny")
    losses, shares = figure.axes
    train, valid, chosen = losses.lines
    assert train.get_ydata().tolist() == [2, 1, 2 / 3]
    assert valid.get_ydata().tolist() == [1.5, 1.5, 1.5]
    assert (*chosen.get_xdata(), *chosen.get_ydata()) == (2, 1.5)
    assert shares.lines[-1].get_ydata().tolist() == [2]
    assert train.get_linestyle() != valid.get_linestyle()


def test_an_epoch_that_comes_twice_is_refused(tmp_path):
    line = "epoch: 2 - train loss: 1.5 - valid loss: 1.4, valid UAR %: 25.0\n"
    (tmp_path / "train_log.txt").write_text(2 * line)
    with pytest.raises(ValueError, match="epoch once in .*, but epoch 2 comes"):
        read_epochs(tmp_path)


def test_several_runs_are_thin_and_their_mean_ends_with_the_shortest():
    figure = draw(draw_curves, epochs(5, 3), TITLE, NOTES)
    one, other, mean, chosen = figure.axes[0].lines[3:]
    assert one.get_linewidth() < mean.get_linewidth()
    assert mean.get_ydata().tolist() == [2, 2, 2]
    assert one.get_ydata().tolist() == [1.5] * 5
    assert chosen.get_ydata().tolist() == [1.5, 2.5]
    assert "2 runs" in figure.get_supxlabel()
    check_texts(figure)


# Differences

VERDICTS = "system difference low high p_value verdict"
THREE = [
    ("CLAP", 0.05, 0.01, 0.09, 0.0004, "better"),
    ("CLSP", -0.05, -0.09, -0.01, 0.01, "worse"),
    ("a, " * 30, 0.0, np.nan, np.nan, np.nan, "not significant"),
]


def test_differences_are_points_with_interval_p_and_verdict():
    table = rows(*THREE, columns=VERDICTS)
    figure = draw(draw_differences, table, TITLE, NOTES)
    [axes] = figure.axes
    assert words(axes) == ["+5.0 (p < .001)", "−5.0 (p = .01)", "+0.0"]
    zero, *marks = axes.lines
    assert zero.get_xdata() == [0, 0]
    drawn = {mark.get_label(): mark for mark in marks}
    assert list(drawn) == ["better", "worse", "not significant"]
    for (_, difference, *_, verdict), place in zip(THREE, axes.get_yticks()):
        [x], [y] = drawn[verdict].get_data()
        assert (x, y) == (100 * difference, place)
    assert len({mark.get_marker() for mark in marks}) == 3
    ends = [line.get_segments()[0][:, 0] for line in axes.collections]
    assert np.concatenate(ends) == pytest.approx([1, 9, -9, -1])
    assert axes.yaxis_inverted()
    check_texts(figure)


def test_forty_systems_fit_in_a_column():
    table = rows(THREE[0], columns=VERDICTS).loc[[0] * 40]
    table["system"] = [f"system {n}" for n in range(40)]
    figure = draw(draw_differences, table, TITLE, NOTES)
    assert figure.get_figwidth() == COLUMN and figure.get_figheight() < 10
    check_texts(figure)


@pytest.mark.parametrize(
    "p_value, told",
    [(1.0, "= 1"), (0.125, "= .12"), (0.0625, "= .062"), (9e-4, "< .001")],
)
def test_p_values_are_told_as_papers_do(p_value, told):
    assert tell_p(p_value) == f"p {told}"


# Style


def test_series_are_told_apart_without_colour():
    greys = [luminance(to_rgb(look.colour)) for look in SERIES]
    for one, other in combinations(greys, 2):
        assert abs(one - other) >= 0.15
    for kind in ("marker", "line", "hatch"):
        assert len({getattr(look, kind) for look in SERIES}) == len(SERIES)


def test_shares_are_darker_the_higher():
    counts = np.array([[[n, 100 - n] for n in range(0, 101, 10)]])
    labels = [str(n) for n in range(11)]
    [image] = draw_confusion(counts, labels, "Tiny").axes[0].images
    greys = [luminance(shade) for shade in image.to_rgba(range(0, 101, 10))]
    assert (np.diff(greys) < -0.03).all() and greys[0] > 0.9


# SVG


def test_an_svg_loads_nothing_and_shares_no_id_with_others():
    table = dots(['<sad> & "angry"'], ["alone"])
    figure = draw(draw_dots, table, "recall", "Tiny")
    one, again, other = (figure_svg(figure, t) for t in ("a", "a", "b<script>"))
    assert one == again
    assert "b&lt;script&gt;" in other and "<script>" not in other
    elements = [ElementTree.fromstring(svg).iter() for svg in (one, other)]
    ids, others = ({e.get("id") for e in found} - {None} for found in elements)
    assert ids and not ids & others
    pointed = re.findall(r'href="([^"]+)|url\(([^)]+)', one)
    assert {"".join(p) for p in pointed} == {f"#{name}" for name in ids}
    assert "<metadata" not in one and "<?xml" not in one


def test_texts_of_an_svg_are_texts():
    figure = draw(draw_dots, dots(["sad"], ["alone"]), "recall", "Tiny")
    svg = ElementTree.fromstring(figure_svg(figure, "Tiny"))
    found = {e.text for e in svg.iter() if e.tag.endswith("}text")}
    assert {text.get_text() for text in texts_of(figure)} <= found
