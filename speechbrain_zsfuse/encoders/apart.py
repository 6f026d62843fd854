"""Clips of several lengths in one batch, for models that padding disturbs.

The group norm of the base models (WavLM-Base, HuBERT-Base …) averages over all
frames of a row, padding included. So the convolutions hear each clip by
itself, without its padding; the layers after them hear all clips at once under
an attention mask, which hides padding wholly. It is for trained models in use:
nothing here learns.
"""

import torch

from speechbrain_zsfuse.audio.batch import heard_sizes
from speechbrain_zsfuse.audio.normalisation import normalise

# Those that silence padding before their one positional convolution, and have
# no other that looks from frame to frame.
_KINDS = ("hubert", "unispeech", "unispeech-sat", "wav2vec2", "wavlm")


def can_encode_apart(encoder):
    """Whether ``encode_apart`` gives what the encoder gives clip by clip.

    Arguments
    ---------
    encoder : torch.nn.Module

    Returns
    -------
    bool

    Example
    -------
    >>> from speechbrain_zsfuse.encoders import FilterbankEncoder, SSLEncoder
    >>> can_encode_apart(SSLEncoder(getfixture("tiny_wavlm")))
    True
    >>> can_encode_apart(FilterbankEncoder())
    False
    """
    config = getattr(getattr(encoder, "model", None), "config", None)
    return (
        getattr(config, "model_type", None) in _KINDS
        and not getattr(config, "add_adapter", False)
        and not getattr(config, "conv_pos_batch_norm", False)
    )


def encode_apart(encoder, wavs, wav_lens=None):
    """Encode a batch so that no clip hears padding.

    Arguments
    ---------
    encoder : TransformersEncoder
        In eval mode; see ``can_encode_apart``.
    wavs, wav_lens
        See ``TransformersEncoder.forward``.

    Returns
    -------
    hidden, mask : torch.Tensor
        See ``TransformersEncoder.forward``. Each clip's frames are those that
        it has alone, but for the rounding of sums (1e-5).

    Raises
    ------
    ClipError
        If a clip is no sound, too short for a single frame or too long.
    ValueError
        If the shapes do not fit.

    Example
    -------
    >>> from speechbrain_zsfuse.encoders import SSLEncoder
    >>> encoder = SSLEncoder(getfixture("tiny_wavlm"), freeze=True)
    >>> wavs, lens = torch.rand(2, 16000) - 0.5, torch.tensor([1.0, 0.5])
    >>> hidden, mask = encode_apart(encoder, wavs, lens)
    >>> alone, _ = encoder(wavs[1:, :8000])
    >>> bool((hidden[1, mask[1]] - alone[0]).abs().max() < 1e-5)
    True
    """
    sizes = heard_sizes(wavs, wav_lens, encoder)
    if encoder.normalize:
        wavs = normalise(wavs, sizes)
    front_end = _open_to_features(encoder.model.feature_extractor)
    clips = [front_end(wav[None, :size])[0] for wav, size in zip(wavs, sizes)]
    features = torch.nn.utils.rnn.pad_sequence(
        [clip.T for clip in clips], batch_first=True
    )
    sizes = torch.tensor(sizes, device=wavs.device)
    return encoder.encode(wavs, sizes, features.mT)


class _OpenToFeatures:
    """A front end that gives back what is already its output."""

    def forward(self, inputs):
        """Waveforms [B, T] to features [B, C, F]; features as they are."""
        return inputs if inputs.ndim == 3 else super().forward(inputs)


def _open_to_features(front_end):
    """The same module, of another class; its weights keep their names."""
    kind = type(front_end)
    if not issubclass(kind, _OpenToFeatures):
        front_end.__class__ = type(kind.__name__, (_OpenToFeatures, kind), {})
    return front_end
