"""Losses against their formulas, written out once more in plain numpy."""

import numpy as np
import pytest
import torch

from speechbrain_zsfuse import losses

COUNTS = [40, 25, 5, 130]
LOGITS = np.array([[2.0, -1.0, 0.5, 0.1], [0.3, 0.2, -3.0, 1.5], [9, 0, 0, -9]])
CLASSES = np.array([2, 0, 3])
N, C = sum(COUNTS), len(COUNTS)


def log_softmax(z):
    return z - np.log(np.exp(z).sum(-1, keepdims=True))


def picked(z):
    """ln p_y of each row."""
    return log_softmax(z)[np.arange(len(z)), CLASSES]


def inverse(counts):
    return np.array([N / (n * C) for n in counts])


def expected_weighted(normalization):
    w = inverse(COUNTS)[CLASSES]
    divisor = len(w) if normalization == "paper" else w.sum()
    return (-w * picked(LOGITS)).sum() / divisor


def expected_focal(gamma):
    p = np.exp(picked(LOGITS))
    w = inverse(COUNTS)[CLASSES]
    return (w * (1 - p) ** gamma * -np.log(p)).mean()


def expected_vector_scaling(gamma, tau):
    n = np.array(COUNTS)
    z = (n / n.max()) ** gamma * LOGITS + tau * np.log(n / N)
    w = inverse(COUNTS)[CLASSES]
    return (-w * picked(z)).sum() / w.sum()


def expected_class_balanced(beta):
    w = np.array([(1 - beta) / (1 - beta**n) for n in COUNTS])
    w = w * C / w.sum()
    return (-w[CLASSES] * picked(LOGITS)).mean()


def expected_logit_adjusted(tau):
    return -picked(LOGITS + tau * np.log(np.array(COUNTS) / N)).mean()


CASES = [
    (losses.CrossEntropy(), -picked(LOGITS).mean()),
    (losses.WeightedCrossEntropy(), expected_weighted("paper")),
    (losses.WeightedCrossEntropy("torch"), expected_weighted("torch")),
    (losses.WeightedFocal(), expected_focal(2)),
    (losses.WeightedFocal(gamma=0.5), expected_focal(0.5)),
    (losses.VectorScaling(), expected_vector_scaling(0.3, 1)),
    (losses.VectorScaling(0.1, 2.0), expected_vector_scaling(0.1, 2)),
    (losses.ClassBalanced(), expected_class_balanced((N - 1) / N)),
    (losses.ClassBalanced(beta=0.9), expected_class_balanced(0.9)),
    (losses.LogitAdjusted(), expected_logit_adjusted(1)),
    (losses.LogitAdjusted(tau=1.5), expected_logit_adjusted(1.5)),
]
IDS = [f"{type(loss).__name__}{index}" for index, (loss, _) in enumerate(CASES)]


def batch_loss(loss, logits=LOGITS, target=CLASSES):
    logits = torch.tensor(logits, dtype=torch.float32)
    values, shares = loss(logits, torch.as_tensor(target))
    assert values.shape == shares.shape == (len(logits),)
    return values.sum() / shares.sum()


@pytest.mark.parametrize("loss, expected", CASES, ids=IDS)
def test_loss_is_its_formula(loss, expected):
    loss.count(COUNTS)
    assert batch_loss(loss).item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("loss, expected", CASES, ids=IDS)
def test_a_one_hot_distribution_is_a_class(loss, expected):
    loss.count(COUNTS)
    one_hot = np.eye(C, dtype=np.float32)[CLASSES]
    got = batch_loss(loss, target=one_hot).item()
    assert got == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("loss, _", CASES, ids=IDS)
def test_extreme_logits_stay_finite(loss, _):
    loss.count(COUNTS)
    logits = torch.tensor([[90.0, -90, 0, 0]] * 3, requires_grad=True)
    values, shares = loss(logits, torch.tensor([0, 1, 2]))
    (values.sum() / shares.sum()).backward()
    assert torch.isfinite(values).all() and torch.isfinite(logits.grad).all()


def test_torch_normalization_is_pytorchs():
    loss = losses.WeightedCrossEntropy("torch")
    loss.count(COUNTS)
    weight = torch.tensor(inverse(COUNTS), dtype=torch.float32)
    logits = torch.tensor(LOGITS, dtype=torch.float32)
    classes = torch.tensor(CLASSES)
    stock = torch.nn.functional.cross_entropy(logits, classes, weight)
    torch.testing.assert_close(batch_loss(loss), stock)


def test_votes_as_a_distribution():
    votes = np.array([[0.2, 0.3, 0.5, 0], [1, 0, 0, 0], [0.25] * 4])
    expected = -(votes * log_softmax(LOGITS)).sum(-1).mean()
    got = batch_loss(losses.CrossEntropy(), target=votes.astype(np.float32))
    assert got.item() == pytest.approx(expected, rel=1e-5)


def test_parts_add_up_to_the_whole():
    """What makes two processes train as one."""
    loss = losses.WeightedCrossEntropy("torch")
    loss.count(COUNTS)
    logits = torch.tensor(LOGITS, dtype=torch.float32)
    parts = [
        loss(logits[rows], torch.tensor(CLASSES[rows]))
        for rows in ([0], [1, 2])
    ]
    values = sum(values.sum() for values, _ in parts)
    shares = sum(shares.sum() for _, shares in parts)
    torch.testing.assert_close(values / shares, batch_loss(loss))


def test_errors_say_what_to_do():
    loss = losses.WeightedCrossEntropy()
    with pytest.raises(ValueError, match=r"has \[\]. Call `count`"):
        batch_loss(loss)
    loss.count([1, 2])
    with pytest.raises(ValueError, match=r"the 4 classes, but .* \[1.0, 2.0\]"):
        batch_loss(loss)
    loss.count([1, 2, 0, 1])
    with pytest.raises(ValueError, match="leave empty ones out of `labels`"):
        batch_loss(loss)
    with pytest.raises(ValueError, match="one of paper, torch, but got 'sum'"):
        losses.WeightedCrossEntropy("sum")
    with pytest.raises(ValueError, match=r"`beta` .* \[0, 1\), or null"):
        losses.ClassBalanced(beta=1)
    with pytest.raises(ValueError, match="sum to 1.*Divide the votes"):
        batch_loss(loss, target=np.full((3, 4), 2.0, dtype=np.float32))
