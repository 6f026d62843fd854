"""The Brain's own decisions, on models of one number."""

import math
from types import SimpleNamespace

import pytest
import torch
from speechbrain import Stage

from speechbrain_zsfuse.training.brain import ZSFuseBrain, best_epoch

LABELS = ["sad", "angry"]


def make_brain(**run_opts):
    module = torch.nn.Linear(1, 2)
    return ZSFuseBrain(
        {"head": module},
        lambda parameters: torch.optim.SGD(parameters, lr=1.0),
        {"labels": LABELS, "seed": 1},
        {"device": "cpu", **run_opts},
    )


def test_the_highest_uar_wins_and_of_equals_the_earliest():
    epochs = [(1, 0.4), (2, 0.6), (3, 0.6), (4, 0.5)]
    checkpoints = [
        SimpleNamespace(meta={"epoch": epoch, "UAR": uar})
        for epoch, uar in epochs
    ]
    assert max(checkpoints, key=best_epoch).meta["epoch"] == 2


@pytest.mark.parametrize("limit, expected", [(-1.0, math.inf), (5.0, 5.0)])
def test_a_negative_gradient_limit_is_no_limit(limit, expected):
    assert make_brain(max_grad_norm=limit).max_grad_norm == expected


def test_frozen_weights_are_not_optimised():
    brain = make_brain()
    brain.modules.head.bias.requires_grad_(False)
    brain.init_optimizers()
    (group,) = brain.optimizer.param_groups
    assert [p is brain.modules.head.weight for p in group["params"]] == [True]


def test_loss_is_cross_entropy_and_rows_are_exact():
    brain = make_brain()
    logits = torch.tensor([[2.0, 0.0], [0.0, 1.0]])
    batch = SimpleNamespace(
        id=["a", "b"], speaker=["1", "2"], label=torch.tensor([0, 0])
    )
    brain.on_stage_start(Stage.VALID)
    loss = brain.compute_objectives(logits, batch, Stage.VALID)
    by_hand = [math.log(1 + math.exp(-2)), math.log(1 + math.exp(1))]
    assert float(loss) == pytest.approx(sum(by_hand) / 2, abs=1e-6)
    assert [row["id"] for row in brain.rows] == ["a", "b"]
    assert [r["loss"] for r in brain.rows] == pytest.approx(by_hand, abs=1e-6)
    share = 1 / (1 + math.exp(-2))
    expected = [share, 1 - share]
    assert brain.rows[0]["probabilities"] == pytest.approx(expected, abs=1e-6)


def test_uar_is_over_clips_not_over_batches():
    brain = make_brain()
    rows = [
        {"label": label, "probabilities": [p, 1 - p], "loss": 1.0}
        for label, p in [(0, 0.9), (0, 0.8), (0, 0.1), (1, 0.9)]
    ]
    stats = brain._statistics(rows)
    assert stats["UAR"] == pytest.approx((2 / 3 + 0) / 2)
    assert stats["WA"] == 0.5
    assert {type(value) for value in stats.values()} == {float}
