"""A small WavLM in the Hugging Face format, to fine-tune.

It loads like the large ones, by folder instead of hub id. This file knows
nothing of voices, and imports transformers only when a model is made.
"""

from pathlib import Path

import numpy as np

from speechbrain_zsfuse.synthetic.folders import is_model, whole_folder
from speechbrain_zsfuse.synthetic.voice import SAMPLE_RATE

KERNEL_SIZE = 320  # samples of the first layer: 20 ms
FILTERS = 64


def make_wavlm(folder, *, seed=0):
    """Save a WavLM of one layer and 64 dimensions, not pretrained.

    A hand-made prior stands in for pretraining: the first convolution is a
    bank of Gabor filters on the mel scale (20 ms, every 10 ms) and the second
    averages each channel over eight of its outputs. As a front end that stays
    fixed (``freeze_front_end`` of ``SSLEncoder``) it is a rough spectrogram,
    25 frames a second. All other weights are random.

    Arguments
    ---------
    folder : str or Path
        Where ``config.json``, ``model.safetensors`` and
        ``preprocessor_config.json`` go. If they are there, nothing is done.
    seed : int
        Of the random weights. Global random state is left as it is.

    Returns
    -------
    Path
        The folder.

    Example
    -------
    >>> folder = make_wavlm(getfixture("tmpdir") / "wavlm")
    >>> sorted(path.name for path in folder.iterdir())
    ['config.json', 'model.safetensors', 'preprocessor_config.json']
    """
    import torch
    from transformers import Wav2Vec2FeatureExtractor, WavLMConfig, WavLMModel

    folder = Path(folder)
    if is_model(folder):
        return folder
    config = WavLMConfig(
        hidden_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=128,
        conv_dim=(FILTERS, FILTERS),
        conv_kernel=(KERNEL_SIZE, 8),
        conv_stride=(160, 4),
        num_feat_extract_layers=2,
        # As the large WavLM: with layer norm and a mask, padding is neutral.
        feat_extract_norm="layer",
        do_stable_layer_norm=True,
        num_conv_pos_embeddings=7,
        num_conv_pos_embedding_groups=4,
        num_buckets=32,
        max_bucket_distance=80,
        hidden_dropout=0.0,
        attention_dropout=0.0,
        activation_dropout=0.0,
        feat_proj_dropout=0.0,
        layerdrop=0.0,
        apply_spec_augment=False,
    )
    with torch.random.fork_rng(devices=[]), whole_folder(folder) as aside:
        torch.manual_seed(seed)
        model = WavLMModel(config)
        first, second = model.feature_extractor.conv_layers
        bank = torch.from_numpy(gabor_filters(FILTERS, KERNEL_SIZE))
        average = torch.eye(FILTERS)[:, :, None].expand(-1, -1, 8) / 8
        first.conv.weight.data.copy_(bank[:, None])
        second.conv.weight.data.copy_(average)
        model.save_pretrained(aside)
        Wav2Vec2FeatureExtractor(
            sampling_rate=SAMPLE_RATE,
            do_normalize=True,
            return_attention_mask=True,
        ).save_pretrained(aside)
    return folder


def gabor_filters(count, size):
    """Cosine and sine waves under a Hann window, 80 Hz to 7 kHz.

    Arguments
    ---------
    count : int
        Number of filters, even.
    size : int
        Samples of a filter at ``SAMPLE_RATE``.

    Returns
    -------
    numpy.ndarray
        float32, shape [count, size], unit norm; centre frequencies are equal
        steps on the mel scale.

    Example
    -------
    >>> gabor_filters(4, 320).shape
    (4, 320)
    """
    low, high = 2595 * np.log10(1 + np.array([80.0, 7000.0]) / 700)
    hertz = 700 * (10 ** (np.linspace(low, high, count // 2) / 2595) - 1)
    time = (np.arange(size) - (size - 1) / 2) / SAMPLE_RATE
    phase = 2 * np.pi * hertz[:, None] * time
    waves = np.stack([np.cos(phase), np.sin(phase)], axis=1)
    waves = waves.reshape(count, size) * np.hanning(size)
    norms = np.linalg.norm(waves, axis=1, keepdims=True)
    return (waves / norms).astype(np.float32)
