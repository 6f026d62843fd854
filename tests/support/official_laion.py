"""The official `laion_clap` package on pseudo-random weights, offline.

It is unchanged but for what it fetches from the hub: its tokenizers, which
are left out (tokens are given as ids), and a pretrained roberta, in place of
which comes a random one of two layers that the checkpoint then fills.
`laion_clap` is imported when a model is loaded, not before.
"""

from contextlib import contextmanager
from importlib.util import find_spec
from unittest.mock import patch

import official_clap
import torch

INSTALLED = all(map(find_spec, ("laion_clap", "torchvision")))
INSTALL = (
    'the official code is missing: pip install "speechbrain-zsfuse[laion]"'
)


def load_official(folder, kind, seed):
    """Write an official checkpoint and load it with the official code.

    Arguments
    ---------
    folder : Path
        Where the checkpoint goes, 0.35 GB.
    kind : str
        ``tiny``, ``base`` or ``fused``.
    seed : int
        Of the weights.

    Returns
    -------
    module : laion_clap.CLAP_Module
        In evaluation mode, on the CPU, without gradients.
    path : Path
        The checkpoint.
    """
    with _nothing_from_the_hub():
        import laion_clap

        module = laion_clap.CLAP_Module(
            enable_fusion=kind == "fused",
            amodel="HTSAT-base" if kind == "base" else "HTSAT-tiny",
            device="cpu",
        )
    path = folder / f"{kind}.pt"
    weights = official_weights(module, kind, seed)
    official_clap.write_checkpoint(path, weights)
    module.load_ckpt(str(path), verbose=False)
    return module.eval().requires_grad_(False), path


def official_weights(module, kind, seed):
    """The state dict of an official model with pseudo-random weights.

    Constants, and what has no part in the embeddings, keep the values of the
    model; the rest is drawn. Released files hold `position_ids` besides.
    """
    weights = module.model.state_dict()
    drawn = official_clap.checkpoint_weights(kind, seed)
    missing = sorted(drawn.keys() - weights.keys() - {_POSITIONS})
    if missing:
        raise ValueError(
            f"Expected an HTSAT of kind {kind!r}, but the official model has "
            f"no {missing[0]!r}. Give the kind that it was made with."
        )
    for name, value in weights.items():
        if name in drawn and drawn[name].shape == value.shape:
            weights[name] = drawn[name]
    return weights | {_POSITIONS: torch.arange(514)[None]}


def embed_tokens(module, input_ids, attention_mask):
    """Text embeddings [N, D] of the official code, of ids [N, 77]."""
    tokens = {"input_ids": input_ids, "attention_mask": attention_mask}
    return module.get_text_embedding(None, tokenizer=lambda _: tokens)


_POSITIONS = "text_branch.embeddings.position_ids"


@contextmanager
def _nothing_from_the_hub():
    import transformers

    def random_roberta(*args, **kwargs):
        config = transformers.RobertaConfig(
            vocab_size=50265,
            num_hidden_layers=2,
            max_position_embeddings=514,
            type_vocab_size=1,
            layer_norm_eps=1e-5,
        )
        return transformers.RobertaModel(config)

    tokenizers = transformers.PreTrainedTokenizerBase
    with (
        patch.object(tokenizers, "from_pretrained"),
        patch.object(
            transformers.RobertaModel, "from_pretrained", random_roberta
        ),
    ):
        yield
