"""A small CLAP in the Hugging Face format, trained on made-up voices.

It loads like the large ones, by folder instead of hub id. This file builds
and saves; how it is trained is in ``contrastive.py``. transformers is imported
only when a model is made.
"""

from pathlib import Path

from speechbrain_zsfuse.synthetic.corpus import list_takes
from speechbrain_zsfuse.synthetic.folders import is_model, whole_folder
from speechbrain_zsfuse.synthetic.voice import SAMPLE_RATE, speak

WINDOW_SECONDS = 2
HOP_SIZE = 505  # samples; 64 frames a window, exactly what the model takes
MELS = 64


def make_clap(
    folder,
    *,
    seed,
    speakers=range(101, 133),
    seconds=1.1,
    epochs=22,
    progress=True,
):
    """Train and save a CLAP that knows four emotions from captions.

    Its voices are other speakers than those of the corpus, so that it is a
    zero-shot model for them. With the defaults half a minute on one core.

    Arguments
    ---------
    folder : str or Path
        Where model, feature extractor and tokenizer go. If a model is there,
        nothing is done.
    seed : int
        Of the voices, the weights and the training, 0 or more. Global random
        state is left as it is.
    speakers : iterable of int
        Numbers above 100: those up to 100 are left to the corpus.
    seconds : float
        Mean duration of a neutral clip in seconds, from 0.1.
    epochs : int
        Passes over the captions. 0 saves random weights.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    RuntimeError
        If the model did not learn.
    ValueError
        If a speaker could be one of the corpus.

    Example
    -------
    >>> from transformers import AutoTokenizer
    >>> folder = getfixture("tmpdir") / "clap"
    >>> folder = make_clap(folder, seed=1, epochs=0, progress=False)
    >>> AutoTokenizer.from_pretrained(folder).tokenize("angry speech")
    ['angry', 'Ġspeech']
    """
    import torch

    from speechbrain_zsfuse.lobes.clap import CLAP
    from speechbrain_zsfuse.synthetic.captions import make_tokenizer
    from speechbrain_zsfuse.synthetic.contrastive import (
        check_training,
        train_contrastive,
    )

    folder, takes = Path(folder), list_takes(speakers)
    if any(take.speaker <= 100 for take in takes):
        raise ValueError(
            "Expected speakers above 100, which the corpus never has, but got "
            f"{sorted({take.speaker for take in takes})}."
        )
    if is_model(folder):
        return folder
    with torch.random.fork_rng(devices=[]), whole_folder(folder) as aside:
        torch.manual_seed(seed)
        tokenizer = make_tokenizer()
        model = _new_clap(tokenizer)
        model.save_pretrained(aside)
        tokenizer.save_pretrained(aside)
        _clap_extractor().save_pretrained(aside)
        if epochs:
            voices = [speak(seed, *take, seconds=seconds) for take in takes]
            features = _features(CLAP(aside), voices)
            data = model, tokenizer, takes, features
            train_contrastive(
                *data, epochs=epochs, seed=seed, progress=progress
            )
            check_training(*data)
            model.save_pretrained(aside)
    return folder


def _new_clap(tokenizer):
    from transformers import ClapConfig, ClapModel

    # Random weights of twice the usual size: with the usual ones both towers
    # are nearly constant at this width, and training starts on a plateau.
    start = {"initializer_factor": 2.0}
    text = {
        "vocab_size": len(tokenizer),
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "max_position_embeddings": 80,  # 77 tokens, counted from the pad id
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
        "layer_norm_eps": 1e-5,
    }
    audio = {
        "spec_size": 64,
        "num_mel_bins": MELS,
        "patch_embeds_hidden_size": 16,
        "hidden_size": 32,
        "depths": [1, 1],
        "num_hidden_layers": 2,
        "num_attention_heads": [2, 4],
        "window_size": 8,
        "hidden_dropout_prob": 0.0,
    }
    config = ClapConfig(
        text_config=text | start,
        audio_config=audio | start,
        projection_dim=32,
        **start,
    )
    return ClapModel(config)


def _clap_extractor():
    from transformers import ClapFeatureExtractor

    return ClapFeatureExtractor(
        feature_size=MELS,
        sampling_rate=SAMPLE_RATE,
        hop_length=HOP_SIZE,
        max_length_s=WINDOW_SECONDS,
        fft_window_size=1024,
        frequency_min=50,
        frequency_max=8000,
        truncation="rand_trunc",
        padding="repeatpad",
    )


def _features(alm, voices):
    """Features [N, 2, 1, frames, mels]: of the clip, and of a full window."""
    import torch

    enough = WINDOW_SECONDS * SAMPLE_RATE
    return torch.stack(
        [
            torch.cat(
                [
                    alm.input_features(voice, repeats=repeats)
                    for repeats in (1, -(-enough // voice.shape[1]))
                ]
            )
            for voice in (torch.from_numpy(voice)[None] for voice in voices)
        ]
    )
