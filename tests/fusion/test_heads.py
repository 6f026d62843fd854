"""The heads against their equations, written out."""

from functools import partial

import pytest
import torch

from speechbrain_zsfuse.fusion import (
    GatedLogitAddition,
    LogLinearPooling,
    ScaledConcatenation,
    ZSFuseHead,
)
from speechbrain_zsfuse.losses import CrossEntropy

HEADS = [ZSFuseHead, ScaledConcatenation, GatedLogitAddition, LogLinearPooling]
SCALED = HEADS[1:]


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


@pytest.mark.parametrize("head", [*HEADS, partial(ZSFuseHead, affine=True)])
def test_every_weight_gets_a_gradient_with_and_without_scores(inputs, head):
    for arguments in (inputs, inputs[:1]):
        made = head(5, 4)
        made(*arguments).square().sum().backward()
        assert all(p.grad is not None for p in made.parameters())


@pytest.mark.parametrize("head", HEADS)
def test_scores_of_another_shape_are_refused(inputs, head):
    pooled, scores = inputs
    with pytest.raises(ValueError, match=r"\[3, 4\].*got \[3, 3\]"):
        head(5, 4)(pooled, scores[:, :3])


@pytest.mark.parametrize("head", HEADS)
def test_an_encoder_of_another_size_is_explained(inputs, head):
    with pytest.raises(ValueError, match="size 8, but got 5.*output_size"):
        head(8, 4)(*inputs)


@pytest.mark.parametrize("head", HEADS)
def test_both_arms_start_from_the_same_weights_of_a_seed(inputs, head):
    """Those of a linear layer, the first that is drawn."""
    torch.manual_seed(3)
    made = head(5, 4)
    torch.manual_seed(3)
    width = made.linear.in_features
    torch.testing.assert_close(
        made.linear.state_dict(), torch.nn.Linear(width, 4).state_dict()
    )


@pytest.mark.parametrize("head", SCALED)
def test_without_scores_each_head_is_a_linear_classifier(inputs, head):
    pooled, _ = inputs
    made = head(5, 4)
    expected = pooled @ made.linear.weight[:, :5].T + made.linear.bias
    torch.testing.assert_close(
        made(pooled).softmax(-1), expected.softmax(-1), rtol=1e-6, atol=1e-7
    )


def test_a_temperature_before_a_layer_norm_does_nothing(inputs):
    pooled, scores = inputs
    head = ZSFuseHead(5, 4, epsilon=1e-12)
    torch.testing.assert_close(
        head(pooled, scores / 0.07), head(pooled, scores)
    )


def test_but_for_epsilon_if_the_scores_are_as_near_as_that(inputs):
    """Deviations of 0.003: a variance of about the usual epsilon, 1e-5."""
    pooled, scores = inputs
    near = scores.mean() + 0.15 * (scores - scores.mean())
    head = ZSFuseHead(5, 4)
    change = head(pooled, near / 0.07) - head(pooled, near)
    assert change.abs().max() > 0.02


@pytest.mark.parametrize("head", SCALED)
def test_without_a_layer_norm_a_temperature_is_one(inputs, head):
    """The head at T is the head at 1 of scores divided by T."""
    pooled, scores = inputs
    heads = []
    for temperature in (0.07, 1.0):
        torch.manual_seed(1)
        heads.append(head(5, 4, temperature=temperature))
    sharp, plain = heads
    torch.testing.assert_close(
        sharp(pooled, scores), plain(pooled, scores / 0.07)
    )
    assert (sharp(pooled, scores) - plain(pooled, scores)).abs().max() > 0.01


def test_scaled_concatenation_is_its_equation(inputs):
    pooled, scores = inputs
    head = ScaledConcatenation(5, 4, temperature=0.05)
    z = torch.cat([pooled, scores / 0.05], dim=1)
    expected = z @ head.linear.weight.T + head.linear.bias
    torch.testing.assert_close(head(pooled, scores), expected)


def test_gated_addition_is_its_equation(inputs):
    pooled, scores = inputs
    head = GatedLogitAddition(5, 4, temperature=0.05)
    torch.nn.init.normal_(head.gate.weight)
    torch.nn.init.constant_(head.gate.bias, 0.3)
    gate = 1 / (1 + torch.exp(-(pooled @ head.gate.weight[0] + 0.3)))
    own = pooled @ head.linear.weight.T + head.linear.bias
    expected = own + gate[:, None] * scores / 0.05
    torch.testing.assert_close(head(pooled, scores), expected)
    assert gate.std() > 0.05
    torch.nn.init.constant_(head.gate.bias, -200.0)  # g = 0
    torch.testing.assert_close(head(pooled, scores), own)


def test_log_linear_pooling_is_its_equation(inputs):
    """p ∝ p₁^(1-w) · p₂^w, of probabilities."""
    pooled, scores = inputs
    head = LogLinearPooling(5, 4, weight=0.3, temperature=0.05)
    own = (pooled @ head.linear.weight.T + head.linear.bias).softmax(-1)
    product = own**0.7 * (scores / 0.05).softmax(-1) ** 0.3
    expected = product / product.sum(-1, keepdim=True)
    torch.testing.assert_close(head(pooled, scores).exp(), expected)


@pytest.mark.parametrize("head", SCALED)
def test_a_temperature_is_learned_or_stays(inputs, head):
    target = torch.tensor([0, 1, 2])
    for learned in (True, False):
        made = head(5, 4, temperature=0.07, learned=learned)
        trained = [p for p in made.parameters() if p.requires_grad]
        optimizer = torch.optim.AdamW(trained, lr=0.05)
        losses = []
        for _ in range(100):
            loss = CrossEntropy()(made(*inputs), target)[0].mean()
            losses.append(loss.item())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        assert losses[-1] < 0.5 * losses[0]
        temperature = made.log_temperature.exp().item()
        assert (temperature != pytest.approx(0.07)) == learned
        assert 0 < temperature < 1


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("head", SCALED)
def test_scores_stay_in_float32_under_autocast(inputs, head, dtype):
    """A step of bf16 at 0.3 / 0.07 is an eighth of the scores' spread."""
    pooled, scores = inputs
    made = head(5, 4)
    expected = made(pooled.to(dtype).float(), scores)
    with torch.autocast("cpu", dtype=dtype):
        found = made(pooled.to(dtype), scores)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("head", SCALED)
@pytest.mark.parametrize("name, value", [("temperature", 0), ("learned", 1)])
def test_options_of_another_kind_are_refused(head, name, value):
    with pytest.raises(ValueError, match=f"`{name}` to be .*but got {value}"):
        head(5, 4, **{name: value})


@pytest.mark.parametrize("weight", [0, 1, 1.5, "half"])
def test_a_weight_lies_between_the_two(weight):
    with pytest.raises(
        ValueError, match=r"`weight` to be a number in \(0, 1\)"
    ):
        LogLinearPooling(5, 4, weight=weight)


@pytest.mark.parametrize("head", HEADS)
def test_a_fallback_learns_from_h_alone_and_hands_nothing_back(inputs, head):
    pooled, scores = inputs
    torch.manual_seed(3)
    plain = head(5, 4)
    drawn = torch.get_rng_state()
    torch.manual_seed(3)
    guarded = head(5, 4, fallback="validation")
    assert (torch.get_rng_state() == drawn).all()
    torch.nn.init.normal_(guarded.alone.weight)
    pooled.requires_grad_(True)
    fused, alone = guarded(pooled, scores).unbind(1)
    assert (fused == plain(pooled, scores)).all()
    expected = pooled @ guarded.alone.weight.T
    torch.testing.assert_close(alone, expected)
    gradients = torch.autograd.grad(
        alone.sum(),
        [pooled, *guarded.parameters()],
        allow_unused=True,
        materialize_grads=True,
    )
    touched = ["pooled", *dict(guarded.named_parameters())]
    touched = [n for n, g in zip(touched, gradients) if g.any()]
    assert touched == ["alone.weight", "alone.bias"]
    assert all(map(guarded.trained_apart, touched))
    assert not any(map(guarded.trained_apart, plain.state_dict()))


@pytest.mark.parametrize("head", HEADS)
def test_a_fallback_without_scores_is_an_error(inputs, head):
    message = "Expected zero-shot scores.*but got none. Give scores, or leave"
    with pytest.raises(ValueError, match=message):
        head(5, 4, fallback="validation")(inputs[0])


def test_a_fallback_begins_with_no_opinion(inputs):
    head = ZSFuseHead(5, 4, fallback="validation")
    assert not head(*inputs)[:, 1].any()
