"""Scores by way of the store are those of the model, for every lobe."""

import pytest
import soundfile
import torch
from lobe_cases import noise

from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer
from speechbrain_zsfuse.zeroshot.source import DualEncoderSource

SECONDS = (0.6, 1.0, 0.31, 2.2, 0.317)
RATES = (1, 2, 1, 1, 1)  # of the file, as a multiple of the model's


@pytest.fixture(scope="module")
def clips(alm, tmp_path_factory):
    """Files of noise; two are at another rate than the model's, or longer."""
    folder, paths = tmp_path_factory.mktemp("clips"), []
    for number, clip in enumerate(noise(alm, *SECONDS)):
        path = folder / f"{number}.wav"
        rate = alm.sample_rate * RATES[number]
        soundfile.write(path, clip.numpy(), rate, subtype="FLOAT")
        paths.append(str(path))
    return paths


@pytest.mark.parametrize("repeats", [1, 2, 3, 4])
def test_stored_scores_equal_live_ones(alm, clips, repeats, tmp_path):
    scorer = ZeroShotScorer(alm, ["sad", "angry", "calm"], ["{label}"], repeats)
    live = torch.cat([scorer(alm.read_audio(path)[None]) for path in clips])
    source = DualEncoderSource(scorer, tmp_path, "cpu", 2, progress=False)
    fresh = source.score(clips)
    torch.testing.assert_close(fresh, live, atol=1e-6, rtol=0)
    assert torch.equal(source.score(clips), fresh)
    assert fresh.std(0).min() > 1e-4  # clips differ by more
