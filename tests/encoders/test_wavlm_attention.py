"""Fused attention equals transformers' own, in value and gradient."""

import copy

import pytest
import torch
from tiny_ssl import save_ssl
from transformers import WavLMModel
from transformers.models.wavlm.modeling_wavlm import WavLMAttention

from speechbrain_zsfuse.encoders.wavlm_attention import (
    gated_attention,
    use_fused_attention,
)

CLIPS, FRAMES, SIZE, HEADS = 3, 40, 32, 4


@pytest.fixture
def layers():
    """The same attention layer twice: transformers', and ours."""
    torch.manual_seed(1)
    stock = WavLMAttention(SIZE, HEADS)
    with torch.no_grad():
        stock.gru_rel_pos_const.uniform_(0.5, 1.5)
    ours = torch.nn.ModuleList([copy.deepcopy(stock)])
    assert use_fused_attention(ours) == 1
    return stock.train(), ours[0].train()


@pytest.fixture
def frames():
    generator = torch.Generator().manual_seed(2)
    hidden = torch.randn(CLIPS, FRAMES, SIZE, generator=generator)
    mask = torch.arange(FRAMES) < torch.tensor([[FRAMES], [25], [1]])
    return hidden, mask


@pytest.mark.parametrize("padded", [True, False])
def test_value_and_gradient_are_those_of_transformers(layers, frames, padded):
    hidden, mask = frames
    mask = mask if padded else torch.ones_like(mask)
    results = []
    for layer in layers:
        inputs = hidden.clone().requires_grad_()
        bias = layer.compute_bias(FRAMES, FRAMES)
        if layer is layers[0]:  # it wants a copy for every clip
            bias = bias.repeat(CLIPS, 1, 1)
        output, *_ = layer(inputs, mask if padded else None, bias)
        output = output * mask.unsqueeze(-1)
        (output * torch.cos(hidden)).sum().backward()
        grads = {n: p.grad for n, p in layer.named_parameters()}
        results.append((output, {"input": inputs.grad, **grads}))
    (stock, stock_grads), (ours, our_grads) = results
    torch.testing.assert_close(ours, stock, atol=1e-5, rtol=0)
    assert our_grads.keys() == stock_grads.keys()
    for name, expected in stock_grads.items():
        assert expected is not None, name
        torch.testing.assert_close(
            our_grads[name], expected, atol=1e-5, rtol=1e-4, msg=name
        )


def test_gradient_with_dropout_is_the_formulas(frames):
    generator = torch.Generator().manual_seed(3)
    shape = CLIPS, HEADS, FRAMES, 8
    inputs = [torch.randn(shape, generator=generator) for _ in range(3)]
    inputs.append(torch.rand(*shape[:3], 1, generator=generator))
    inputs.append(torch.randn(HEADS, FRAMES, FRAMES, generator=generator))
    inputs = [x.requires_grad_() for x in inputs]
    padding = ~frames[1]
    torch.manual_seed(4)
    ours = gated_attention(*inputs, padding, 0.3)
    grads = torch.autograd.grad(ours.square().sum(), inputs)
    torch.manual_seed(4)
    kept = torch.empty(CLIPS, HEADS, FRAMES, FRAMES, dtype=torch.bool)
    kept = kept.bernoulli_(0.7)
    query, key, value, gate, bias = inputs
    scores = query @ key.mT / 8**0.5 + gate * bias
    scores = scores.masked_fill(padding[:, None, None], -torch.inf)
    expected = (scores.softmax(-1) * kept / 0.7) @ value
    torch.testing.assert_close(ours, expected)
    for got, right in zip(
        grads, torch.autograd.grad(expected.square().sum(), inputs)
    ):
        torch.testing.assert_close(got, right, atol=1e-4, rtol=1e-4)
    assert 0.28 < 1 - kept.float().mean() < 0.32


def saved_bytes(function):
    """What the backward pass keeps, in bytes."""
    sizes = {}

    def note(tensor):
        storage = tensor.untyped_storage()
        sizes[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda x: x):
        result = function()
    return sum(sizes.values()), result


def test_less_is_kept_for_the_backward_pass(layers):
    hidden = torch.randn(2, 200, SIZE, requires_grad=True)
    stock, ours = layers
    bias = stock.compute_bias(200, 200).detach().requires_grad_()
    many = bias.detach().repeat(2, 1, 1).requires_grad_()
    kept_stock, _ = saved_bytes(lambda: stock(hidden, None, many)[0])
    kept_ours, _ = saved_bytes(lambda: ours(hidden, None, bias)[0])
    assert kept_ours < kept_stock / 2


@pytest.mark.parametrize("large", [True, False])
def test_a_whole_model_trains_the_same(tmp_path, large):
    model = WavLMModel.from_pretrained(
        save_ssl(tmp_path, "wavlm", large=large)
    ).train()
    model.config.layerdrop = 0.0
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        if isinstance(module, WavLMAttention):
            module.dropout = 0.0
    model.config.apply_spec_augment = False
    ours = copy.deepcopy(model)
    assert use_fused_attention(ours) == model.config.num_hidden_layers
    assert ours.state_dict().keys() == model.state_dict().keys()
    wavs = torch.randn(2, 8000)
    results = []
    for one in (model, ours):
        hidden = one(wavs).last_hidden_state
        hidden.square().mean().backward()
        results.append((hidden, one.encoder.layers[0].attention))
    (stock, first), (fused, second) = results
    torch.testing.assert_close(fused, stock, atol=1e-5, rtol=0)
    torch.testing.assert_close(
        second.rel_attn_embed.weight.grad,
        first.rel_attn_embed.weight.grad,
        atol=1e-5,
        rtol=0,
    )


def test_evaluation_is_transformers_to_the_last_bit(layers, frames):
    stock, ours = (layer.eval() for layer in layers)
    hidden, mask = frames
    assert torch.equal(ours(hidden, mask)[0], stock(hidden, mask)[0])


def test_mixed_precision_stays_close(layers, frames):
    _, ours = layers
    hidden, mask = frames
    exact, *_ = ours(hidden, mask)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed, *_ = ours(hidden, mask)
        mixed.float().sum().backward()
    assert (mixed - exact)[mask].abs().max() < 0.03
    assert all(p.grad.isfinite().all() for p in ours.parameters())
