"""The filterbank encoder: neutral to padding, complete gradients, learns."""

import pytest
import torch

from speechbrain_zsfuse.encoders.filterbank import FilterbankEncoder


@pytest.fixture
def encoder():
    torch.manual_seed(0)
    return FilterbankEncoder(width=16).eval()


def noise(*sizes):
    """One row per size, padded with noise, and the relative lengths."""
    generator = torch.Generator().manual_seed(1)
    wavs = 0.1 * torch.randn(len(sizes), max(sizes), generator=generator)
    return wavs, torch.tensor(sizes) / max(sizes)


def pooled(hidden, mask):
    """Mean of the real frames, shape [B, D]."""
    return torch.stack([h[m].mean(0) for h, m in zip(hidden, mask)])


def test_shapes_and_mask(encoder):
    hidden, mask = encoder(*noise(16000, 8000, 400))
    assert hidden.shape == (3, 26, encoder.output_size)
    assert hidden.dtype == torch.float32 and mask.dtype == torch.bool
    assert mask.sum(1).tolist() == [26, 13, 1]
    assert torch.equal(mask, mask.sort(dim=1, descending=True).values)


def test_no_lengths_means_full(encoder):
    wavs, _ = noise(8000, 8000)
    hidden, mask = encoder(wavs)
    expected, _ = encoder(wavs, torch.ones(2))
    assert mask.all() and torch.equal(hidden, expected)


@pytest.mark.parametrize("size", [400, 799, 800, 8000, 8079, 8080, 8161, 12345])
def test_padding_and_batch_mates_are_neutral(encoder, size):
    wavs, lens = noise(size, 16000, 9000)
    wavs[1] *= 10  # a loud neighbour
    wavs[0] *= 1e-2
    # The loudest sample last: it also reaches frames after the end.
    wavs[0, size - 1] = 1.0
    wavs[0, : size // 2] *= 1e-6
    hidden, mask = encoder(wavs, lens)
    alone, whole = encoder(wavs[:1, :size])
    assert whole.all() and mask[0].sum() == whole.shape[1]
    torch.testing.assert_close(hidden[:1, mask[0]], alone, atol=1e-5, rtol=0)


def test_loudness_is_ignored(encoder):
    wavs, lens = noise(8000, 6000)
    expected, _ = encoder(wavs, lens)
    torch.testing.assert_close(
        encoder(0.1 * wavs, lens)[0], expected, atol=1e-4, rtol=0
    )


def test_eval_is_deterministic_and_train_is_not(encoder):
    wavs, lens = noise(8000, 6000)
    first, second = (encoder(wavs, lens)[0] for _ in range(2))
    assert torch.equal(first, second)
    encoder.train()
    first, second = (encoder(wavs, lens)[0] for _ in range(2))
    assert not torch.equal(first, second)


@pytest.mark.parametrize("size", [400, 8000])
def test_a_click_and_a_single_frame_stay_finite(encoder, size):
    click = (torch.arange(size) == 0)[None] * 2.0**-15
    hidden, _ = encoder(click)
    assert torch.isfinite(hidden).all()
    hidden.square().sum().backward()  # one frame: a standard deviation of 0
    assert all(torch.isfinite(p.grad).all() for p in encoder.parameters())


def test_every_parameter_gets_a_gradient(encoder):
    encoder.train()
    hidden, mask = encoder(*noise(8000, 6000))
    pooled(hidden, mask).square().sum().backward()
    for name, parameter in encoder.named_parameters():
        assert parameter.grad is not None and parameter.grad.any(), name


def test_no_statistics_of_the_batch(encoder):
    kinds = (torch.nn.modules.batchnorm._BatchNorm,)
    assert not any(isinstance(m, kinds) for m in encoder.modules())


def test_short_clip(encoder):
    with pytest.raises(ValueError, match="clip 1 .*399 samples.* least 400"):
        encoder(*noise(16000, 399))


def test_learns_rising_from_falling_tones():
    """The order of sounds decides, not their mean spectrum."""
    torch.manual_seed(0)
    time = torch.arange(8000) / 16000
    start = 300 + 300 * torch.rand(32, 1)
    rising = torch.sin(6.283 * (start * time + 1000 * time.square()))
    wavs = torch.cat([rising, rising.flip(1)])
    wavs += 0.01 * torch.randn_like(wavs)
    labels = torch.arange(2).repeat_interleave(32)
    encoder, head = FilterbankEncoder(width=16), torch.nn.Linear(16, 2)
    weights = [*encoder.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=1e-2)
    for _ in range(30):
        chosen = torch.randperm(64)[:16]
        logits = head(pooled(*encoder(wavs[chosen])))
        loss = torch.nn.functional.cross_entropy(logits, labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    encoder.eval()
    correct = head(pooled(*encoder(wavs))).argmax(1) == labels
    assert correct.float().mean() > 0.9
