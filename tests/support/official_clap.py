"""Pseudo-random official checkpoints of LAION-CLAP and ReCLAP.

Each tensor is drawn from a stream of its own, seeded by its official name, so
the golden numbers of the official code (run with the same tensors) can be
compared with ours. `assets/clap_parity` holds them; see its README. Nothing
here says how good a model is: it is noise.
"""

import pickle
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

# In the files, but without a part in the embeddings: shapes do not matter.
_UNUSED = """
audio_branch.spectrogram_extractor.stft.conv_real.weight
audio_branch.spectrogram_extractor.stft.conv_imag.weight
audio_branch.logmel_extractor.melW
audio_branch.tscam_conv.weight audio_branch.tscam_conv.bias
audio_branch.head.weight audio_branch.head.bias
audio_transform.sequential.0.weight audio_transform.sequential.0.bias
audio_transform.sequential.3.weight audio_transform.sequential.3.bias
text_transform.sequential.0.weight text_transform.sequential.0.bias
text_transform.sequential.3.weight text_transform.sequential.3.bias
audio_branch.layers.0.blocks.1.attn_mask
audio_branch.layers.1.blocks.1.attn_mask
""".split()

TINY = {"depths": [2, 2, 6, 2], "patch_embeds_hidden_size": 96}
BASE = {
    "depths": [2, 2, 12, 2],
    "patch_embeds_hidden_size": 128,
    "hidden_size": 1024,
}
FUSED = {"enable_fusion": True, "fusion_type": "aff_2d"}


def official_name(name):
    """Official name of a weight that transformers names otherwise."""
    renames = list(_RENAMES)
    if name.startswith("audio_model."):
        renames += _AUDIO_RENAMES
    for pattern, replacement in renames:
        name = re.sub(pattern, replacement, name)
    return name


def _scale(name, shape):
    """Mean, standard deviation, and whether the values are positive."""
    last = name.rsplit(".", 1)[-1]
    fan_in = 1.0 / np.sqrt(float(np.prod(shape[1:])))
    if last == "running_mean":  # bn0 sees decibels
        return (-30.0, 5.0, False) if ".bn0." in name else (0.0, 0.1, False)
    if last == "running_var":
        return (200.0, 40.0, True) if ".bn0." in name else (1.0, 0.2, True)
    if last.startswith("logit_scale"):
        return np.log(1 / 0.07), 0.1, False
    if "relative_position_bias_table" in name or "attention_bias" in name:
        return 0.0, 0.3, False
    if len(shape) <= 1:
        return (1.0 if last == "weight" else 0.0), 0.1, False
    if "shared.weight" in name:
        return 0.0, 1.0, False
    if "embeddings.weight" in name:
        return 0.0, 0.05, False
    if "SelfAttention.q.weight" in name:  # T5 does not scale its logits
        return 0.0, 0.125 * fan_in, False
    return 0.0, fan_in, False


def draw(name, shape, seed):
    """The float32 array that belongs to an official name."""
    name = name.replace("encoder.embed_tokens.", "shared.")  # T5 ties them
    generator = np.random.default_rng([seed, zlib.crc32(name.encode())])
    values = generator.standard_normal(shape, dtype=np.float32)
    mean, deviation, positive = _scale(name, shape)
    values = np.abs(values) if positive else values
    return np.asarray(np.float32(mean) + np.float32(deviation) * values)


def official_weights(model, seed):
    """Official names and values for the weights of a transformers model."""
    weights = {}
    for name, value in model.state_dict().items():
        name, shape = official_name(name), tuple(value.shape)
        part = re.search(r"\.attn\.(query|key|value)\.", name)
        if part:  # the official code keeps the three in one tensor
            name = name.replace(part[1], "qkv")
            shape = (3 * shape[0], *shape[1:])
        if not value.is_floating_point():
            weights[name] = value
        elif name not in weights:
            weights[name] = torch.from_numpy(draw(name, shape, seed))
    return weights


def clap_model(audio):
    """LAION-CLAP with a roberta-base of two layers, as an empty model."""
    from transformers import ClapConfig, ClapModel

    text = {"num_hidden_layers": 2}
    return ClapModel(ClapConfig(text_config=text, audio_config=audio))


def reclap_model():
    """ReCLAP with a flan-t5-large of two layers, as an empty model."""
    from transformers import (
        ClapAudioModelWithProjection,
        T5Config,
        T5EncoderModel,
    )

    model = ClapAudioModelWithProjection(
        ClapAudioModelWithProjection.config_class(**BASE, **FUSED)
    )
    model.text_branch = T5EncoderModel(
        T5Config(
            d_model=1024,
            d_ff=2816,
            num_layers=2,
            num_heads=16,
            feed_forward_proj="gated-gelu",
        )
    )
    model.text_projection = torch.nn.Sequential(
        torch.nn.Linear(1024, 512), torch.nn.ReLU(), torch.nn.Linear(512, 512)
    )
    model.logit_scale_a = torch.nn.Parameter(torch.zeros(()))
    model.logit_scale_t = torch.nn.Parameter(torch.zeros(()))
    return model


def golden_cases(golden):
    """File, repeats and embedding of each file alone; of the voice, which
    three repeats make longer than the window, of all repeats."""
    names = "case_file", "case_repeats", "audio_embed"
    for file, repeats, embedding in zip(*(golden[name] for name in names)):
        if repeats == 1 or file.startswith("voice"):
            yield str(file), int(repeats), embedding


def checkpoint_weights(kind, seed):
    """State dict of ``tiny``, ``base``, ``fused`` or ``reclap``."""
    if kind == "reclap":
        weights = official_weights(reclap_model(), seed)
    else:
        audio = {"tiny": TINY, "base": BASE, "fused": TINY | FUSED}[kind]
        weights = official_weights(clap_model(audio), seed)
        del weights["text_branch.embeddings.token_type_ids"]
    weights |= {name: torch.zeros(1) for name in _UNUSED}
    stage = "audio_branch.layers.2.blocks.{}.attn_mask"
    odd = range(1, 6 if kind in ("tiny", "fused") else 12, 2)
    return weights | {stage.format(block): torch.zeros(1) for block in odd}


def write_checkpoint(path, weights):
    """A ``.pt`` as LAION's are: numpy 1's pickle of an optimizer included."""
    content = {
        "epoch": 15,
        "name": "pseudo-random",
        "state_dict": {f"module.{name}": v for name, v in weights.items()},
        "optimizer": {"param_groups": [{"lr": np.float64(1e-4)}]},
    }
    torch.save(content, path, pickle_module=_NumpyOnePickle)
    return path


class _NumpyOnePickler(pickle._Pickler):
    dispatch = dict(pickle._Pickler.dispatch)

    def save_global(self, obj, name=None):
        if obj is np.float64(0).__reduce__()[0]:
            self.write(b"cnumpy.core.multiarray\nscalar\n")
            self.memoize(obj)
        else:
            super().save_global(obj, name)


class _NumpyOnePickle:
    """Stands in for the module ``pickle`` of a numpy 1 installation."""

    __name__ = "pickle"
    Pickler = _NumpyOnePickler
    dumps = staticmethod(pickle.dumps)
