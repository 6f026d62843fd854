"""The Zipformer is a function of the clip alone, and of known sizes only."""

import official_clsp
import pytest
import torch
import torchaudio

from speechbrain_zsfuse.lobes.towers.zipformer.attention import offset_to_key
from speechbrain_zsfuse.lobes.towers.zipformer.clsp import passes
from speechbrain_zsfuse.lobes.towers.zipformer.config import (
    TINY,
    CLSPConfig,
    tiny_config,
)
from speechbrain_zsfuse.lobes.towers.zipformer.encoder import Zipformer2
from speechbrain_zsfuse.lobes.towers.zipformer.features import (
    MINIMUM_SAMPLES,
    filterbank,
)
from speechbrain_zsfuse.lobes.towers.zipformer.resampling import Downsample
from speechbrain_zsfuse.lobes.towers.zipformer.scaling import (
    swoosh_l,
    swoosh_r,
)
from speechbrain_zsfuse.lobes.towers.zipformer.subsampling import (
    MINIMUM_FRAMES,
    Conv2dSubsampling,
)


@pytest.fixture(scope="module")
def encoder():
    encoder = Zipformer2(TINY)
    encoder.load_state_dict(official_clsp.state_dict(encoder, seed=1))
    return encoder.requires_grad_(False).eval()


@pytest.mark.parametrize("longest", [1, 2, 7, 8, 9, 33])
@pytest.mark.parametrize("padding", [0.0, 1e3])
def test_a_clip_does_not_notice_its_batch_mates(encoder, longest, padding):
    torch.manual_seed(longest)
    frames = torch.randn(longest, longest, TINY.encoder_dim)
    lengths = torch.arange(1, longest + 1)  # one frame apart
    padded = frames.clone()
    for row, length in zip(padded, lengths):
        row[length:] = padding
    together, reduced = encoder(padded, lengths)
    assert reduced.tolist() == [(n + 1) // 2 for n in lengths.tolist()]
    for row, length, clip in zip(together, lengths, frames):
        [alone], [count] = encoder(clip[None, :length], length[None])
        torch.testing.assert_close(row[:count], alone, atol=1e-5, rtol=1e-6)


def test_a_later_frame_matters(encoder):
    # The test above would pass if nothing mattered.
    frames = torch.randn(1, 33, TINY.encoder_dim)
    whole, _ = encoder(frames, torch.tensor([33]))
    shorter, _ = encoder(frames, torch.tensor([32]))
    assert (whole - shorter)[:, :16].abs().max() > 1e-3


def test_downsampling_repeats_the_last_frame():
    block = Downsample(4)
    weights = torch.tensor([0.1, 0.2, 0.3, 0.4])
    block.bias.data = weights.log()
    frames = torch.tensor([1.0, 2, 3, 4, 5, 6]).reshape(1, 6, 1)
    expected = [3.0, 0.1 * 5 + 0.9 * 6]
    result = block(frames, torch.tensor([6])).flatten()
    torch.testing.assert_close(result, torch.tensor(expected))


@pytest.mark.parametrize("length", [1, 2, 3, 6])
def test_offsets_are_sorted_by_frame(length):
    offsets = torch.arange(1 - length, length).expand(length, -1)
    frame = torch.arange(length)
    expected = frame - frame[:, None]
    assert torch.equal(offset_to_key(offsets.clone()), expected)


def test_swoosh_is_its_formula():
    x = torch.linspace(-30, 30, 61, dtype=torch.float64)
    left = (1 + (x - 4).exp()).log() - 0.08 * x - 0.035
    right = (1 + (x - 1).exp()).log() - 0.08 * x - 0.313261687
    torch.testing.assert_close(swoosh_l(x), left, atol=1e-7, rtol=0)
    torch.testing.assert_close(swoosh_r(x), right, atol=1e-7, rtol=0)


def test_features_are_kaldi_filterbanks():
    clip = torch.rand(16123) - 0.5
    expected = torchaudio.compliance.kaldi.fbank(
        clip[None],
        sample_frequency=16000,
        num_mel_bins=128,
        low_freq=20.0,
        high_freq=-400.0,
        snip_edges=False,
        dither=0.0,
        energy_floor=1e-10,
    )
    assert torch.equal(filterbank(clip, bins=128), expected)
    assert len(expected) == (16123 + 80) // 160


def test_the_shortest_clip_yields_one_frame():
    front_end = Conv2dSubsampling(bins=16, size=8)
    features = filterbank(torch.rand(MINIMUM_SAMPLES), bins=16)
    assert front_end(features[None]).shape == (1, 1, 8)
    shorter = filterbank(torch.rand(MINIMUM_SAMPLES - 1), bins=16)
    assert len(shorter) == MINIMUM_FRAMES - 1


def test_passes_hold_every_clip_once_and_stay_small():
    lengths = [700, 20, 5000, 700, 700, 700, 30, 699]
    shared = passes(lengths, limit=2100)
    assert sorted(sum(shared, [])) == list(range(len(lengths)))
    for chosen in shared:
        size = len(chosen) * max(lengths[index] for index in chosen)
        assert size <= 2100 or len(chosen) == 1
    assert len(shared) == 4


@pytest.mark.parametrize(
    "tower, change, message",
    [
        ("audio", {"depth": 3}, "Expected feature_dim, .*but got depth: 3. Co"),
        (
            "audio",
            {"causal": True},
            "joint_dim in .*but got causal: True",
        ),
        ("audio", {"num_heads": [2, 2]}, r"4 whole .*'num_heads'.*\[2, 2\]"),
        ("audio", {"num_heads": ["2"]}, r"4 whole .*'num_heads'.*\['2'\]"),
        ("audio", {"pos_dim": None}, "1 whole number.* for 'pos_dim'.*None"),
        ("audio", {"encoder_dim": [8, 8, 8, 16]}, "1 whole .*'encoder_dim'"),
        ("text", {"layers": 2}, "Expected vocab_size, .*but got layers: 2"),
        ("text", {"vocab_size": 9.0}, "1 whole number.* 'vocab_size'.*9.0"),
        ("text", {"pooling": "mean"}, "but got pooling: 'mean'"),
        ("text", {"layer_norm_eps": 1e-12}, "but got layer_norm_eps: 1e-12"),
    ],
)
def test_senseless_sizes_are_named(tower, change, message):
    config = tiny_config(9)
    config[tower].update(change)
    with pytest.raises(ValueError, match=message):
        CLSPConfig.from_dict(config)


@pytest.mark.parametrize(
    "tower, name", [("audio", "joint_dim"), ("text", "hidden_size")]
)
def test_a_missing_size_is_named(tower, name):
    config = tiny_config(9)
    del config[tower][name]
    with pytest.raises(ValueError, match=f"but got no {name}. Copy them from"):
        CLSPConfig.from_dict(config)


def test_what_changes_nothing_may_be_stated():
    config = tiny_config(9)
    config["audio"] |= {"causal": False, "chunk_size": [16], "num_heads": [2]}
    config["text"] |= {"type": "RobertaModel", "pad_token_id": 1}
    assert CLSPConfig.from_dict(config).audio == TINY
