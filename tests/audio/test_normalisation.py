"""Clips are normalised as transformers does it, on the CPU to the last bit."""

import numpy as np
import pytest
import torch

from speechbrain_zsfuse.audio.normalisation import (
    normalise,
    normalise_on_device,
)

# Sizes that numpy adds up in one block, in several, and in many.
SIZES = (400, 6000, 48000, 160000)
NOISE = np.random.default_rng(0).standard_normal(max(SIZES))
SOUNDS = {
    "loud": 0.1 * NOISE,
    "quiet": 0.001 * NOISE,
    "speech-like": 0.05 * NOISE * np.sin(np.arange(max(SIZES)) / 3000) ** 4,
    "off centre": 0.02 * NOISE + 0.01,
    "a click": 0.001 * NOISE + 0.9 * (np.arange(max(SIZES)) == 7),
}


@pytest.fixture(params=SOUNDS)
def clips(request):
    """The same sound in every size, and its batch, padded with noise."""
    clips = [SOUNDS[request.param][:size].astype("float32") for size in SIZES]
    wavs = torch.randn(len(SIZES), max(SIZES))
    for row, clip in zip(wavs, clips):
        row[: len(clip)] = torch.from_numpy(clip)
    return clips, wavs


def transformers_own(clip):
    from transformers import Wav2Vec2FeatureExtractor

    extractor = Wav2Vec2FeatureExtractor(do_normalize=True)
    return extractor(clip, sampling_rate=16000).input_values[0]


def exact(clip):
    clip = clip.astype("float64")
    return (clip - clip.mean()) / np.sqrt(clip.var() + 1e-7)


def test_on_a_cpu_it_is_transformers_to_the_last_bit(clips):
    clips, wavs = clips
    for row, clip in zip(normalise(wavs, SIZES).numpy(), clips):
        assert np.array_equal(row[: len(clip)], transformers_own(clip))


def test_on_a_device_it_is_transformers_within_its_rounding(clips):
    clips, wavs = clips
    for row, clip in zip(normalise_on_device(wavs, SIZES).numpy(), clips):
        row = row[: len(clip)]
        for expected, bound in (
            (transformers_own(clip), 1e-6),
            (exact(clip), 6e-8),  # half a unit of float32's last place
        ):
            difference = np.abs(row - expected)
            assert (difference <= bound * np.maximum(1, np.abs(row))).all()


@pytest.mark.parametrize("way", [normalise, normalise_on_device])
def test_padding_is_silence_and_changes_nothing(way, clips):
    _, wavs = clips
    result = way(wavs, SIZES)
    assert result.dtype == torch.float32
    for row, wav, size in zip(result, wavs, SIZES):
        assert not row[size:].any()
        alone = way(wav[None, :size], [size])[0]
        torch.testing.assert_close(row[:size], alone, rtol=1.2e-7, atol=0)


def test_a_cuda_device_is_not_left_clip_by_clip():
    class OnCuda(torch.Tensor):
        """A tensor that says so, and refuses to be brought to the CPU."""

        is_cuda = True

        def cpu(self):
            raise AssertionError("a wait for the device")

    wavs = torch.randn(2, 500)
    found = normalise(wavs.as_subclass(OnCuda), [500, 400])
    expected = normalise_on_device(wavs, [500, 400])
    assert torch.equal(found.as_subclass(torch.Tensor), expected)
