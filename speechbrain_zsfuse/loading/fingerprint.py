"""What names a frozen model: its weights and what no shape of them tells."""

import hashlib
import json


def weights_state(module):
    """Changes whenever weights do, without reading them.

    Arguments
    ---------
    module : torch.nn.Module
        Its weights may be loaded, replaced or changed in place; what is
        written into the memory of a ``.data`` goes unnoticed.

    Returns
    -------
    tuple
        Hashable.

    Example
    -------
    >>> import torch
    >>> module = torch.nn.Linear(2, 1).requires_grad_(False)
    >>> before = weights_state(module)
    >>> _ = module.bias.add_(1)
    >>> weights_state(module) == before
    False
    """
    return tuple(
        (id(value), value.data_ptr(), _version(value))
        for value in (*module.parameters(), *module.buffers())
    )


def _version(value):
    """Times that it was changed in place, which PyTorch may not count."""
    return 0 if value.is_inference() else value._version


def weights_digest(module):
    """sha256 of names, types, shapes and values, 64 hexadecimal digits.

    Example
    -------
    >>> import torch
    >>> module = torch.nn.Linear(1, 1)
    >>> _ = [torch.nn.init.ones_(value) for value in module.parameters()]
    >>> weights_digest(module)[:8]
    '0bb76511'
    """
    digest = hashlib.sha256()
    for name, value in sorted(module.state_dict().items()):
        digest.update(f"{name} {value.dtype} {list(value.shape)}".encode())
        digest.update(value.cpu().contiguous().numpy())
    return digest.hexdigest()


def digest_of(*facts):
    """sha256 of JSON values, 64 hexadecimal digits.

    Example
    -------
    >>> digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
    True
    """
    text = json.dumps(facts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def configurations(module):
    """Settings of the transformers models inside a module.

    Returns
    -------
    list of dict
        Without what says who wrote them, and when.

    Example
    -------
    >>> from transformers import RobertaConfig, RobertaModel
    >>> config = RobertaConfig(num_hidden_layers=0, layer_norm_eps=0.25)
    >>> configurations(RobertaModel(config))[0]["layer_norm_eps"]
    0.25
    """
    configs = {
        id(part.config): part.config
        for part in module.modules()
        if hasattr(getattr(part, "config", None), "to_dict")
    }
    return [_without_origin(config.to_dict()) for config in configs.values()]


def _without_origin(settings):
    origin = {"transformers_version", "_name_or_path", "architectures"}
    return {
        key: _without_origin(value) if isinstance(value, dict) else value
        for key, value in settings.items()
        if key not in origin
    }
