"""Uniform guesses: what knows nothing reaches."""

import numpy as np
from sklearn.metrics import balanced_accuracy_score

from speechbrain_zsfuse.evaluation.metrics.chance import guess_uniformly


def test_guesses_are_uniform_and_of_their_seed():
    labels = ["sad", "angry", "happy", "neutral"]
    guesses = guess_uniformly(40_000, labels, seed=7)
    shares = [guesses.count(label) / 40_000 for label in labels]
    # 0.25 ± 4 standard errors, sqrt(.25 * .75 / 40000) = .0022
    assert np.allclose(shares, 0.25, atol=0.0087)
    assert guesses == guess_uniformly(40_000, labels, seed=7)
    assert guesses != guess_uniformly(40_000, labels, seed=8)


def test_their_uar_is_one_by_classes_however_unequal_these_are():
    truth = ["sad"] * 5000 + ["angry"] * 500 + ["happy"] * 500
    labels = ["sad", "angry", "happy"]
    uars = [
        balanced_accuracy_score(truth, guess_uniformly(6000, labels, seed))
        for seed in range(100)
    ]
    # 4 standard errors: std of a UAR is about .010
    assert abs(np.mean(uars) - 1 / 3) < 0.004
