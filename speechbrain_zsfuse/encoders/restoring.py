"""A speech model of transformers as JSON, and back, without its weights.

A trained encoder is put together again from what is said of it, and nothing
is downloaded only to be overwritten.
"""

import json
from types import SimpleNamespace

import torch

from speechbrain_zsfuse.encoders.base import TransformersEncoder
from speechbrain_zsfuse.errors import explain_imports
from speechbrain_zsfuse.loading.configs import check_config
from speechbrain_zsfuse.loading.fitting import explain_sizes, unloaded
from speechbrain_zsfuse.options import given_options

_HEARS = ("sampling_rate", "do_normalize", "return_attention_mask")
_OPTIONS = ("lora", "fused_attention", "longest_seconds")


def describe_encoder(encoder):
    """What ``restore_encoder`` needs.

    Arguments
    ---------
    encoder : TransformersEncoder

    Returns
    -------
    dict
        JSON values: ``config`` of the model, how it ``hears`` waveforms,
        whether its layers are ``weighted``, ``options`` and ``kept`` settings.

    Example
    -------
    >>> from speechbrain_zsfuse.encoders import SSLEncoder
    >>> facts = describe_encoder(SSLEncoder(getfixture("tiny_wavlm")))
    >>> facts["config"]["model_type"], facts["hears"]["sampling_rate"]
    ('wavlm', 16000)
    """
    config = json.loads(encoder.model.config.to_json_string(use_diff=False))
    given = given_options(encoder) or {}
    return {
        "config": {
            name: value
            for name, value in config.items()
            if name not in ("_name_or_path", "transformers_version")
        },
        "hears": {
            "sampling_rate": encoder.sample_rate,
            "do_normalize": bool(encoder.normalize),
            "return_attention_mask": encoder.use_mask,
        },
        "weighted": encoder.layer_weights is not None,
        "options": {name: given[name] for name in _OPTIONS if name in given},
        "kept": {name: getattr(encoder, name) for name in encoder.kept},
    }


def restore_encoder(kind, facts, path):
    """An encoder without weights, frozen, as ``describe_encoder`` found it.

    Arguments
    ---------
    kind : type
        ``TransformersEncoder`` or a subclass.
    facts : dict
        See ``describe_encoder``.
    path : str or Path
        Where it is said, for errors.

    Returns
    -------
    TransformersEncoder
        Its weights are on the meta device: see ``load_strictly``.

    Raises
    ------
    ValueError
        If its configuration makes no sense.

    Example
    -------
    >>> from speechbrain_zsfuse.encoders import SSLEncoder
    >>> facts = describe_encoder(SSLEncoder(getfixture("tiny_wavlm")))
    >>> restore_encoder(SSLEncoder, facts, "model.json").output_size
    64
    """
    check_config(facts["config"], path)
    check_config(facts["hears"], path)
    hears = {name: facts["hears"][name] for name in _HEARS}
    with explain_imports(), explain_sizes("a speech model", path):
        from transformers import MODEL_MAPPING, AutoConfig

        options = dict(facts["config"])
        config = AutoConfig.for_model(options.pop("model_type"), **options)
        build = MODEL_MAPPING[type(config)]
        # Others may fetch a part of theirs from the hub as they are built.
        build._get_feat_extract_output_lengths  # noqa: B018
        model = unloaded(build, config)
        count = config.num_hidden_layers + 1
    weights = None
    if facts["weighted"]:
        weights = torch.nn.Parameter(torch.zeros(count))
    encoder = kind.__new__(kind)
    TransformersEncoder.__init__(
        encoder,
        model,
        SimpleNamespace(**hears),
        weights,
        freeze=True,
        **facts["options"],
    )
    for name in kind.kept:
        setattr(encoder, name, facts["kept"][name])
    return encoder
