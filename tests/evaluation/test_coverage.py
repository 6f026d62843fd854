"""What intervals and tests promise, on simulated systems whose truth is known.

A clip is right with probability expit(class + speaker + speaker and class +
clip + speaker, class and system), all normal but the class; three seeds each
draw anew. Systems share speakers and clips. Clips of the classes are as
4:2:1.2:0.8, and speakers have half to one and a half times as many as others.
"""

import numpy as np
import pytest
from scipy.special import expit

from speechbrain_zsfuse.evaluation.statistics.bootstrap import (
    draw_means,
    interval_of,
)
from speechbrain_zsfuse.evaluation.statistics.clips import Clips
from speechbrain_zsfuse.evaluation.statistics.paired import permutation_p

BASE = np.array([1.5, 0.7, 0.2, -0.3])  # of each class: some are easy
SHARES = np.array([0.5, 0.25, 0.15, 0.1])
HARD_CLIPS = 1.5  # standard deviation of a clip
SEEDS = 3


def simulate(rng, speakers, spread, systems=1, clips=20):
    """Clips and, of each system, the shares of seeds that are right."""
    size = rng.uniform(0.5, 1.5, (speakers, 1)) * clips * SHARES
    counts = np.maximum(1, size.round().astype(int)).ravel()
    block = np.repeat(np.repeat(np.arange(speakers), 4), counts)
    label = np.repeat(np.tile(np.arange(4), speakers), counts)
    alike = BASE[label] + spread * rng.normal(size=speakers)[block]
    alike = alike + HARD_CLIPS * rng.normal(size=len(label))
    values = []
    for _ in range(systems):
        own = spread * rng.normal(size=(speakers, 4))[block, label]
        values.append(rng.binomial(SEEDS, expit(alike + own)) / SEEDS)
    return label, block, values


def true_uar(spread):
    """The mean of expit over all that is normal, by Gauss and Hermite."""
    points, weights = np.polynomial.hermite_e.hermegauss(99)
    deviation = np.sqrt(2 * spread**2 + HARD_CLIPS**2)
    shares = expit(BASE[:, None] + deviation * points)
    return (shares @ weights / weights.sum()).mean()


def coverage(speakers, spread, runs=400, systems=1, by_clips=False):
    """How often a 95 % interval holds the truth; of two systems, which are
    alike, that is a difference of 0."""
    rng, held = np.random.default_rng(speakers), 0
    truth = true_uar(spread) if systems == 1 else 0
    for _ in range(runs):
        label, block, values = simulate(rng, speakers, spread, systems)
        block = np.arange(len(label)) if by_clips else block
        value = values[0] - sum(values[1:])
        low, high = interval_of(Clips(value, label, block), draws=400)
        held += low <= truth <= high
    return held / runs


def size(speakers, spread, runs=1000, by_clips=False):
    """How often two systems that are alike differ at 5 %."""
    rng, found = np.random.default_rng(speakers), 0
    for _ in range(runs):
        label, block, (ours, theirs) = simulate(rng, speakers, spread, 2)
        block = np.arange(len(label)) if by_clips else block
        shares = Clips(ours - theirs, label, block).by_block()
        found += permutation_p(shares, draws=1024) <= 0.05
    return found / runs


@pytest.mark.parametrize(
    "speakers, spread, systems", [(10, 0.5, 1), (24, 0.2, 1), (24, 0.8, 2)]
)
def test_95_percent_intervals_hold_the_truth(speakers, spread, systems):
    assert 0.92 <= coverage(speakers, spread, systems=systems) <= 0.98


def test_intervals_by_clips_would_not():
    assert coverage(24, 0.8, runs=100, by_clips=True) < 0.85


@pytest.mark.parametrize("speakers", [10, 24])  # all swaps, random swaps
def test_tests_at_5_percent_find_a_difference_in_5_percent(speakers):
    assert 0.03 <= size(speakers, spread=0.5) <= 0.07


def test_tests_with_clips_as_blocks_would_find_more():
    assert size(24, 0.8, runs=200, by_clips=True) > 0.08


def test_two_stages_alone_would_count_the_chance_of_clips_twice():
    """Where speakers are alike, plain percentiles of the draws hold the truth
    in nearly all runs."""
    rng, truth, held = np.random.default_rng(0), true_uar(0.2), 0
    for _ in range(200):
        label, block, [value] = simulate(rng, 24, 0.2)
        draws = draw_means(Clips(value, label, block), 400)
        low, high = np.quantile(draws, [0.025, 0.975])
        held += low <= truth <= high
    assert held / 200 > 0.98
