"""SpeechBrain's wrappers train as SSLEncoder does, frozen or not."""

import pytest
import torch
from ssl_wrappers import batch, trainable, wrap, wrap_weighted

from speechbrain_zsfuse.encoders.speechbrain import SpeechBrainEncoder
from speechbrain_zsfuse.encoders.ssl import SSLEncoder


def gradients(encoder, clips):
    """Gradient of every weight for the same random numbers."""
    torch.manual_seed(3)
    hidden, _ = encoder.train()(*batch(clips))
    hidden.square().mean().backward()
    return {name: weight.grad for name, weight in encoder.named_parameters()}


def test_it_trains_as_ssl_encoder_does(model, clips):
    ours = gradients(SpeechBrainEncoder(wrap(model)), clips)
    other = gradients(SSLEncoder(model[1]), clips)
    assert ours.keys() == other.keys()
    for name, expected in other.items():
        if name == "model.masked_spec_embed":
            assert ours[name] is expected is None
        else:
            assert torch.equal(ours[name], expected), name


def test_frozen_stays_frozen_through_train(model, clips):
    for wrapper in (
        wrap(model, freeze=True, apply_spec_augment=True),
        wrap_weighted(model[1], freeze=True),
    ):
        encoder = SpeechBrainEncoder(wrapper)
        torch.nn.ModuleDict({"encoder": encoder}).train()
        assert not any(m.training for m in encoder.modules())
        assert trainable(encoder) in ([], ["layer_weights"])
        assert not encoder.may_skip_weights
        first, second = (encoder(*batch(clips))[0] for _ in range(2))
        assert torch.equal(first, second)
        assert first.requires_grad == (encoder.layer_weights is not None)


@pytest.mark.parametrize("freeze", [False, True])
def test_the_weights_of_the_layers_are_trained(source, clips, freeze):
    encoder = SpeechBrainEncoder(wrap_weighted(source, freeze=freeze))
    grads = gradients(encoder, clips)
    assert grads["layer_weights"].abs().min() > 0
    others = [g for n, g in grads.items() if n != "layer_weights"]
    assert all(grad is None for grad in others) == freeze
    # Its checkpoint asks for SpecAugment, the wrapper has no word for it.
    assert not encoder.model.config.apply_spec_augment


@pytest.mark.parametrize("augment", [False, True])
def test_the_weight_of_spec_augment_is_trained_if_it_is_on(model, augment):
    encoder = SpeechBrainEncoder(wrap(model, apply_spec_augment=augment))
    assert encoder.model.config.apply_spec_augment == augment
    assert ("model.masked_spec_embed" in trainable(encoder)) == augment
    assert encoder.may_skip_weights == augment


def test_the_front_end_can_be_frozen_alone(model):
    encoder = SpeechBrainEncoder(wrap(model, freeze_feature_extractor=True))
    names = trainable(encoder)
    assert "model.feature_projection.projection.weight" in names
    assert not any("feature_extractor" in name for name in names)


def test_options_beside_the_wrappers_are_ssl_encoders(source, clips):
    model = "wavlm", source
    thrifty = SpeechBrainEncoder(wrap(model), gradient_checkpointing=True)
    grads = gradients(thrifty, clips)
    for name, expected in gradients(SSLEncoder(source), clips).items():
        torch.testing.assert_close(grads[name], expected, msg=name)
    dropping = SpeechBrainEncoder(wrap(model), layer_drop=0.5)
    assert dropping.may_skip_weights
    assert dropping.model.config.layerdrop == 0.5
    stock = SpeechBrainEncoder(wrap(model), fused_attention=False)
    kinds = {type(layer.attention) for layer in stock.model.encoder.layers}
    assert [kind.__name__ for kind in kinds] == ["WavLMAttention"]


def test_lora_trains_small_matrices_only(source):
    pytest.importorskip("peft", reason='pip install "speechbrain-zsfuse[lora]"')
    options = {"r": 2, "target_modules": ["q_proj", "v_proj"]}
    encoder = SpeechBrainEncoder(wrap(("wavlm", source)), lora=options)
    names = trainable(encoder)
    assert len(names) == 2 * 2 * 2  # layers, projections, matrices
    assert all("lora_" in name for name in names)


@pytest.fixture
def one_process(tmp_path):
    """A group of processes that is this one alone."""
    store = f"file://{tmp_path}/store"
    torch.distributed.init_process_group(
        "gloo", init_method=store, rank=0, world_size=1
    )
    yield
    torch.distributed.destroy_process_group()


def distributed_steps(module, wavs):
    """Two steps without a search for unused weights; the second tells."""
    parallel = torch.nn.parallel.DistributedDataParallel(module.train())
    for _ in range(2):
        output = parallel(wavs)
        output = output[0] if isinstance(output, tuple) else output
        output.sum().backward()


def test_distributed_training_needs_no_search(model, clips, one_process):
    wavs = clips[1][None]
    with pytest.raises(RuntimeError, match="finished reduction"):
        distributed_steps(wrap(model), wavs)
    for wrapper in (wrap(model), wrap_weighted(model[1])):
        encoder = SpeechBrainEncoder(wrapper)
        assert not encoder.may_skip_weights
        distributed_steps(encoder, wavs)
