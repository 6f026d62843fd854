"""The head and the pooling against their equations, written out."""

import pytest
import torch

from speechbrain_zsfuse.fusion import ZSFuseHead
from speechbrain_zsfuse.pooling import masked_mean


@pytest.fixture
def inputs():
    generator = torch.Generator().manual_seed(0)
    pooled = torch.randn(3, 5, generator=generator)
    scores = 0.3 + 0.02 * torch.randn(3, 4, generator=generator)
    return pooled, scores


def test_head_is_the_papers_equation(inputs):
    pooled, scores = inputs
    head = ZSFuseHead(5, 4)
    centred = scores - scores.mean(1, keepdim=True)
    deviation = (centred.square().mean(1, keepdim=True) + 1e-5).sqrt()
    z = torch.cat([pooled, centred / deviation], dim=1)  # z = [h; LN(s)]
    expected = z @ head.linear.weight.T + head.linear.bias
    torch.testing.assert_close(head(pooled, scores), expected)


def test_without_scores_the_head_is_linear_in_h(inputs):
    pooled, _ = inputs
    head = ZSFuseHead(5, 4)
    expected = pooled @ head.linear.weight[:, :5].T + head.linear.bias
    torch.testing.assert_close(head(pooled), expected)


def test_scores_matter_and_their_offset_does_not(inputs):
    pooled, scores = inputs
    head = ZSFuseHead(5, 4)
    logits = head(pooled, scores)
    assert (logits - head(pooled)).abs().max() > 0.05
    torch.testing.assert_close(
        head(pooled, scores + 0.5), logits, atol=1e-3, rtol=0
    )


@pytest.mark.parametrize("affine", [False, True])
def test_every_weight_gets_a_gradient_with_and_without_scores(inputs, affine):
    for arguments in (inputs, inputs[:1]):
        head = ZSFuseHead(5, 4, affine=affine)
        head(*arguments).square().sum().backward()
        assert all(p.grad is not None for p in head.parameters())


def test_scores_of_another_shape_are_refused(inputs):
    pooled, scores = inputs
    with pytest.raises(ValueError, match=r"\[3, 4\].*got \[3, 3\]"):
        ZSFuseHead(5, 4)(pooled, scores[:, :3])


def test_an_encoder_of_another_size_is_explained(inputs):
    with pytest.raises(ValueError, match="size 8, but got 5.*output_size"):
        ZSFuseHead(8, 4)(*inputs)


def test_padding_does_not_enter_the_mean():
    hidden = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [9.0, 9.0]]])
    mask = torch.tensor([[True, True, False]])
    assert masked_mean(hidden, mask).tolist() == [[2.0, 3.0]]


def test_a_mask_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"\[1, 3\], but got \[1, 2\]"):
        masked_mean(torch.zeros(1, 3, 2), torch.ones(1, 2, dtype=bool))
