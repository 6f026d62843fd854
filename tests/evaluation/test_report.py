"""The report: one page that holds all and loads nothing."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pandas
import pytest
from browser import open_page
from html_outline import Outline
from made_results import make_results
from places import PACKAGE, ROOT
from sklearn.metrics import balanced_accuracy_score

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.evaluation.collection.gathering import gather
from speechbrain_zsfuse.evaluation.collection.keeping import keep_results
from speechbrain_zsfuse.evaluation.figures.making.subject import Lacking
from speechbrain_zsfuse.evaluation.paper_tables.table_one import (
    build_table_one,
)
from speechbrain_zsfuse.evaluation.predictions import read_predictions
from speechbrain_zsfuse.evaluation.report import answer, systems
from speechbrain_zsfuse.evaluation.report.beside import describe_grids
from speechbrain_zsfuse.evaluation.report.blocks import Group
from speechbrain_zsfuse.evaluation.report.build import make_report
from speechbrain_zsfuse.evaluation.report.corpora import describe_corpora
from speechbrain_zsfuse.evaluation.report.render import render_report

HOSTILE = (
    "<script>alert(1)</script>",
    "\"quoted\" 'names' & </style>",
    "泣き😢 \u202eevil\u202c غاضب",
    "{{ 7 * 7 }} $x_1$ a\\b",
)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Two systems, two seeds."""
    folder = tmp_path_factory.mktemp("small")
    sizes = {"encoders": ["wavlm"], "alms": ["none", "CLAP"], "folds": [1]}
    return make_results(folder, **sizes, seeds=[1000, 2000])


@pytest.fixture(scope="module")
def page(small):
    """Its report."""
    return make_report([small])


@pytest.fixture
def no_figures(monkeypatch):
    """Drawing takes most of the time."""
    monkeypatch.setattr(systems, "draw_results", lambda *_: iter(()))
    monkeypatch.setattr(answer, "draw_comparisons", refuse_to_draw)


def refuse_to_draw(rows):
    raise Lacking("nothing is drawn here")


def refuse_faults(outline):
    """What no page may be, whatever it is about."""
    assert not outline.torn and not outline.open
    ids = outline.values("id")
    assert len(ids) == len(set(ids))
    for link in outline.values("href"):
        assert link == "data:," or link.startswith(("#", "https://"))
        assert not link.startswith("#") or link[1:] in ids
    names = {tag for tag, _ in outline.elements}
    assert not names & {"script", "iframe", "object", "embed", "base", "form"}
    loads = [tag for tag, own in outline.elements if "src" in own]
    assert not loads
    assert not [n for _, own in outline.elements for n in own if n[:2] == "on"]
    levels = outline.levels()
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:]))


def test_the_page_is_well_formed(page):
    outline = Outline(page)
    refuse_faults(outline)
    names = [tag for tag, _ in outline.elements]
    assert names.count("main") == names.count("nav") == 1
    assert names.count("header") == names.count("footer") == 1
    assert outline.elements[0] == ("html", {"lang": "en"})
    assert names.count("caption") == names.count("table") > 3
    heads = [own for tag, own in outline.elements if tag == "th"]
    assert {own.get("scope") for own in heads} == {"col", "row"}


def test_the_page_loads_nothing(page):
    outline = Outline(page)
    _, style = page.split("<style>")
    assert "url(" not in style.split("</style>")[0]
    assert "@import" not in page
    # a source is cited, and may be clicked
    links = [n for n in outline.values("href") if n.startswith("http")]
    assert "https://example.org/paper" in links


def test_the_answer_comes_first(page, small):
    text = Outline(page).text
    first = text.index("Improvement count, CLAP:")
    assert first < text.rindex("How it was done")
    table = build_table_one(gather([small]))
    [row] = [row for row in table.corpora[0].rows if row.verdict]
    for told in (row.name, row.verdict, f"{row.uar['mean']:.4f}"[1:]):
        assert told in text


@pytest.mark.parametrize("said", ["better", "worse", "not significant"])
def test_a_verdict_is_seen_at_once(said, small):
    table = build_table_one(gather([small]))
    [corpus] = table.corpora
    rows = [r._replace(verdict=r.verdict and said) for r in corpus.rows]
    changed = table._replace(corpora=[corpus._replace(rows=rows)])
    blocks = answer.describe_systems_compared(changed)
    page = render_report("Tiny", [], [Group("Results", blocks, "results")])
    marked = f'<td class="{said}">{said}</td>' in "".join(page.split("\n"))
    assert said in page and marked == (said in ("better", "worse"))


def test_each_system_has_its_part(page, small):
    tables = [
        read_predictions(path)
        for path in sorted(small.glob("wavlm_clap/*/*/predictions_test.csv"))
    ]
    outline = Outline(page)
    titles = [text for text in outline.texts if text == "WavLM-Base+ + CLAP"]
    assert len(titles) > 1
    recall = np.mean(
        [(t["prediction"] == "sad")[t["label"] == "sad"].mean() for t in tables]
    )
    women = [t[t["gender"] == "female"] for t in tables]
    scores = [
        balanced_accuracy_score(t["label"], t["prediction"]) for t in women
    ]
    assert f"sad56{f'{recall:.4f}'[1:]}" in outline.text
    assert f"female112{f'{np.mean(scores):.4f}'[1:]}" in outline.text
    assert page.count("<svg") == 11
    assert page.count("<figcaption>Confusion matrix</figcaption>") == 2


def test_sixteen_systems_are_a_page_that_can_be_sent(page):
    assert 8 * len(page.encode()) < 5e6  # this one has two


def test_how_it_was_done_is_told(page, small):
    text = Outline(page).text
    for told in (
        "a person speaking in a sad way",
        "python recipes/RAVDESS/train.py hparams/wavlm_clap.yaml --fold=1 "
        "--seed=1000 '--data_folder=/my corpus'",
        "RAVDESS is not in the training data of CLAP: stated by the authors",
        "no speaker is in both of train & valid, train & test, valid & test",
        "calm is not among the labels",
        "seed: 1000\nexperiment: wavlm_none\n",
        str(small / "wavlm_clap" / "fold1" / "2000"),
        "All runs that were begun are finished.",
    ):
        assert told in text, told


def test_a_corpus_that_is_not_as_known_is_said_first(tmp_path, no_figures):
    sizes = {"encoders": ["wavlm"], "alms": ["none"], "folds": [1]}
    wrong = ["clips of sad: expected 192, found 6 (-186)"]
    make_results(tmp_path, **sizes, seeds=[1000], mismatch=wrong)
    page = make_report([tmp_path])
    start = Outline(page.split("<nav")[0]).text
    assert "A corpus is not as it is known" in start
    assert f"RAVDESS: {wrong[0]}" in start


def test_the_same_results_give_the_same_page(small, no_figures):
    assert make_report([small]) == make_report([small])


@pytest.mark.filterwarnings("ignore:Glyph")
def test_names_are_text_whatever_they_are(tmp_path):
    sizes = {"encoders": [HOSTILE[1]], "alms": ["none"], "folds": [1]}
    make_results(
        tmp_path,
        **sizes,
        labels=HOSTILE,
        seeds=[1000],
        corpus=HOSTILE[0],
        mismatch=[HOSTILE[0]],
        command=["python", *HOSTILE],
    )
    page = make_report([tmp_path], HOSTILE[0])
    outline = Outline(page)
    refuse_faults(outline)
    assert page.count("</style>") == page.count("<style")  # figures have some
    for name in HOSTILE:
        assert name in outline.text, name


@pytest.mark.parametrize(
    "left",
    ["certificate.json", "hyperparams.yaml"],
)
def test_what_is_missing_is_left_out(left, small, tmp_path, no_figures):
    shutil.copytree(small, tmp_path / "runs")
    for path in (tmp_path / "runs").rglob(left):
        path.unlink()
    refuse_faults(Outline(make_report([tmp_path / "runs"])))


def test_published_results_have_a_report(small, tmp_path, monkeypatch):
    keep_results(small / "wavlm_clap", tmp_path / "published")
    monkeypatch.setattr(systems, "OF_SYSTEM", ["reliability", "curves"])
    page = make_report([tmp_path / "published"])
    refuse_faults(Outline(page))
    text = Outline(page).text
    assert "Learning curves: no train_log.txt" in text
    assert "No run has kept a certificate of its corpus." in text
    assert page.count("<figcaption>Reliability</figcaption>") == 1


def test_files_from_elsewhere_have_a_report(tmp_path):
    path = tmp_path / "mine.csv"
    rows = "".join(f"{n},sad,sad\n{n}b,angry,sad\n" for n in range(10))
    path.write_text(f"id,label,prediction\n{rows}")
    page = make_report([path])
    refuse_faults(Outline(page))
    text = Outline(page).text
    for told in (
        "How predictions were made is unknown of mine.",
        "Learning curves: no train_log.txt",
        "Reliability: ",
        "Speakers: ",
        "speakers are not known",
    ):
        assert told in text, told


def test_of_its_clips_each_seed_may_say_more_or_less(tmp_path, no_figures):
    (tmp_path / "mine").mkdir()
    genders = ["female", "male"] * 20, [""] * 39 + ["male"]
    for seed, own in enumerate((*genders, None)):
        rows = {"id": [*map(str, range(40))], "label": ["sad", "sad"] * 10}
        rows["label"] += ["angry"] * 20
        rows["prediction"] = ["sad"] * 40
        table = pandas.DataFrame(rows)
        if own:
            table["gender"] = own
        table.to_csv(tmp_path / "mine" / f"{seed}.csv", index=False)
    text = Outline(make_report([tmp_path])).text
    found = text.split("By gender")[1]
    assert "female20.5000.5000\nmale20.5000.5000" in found


def test_a_grid_that_is_not_done_is_told(small, tmp_path, no_figures):
    shutil.copytree(small, tmp_path / "runs")
    runs = [
        {"folder": "wavlm_none/fold1/1000", "state": "finished"},
        {"folder": "wavlm_clap/1", "state": "failed", "reason": "no <room>"},
        {"folder": "wavlm_clap/2", "state": "to do", "reason": None},
    ]
    record = tmp_path / "runs" / "grid.json"
    record.write_text(json.dumps({"runs": runs}))
    text = Outline(make_report([tmp_path / "runs"])).text
    assert "1 of 3 runs are finished" in text
    assert "wavlm_clap/1failedno <room>" in text
    assert "wavlm_clap/2to do–" in text


@pytest.mark.parametrize(
    "runs, expected",
    [("3", "list of objects, but got 3"), ("[3]", r"but got \[3\]. Delete it")],
)
def test_a_damaged_grid_record_is_named(runs, expected, tmp_path):
    (tmp_path / "grid.json").write_text(f'{{"runs": {runs}}}')
    with pytest.raises(ValueError, match=f"`runs` in .*grid.json.*{expected}"):
        describe_grids([tmp_path])


@pytest.mark.parametrize(
    "damage, expected",
    [
        ({"options": None}, "`options` in .*json to be an object.* got None"),
        ({"notes": 3}, "`notes` in .* to be a list, but got 3. Run the recipe"),
        ({"splits": {"test": 3}}, "`splits.test` in .* to be an object"),
        (
            {"baselines": {"text": 0.7}},
            "`baselines.text` in .* to be an object",
        ),
    ],
)
def test_a_damaged_certificate_is_named(damage, expected, small, tmp_path):
    shutil.copytree(small, tmp_path / "runs")
    path = tmp_path / "runs" / "wavlm_clap/fold1/1000/certificate.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | damage))
    with pytest.raises(ValueError, match=expected):
        describe_corpora(gather([tmp_path / "runs"]))


def test_settings_may_be_no_text(small, tmp_path, no_figures):
    shutil.copytree(small, tmp_path / "runs")
    for path in tmp_path.rglob("hyperparams.yaml"):
        path.write_bytes(b"lr: \xff0.1")
    assert "lr: \ufffd0.1" in make_report([tmp_path / "runs"])


def test_a_study_is_drawn(small, tmp_path, no_figures):
    shutil.copytree(small, tmp_path / "runs")
    study = tmp_path / "runs" / "study"
    study.mkdir()
    known = {"status": "seen", "part": None}
    facts = {"corpus": "Tiny", "split": "test", "clips": 8, "chance": 0.25}
    facts |= {"alms": {"CLAP": {"contamination": known}}}
    (study / "study.json").write_text(json.dumps(facts))
    cells = "alm,audio_repeats,text_repeats,UAR,same_as\n"
    cells += "CLAP,1,1,0.31,\nCLAP,2,1,0.42,1x1\n"
    (study / "zero_shot_uar.csv").write_text(cells)
    page = make_report([tmp_path / "runs"])
    assert page.count("<svg") == 1 and ">42.0</text>" in page
    assert "CLAP: not zero-shot: seen in training." in Outline(page).text


def test_unfinished_runs_are_named(small, tmp_path, no_figures):
    shutil.copytree(small, tmp_path / "runs")
    place = tmp_path / "runs" / "wavlm_clap" / "fold1" / "2000"
    for path in place.iterdir():
        if path.name != "run.json":
            path.unlink()
    record = (place / "run.json").read_text()
    record = record.replace('"finished": true', '"finished": false')
    (place / "run.json").write_text(record.replace('"results"', '"more"'))
    text = Outline(make_report([tmp_path / "runs"])).text
    assert "1 begun and not finished" in text and str(place) in text


def test_the_command_writes_the_page(small, tmp_path, capsys, no_figures):
    out = tmp_path / "report.html"
    options = ["--title", "Mine", "--baseline", "wavlm_none"]
    assert main(["report", str(small), "--out", str(out), *options]) == 0
    assert "<title>Mine</title>" in out.read_text()
    assert f"Written to {out}" in capsys.readouterr().out
    assert main(["report", str(small), "--baseline", "other"]) == 2
    assert "--baseline to be one of" in capsys.readouterr().err


def test_the_page_in_a_browser(page, tmp_path):
    measures, complaints = open_page(page, tmp_path)
    assert complaints == []
    assert len({(m["width"], m["scheme"]) for m in measures}) == 4
    assert {m["paper"] for m in measures} == {
        "rgb(255, 255, 255)",
        "rgb(20, 23, 27)",
    }
    for measure in measures:
        assert measure["texts"] > 50
        assert measure["overflow"] == 0, measure
        assert measure["faint"] == [] and measure["loaded"] == []


def test_a_bad_page_is_seen_by_the_browser(tmp_path):
    page = """<!DOCTYPE html><html><body style="background: #fff">
    <p style="color: #888; width: 1300px">faint and wide</p>
    <img src="data:image/gif;base64,no"><script>document.title = "a";</script>
    </body></html>"""
    measures, complaints = open_page(page, tmp_path)
    assert complaints  # the script is blocked, and that is said
    assert all(m["overflow"] > 0 for m in measures)
    assert all("faint and wide" in m["faint"][0] for m in measures)


def test_an_installation_holds_what_the_page_is_made_of(tmp_path):
    source, built = tmp_path / "source", tmp_path / "built"
    source.mkdir()
    for name in ("setup.py", "README.md", "pyproject.toml"):
        shutil.copy(ROOT / name, source / name)
    shutil.copytree(PACKAGE, source / PACKAGE.name)
    command = [sys.executable, "setup.py", "-q", "build_py"]
    command += ["--build-lib", str(built)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    held = {path.name for path in built.rglob("*")}
    assert {"page.html", "style.css", "py.typed", "zsfuse.yaml"} <= held
