"""Small trainable matrices in a frozen model, in place of fine-tuning it whole.

It knows no model: whoever calls it says which layers are adapted.
"""

import warnings

from speechbrain_zsfuse.errors import explain_imports


def add_lora(model, options):
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
        If no layer of the model is named so.

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

    model.requires_grad_(False)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Already found a `peft_config`")
        inject_adapter_in_model(LoraConfig(**options), model)
