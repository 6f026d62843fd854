"""Small trainable matrices in a frozen model, in place of fine-tuning it whole.

It knows no model: whoever calls it says which layers are adapted.
"""

import warnings
from collections.abc import Sequence
from dataclasses import fields
from typing import Literal

from typing_extensions import TypedDict  # pydantic needs it before 3.12

from speechbrain_zsfuse.errors import explain_imports
from speechbrain_zsfuse.options import Count, Positive, Share, Text, checked


class Lora(TypedDict, total=False):
    """Options of ``peft.LoraConfig``: the usual ones; others go, too.

    Example
    -------
    >>> Lora(r=8, target_modules=["q_proj", "v_proj"])
    {'r': 8, 'target_modules': ['q_proj', 'v_proj']}
    """

    r: Count
    lora_alpha: Positive
    lora_dropout: Share
    target_modules: Text | Sequence[Text]
    bias: Literal["none", "all", "lora_only"]
    use_rslora: bool


@checked
def add_lora(model, options: Lora):
    """Freeze a model, and put small trainable matrices into its layers.

    LoRA (Hu et al., 2021, arXiv 2106.09685), by peft.

    Arguments
    ---------
    model : torch.nn.Module
        Changed in place.
    options : dict
        Of ``peft.LoraConfig``, for instance ``{r: 8, lora_alpha: 16,
        target_modules: [q_proj, v_proj]}``.

    Raises
    ------
    ImportError
        If peft is not installed: it comes with the extra ``[lora]``.
    ValueError
        If no layer of the model is named so, or an option is unknown.

    Example
    -------
    >>> import torch
    >>> model = torch.nn.Sequential(torch.nn.Linear(8, 8))
    >>> add_lora(model, {"r": 2, "target_modules": ["0"]})
    >>> sorted(n for n, w in model.named_parameters() if w.requires_grad)
    ['0.lora_A.default.weight', '0.lora_B.default.weight']
    """
    with explain_imports(extra="lora"):
        from peft import LoraConfig, inject_adapter_in_model

    known = {field.name for field in fields(LoraConfig)}
    unknown = sorted(options.keys() - known)
    if unknown:
        raise ValueError(
            f"Expected options of peft.LoraConfig in `lora`, but got {unknown}."
            f" There are: {', '.join(sorted(known))}."
        )
    model.requires_grad_(False)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Already found a `peft_config`")
        inject_adapter_in_model(LoraConfig(**options), model)
