"""Pseudo-random LAION-CLAP weights in Hugging Face form, for parity tests.

Each tensor of the official state dict is drawn from a stream of its own,
seeded by its official name, so the golden numbers of the official code (run
with the same tensors) can be compared with ours. `assets/clap_parity` holds
them; see its README. Nothing here says how good a model is: it is noise.
"""

import re
import zlib

import numpy as np
import torch

# Hugging Face name -> official name, in this order.
_RENAMES = [
    (r"^text_model\.", "text_branch."),
    (r"^audio_model\.audio_encoder\.", "audio_branch."),
    (r"_projection\.linear1\.", "_projection.0."),
    (r"_projection\.linear2\.", "_projection.2."),
]
_AUDIO_RENAMES = [
    (r"attention\.output\.dense", "attn.proj"),
    (r"attention\.self", "attn"),
    (r"intermediate\.dense", "mlp.fc1"),
    (r"output\.dense", "mlp.fc2"),
    (r"layernorm_before", "norm1"),
    (r"layernorm_after", "norm2"),
    (r"batch_norm", "bn0"),
]


def official_name(name):
    """Official name of a ``ClapModel`` weight."""
    renames = list(_RENAMES)
    if name.startswith("audio_model."):
        renames += _AUDIO_RENAMES
    for pattern, replacement in renames:
        name = re.sub(pattern, replacement, name)
    return name


def _scale(name, shape):
    """Mean, standard deviation, and whether the values are positive."""
    last = name.rsplit(".", 1)[-1]
    if last == "running_mean":  # bn0 sees decibels
        return (-30.0, 5.0, False) if ".bn0." in name else (0.0, 0.1, False)
    if last == "running_var":
        return (200.0, 40.0, True) if ".bn0." in name else (1.0, 0.2, True)
    if last.startswith("logit_scale"):
        return np.log(1 / 0.07), 0.1, False
    if last == "relative_position_bias_table":
        return 0.0, 0.3, False
    if len(shape) <= 1:
        return (1.0 if last == "weight" else 0.0), 0.1, False
    if "embeddings.weight" in name:
        return 0.0, 0.05, False
    return 0.0, 1.0 / np.sqrt(float(np.prod(shape[1:]))), False


def draw(name, shape, seed):
    """The float32 array that belongs to an official name."""
    generator = np.random.default_rng([seed, zlib.crc32(name.encode())])
    values = generator.standard_normal(shape, dtype=np.float32)
    mean, deviation, positive = _scale(name, shape)
    values = np.abs(values) if positive else values
    return np.float32(mean) + np.float32(deviation) * values


def state_dict(model, seed):
    """Pseudo-random values for every floating weight of a ``ClapModel``."""
    weights = {}
    for name, value in model.state_dict().items():
        official = official_name(name)
        part = re.search(r"\.attn\.(query|key|value)\.", official)
        if not value.is_floating_point():
            weights[name] = value
        elif part:  # the official code keeps the three in one tensor
            third = ["query", "key", "value"].index(part[1])
            whole = (3 * value.shape[0], *value.shape[1:])
            fused = draw(official.replace(part[1], "qkv"), whole, seed)
            weights[name] = torch.from_numpy(np.split(fused, 3)[third])
        else:
            array = draw(official, tuple(value.shape), seed)
            weights[name] = torch.from_numpy(np.asarray(array))
    return weights


def save_model(folder, seed):
    """Write HTSAT-tiny with a roberta-base of two layers, hub-like."""
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel

    config = ClapConfig(
        text_config={"num_hidden_layers": 2},
        audio_config={"depths": [2, 2, 6, 2], "patch_embeds_hidden_size": 96},
    )
    model = ClapModel(config)
    model.load_state_dict(state_dict(model, seed))
    model.save_pretrained(folder)
    ClapFeatureExtractor(
        frequency_min=50, truncation="rand_trunc"
    ).save_pretrained(folder)
