"""SpeechBrain's wrappers give what SSLEncoder gives, or are refused."""

import pytest
import torch
from hyperpyyaml import load_hyperpyyaml
from speechbrain.integrations.huggingface.wavlm import WavLM
from speechbrain.integrations.huggingface.weighted_ssl import WeightedSSLModel
from ssl_wrappers import LAYERS, batch, frames, trainable, wrap, wrap_weighted
from tiny_ssl import save_ssl

from speechbrain_zsfuse.audio.normalisation import normalise
from speechbrain_zsfuse.encoders.speechbrain import SpeechBrainEncoder
from speechbrain_zsfuse.encoders.ssl import SSLEncoder
from speechbrain_zsfuse.training.checkpoints import SafeCheckpointer
from speechbrain_zsfuse.training.schedules import weight_groups


# ------------------------------------------------------------ frames
def test_frames_are_those_of_ssl_encoder(model, clips):
    ours, other = SpeechBrainEncoder(wrap(model)), SSLEncoder(model[1])
    for wavs, lens in (*((clip[None], None) for clip in clips), batch(clips)):
        for got, expected in zip(
            frames(ours, wavs, lens), frames(other, wavs, lens)
        ):
            assert torch.equal(got, expected)
    for name in ("sample_rate", "output_size", "padding_neutral"):
        assert getattr(ours, name) == getattr(other, name)


def test_batch_mates_change_nothing_where_it_says_so(model, clips):
    encoder = SpeechBrainEncoder(wrap(model))
    hidden, mask = frames(encoder, *batch(clips))
    alone, whole = frames(encoder, clips[0][None])
    assert whole.all() and mask[0].sum() == alone.shape[1] < hidden.shape[1]
    difference = (hidden[0, mask[0]] - alone[0]).abs().max()
    assert (difference <= 1e-5) == encoder.padding_neutral


def test_a_loud_clip_alone_is_what_the_wrapper_gives(model, clips):
    wrapper = wrap(model)
    expected = frames(wrapper, clips[1][None])
    hidden, _ = frames(SpeechBrainEncoder(wrapper), clips[1][None])
    # its epsilon, 1e-5, is small beside a variance of 1
    torch.testing.assert_close(hidden, expected, atol=1e-3, rtol=0)


def test_weighted_layers_are_those_of_ssl_encoder(model, clips):
    _, source = model
    encoder = SpeechBrainEncoder(wrap_weighted(source))
    other = SSLEncoder(source, layers="weighted")
    other.layer_weights.data.copy_(LAYERS)
    hidden, mask = frames(encoder, *batch(clips))
    expected, _ = frames(other, *batch(clips))
    assert torch.equal(hidden, expected)
    assert mask.sum(1).tolist() == [30, 45]


@pytest.mark.parametrize("layernorm", [False, True])
def test_weighted_layers_are_averaged_as_the_wrapper_does(
    model, clips, layernorm
):
    wrapper = wrap_weighted(model[1], layernorm=layernorm)
    wavs = clips[0][None]
    # It neither normalises nor masks: what it is given is what it hears.
    expected = frames(wrapper, normalise(wavs, [wavs.shape[1]]))
    hidden, _ = frames(SpeechBrainEncoder(wrapper), wavs)
    torch.testing.assert_close(hidden, expected, atol=1e-5, rtol=0)


def test_output_norm_leaves_padding_out(source, clips):
    model = "wavlm", source
    encoder = SpeechBrainEncoder(wrap(model, output_norm=True))
    hidden, mask = frames(encoder, *batch(clips))
    for row, inside, clip in zip(hidden, mask, clips):
        plain, _ = frames(SpeechBrainEncoder(wrap(model)), clip[None])
        expected = torch.nn.functional.layer_norm(plain, plain.shape[1:])
        torch.testing.assert_close(row[inside], expected[0], atol=1e-5, rtol=0)


def test_weights_are_float32_whatever_the_checkpoint_holds(tmp_path, clips):
    from transformers import AutoModel

    source = save_ssl(tmp_path)
    for dtype in (torch.bfloat16, torch.float16):
        AutoModel.from_pretrained(source).to(dtype).save_pretrained(source)
        for wrapper in (wrap(("wavlm", source)), WeightedSSLModel(source)):
            encoder = SpeechBrainEncoder(wrapper)
            assert {p.dtype for p in encoder.parameters()} == {torch.float32}
        expected, _ = frames(SSLEncoder(source), *batch(clips))
        encoder = SpeechBrainEncoder(wrap(("wavlm", source)))
        assert torch.equal(frames(encoder, *batch(clips))[0], expected)


# ------------------------------------------------ checkpoints, decay
def test_checkpoints_are_ssl_encoders_and_the_wrappers(model, clips):
    wrapper = wrap(model)
    names = set(wrapper.state_dict())
    encoder = SpeechBrainEncoder(wrapper)
    assert set(encoder.state_dict()) == names
    other = SSLEncoder(model[1])
    with torch.no_grad():
        for weight in other.parameters():
            weight.mul_(1.1)
    encoder.load_state_dict(other.state_dict())
    got, expected = (frames(e, *batch(clips))[0] for e in (encoder, other))
    assert torch.equal(got, expected)


def test_a_checkpoint_holds_all_that_is_trained(source, clips, tmp_path):
    trained = SpeechBrainEncoder(wrap_weighted(source))
    with torch.no_grad():
        for weight in trained.parameters():
            weight.mul_(1.1)
    SafeCheckpointer(tmp_path, {"encoder": trained}).save_checkpoint()
    encoder = SpeechBrainEncoder(WeightedSSLModel(source))
    before, expected = (frames(e, *batch(clips))[0] for e in (encoder, trained))
    SafeCheckpointer(tmp_path, {"encoder": encoder}).recover_if_possible()
    assert not torch.allclose(before, expected)
    assert torch.equal(frames(encoder, *batch(clips))[0], expected)


def test_depth_counts_from_the_output(model):
    encoder = SpeechBrainEncoder(wrap_weighted(model[1]))
    other = SSLEncoder(model[1], layers="weighted")
    depths = {name: encoder.depth(name) for name in encoder.state_dict()}
    assert depths == {name: other.depth(name) for name in other.state_dict()}
    assert depths["layer_weights"] == 0
    layers = "model.encoder.layers.{}.final_layer_norm.weight"
    assert [depths[layers.format(i)] for i in (0, 1)] == [2, 1]
    assert depths["model.feature_extractor.conv_layers.0.conv.weight"] == 3
    last = 0 if encoder.padding_neutral else 3  # the base models' is the first
    assert depths["model.encoder.layer_norm.weight"] == last
    groups = weight_groups(torch.nn.ModuleDict({"encoder": encoder}), 0.9)
    assert [group["depth"] for group in groups] == [0, 1, 2, 3]
    found = [weight for group in groups for weight in group["params"]]
    assert len(found) == len(trainable(encoder))


# ------------------------------------------------------------- input
def test_a_yaml_makes_it(source):
    made = load_hyperpyyaml(f"""
encoder: !new:speechbrain_zsfuse.encoders.SpeechBrainEncoder
    wrapper: !new:speechbrain.integrations.huggingface.wavlm.WavLM
        source: {source}
        save_path: ""
        freeze: True
    layer_drop: 0.1
size: !ref <encoder.output_size>
""")
    assert made["encoder"].freeze and made["size"] == 16


def test_wrappers_of_the_old_path_are_welcome(source):
    with pytest.warns(UserWarning, match="was deprecated"):
        from speechbrain.lobes.models import huggingface_transformers

        wrapper = huggingface_transformers.wavlm.WavLM(source, save_path="")
    assert SpeechBrainEncoder(wrapper).output_size == 16


def test_another_model_is_refused(source):
    with pytest.raises(TypeError, match="WeightedSSLModel.*got Linear"):
        SpeechBrainEncoder(torch.nn.Linear(1, 1))
    with pytest.raises(TypeError, match="got str.*write an encoder"):
        SpeechBrainEncoder(source)


def test_a_forward_pass_of_its_own_is_refused(source):
    class Louder(WavLM):
        def forward(self, wav, wav_lens=None):
            return super().forward(2 * wav, wav_lens)

    wrapper = Louder(source, save_path="")
    with pytest.raises(TypeError, match="forward pass of its own.*Louder"):
        SpeechBrainEncoder(wrapper)


def test_the_frames_of_all_layers_are_refused(source):
    wrapper = wrap(("wavlm", source), output_all_hiddens=True)
    with pytest.raises(ValueError, match="output_all_hiddens.*Weighted"):
        SpeechBrainEncoder(wrapper)


def test_a_quantised_model_is_refused(source):
    wrapper = wrap(("wavlm", source))
    wrapper.quantization_config = {"load_in_8bit": True}
    with pytest.raises(ValueError, match="quantization_config.*Leave it out"):
        SpeechBrainEncoder(wrapper)


def test_weighted_layers_without_a_feature_extractor_are_refused(tmp_path):
    source = save_ssl(tmp_path)
    wrapper = WeightedSSLModel(source)
    (tmp_path / "preprocessor_config.json").unlink()
    with pytest.raises(FileNotFoundError, match="preprocessor_config.json"):
        SpeechBrainEncoder(wrapper)


@pytest.mark.parametrize("wrapped", [wrap, lambda m: wrap_weighted(m[1])])
def test_what_is_no_number_is_named(model, wrapped):
    wrapper = wrapped(model)
    with torch.no_grad():
        wrapper.model.encoder.layer_norm.bias[3] = torch.nan
    message = f"'encoder.layer_norm.bias' of '{model[1]}', but 1 of 16 are NaN"
    with pytest.raises(ValueError, match=message):
        SpeechBrainEncoder(wrapper)
