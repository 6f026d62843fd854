"""Sampling by corpus: the formula, an epoch, and whoever shares it."""

from collections import Counter

import numpy as np
import pytest

from speechbrain_zsfuse.training.batching import TrainingBatches
from speechbrain_zsfuse.training.several.balancing import (
    draw_clips,
    draws_of_clips,
    draws_of_corpora,
)

SIZES = {"emodb": 30, "nemo": 300, "urdu": 170}
CORPORA = [name for name, size in SIZES.items() for _ in range(size)]
CORPORA = np.random.default_rng(0).permutation(CORPORA).tolist()
DURATIONS = np.random.default_rng(1).uniform(1, 9, len(CORPORA))


def epoch(number=1, start=0, seed=7, **options):
    """Batches of an epoch of 500 clips of three corpora."""
    batches = TrainingBatches(
        len(CORPORA), 32, seed, corpora=CORPORA, **options
    )
    batches.set_epoch(number, start)
    return list(batches)


def counted(batches):
    """Clips of each corpus."""
    return Counter(CORPORA[clip] for batch in batches for clip in batch)


@pytest.mark.parametrize(
    "balance, draws",
    [
        # 500 n^b / Σ n^b by hand; √30 + √300 + √170 = 35.8362
        (1.0, [30, 300, 170]),
        (0.0, [167, 167, 166]),  # 166.67 each: the first two are rounded up
        (0.5, [76, 242, 182]),  # 76.42, 241.66, 181.92
        (0.25, [116, 206, 178]),  # 115.71, 205.76, 178.53
    ],
)
def test_a_corpus_is_drawn_by_a_power_of_its_size(balance, draws):
    assert draws_of_corpora([*SIZES.values()], balance) == draws
    for durations in (None, DURATIONS):
        batches = epoch(balance=balance, durations=durations)
        assert {*map(len, batches)} <= {31, 32}
        assert counted(batches) == dict(zip(SIZES, draws))


def test_no_clip_of_a_corpus_comes_twice_before_another_comes_once():
    clips = Counter(draw_clips(np.random.default_rng(3), CORPORA, 0.0))
    heard = {
        name: [clips[i] for i, c in enumerate(CORPORA) if c == name]
        for name in SIZES
    }
    assert {*heard["emodb"]} == {5, 6}  # 167 of 30
    assert {*heard["nemo"]} == {0, 1}  # 167 of 300
    assert {*heard["urdu"]} == {0, 1}  # 166 of 170


def test_over_epochs_every_clip_is_heard_alike():
    heard = Counter(
        clip for e in range(200) for b in epoch(e, balance=0.5) for clip in b
    )
    means = np.array([heard[clip] / 200 for clip in range(500)])
    expected = draws_of_clips(CORPORA, 0.5)
    # 242 of 300 without replacement: a standard deviation of .03
    assert np.abs(means - expected).max() < 0.15
    assert expected.sum() == pytest.approx(500)


@pytest.mark.parametrize("durations", [None, DURATIONS])
def test_an_epoch_depends_on_seed_and_number_alone(durations):
    options = {"balance": 0.5, "durations": durations}
    assert epoch(3, **options) == epoch(3, **options)
    assert epoch(3, **options) != epoch(4, **options)
    assert epoch(3, **options) != epoch(3, seed=8, **options)


@pytest.mark.parametrize("durations", [None, DURATIONS])
def test_what_is_left_of_an_epoch_is_what_was_to_come(durations):
    options = {"balance": 0.5, "durations": durations}
    assert epoch(2, start=5, **options) == epoch(2, **options)[5:]


@pytest.mark.parametrize("durations", [None, DURATIONS])
def test_two_processes_share_the_batches_of_one(durations):
    options = {"balance": 0.5, "durations": durations}
    alone = epoch(**options)
    shares = [epoch(rank=r, n_processes=2, **options) for r in (0, 1)]
    together = [sorted(a + b) for a, b in zip(*shares)]
    assert together == [sorted(batch) for batch in alone]


@pytest.mark.parametrize("durations", [None, DURATIONS])
def test_one_corpus_is_as_it_was(durations):
    plain = TrainingBatches(500, 32, 7, durations=durations)
    plain.set_epoch(2)
    # As of before corpora were known, written down again.
    rng = np.random.default_rng([7, 2])
    clips = rng.permutation(500)
    if durations is not None:
        blurred = np.log(durations) + rng.uniform(-0.06, 0.06, 500)
        clips = np.argsort(blurred, kind="stable")
    parts = np.array_split(clips, 16)
    before = [parts[i].tolist() for i in rng.permutation(16)]
    assert list(plain) == before
    assert epoch(2, durations=durations, balance=1.0) == before


@pytest.mark.parametrize("balance", [-0.1, 1.5, "equal", True])
def test_what_is_no_balance_is_refused(balance):
    with pytest.raises(ValueError, match=r"`balance` to be a number in \[0, 1"):
        epoch(balance=balance)
