"""Clips of several lengths in one batch, where padding would be heard."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tiny_ssl import save_ssl

from speechbrain_zsfuse.encoders.apart import can_encode_apart, encode_apart
from speechbrain_zsfuse.encoders.ssl import SSLEncoder
from speechbrain_zsfuse.inference.model import EmotionModel
from speechbrain_zsfuse.pooling import MaskedMean

KINDS = ["wavlm", "hubert", "wav2vec2", "unispeech", "unispeech-sat"]
SIZES = [9000, 6000, 700, 500]


@pytest.fixture(scope="module")
def batch():
    """Clips of very different lengths, a quiet one among them."""
    rng = np.random.default_rng(0)
    wavs = torch.zeros(len(SIZES), max(SIZES))
    for row, (wav, size) in enumerate(zip(wavs, SIZES)):
        noise = rng.standard_normal(size).astype("float32")
        wav[:size] = torch.from_numpy(noise) * (0.003 if row == 1 else 0.1)
    return wavs, torch.tensor(SIZES) / max(SIZES)


def alone(encoder, wavs):
    """Frames of each clip by itself."""
    return [encoder(wav[None, :size])[0][0] for wav, size in zip(wavs, SIZES)]


def furthest(frames, references):
    """Largest difference from frames of single clips."""
    pairs = zip(frames, references)
    return max(float((a[: len(b)] - b).abs().max()) for a, b in pairs)


@pytest.mark.parametrize("layers", ["last", "weighted"])
@pytest.mark.parametrize("norm", ["group", "layer"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_clip_hears_padding(tmp_path, batch, kind, norm, layers):
    source = save_ssl(tmp_path, kind, norm == "layer", mask=False)
    encoder = SSLEncoder(source, freeze=True, layers=layers)
    with torch.no_grad():
        hidden, mask = encode_apart(encoder, *batch)
        references = alone(encoder, batch[0])
        padded, _ = encoder(*batch)
    assert can_encode_apart(encoder)
    assert mask.sum(1).tolist() == [len(one) for one in references]
    assert furthest(hidden, references) < 1e-5
    assert furthest(padded, references) > 1e-3  # what it is for


@pytest.mark.parametrize("kind", ["hubert", "wavlm"])
def test_a_model_answers_in_one_pass(kind, tmp_path, batch):
    source = save_ssl(tmp_path, kind, large=False)
    encoder = SSLEncoder(source, freeze=True)
    model = EmotionModel(encoder, MaskedMean(16), torch.nn.Linear(16, 2))
    references = torch.stack([one.mean(0) for one in alone(encoder, batch[0])])
    passes = []
    encoder.model.encoder.register_forward_hook(lambda *_: passes.append(1))
    torch.testing.assert_close(
        model.embed(*batch), references, atol=1e-5, rtol=0
    )
    # WavLM, which padding makes slow, hears equal lengths together.
    assert len(passes) == (1 if kind == "hubert" else len(references))


def test_weights_keep_their_names(tmp_path, batch):
    encoder = SSLEncoder(save_ssl(tmp_path, large=False), freeze=True)
    before, plain = list(encoder.state_dict()), encoder(*batch)[0]
    encode_apart(encoder, *batch)
    assert list(encoder.state_dict()) == before
    assert torch.equal(encoder(*batch)[0], plain)


@pytest.mark.parametrize(
    "facts",
    [
        {"model_type": "data2vec-audio"},
        {"model_type": "wavlm", "add_adapter": True},
        {"model_type": "hubert", "conv_pos_batch_norm": True},
    ],
)
def test_not_where_layers_would_hear_it(facts):
    model = SimpleNamespace(config=SimpleNamespace(**facts))
    assert not can_encode_apart(SimpleNamespace(model=model))
