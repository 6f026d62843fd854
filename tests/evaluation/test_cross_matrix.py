"""The matrix of a crossing: from files to cells, tables, a figure."""

import json

import pandas
import pytest
from drawn import check_texts

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.evaluation.cross.files import (
    Answers,
    are_there,
    write_answers,
    write_crossing,
)
from speechbrain_zsfuse.evaluation.cross.matrix import build_matrix
from speechbrain_zsfuse.evaluation.cross.report import write_matrix
from speechbrain_zsfuse.evaluation.cross.tables import format_matrix
from speechbrain_zsfuse.evaluation.figures.style import paper_style
from speechbrain_zsfuse.evaluation.figures.transfer import draw_transfer

LABELS = {"a": ["happy", "sad"], "b": ["sad", "happy", "calm"]}
SEEN = {"status": "seen", "corpus": "B", "model": "Ear", "part": None}
SEEN |= {"sure": "authors", "source": "a paper", "note": None}


def table(target, right, source=("happy", "sad"), speakers=6, start=0):
    """Two clips of each class from each speaker; each class is ``right`` of
    every 6 clips, and taken for another otherwise."""
    labels = [*dict.fromkeys([*source, *LABELS[target]])]
    rows = []
    for speaker in range(start, start + speakers):
        for label in LABELS[target]:
            for take in range(2):
                order = (speaker * 2 + take) % 6
                known = label in source
                others = [one for one in source if one != label]
                said = label if known and order < right else others[0]
                row = {"id": f"{speaker}{label}{take}", "label": label}
                row |= {"speaker": f"{target}:{speaker}"}
                row |= {f"probability_{one}": 0.0 for one in labels}
                row[f"probability_{said}"] = 1.0
                rows.append(row | {"prediction": said})
    return pandas.DataFrame(rows)


def answers(source, target, fold=1, seed=1, **changes):
    facts = {"format": 1, "system": "small", "source": source}
    facts |= {"target": target, "fold": fold, "seed": seed}
    facts |= {"labels": LABELS.get(source, LABELS[target])}
    return Answers(**facts | {"model": "m", "clips": "c"} | changes)


def corpus(key, **changes):
    facts = {"name": key.upper(), "labels": LABELS[key], "clips": 24}
    facts |= {"speakers": 6, "about": {"languages": [key], "style": "acted"}}
    return facts | changes


def crossing(folder, **changes):
    corpora = {"a": corpus("a"), "b": corpus("b")}
    facts = {"format": 1, "version": "0", "corpora": corpora}
    write_crossing(folder, facts | changes)


@pytest.fixture
def folder(tmp_path):
    """Two corpora crossed: seeds 1 and 2, and of a two folds."""
    crossing(tmp_path)
    for seed, right in ((1, 3), (2, 6)):
        write_answers(tmp_path, answers("a", "b", seed=seed), table("b", right))
        for fold in (1, 2):
            write_answers(
                tmp_path,
                answers("a", "a", fold, seed),
                table("a", right, start=6 * fold),
            )
    found = answers("b", "a", contamination={"b": {"encoder": SEEN}})
    write_answers(tmp_path, found, table("a", 6, source=LABELS["b"]))
    return tmp_path


def cells(folder):
    return {(c.source, c.target): c for c in build_matrix(folder).cells}


def test_cells_are_measured_from_files(folder):
    found = cells(folder)
    assert [*found] == [("a", "a"), ("a", "b"), ("b", "a")]
    cross = found["a", "b"]
    assert cross.shared == ["sad", "happy"] and cross.classes == 3
    assert cross.UAR == pytest.approx((3 / 6 + 6 / 6) / 2)
    assert cross.UAR_all == pytest.approx(cross.UAR * 2 / 3)
    assert (cross.seeds, cross.folds, cross.clips) == (2, 1, 36)
    assert cross.shift == ["a → b", "acted", "label source ?"]
    assert cross.chance == 0.5 and not cross.within and not cross.marks
    low, high = cross.interval
    assert low < cross.UAR < high
    own = found["a", "a"]
    assert own.within and own.shift == []
    assert (own.seeds, own.folds, own.clips, own.speakers) == (2, 2, 48, 12)
    [heard] = found["b", "a"].marks
    assert heard.startswith("B is in the training data of Ear")


def test_folds_that_a_seed_lacks_do_not_count(folder):
    path = answers("a", "a", 2, 2).path(folder)
    path.with_suffix(".json").unlink()
    own = cells(folder)["a", "a"]
    assert (own.seeds, own.folds, own.clips) == (2, 1, 24)


def test_tables_tell_the_numbers_and_what_they_mean(folder):
    about = {"languages": ["b"], "confounded": "speaker"}
    merged = {"merge": {"joy": "happy"}, "left_out": {"bored is none": 3}}
    corpora = {"a": corpus("a", **merged), "b": corpus("b", about=about)}
    crossing(folder, corpora=corpora, same_text={"a": {"b": 0.25}})
    text = format_matrix(build_matrix(folder))
    rows = [line.split("|")[1:-1] for line in text.splitlines() if "|" in line]
    rows = [[cell.strip() for cell in row] for row in rows]
    assert rows[0] == ["trained on \\ tested on", "A", "B†"]
    assert rows[2][0] == "A" and rows[3][0] == "B†" and rows[3][2] == "–"
    assert rows[2][1].startswith("[75.0 ± 35.4 (") and rows[2][1].endswith(")]")
    assert rows[2][2].startswith("75.0 ± 35.4 (")
    assert rows[6][2].startswith("50.0 ± 23.6 (") and "recall 0" in text
    assert "Chance: 50.0 %." in text and "n of seeds: 1, 2." in text
    assert "† B: the speaker gives the emotion away." in text
    write_matrix(folder, build_matrix(folder))
    page = (folder / "matrix.md").read_text()
    assert page.startswith("# Cross-corpus: A, B\n")
    assert "A: joy counts as happy; 3 × bored is none." in page
    assert "25 % of its words known" in page
    assert "- B is in the training data of Ear" in page
    assert "| A → B† | 2 of 2 → 3" in page


def test_the_matrix_is_written_and_quoted(folder, tmp_path, capsys):
    paths = write_matrix(folder, build_matrix(folder))
    names = ["csv", "md", "png", "pdf", "json"]
    assert [path.name for path in paths] == [f"matrix.{n}" for n in names]
    assert all(path.stat().st_size for path in paths)
    content = json.loads((folder / "matrix.json").read_text())
    assert [cell["within"] for cell in content["cells"]] == [True, False, False]
    csv = pandas.read_csv(folder / "matrix.csv")
    assert csv["UAR"].tolist() == pytest.approx([0.75, 0.75, 1.0])
    assert csv["classes"].tolist()[1] == "sad happy"
    file = tmp_path / "README.md"
    mark = f"<!-- zsfuse table {folder} --paper cross -->\n<!-- end -->\n"
    file.write_text(mark)
    assert main(["table", "--update", str(file)]) == 0
    assert format_matrix(build_matrix(folder)) in file.read_text()
    assert main(["table", "--check", str(file)]) == 0
    words = [str(folder), "--paper", "cross", "--format"]
    capsys.readouterr()
    assert main(["table", *words, "csv"]) == 0
    assert capsys.readouterr().out.startswith("system,source,target,within,")
    assert main(["table", *words, "latex"]) == 2
    assert "Make a matrix at a time" in capsys.readouterr().err
    for option, value in {"--baseline": "small", "--labels": "sad"}.items():
        assert main(["table", *words[:3], option, value]) == 2
        assert f"no {option} with --paper cross" in capsys.readouterr().err


def test_the_model_alone_is_a_source_of_its_own(folder):
    own = answers("zero-shot", "b", None, None, labels=LABELS["b"])
    assert own.path(folder).name == "answers.csv"
    write_answers(folder, own, table("b", 6, source=LABELS["b"]))
    matrix = build_matrix(folder)
    assert matrix.cells[0].source == "zero-shot" and matrix.cells[0].UAR == 1
    text = format_matrix(matrix)
    assert "| zero-shot " in text and "asked for the words of the" in text


# ------------------------------------------------------------------- files
def test_what_is_there_is_known_by_model_clips_and_content(folder):
    own = answers("a", "b")
    assert are_there(folder, own)
    for other in ({"model": "n"}, {"clips": "d"}, {"labels": ["sad", "calm"]}):
        assert not are_there(folder, answers("a", "b", **other))
    own.path(folder).write_text("id,label,prediction\na,sad,sad\n")
    assert not are_there(folder, own), "made again"
    with pytest.raises(ValueError, match="fold1_1.csv as .*json says, but"):
        build_matrix(folder)


def test_predictions_of_other_clips_are_not_counted(folder):
    two = corpus("b", digest="d")
    crossing(folder, corpora={"a": corpus("a", digest="c"), "b": two})
    assert [*cells(folder)] == [("a", "a"), ("b", "a")]
    text = format_matrix(build_matrix(folder))
    told = "other clips or classes than now: predictions/small/a/b/fold1_1.csv"
    assert told in text


def test_predictions_of_other_classes_are_not_counted(folder):
    """Of a seed that is left out since its corpus has other classes."""
    old = answers("a", "b", seed=3, labels=["happy", "calm"])
    write_answers(folder, old, table("b", 0, source=("happy", "calm")))
    asked = answers("zero-shot", "a", None, None, labels=LABELS["b"])
    write_answers(folder, asked, table("a", 0, source=LABELS["b"]))
    matrix = build_matrix(folder)
    stale = "predictions/small/a/b/fold1_3.csv"
    assert matrix.stale == [stale, "predictions/small/zero-shot/a/answers.csv"]
    assert cells(folder)["a", "b"].seeds == 2


def test_what_is_damaged_is_named(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match="folder of a crossing in"):
        build_matrix(tmp_path / "none")
    path = answers("a", "b").path(folder).with_suffix(".json")
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | {"labels": ["sad"]}))
    with pytest.raises(ValueError, match="(?s)fold1_1.json as .* `labels` is"):
        build_matrix(folder)
    path.write_text(json.dumps(content))
    table = path.with_suffix(".csv")
    table.rename(table.with_suffix(".old"))
    told = r"fold1_1.csv as .*json says, but it is gone. Run `zsfuse cross` ag"
    with pytest.raises(FileNotFoundError, match=told):
        build_matrix(folder)
    table.with_suffix(".old").rename(table)
    crossing(folder, corpora={"a": corpus("a")})
    with pytest.raises(ValueError, match="there are some of b. Take them away"):
        build_matrix(folder)
    (folder / "cross.json").write_text('{"format": 2}')
    with pytest.raises(ValueError, match="`format` is 2"):
        build_matrix(folder)


def test_nothing_is_measured_before_there_is_something(tmp_path):
    crossing(tmp_path)
    with pytest.raises(FileNotFoundError, match="there are none yet. Let"):
        build_matrix(tmp_path)


# ------------------------------------------------------------------ figure
@pytest.mark.parametrize("count, systems", [(2, 1), (4, 2), (8, 1)])
def test_the_figure_fits_and_says_it_all(count, systems):
    names = {f"k{number}": f"Corpus {number}" for number in range(count)}
    rows = [
        (f"system {s}", one, other, 0.3 + 0.01 * number, 0.25)
        for s in range(systems)
        for number, one in enumerate(names)
        for other in names
    ]
    columns = ["system", "source", "target", "UAR", "chance"]
    drawn = pandas.DataFrame(rows, columns=columns)
    drawn["within"] = drawn["source"] == drawn["target"]
    drawn["interval"] = [(0.2, 0.6)] * len(drawn)
    drawn.at[1, "interval"] = None
    with paper_style():
        figure = draw_transfer(drawn, names, "Cross-corpus", ["Framed: own."])
        figure.draw_without_rendering()
        check_texts(figure)
    panels = [axes for axes in figure.axes if axes.images]
    assert len(panels) == systems
    assert len(panels[0].patches) == count, "the diagonal is framed"
    said = [text.get_text() for text in panels[0].texts]
    assert said[:2] == ["30.0\n20–60", "30.0"]
