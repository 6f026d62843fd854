"""The encoder is what transformers says it is, and padding changes nothing."""

import numpy as np
import pytest
import torch
from tiny_ssl import save_ssl

from speechbrain_zsfuse.encoder import SSLEncoder

MODELS = {
    "wavlm-base": ("wavlm", False),
    "wavlm-large": ("wavlm", True),
    "hubert-base": ("hubert", False),
    "hubert-large": ("hubert", True),
    "wavlm-base-with-mask": ("wavlm", False, True),
}


@pytest.fixture(params=MODELS)
def source(request, tmp_path):
    return save_ssl(tmp_path, *MODELS[request.param])


@pytest.fixture
def clips():
    rng = np.random.default_rng(0)
    quiet, loud = 0.003 * rng.standard_normal(6000), rng.standard_normal(9000)
    return [quiet.astype("float32"), loud.astype("float32")]


def batch(clips):
    wavs = [torch.from_numpy(clip) for clip in clips]
    padded = torch.nn.utils.rnn.pad_sequence(wavs, batch_first=True)
    return padded, torch.tensor([len(w) / padded.shape[1] for w in wavs])


def reference(source, clip):
    """transformers' own feature extractor and model, one clip alone."""
    from transformers import AutoFeatureExtractor, AutoModel

    extractor = AutoFeatureExtractor.from_pretrained(source)
    model = AutoModel.from_pretrained(source).eval()
    inputs = extractor(clip, sampling_rate=16000, return_tensors="pt")
    with torch.no_grad():
        return model(**inputs).last_hidden_state


def test_equal_to_transformers_for_a_clip_alone(source, clips):
    encoder = SSLEncoder(source).eval()
    for clip in clips:
        with torch.no_grad():
            hidden, mask = encoder(torch.from_numpy(clip)[None])
        assert mask.all()
        torch.testing.assert_close(
            hidden, reference(source, clip), atol=2e-6, rtol=0
        )


def test_padding_changes_nothing_where_it_says_so(source, clips):
    encoder = SSLEncoder(source).eval()
    with torch.no_grad():
        hidden, mask = encoder(*batch(clips))
        alone, _ = encoder(torch.from_numpy(clips[0])[None])
    frames = int(mask[0].sum())
    assert frames == alone.shape[1] < hidden.shape[1]
    difference = (hidden[0, :frames] - alone[0]).abs().max()
    assert (difference < 1e-5) == encoder.padding_neutral


def test_every_trainable_weight_gets_a_gradient(source, clips):
    torch.manual_seed(0)
    encoder = SSLEncoder(source)
    for _ in range(5):  # layer drop would leave a layer out now and then
        encoder.zero_grad()
        encoder(*batch(clips))[0].square().sum().backward()
        for name, weight in encoder.named_parameters():
            assert (weight.grad is not None) == weight.requires_grad, name


def test_frozen_stays_frozen_through_train(source, clips):
    encoder = SSLEncoder(source, freeze=True).train()
    assert not any(p.requires_grad for p in encoder.parameters())
    first, _ = encoder(*batch(clips))
    second, _ = encoder(*batch(clips))
    assert torch.equal(first, second)


def test_front_end_can_be_frozen_alone(source):
    encoder = SSLEncoder(source, freeze_front_end=True)
    trainable = [n for n, p in encoder.named_parameters() if p.requires_grad]
    assert trainable
    assert not any("feature_extractor" in name for name in trainable)


def test_weights_are_float32_whatever_the_checkpoint_holds(tmp_path):
    from transformers import AutoModel

    source = save_ssl(tmp_path)
    AutoModel.from_pretrained(source).bfloat16().save_pretrained(source)
    encoder = SSLEncoder(source)
    assert {p.dtype for p in encoder.parameters()} == {torch.float32}


def test_a_clip_below_one_frame_is_refused(tmp_path):
    encoder = SSLEncoder(save_ssl(tmp_path))
    with pytest.raises(ValueError, match="one of 40 samples.*Pad it"):
        encoder(torch.randn(2, 4000), torch.tensor([1.0, 0.01]))


@pytest.mark.parametrize(
    "source, reason",
    [
        ("nobody/no-such-model", "hub"),
        ("/no/such/folder", "no such file or folder"),
    ],
)
def test_a_source_that_is_nowhere_is_explained(source, reason):
    with pytest.raises(FileNotFoundError, match=f"No speech model.*{reason}"):
        SSLEncoder(source)
