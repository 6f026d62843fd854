"""Heat maps: what is drawn where, how large, and as which files."""

import matplotlib
import numpy as np
import pandas
import pytest
from drawn import check_texts
from matplotlib.colors import to_rgb

from speechbrain_zsfuse.evaluation.amplification.cells import Cell
from speechbrain_zsfuse.evaluation.figures.heatmap import draw_heat_maps
from speechbrain_zsfuse.evaluation.figures.style import (
    COLOURS,
    COLUMN,
    PAGE,
    SMALLEST,
    paper_style,
    save_figure,
)


def table(*alms, a=(1, 2, 3, 4), t=(1, 2, 3, 4)):
    """UAR rises with a, and more slowly with t; all models are alike."""
    rows = [
        (alm, audio, text, 0.2 + 0.1 * audio + 0.01 * text, "")
        for alm in alms
        for audio in a
        for text in t
    ]
    columns = ["alm", *Cell._fields, "UAR", "same_as"]
    return pandas.DataFrame(rows, columns=columns)


def draw(cells, notes=(), title="Tiny, test"):
    """A figure as it will be saved: placed and drawn."""
    with paper_style():
        figure = draw_heat_maps(cells, 0.25, title, notes)
        figure.draw_without_rendering()
    return figure


def words(axes):
    return {
        tuple(map(round, text.get_position())): text.get_text()
        for text in axes.texts
    }


def panels(figure):
    return [axes for axes in figure.axes if axes.images]


def frames(axes):
    """Cells (column, row) that are framed, and those that are hatched."""
    framed, hatched = [], []
    for patch in axes.patches:
        x, y = patch.get_xy()
        place = round(x + 0.44), round(y + 0.44)
        (hatched if patch.get_hatch() else framed).append(place)
    return framed, hatched


def test_text_repeats_go_to_the_right_and_audio_repeats_down():
    [axes] = panels(draw(table("CLAP")))
    shown = words(axes)
    assert shown[0, 0] == "31.0" and shown[3, 0] == "34.0"
    assert shown[0, 3] == "61.0" and shown[3, 3] == "64.0"
    assert axes.get_xlabel() == "text repeats t"
    assert axes.get_ylabel() == "audio repeats a"
    assert axes.yaxis_inverted()
    assert frames(axes) == ([(3, 3)], [])


def test_panels_are_named_in_their_order_and_have_one_scale():
    cells = pandas.concat([table("CLSP"), table("CLAP").assign(UAR=0.1)])
    clsp, clap = panels(draw(cells))
    assert [clsp.get_title(), clap.get_title()] == ["CLSP", "CLAP"]
    scale = clsp.images[0].norm
    assert clap.images[0].norm is scale
    assert 8 < scale.vmin < 10 and 64 < scale.vmax < 66


@pytest.mark.parametrize("uar", [0.1, 0.9])
def test_chance_is_marked_wherever_the_results_lie(uar):
    figure = draw(table("CLAP").assign(UAR=uar))
    bar = figure.axes[-1]
    assert "line: chance, 25.0" in bar.get_ylabel()
    for line in bar.lines:
        assert list(line.get_ydata()) == [25, 25]
    low, high = bar.get_ylim()
    assert bar.lines and low <= 25 <= high


def test_equal_inputs_are_marked_in_the_cell_and_explained():
    cells = table("CLAP")
    last = cells["audio_repeats"] == 4
    names = [f"3x{t}" for t in cells[last]["text_repeats"]]
    cells.loc[last, "same_as"], cells.loc[last, "UAR"] = names, 0.54
    figure = draw(cells, notes=["Corpus: one difference."])
    [axes] = panels(figure)
    assert words(axes)[1, 3] == "54.0\n= a3"
    assert frames(axes) == ([(3, 2)], [(0, 3), (1, 3), (2, 3), (3, 3)])
    told = figure.get_supxlabel()
    assert (
        "highest on this split" in told
        and "Hatched, = a3: the model hears every clip as with a = 3" in told
    )
    assert told.endswith("Corpus: one difference.")
    assert "Hatched" not in draw(table("CLAP")).get_supxlabel()


def test_no_cell_is_the_highest_of_equals():
    figure = draw(table("CLAP").assign(UAR=0.25))
    [axes] = panels(figure)
    assert frames(axes) == ([], [])
    assert not figure.get_supxlabel()  # no frame, and none is explained


def test_what_was_left_out_is_blank():
    cells = table("CLAP", "CLSP")
    cells = cells[(cells["alm"] == "CLAP") | (cells["audio_repeats"] < 4)]
    figure = draw(cells)
    clap, clsp = panels(figure)
    assert [words(clsp)[column, 3] for column in range(4)] == 4 * ["–"]
    assert "–" not in words(clap).values()
    assert "left out" in figure.get_supxlabel()


@pytest.mark.parametrize("title", ["Tiny, test", 9 * "A Long Name of Folds, "])
@pytest.mark.parametrize(
    "count, repeats, width, rows",
    [(1, 4, COLUMN, 1), (3, 4, PAGE, 1), (4, 4, PAGE, 2), (2, 8, PAGE, 2)],
)
def test_a_figure_fits_a_paper(count, repeats, width, rows, title):
    names = [f"ALM{number}" for number in range(count)]
    cells = table(*names, a=(1, 2), t=range(1, repeats + 1))
    figure = draw(cells, title=title)
    assert figure.get_figwidth() == width
    drawn = panels(figure)
    assert len(drawn) == count
    assert len({round(axes.get_position().y0, 3) for axes in drawn}) == rows
    check_texts(figure, SMALLEST)


def test_colours_keep_their_order_in_grey():
    shades = matplotlib.colormaps[COLOURS](np.linspace(0, 1, 64))[:, :3]
    grey = shades @ [0.299, 0.587, 0.114]
    assert (np.diff(grey) > 0).all()


def test_numbers_stand_out_from_their_cell():
    [axes] = panels(draw(table("CLAP")))
    for text in axes.texts:
        ink, paper = (
            np.dot(to_rgb(colour), [0.299, 0.587, 0.114])
            for colour in (
                text.get_color(),
                text.get_bbox_patch().get_facecolor(),
            )
        )
        assert abs(ink - paper) > 0.4


def test_files_are_the_same_each_time_whatever_the_user_has_set(tmp_path):
    before = save_figure(draw(table("CLAP")), tmp_path / "one" / "map")
    with matplotlib.rc_context({"font.size": 20, "pdf.fonttype": 3}):
        after = save_figure(draw(table("CLAP")), tmp_path / "two" / "map")
    for one, two in zip(before, after):
        assert one.read_bytes() == two.read_bytes()
    png, pdf = before
    assert png.read_bytes()[:4] == b"\x89PNG"
    assert pdf.read_bytes()[:4] == b"%PDF" and b"/Type3" not in pdf.read_bytes()
    assert matplotlib.image.imread(png).shape[1] == 300 * COLUMN
