"""Pseudo-random official weights of a small CLSP.

Each tensor is drawn from a stream of its own, seeded by its official name, so
the golden numbers of the official code (run with the same tensors) can be
compared with ours. `assets/clsp_parity` holds them; see its README. Nothing
here says how good a model is: it is noise.
"""

import json
import zlib
from pathlib import Path

import numpy as np
import torch

# The published model but for these: encoder width 1280 -> 160, feed-forward
# 3840 -> 480, heads 8 -> 4, fewer layers; RoBERTa 12 x 768 -> 2 x 128.
SMALL = {
    "audio": {
        "feature_dim": 128,
        "downsampling_factor": [1, 2, 4, 8, 4, 2, 1],
        "num_encoder_layers": [1, 2, 2, 2, 1, 1, 1],
        "feedforward_dim": [480],
        "encoder_dim": [160],
        "encoder_unmasked_dim": [96],
        "cnn_module_kernel": [31, 31, 15, 15, 15, 31, 31],
        "num_heads": [4],
        "query_head_dim": [32],
        "pos_head_dim": [4],
        "value_head_dim": [12],
        "pos_dim": 48,
        "output_downsampling_factor": 2,
        "causal": False,
        "chunk_size": [16, 32, 64, -1],
        "left_context_frames": [64, 128, 256, -1],
        "text_encoder_dim": 128,
        "joint_dim": 512,
    },
    "text": {
        "type": "RobertaModel",
        "pooling": "pooler_output",
        "vocab_size": 50265,
        "hidden_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 512,
        "max_position_embeddings": 514,
    },
}


def _scale(name, shape):
    """Mean and standard deviation that keep activations of a sane size."""
    last = name.rsplit(".", 1)[-1]
    if last == "logit_scale":
        return np.log(1 / 0.07), 0.1
    if last == "bypass_scale":
        return 0.5, 0.1
    if last == "log_scale":
        return 1.0, 0.1
    if len(shape) <= 1:  # gains and biases
        return (1.0 if last == "weight" else 0.0), 0.1
    if "embeddings.weight" in name:
        return 0.0, 0.05
    deviation = 1.0 / np.sqrt(float(np.prod(shape[1:])))
    if "self_attn_weights.in_proj" in name:  # scores are not divided by a root
        deviation *= 0.4
    return 0.0, deviation


def draw(name, shape, seed):
    """The float32 array that belongs to an official name."""
    generator = np.random.default_rng([seed, zlib.crc32(name.encode())])
    values = generator.standard_normal(shape, dtype=np.float32)
    mean, deviation = _scale(name, shape)
    return np.asarray(np.float32(mean) + np.float32(deviation) * values)


def state_dict(module, seed):
    """Pseudo-random values for every weight of a module."""
    return {
        name: torch.from_numpy(draw(name, tuple(value.shape), seed))
        for name, value in module.state_dict().items()
    }


def save_model(folder, seed):
    """Write the small CLSP as the published one is written."""
    from safetensors.torch import save_file

    from speechbrain_zsfuse.lobes.towers.zipformer.clsp import CLSPTowers
    from speechbrain_zsfuse.lobes.towers.zipformer.config import CLSPConfig

    with torch.device("meta"):
        towers = CLSPTowers(CLSPConfig.from_dict(SMALL))
    weights = {
        f"model.{name}": value
        for name, value in state_dict(towers, seed).items()
    }
    folder = Path(folder)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    (folder / "config.json").write_text(json.dumps(SMALL))
