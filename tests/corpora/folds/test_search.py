"""Folds are as even as those of scikit-learn, the same every time, and fast."""

import os
import time
from pathlib import Path

import numpy as np
import pandas
import pytest
from sklearn.model_selection import StratifiedGroupKFold

from speechbrain_zsfuse.corpora.folds.assigning import (
    assign_folds,
    choose_number,
)
from speechbrain_zsfuse.corpora.folds.search import spread, unevenness

SHAPES = {  # groups, classes, how unequal speakers and classes are
    "few, nearly full": (10, 7, 0.3, 40),
    "thirty, small": (32, 7, 0.2, 12),
    "dialogues": (50, 7, 0.5, 20),
    "many, rare class": (87, 6, 0.9, 30),
    "large pools": (129, 12, 1.2, 30),
    "a long tail": (304, 7, 2.0, 15),
}


def made_table(groups, classes, spread_of_sizes, clips):
    """Clips per group and class, with no help from the search."""
    draw = np.random.default_rng(groups)
    sizes = (clips * draw.lognormal(0, spread_of_sizes, groups)).astype(int) + 2
    shares = draw.dirichlet(np.linspace(0.3, 3, classes) * 5, groups)
    return np.array([draw.multinomial(*one) for one in zip(sizes, shares)])


def deviation(counts, folds, k):
    """Largest difference of a class's share in a fold and in the whole."""
    counts = np.asarray(counts)
    sums = np.array([counts[np.asarray(folds) == f].sum(0) for f in range(k)])
    whole = counts.sum(0) / counts.sum()
    return np.abs(sums / sums.sum(1, keepdims=True) - whole).max()


def oracle(counts, k):
    """Of scikit-learn, the best of six shuffles."""
    classes = np.arange(counts.shape[1])
    truth = np.concatenate([np.repeat(classes, row) for row in counts])
    group = np.repeat(np.arange(len(counts)), counts.sum(1))
    found = []
    for seed in range(6):
        splitter = StratifiedGroupKFold(k, shuffle=True, random_state=seed)
        folds = np.zeros(len(counts), int)
        for fold, (_, test) in enumerate(splitter.split(truth, truth, group)):
            folds[np.unique(group[test])] = fold
        found.append(deviation(counts, folds, k))
    return min(found)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.filterwarnings("ignore:The least populated class")
def test_folds_are_as_even_as_those_of_scikit_learn(shape):
    counts = made_table(*shape)
    folds = spread(counts, 5)
    assert deviation(counts, folds, 5) <= oracle(counts, 5) + 0.01
    assert unevenness(counts, folds, 5)[0] == 0


def test_what_was_placed_badly_changes_places():
    # Largest first gives 5 + 3 + 3, 5 + 3 and 4 + 4; the best is 9 each.
    sizes = np.array([5, 5, 4, 4, 3, 3, 3])
    folds = spread(sizes[:, None], 3)
    assert np.bincount(folds, sizes).tolist() == [9, 9, 9]


def test_chi_square_is_that_of_the_textbook():
    counts, folds = [[3, 1], [1, 1], [0, 2]], [0, 0, 1]
    # sums (4, 2) and (0, 2), expected (2, 2) each: (4 + 0 + 4 + 0) / 2
    assert unevenness(counts, folds, 2) == (1, 4.0)


def test_no_fold_lacks_a_rare_class_though_sizes_would_be_evener():
    rare = [[50, 1], [50, 1], [10, 0], [10, 0], [40, 0], [40, 0]]
    folds = spread(rare, 2)
    assert folds[0] != folds[1]
    # together the two large ones would be even: 50 + 50 = 10 + 10 + 40 + 40
    assert unevenness(rare, [0, 0, 1, 1, 1, 1], 2)[0] == 1


def test_equal_tables_give_equal_folds_in_any_order_of_clips():
    counts = made_table(40, 4, 0.5, 10)
    clips = [
        (f"{group:02}-{label}-{number}", f"s{group}", label)
        for group, row in enumerate(counts)
        for label, size in zip("abcd", row)
        for number in range(size)
    ]
    clips = pandas.DataFrame(clips, columns=["ID", "speaker", "emotion"])
    found = assign_folds(clips, 5, list("abcd"))
    mixed = clips.sample(frac=1, random_state=1)
    again = assign_folds(mixed, 5, list("dcba"))
    assert again.sort_index().tolist() == found.tolist()
    assert found.iloc[0] == 1  # numbered by the first id in each


def test_635_speakers_take_no_time():
    counts = made_table(635, 7, 1.5, 20)
    begun = time.process_time()
    spread(counts, 5)
    # 0.08 s where nothing else runs
    assert time.process_time() - begun < 1


# ------------------------------------------------- corpora that people have
# Clips of each speaker and class, counted in published lists of files; folds,
# and the largest deviation of a class's share in one.
COUNTED = {
    "EmoDB": (
        [
            *([4, 1, 7, 5, 11, 7, 14], [6, 0, 11, 10, 10, 9, 12]),
            *([1, 8, 4, 4, 9, 4, 13], [8, 1, 4, 8, 4, 3, 10]),
            *([10, 2, 8, 8, 9, 7, 11], [6, 2, 2, 5, 4, 4, 12]),
            *([7, 8, 10, 10, 9, 5, 12], [12, 8, 8, 8, 7, 10, 16]),
            *([8, 5, 6, 9, 11, 4, 13], [7, 11, 11, 14, 5, 9, 14]),
        ],
        5,
        0.0579,
    ),
    "TurEV-DB": (
        [[73, 77, 0, 0], *[[82] * 4] * 4, [82, 82, 29, 80]],
        5,
        0.0995,
    ),
    "URDU": (
        [
            *([0, n, 0, 0] for n in (12, 2, 2, 4, 4, 14, 6, 2, 2, 2, 2, 28)),
            *([0, 0, n, 0] for n in (4, 10, 4, 2)),
            *([0, 0, 0, n] for n in (2, 4, 6, 38, 40, 2, 4)),
            *([22, 0, 0, 0], [28, 0, 0, 0], [48, 0, 0, 0]),
            *([2, 2, 8, 0], [0, 8, 72, 0], [0, 10, 0, 4]),
        ],
        4,
        0.2955,
    ),
}


@pytest.mark.parametrize("name", COUNTED)
def test_known_tables_have_the_folds_they_are_known_for(name):
    counts, k, expected = COUNTED[name]
    assert choose_number(pandas.DataFrame(counts)) == k
    folds = spread(counts, k)
    assert unevenness(counts, folds, k)[0] == 0
    assert deviation(counts, folds, k) == pytest.approx(expected, abs=1e-4)


NAMES = {
    "cremad": r"/(?P<speaker>\d{4})_[A-Z]{3}_(?P<emotion>[A-Z]{3})_",
    "savee": r"(?P<speaker>DC|JE|JK|KL)[/_](?P<emotion>sa|su|[adfhn])\d",
    "tess": r"/(?P<speaker>[OY])AF?_[^_/]+_(?P<emotion>\w+)\.",
    "EmoDB-4": r"/(?P<speaker>\d\d)[ab]\d\d(?P<emotion>[A-Z])",
    "URDU": r"/(?P<speaker>S[FM]\d+)_F\d+_(?P<emotion>[AHNS])",
    "nEMO-9": r"/(?P<speaker>[A-Z]{2}\d)_(?P<emotion>[a-z]+)_",
}
# Folds, and the largest deviation of a class's share.
KNOWN = {
    "cremad": (5, 0.0011),
    "savee": (4, 0.0),
    "tess": (2, 0.0),
    "URDU": (4, 0.2955),
}


def real_table(folder, name):
    """Clips per speaker and class, of the names of files alone."""
    listed = folder / "lists" / f"{name}_sha256.csv.gz"
    if listed.is_file():
        paths = pandas.read_csv(listed).iloc[:, 0]
    else:
        found = (folder / name).rglob("*.ogg")
        paths = pandas.Series([path.as_posix() for path in found])
    parts = ("/" + paths).str.extract(NAMES[name]).dropna()
    return pandas.crosstab(parts["speaker"], parts["emotion"]).to_numpy()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore:The least populated class")
def test_real_corpora_have_the_folds_they_are_known_for(name):
    folder = os.environ.get("SER_CORPORA_FOLDER")
    if not folder:
        pytest.skip("SER_CORPORA_FOLDER, the folder of real corpora, is unset")
    counts = real_table(Path(folder), name)
    k, expected = KNOWN.get(name, (5, None))
    found = deviation(counts, spread(counts, k), k)
    assert found <= oracle(counts, k) + 0.01
    if expected is not None:
        assert found == pytest.approx(expected, abs=1e-4)
