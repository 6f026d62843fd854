"""Pooling against its formulas; padding changes nothing."""

import numpy as np
import pytest
import torch

from speechbrain_zsfuse.pooling import (
    AttentiveStatistics,
    MaskedMean,
    masked_mean,
)


@pytest.fixture
def frames():
    generator = torch.Generator().manual_seed(1)
    hidden = torch.randn(3, 7, 4, generator=generator)
    mask = torch.arange(7) < torch.tensor([[7], [3], [1]])
    return hidden, mask


def test_attentive_statistics_is_its_formula(frames):
    torch.manual_seed(2)
    pooling = AttentiveStatistics(4, attention_size=5)
    hidden, mask = frames
    got = pooling(hidden, mask).detach().numpy()
    weight = pooling.hidden.weight.detach().double().numpy()
    bias = pooling.hidden.bias.detach().double().numpy()
    vector = pooling.vector.detach().double().numpy()
    for row, clip, size in zip(got, hidden.double().numpy(), (7, 3, 1)):
        h = clip[:size]
        energy = np.array([vector @ np.tanh(weight @ x + bias) for x in h])
        alpha = np.exp(energy) / np.exp(energy).sum()
        mean = sum(a * x for a, x in zip(alpha, h))
        square = sum(a * x * x for a, x in zip(alpha, h))
        deviation = np.sqrt(np.maximum(square - mean**2, 1e-5))
        expected = np.concatenate([mean, deviation])
        assert row == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("pooling", [MaskedMean(4), AttentiveStatistics(4)])
def test_padding_changes_nothing(frames, pooling):
    hidden, mask = frames
    expected = pooling(hidden, mask)
    for rubbish in (0.0, 1e4, torch.nan):
        spoiled = torch.where(mask.unsqueeze(-1), hidden, rubbish)
        assert torch.equal(pooling(spoiled, mask), expected)
    alone = pooling(hidden[1:2, :3], mask[1:2, :3])
    torch.testing.assert_close(alone, expected[1:2])


def test_gradients_are_finite_for_a_single_frame(frames):
    pooling = AttentiveStatistics(4)
    hidden, mask = frames
    hidden.requires_grad_()
    pooling(hidden, mask).sum().backward()
    assert torch.isfinite(hidden.grad).all()
    assert not hidden.grad[~mask].any()


def test_a_wrong_mask_is_refused(frames):
    hidden, mask = frames
    for pool in (masked_mean, AttentiveStatistics(4)):
        with pytest.raises(ValueError, match=r"\[3, 7\], but got \[3, 6\]"):
            pool(hidden, mask[:, :6])


@pytest.mark.parametrize("pooling", [MaskedMean, AttentiveStatistics])
def test_what_is_no_mask_is_refused(pooling):
    hidden = torch.rand(2, 3, 4)
    for mask in (torch.ones(2, 3), torch.tensor([1.0, 0.5])):
        with pytest.raises(ValueError, match="of booleans, true on the frames"):
            pooling(4)(hidden, mask)


def test_padding_does_not_enter_the_mean():
    hidden = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [9.0, 9.0]]])
    mask = torch.tensor([[True, True, False]])
    assert masked_mean(hidden, mask).tolist() == [[2.0, 3.0]]


def test_a_mask_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"\[1, 3\], but got \[1, 2\]"):
        masked_mean(torch.zeros(1, 3, 2), torch.ones(1, 2, dtype=bool))
