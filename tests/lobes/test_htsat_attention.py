"""The faster HTSAT is the one of transformers, to float noise."""

import copy
import itertools

import pytest
import torch
from transformers import ClapAudioConfig, ClapAudioModel

from speechbrain_zsfuse.lobes.towers.htsat_attention import (
    WindowStage,
    accelerate,
)

SMALL = {"depths": [2, 2], "num_attention_heads": [2, 4], "spec_size": 64}
FUSED = {"enable_fusion": True, "fusion_type": "aff_2d"}
TOWERS = {
    "tiny": {"depths": [2, 2, 6, 2], "patch_embeds_hidden_size": 96},
    "base": {"depths": [2, 2, 12, 2], "patch_embeds_hidden_size": 128},
    "small": SMALL | {"patch_embeds_hidden_size": 16},
    "fused": SMALL | {"patch_embeds_hidden_size": 16} | FUSED,
    "tanh": SMALL | {"patch_embeds_hidden_size": 16, "hidden_act": "tanh"},
}


def make_tower(name):
    """A tower of weights so large that every part of it is heard."""
    torch.manual_seed(3)
    tower = ClapAudioModel(ClapAudioConfig(**TOWERS[name])).eval()
    for key, value in tower.state_dict().items():
        if "position_bias" in key or key.endswith(".bias"):
            value.normal_(std=0.3)
        elif value.is_floating_point() and value.dim() > 1:
            value.normal_(std=value[0].numel() ** -0.5)
    return tower.requires_grad_(False)


def inputs(tower, clips):
    config = tower.config
    torch.manual_seed(clips)
    size = 1001 if config.spec_size == 256 else 64
    channels = 4 if config.enable_fusion else 1
    longer = torch.arange(clips)[:, None] % 2 == 1  # fused ones alternate
    return torch.randn(clips, channels, size, 64), longer


def embed(tower, clips, **options):
    features, longer = inputs(tower, clips)
    with torch.no_grad():
        output = tower(features, is_longer=longer, **options)
    return torch.nn.functional.normalize(output.pooler_output, dim=-1)


@pytest.mark.parametrize(
    "name, clips",
    [
        *[("tiny", 3), ("base", 1)],  # of the published size: seconds each
        *itertools.product(["small", "fused", "tanh"], [1, 3]),
    ],
)
def test_embeddings_are_those_of_transformers(name, clips):
    tower = make_tower(name)
    expected = embed(tower, clips)
    weights = {n: value.clone() for n, value in tower.state_dict().items()}
    assert accelerate(tower) is tower
    assert all(
        isinstance(stage, WindowStage) for stage in tower.audio_encoder.layers
    )
    torch.testing.assert_close(embed(tower, clips), expected, atol=1e-6, rtol=0)
    torch.testing.assert_close(tower.state_dict(), weights, atol=0, rtol=0)


def test_positions_and_shifted_windows_matter():
    """Otherwise the test above could not see them."""
    tower = make_tower("small")
    expected = embed(tower, 2)
    accelerate(tower)
    first, second = tower.audio_encoder.layers[0].blocks
    assert len(first.window_bias) == 1 and len(second.window_bias) == 4
    for block in (first, second):
        right = block.window_bias.clone()
        block.window_bias.zero_()
        assert (embed(tower, 2) - expected).abs().max() > 1e-4
        block.window_bias.copy_(right)
    torch.testing.assert_close(embed(tower, 2), expected, atol=1e-6, rtol=0)


def test_twice_is_once_and_a_copy_stands_alone():
    tower = accelerate(make_tower("small"))
    expected = embed(tower, 2)
    again = accelerate(copy.deepcopy(tower))
    for value in tower.state_dict().values():
        value.zero_()
    torch.testing.assert_close(embed(again, 2), expected, atol=0, rtol=0)


def test_clips_do_not_hear_each_other():
    tower = accelerate(make_tower("small"))
    features, _ = inputs(tower, 3)
    with torch.no_grad():
        together = tower(features).pooler_output
        alone = torch.cat(
            [tower(clip[None]).pooler_output for clip in features]
        )
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-5)


def test_what_belongs_to_the_caller_is_not_written():
    tower = accelerate(make_tower("small"))
    stage = tower.audio_encoder.layers[0]
    tokens = torch.randn(2, 256, 16)
    before = tokens.clone()
    stage(tokens, (16, 16))
    assert torch.equal(tokens, before)


def test_hidden_states_are_those_of_transformers():
    tower = make_tower("small")
    features, _ = inputs(tower, 2)
    options = {
        "output_hidden_states": True,
        "output_hidden_states_before_downsampling": True,
    }
    with torch.no_grad():
        expected = tower.audio_encoder(features, **options).hidden_states
        got = accelerate(tower).audio_encoder(features, **options).hidden_states
    torch.testing.assert_close(got, expected, atol=1e-5, rtol=1e-5)


def test_an_image_without_whole_windows_is_left_alone():
    tower = make_tower("small")
    tower.audio_encoder.input_resolutions[1] = (8, 12)
    accelerate(tower)
    kinds = [type(stage).__name__ for stage in tower.audio_encoder.layers]
    assert kinds == ["WindowStage", "ClapAudioStage"]


def test_the_plans_follow_to_a_device():
    tower = accelerate(make_tower("small")).to("meta")
    assert {b.device.type for b in tower.buffers()} == {"meta"}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_on_a_gpu():
    tower = accelerate(make_tower("tiny"))
    expected = embed(tower, 2)
    features, _ = inputs(tower, 2)
    with torch.no_grad():
        got = tower.cuda()(features.cuda()).pooler_output
    got = torch.nn.functional.normalize(got, dim=-1).cpu()
    torch.testing.assert_close(got, expected, atol=1e-4, rtol=0)


def test_a_tower_in_training_is_refused():
    with pytest.raises(ValueError, match="training mode.*eval"):
        accelerate(make_tower("small").train())


def test_attention_maps_are_refused():
    tower = accelerate(make_tower("small"))
    with pytest.raises(ValueError, match="keeps no maps"):
        embed(tower, 1, output_attentions=True)


def test_weights_loaded_later_are_heard():
    tower, other = make_tower("small"), make_tower("small")
    torch.manual_seed(8)
    for key, value in other.state_dict().items():
        if "position_bias" in key:
            value.normal_(std=0.5)
    weights = {n: value.clone() for n, value in other.state_dict().items()}
    expected = embed(other, 2)
    accelerate(tower)
    assert not torch.allclose(embed(tower, 2), expected, atol=1e-4)
    tower.load_state_dict(weights)
    torch.testing.assert_close(embed(tower, 2), expected, atol=1e-6, rtol=0)
