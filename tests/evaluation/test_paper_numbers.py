"""The paper's numbers: complete, and the same wherever they stand."""

import re

import pytest
from places import ROOT

from speechbrain_zsfuse.evaluation.amplification.cells import Cell
from speechbrain_zsfuse.evaluation.paper_tables.paper import (
    paper_repeats,
    paper_uar,
    paper_zero_shot,
    place_in_paper,
    read_paper,
)

CORPORA = ["RAVDESS", "MSP-Podcast", "IEMOCAP"]
CLASSES = {"RAVDESS": 4, "MSP-Podcast": 8, "IEMOCAP": 4}


def test_readme_quotes_table_one():
    text = (ROOT / "docs" / "reproduce.md").read_text(encoding="utf-8")
    number = r"(\.\d{4}) ± (\.\d{4})"
    row = rf"^\| (random|\S+ \+ \S+) \| {' [|] '.join([number] * 3)} \|$"
    quoted = {
        name: [float(value) for value in values]
        for name, *values in re.findall(row, text, re.M)
    }
    assert quoted == read_paper()["table_1"]["rows"] and len(quoted) == 17


def test_arrows_are_as_many_as_the_paper_counts():
    """In its text: CLAP 5 of 12, ReCLAP 3 of 12, CLSP 9 of 12."""
    encoders = ["WavLM-Base+", "WavLM-Large", "HuBERT-Base", "HuBERT-Large"]
    up = {
        alm: sum(
            paper_uar(f"{encoder} + {alm}", corpus, CLASSES[corpus])[0]
            > paper_uar(f"{encoder} + none", corpus, CLASSES[corpus])[0]
            for encoder in encoders
            for corpus in CORPORA
        )
        for alm in ("CLAP", "ReCLAP", "CLSP")
    }
    assert up == {"CLAP": 5, "ReCLAP": 3, "CLSP": 9}


@pytest.mark.parametrize("corpus", CORPORA)
@pytest.mark.parametrize("system", ["WavLM-Large + CLSP", "WavLM-Base+ + CLAP"])
def test_cases_of_table_two_agree_with_themselves_and_table_one(system, corpus):
    case = paper_repeats(system, corpus, CLASSES[corpus])
    best, worst = case["best"]["UAR"][0], case["worst"]["UAR"][0]
    assert abs(best - worst - case["range"]) < 1.5e-4  # each was rounded
    assert worst <= case["default"]["UAR"][0] <= best
    alone = f"{system.split(' + ')[0]} + none"
    assert tuple(case["no_alm"]["UAR"]) == paper_uar(
        alone, corpus, CLASSES[corpus]
    )


def test_numbers_stand_beside_what_they_are_about_alone():
    name = "WavLM-Large + CLSP"
    assert paper_uar(name, "IEMOCAP", 4, Cell(1, 1)) == (0.7111, 0.0074)
    for corpus, classes, repeats in (
        ("IEMOCAP", 5, None),
        ("MELD", 4, None),
        (None, 4, None),
        ("IEMOCAP", 4, Cell(1, 4)),
    ):
        assert paper_uar(name, corpus, classes, repeats) is None
    assert paper_repeats(name, "RAVDESS", 8) is None
    assert paper_repeats("HuBERT-Base + CLSP", "RAVDESS", 4) is None
    assert paper_zero_shot("CLSP", "IEMOCAP", 4, Cell(1, 4)) == 0.602
    assert paper_zero_shot("CLSP", "IEMOCAP", 4, Cell(1, 1)) is None


def test_the_order_is_the_papers():
    names = [tuple(row.split(" + ")) for row in read_paper()["table_1"]["rows"]]
    known = [(fm, None if alm == "none" else alm) for fm, alm in names[1:]]
    mixed = [("FilterbankEncoder", "CLAP"), *reversed(known)]
    assert sorted(mixed, key=lambda name: place_in_paper(*name)) == [
        *known,
        ("FilterbankEncoder", "CLAP"),
    ]
