"""Every encoder says in words what it cannot hear, before it tries."""

import pytest
import torch

from speechbrain_zsfuse.audio.batch import ClipError
from speechbrain_zsfuse.encoders import FilterbankEncoder, SSLEncoder


@pytest.fixture(params=["ssl", "filterbank"])
def make(request, tiny_wavlm):
    def build(**options):
        if request.param == "ssl":
            return SSLEncoder(tiny_wavlm, **options)
        return FilterbankEncoder(width=8, **options)

    return build


def noise(*sizes):
    generator = torch.Generator().manual_seed(1)
    wavs = 0.1 * torch.randn(len(sizes), max(sizes), generator=generator)
    return wavs, torch.tensor(sizes) / max(sizes)


@pytest.mark.parametrize(
    "spoil, message",
    [
        (lambda wav: wav.fill_(0.25), "clip 1 .* is silent"),
        (lambda wav: wav[5:6].fill_(torch.nan), "clip 1 .* holds NaN"),
        (lambda wav: wav.mul_(32768), r"clip 1 .* peak of .* \[-1, 1\]"),
    ],
)
def test_what_is_no_sound_is_named(make, spoil, message):
    wavs, lens = noise(4000, 3000)
    spoil(wavs[1, :3000])
    with pytest.raises(ClipError, match=message):
        make()(wavs, lens)


def test_padding_is_not_asked(make):
    wavs, lens = noise(4000, 3000)
    wavs[1, 3000:] = torch.nan
    encoder = make().eval()
    assert encoder(wavs.nan_to_num(), lens)[0].isfinite().all()
    encoder(wavs, lens)  # nothing to refuse


def test_lengths_in_samples_are_refused(make):
    wavs, _ = noise(4000, 3000)
    with pytest.raises(ValueError, match="relative .*Divide lengths in sampl"):
        make()(wavs, torch.tensor([4000.0, 3000.0]))


def test_a_clip_that_is_too_long_is_named_with_the_limit(make):
    encoder = make(longest_seconds=0.2)
    wavs, lens = noise(3200, 3000)
    encoder(wavs, lens)
    with pytest.raises(ClipError, match=r"clip 0 .*0.25 s.* at most 0.2 s"):
        encoder(*noise(4000, 3000))


def test_a_limit_comes_before_memory(make):
    encoder = make()
    wav = torch.zeros(1, 1).expand(1, 16000 * 3600)  # takes none itself
    with pytest.raises(ClipError, match="3600 s.* at most 180 s"):
        encoder(wav)


@pytest.mark.parametrize("seconds", [0.1, 0.15, 0.25, 1.0])
def test_masks_leave_shorter_clips_alone(tiny_wavlm, seconds):
    """A mask is ten frames of 20 ms, and two at least are drawn."""
    encoder = SSLEncoder(tiny_wavlm, spec_augment=True).train()
    config = encoder.model.config
    config.mask_time_prob, config.mask_time_length = 0.5, 10
    config.hidden_dropout = config.attention_dropout = 0.0
    config.activation_dropout = config.feat_proj_dropout = 0.0
    for module in encoder.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    wavs, _ = noise(*[round(seconds * 16000)] * 2)
    hidden, mask = encoder(wavs)
    frames = int(mask.sum(1)[0])
    config.apply_spec_augment = False
    plain, _ = encoder(wavs)
    assert torch.equal(hidden, plain) == (frames < 10)
