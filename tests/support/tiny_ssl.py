"""Speech models of a few thousand weights, in every flavour that matters."""

import torch


def save_ssl(folder, kind="wavlm", large=True, mask=None, seed=0):
    """Write a tiny WavLM, HuBERT or another kind of transformers'.

    ``large`` models have layer norm in the front end and an attention mask,
    base models group norm and none, as on the hub. Layer drop and SpecAugment
    keep their (non-zero) defaults.
    """
    from transformers import AutoConfig, AutoModel, Wav2Vec2FeatureExtractor

    config = AutoConfig.for_model(
        kind,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        conv_dim=(8, 8),
        conv_kernel=(10, 8),
        conv_stride=(5, 40),
        num_conv_pos_embeddings=7,
        num_conv_pos_embedding_groups=2,
        feat_extract_norm="layer" if large else "group",
        do_stable_layer_norm=large,
        vocab_size=4,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = AutoModel.from_config(config)
    model.save_pretrained(folder)
    Wav2Vec2FeatureExtractor(
        do_normalize=True, return_attention_mask=large if mask is None else mask
    ).save_pretrained(folder)
    return str(folder)
