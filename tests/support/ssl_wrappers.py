"""SpeechBrain's wrappers around tiny models, and what tests ask of encoders."""

import torch
from speechbrain.integrations.huggingface.hubert import HuBERT
from speechbrain.integrations.huggingface.wav2vec2 import Wav2Vec2
from speechbrain.integrations.huggingface.wavlm import WavLM
from speechbrain.integrations.huggingface.weighted_ssl import WeightedSSLModel

WRAPPERS = {"wavlm": WavLM, "hubert": HuBERT, "wav2vec2": Wav2Vec2}
LAYERS = torch.tensor([0.3, -1.0, 2.0])  # logits of the shares of the layers


def wrap(model, **options):
    """SpeechBrain's wrapper of a model."""
    kind, source = model
    return WRAPPERS[kind](source, save_path="", **options)


def wrap_weighted(source, **options):
    """SpeechBrain's average of layers, its weights no longer equal."""
    wrapper = WeightedSSLModel(source, **options)
    wrapper.weights.data.copy_(LAYERS)
    return wrapper


def batch(clips):
    padded = torch.nn.utils.rnn.pad_sequence(clips, batch_first=True)
    return padded, torch.tensor([len(x) / padded.shape[1] for x in clips])


@torch.no_grad()
def frames(encoder, wavs, lens=None):
    return encoder.eval()(wavs, lens)


def trainable(encoder):
    return [n for n, p in encoder.named_parameters() if p.requires_grad]
