"""The encoder is what transformers says it is, and padding changes nothing."""

import numpy as np
import pytest
import torch
from tiny_ssl import save_ssl

from speechbrain_zsfuse.encoders.ssl import SSLEncoder

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
        assert torch.equal(hidden, reference(source, clip))


def test_padding_changes_nothing_where_it_says_so(source, clips):
    encoder = SSLEncoder(source).eval()
    with torch.no_grad():
        hidden, mask = encoder(*batch(clips))
        alone, _ = encoder(torch.from_numpy(clips[0])[None])
    frames = int(mask[0].sum())
    assert frames == alone.shape[1] < hidden.shape[1]
    difference = (hidden[0, :frames] - alone[0]).abs().max()
    assert (difference < 1e-5) == encoder.padding_neutral


@pytest.mark.parametrize("layers", ["last", "weighted"])
def test_every_trainable_weight_gets_a_gradient(source, clips, layers):
    torch.manual_seed(0)
    encoder = SSLEncoder(source, layers=layers)
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
    with pytest.raises(ValueError, match="clip 1 .*40 samples.* least 45 "):
        encoder(torch.randn(2, 4000), torch.tensor([1.0, 0.01]))
    assert encoder(torch.randn(1, 45))[1].sum() == 1


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


def test_weighted_layers_are_their_softmax_average(source, clips):
    from transformers import AutoModel

    encoder = SSLEncoder(source, layers="weighted").eval()
    with torch.no_grad():
        encoder.layer_weights.copy_(torch.tensor([0.3, -1.0, 2.0]))
        wavs = torch.from_numpy(clips[1])[None]
        hidden, _ = encoder(wavs)
        model = AutoModel.from_pretrained(source).eval()
        normal = (wavs - wavs.mean()) / wavs.std(unbiased=False)
        states = model(normal, output_hidden_states=True).hidden_states
    shares = np.exp([0.3, -1.0, 2.0]) / np.exp([0.3, -1.0, 2.0]).sum()
    expected = sum(float(s) * state for s, state in zip(shares, states))
    torch.testing.assert_close(hidden, expected, atol=1e-4, rtol=0)
    assert encoder.layer_weights.requires_grad


def gradients(encoder, wavs):
    """Gradient of every trainable weight for the same random numbers."""
    torch.manual_seed(3)
    encoder.train().zero_grad()
    hidden, _ = encoder(wavs)
    hidden.square().mean().backward()
    return {
        name: weight.grad
        for name, weight in encoder.named_parameters()
        if weight.requires_grad
    }


def test_gradient_checkpointing_changes_no_gradient(source, clips):
    wavs = torch.from_numpy(clips[1])[None]
    plain = gradients(SSLEncoder(source), wavs)
    thrifty = gradients(SSLEncoder(source, gradient_checkpointing=True), wavs)
    for name, expected in plain.items():
        torch.testing.assert_close(thrifty[name], expected, msg=name)


def test_layer_drop_skips_layers_in_training_only(source, clips):
    wavs = torch.from_numpy(clips[1])[None]
    encoder = SSLEncoder(source, layer_drop=0.5)
    assert encoder.may_skip_weights
    missing = 0
    for step in range(12):
        torch.manual_seed(step)
        encoder.zero_grad()
        encoder.train()(wavs)[0].sum().backward()
        layer = encoder.model.encoder.layers[1]
        missing += layer.final_layer_norm.weight.grad is None
    assert 1 <= missing <= 11
    encoder.eval()
    assert torch.equal(encoder(wavs)[0], encoder(wavs)[0])


def test_layers_are_not_averaged_and_dropped(source):
    with pytest.raises(ValueError, match="0.5: a skipped layer has no frames"):
        SSLEncoder(source, layers="weighted", layer_drop=0.5)


def test_every_weight_is_trained_by_default(source, clips):
    encoder = SSLEncoder(source)
    assert not encoder.may_skip_weights
    grads = gradients(encoder, torch.from_numpy(clips[1])[None])
    assert all(grad is not None for grad in grads.values())


def test_spec_augment_is_off_unless_asked_for(source):
    wavs = torch.randn(1, 16000)
    for wanted in (False, True):
        encoder = SSLEncoder(source, spec_augment=wanted).train()
        for module in encoder.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
            if hasattr(module, "dropout") and isinstance(module.dropout, float):
                module.dropout = 0.0
        different = not torch.equal(encoder(wavs)[0], encoder(wavs)[0])
        assert different == wanted


def test_depth_counts_from_the_output(source):
    encoder = SSLEncoder(source, layers="weighted")
    depths = {n: encoder.depth(n) for n, _ in encoder.named_parameters()}
    layers = "model.encoder.layers.{}.attention.q_proj.weight"
    assert depths["layer_weights"] == 0
    assert [depths[layers.format(i)] for i in (0, 1)] == [2, 1]
    front = "model.feature_extractor.conv_layers.0.conv.weight"
    assert depths[front] == depths["model.feature_projection.projection.bias"]
    assert depths[front] == 3


def test_lora_trains_small_matrices_only(source, clips):
    pytest.importorskip("peft", reason='pip install "speechbrain-zsfuse[lora]"')
    options = {"r": 2, "target_modules": ["q_proj", "v_proj"]}
    wavs = torch.from_numpy(clips[1])[None]
    plain, encoder = SSLEncoder(source), SSLEncoder(source, lora=options)
    grads = gradients(encoder, wavs)
    assert len(grads) == 2 * 2 * 2  # layers, projections, matrices
    assert all("lora_" in name for name in grads)
    assert any(grad.any() for grad in grads.values())
    with torch.no_grad():  # a fresh LoRA adds nothing
        torch.testing.assert_close(
            encoder.eval()(wavs)[0], plain.eval()(wavs)[0], atol=1e-5, rtol=0
        )
        for name, weight in encoder.named_parameters():
            if "lora_B" in name:
                weight.fill_(1.0)
        assert not torch.allclose(encoder(wavs)[0], plain(wavs)[0], atol=1e-3)
