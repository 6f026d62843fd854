"""The numbers of several corpora in the README are those of the predictions
beside it, computed here once more."""

import re

import numpy as np
import pandas
import pytest
from places import ROOT
from sklearn.metrics import recall_score

RECIPE = ROOT / "recipes" / "Corpora"
PUBLISHED = RECIPE / "published" / "several"
NAMES = {"EmoDB": "emodb", "URDU": "urdu", "nEMO": "nemo"}


def read(name):
    table = pandas.read_csv(PUBLISHED / f"{name}.csv", dtype={"speaker": str})
    return table.rename(columns={"prediction": "answer"})


def uar(table):
    return 100 * recall_score(table["label"], table["answer"], average="macro")


def shown(cell):
    """UAR, lower and upper end of its interval."""
    found = re.fullmatch(r"([\d.]+) \(([\d.]+)–([\d.]+)\)", cell)
    return [float(number) for number in found.groups()]


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_tells_what_was_predicted(name):
    text = (RECIPE / "README.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| {name} \|(.*)\|$", text, re.M)[1]
    alone, together, left_out = map(str.strip, row.split("|")[-3:])
    key = NAMES[name]
    both = read("together")
    own = both[both["corpus"] == key]
    parts = read(f"alone/{key}"), own, read(f"left_out/{key}")
    assert {*own["id"]} == {f"{key}/{clip}" for clip in parts[0]["id"]}
    for table, cell in zip(parts, (alone, together, left_out)):
        number, low, high = shown(cell)
        assert uar(table) == pytest.approx(number, abs=0.05)
        rng = np.random.default_rng(1)
        draws = [  # of each class its clips anew
            rng.choice(hits, (5000, len(hits))).mean(axis=1)
            for _, hits in (table["label"] == table["answer"]).groupby(
                table["label"]
            )
        ]
        ends = np.quantile(100 * np.mean(draws, axis=0), [0.025, 0.975])
        assert ends == pytest.approx([low, high], abs=1.0)
