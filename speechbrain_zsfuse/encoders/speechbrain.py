"""The trained speech model as SpeechBrain's own wrapper loaded it: WavLM,
HuBERT, Wav2Vec2 or WeightedSSLModel. It knows nothing of emotions, pooling or
training, and never calls the wrapper's own forward pass."""

import torch

from speechbrain_zsfuse.adapters import Lora
from speechbrain_zsfuse.audio.sound import LONGEST
from speechbrain_zsfuse.encoders.base import TransformersEncoder
from speechbrain_zsfuse.encoders.pretrained import load_extractor
from speechbrain_zsfuse.loading.tensors import check_finite
from speechbrain_zsfuse.options import Positive, Share, checked

# By name: SpeechBrain's deprecated paths hold classes of the same name that
# are not the same.
_WRAPPERS = ("Wav2Vec2.forward", "WeightedSSLModel.forward")


class SpeechBrainEncoder(TransformersEncoder):
    """One of SpeechBrain's self-supervised wrappers, to fine-tune.

    The wrapper's constructor loads the model, and its options say what is
    trained and what comes out. The frames are those of ``SSLEncoder`` for the
    same weights, because the model is called here and not by the wrapper,
    which would

    - normalise over the padded row, with an epsilon that mutes quiet clips
      (``WeightedSSLModel``: not at all), and give an attention mask to every
      model, or to none, whatever it was trained with;
    - leave eval mode when frozen, and weights in the type of the checkpoint;
    - leave SpecAugment's weight and skipped layers without a gradient, which
      stops distributed training. ``WeightedSSLModel`` would augment whenever
      the checkpoint's configuration says so; here it never does.

    What a constructor does cannot be mended from outside: ``source`` and
    ``save_path`` must be str; ``save_path`` is where the hub's files go, so
    give one that all runs share; the hub is asked over the network unless
    ``HF_HUB_OFFLINE=1`` is set and the files are there. ``WeightedSSLModel``
    loads no ``preprocessor_config.json``: it is fetched here, by way of the
    hub's usual cache.

    Arguments
    ---------
    wrapper : speechbrain.integrations.huggingface.wav2vec2.Wav2Vec2
        That, ``WavLM``, ``HuBERT`` or ``WeightedSSLModel``. Its model becomes
        a part of this module and is changed in place. Its ``freeze``,
        ``freeze_feature_extractor``, ``apply_spec_augment`` and ``layernorm``
        are honoured; ``output_norm`` normalises over the frames of a clip
        without its padding; the ``weights`` of the layers are trained even if
        ``freeze`` is set, as in SpeechBrain.
    layer_drop, gradient_checkpointing, fused_attention, lora, longest_seconds
        See ``SSLEncoder``.

    Raises
    ------
    FileNotFoundError
        If the ``preprocessor_config.json`` of a ``WeightedSSLModel`` cannot be
        found.
    ImportError
        If ``lora`` is given and peft is not installed.
    TypeError
        If ``wrapper`` is none of these, or has a forward pass of its own.
    ValueError
        If ``wrapper`` gives the frames of all layers, is quantised, holds
        weights that are NaN or infinite, or averages layers of which
        ``layer_drop`` would skip some.

    Attributes
    ----------
    sample_rate, output_size, padding_neutral, may_skip_weights
        See ``TransformersEncoder``. Weights are named as in ``SSLEncoder``:
        checkpoints of one load into the other.

    Example
    -------
    >>> from speechbrain.integrations.huggingface.wavlm import WavLM
    >>> wrapper = WavLM(getfixture("tiny_wavlm"), save_path="", freeze=True)
    >>> encoder = SpeechBrainEncoder(wrapper)
    >>> wavs, lens = torch.randn(2, 16000), torch.tensor([1.0, 0.5])
    >>> hidden, mask = encoder(wavs, lens)
    >>> hidden.shape[:2] == mask.shape, hidden.shape[2] == encoder.output_size
    (True, True)
    """

    kept = ("layer_norm", "output_norm")

    @checked
    def __init__(
        self,
        wrapper,
        layer_drop: Share = 0.0,
        gradient_checkpointing: bool = False,
        fused_attention: bool = True,
        lora: Lora | None = None,
        longest_seconds: Positive = LONGEST,
    ):
        _check(wrapper)
        model = wrapper.model.float()
        for name, value in model.state_dict().items():
            check_finite(name, value, model.config.name_or_path)
        layer_weights = getattr(wrapper, "weights", None)
        if layer_weights is None:
            extractor = wrapper.feature_extractor
            spec_augment = model.config.apply_spec_augment
        else:
            extractor = load_extractor(model.config.name_or_path)
            spec_augment = False
        super().__init__(
            model,
            extractor,
            layer_weights,
            freeze=wrapper.freeze,
            freeze_front_end=getattr(
                wrapper, "freeze_feature_extractor", False
            ),
            layer_drop=layer_drop,
            spec_augment=spec_augment,
            gradient_checkpointing=gradient_checkpointing,
            fused_attention=fused_attention,
            lora=lora,
            longest_seconds=longest_seconds,
        )
        self.layer_norm = getattr(wrapper, "layernorm", False)
        self.output_norm = getattr(wrapper, "output_norm", False)

    def encode(self, wavs, sizes, features=None):
        """See ``TransformersEncoder``; then ``output_norm``, if it is set."""
        hidden, mask = super().encode(wavs, sizes, features)
        if self.output_norm:
            hidden = normalise_frames(hidden, mask)
        return hidden, mask

    def mix(self, states):
        """See ``TransformersEncoder``; before it ``layernorm``, if set."""
        if self.layer_norm:
            size = (self.output_size,)
            states = [
                torch.nn.functional.layer_norm(state, size) for state in states
            ]
        return super().mix(states)


def normalise_frames(hidden, mask, epsilon=1e-5):
    """Zero mean and unit variance over all numbers in a clip's own frames.

    SpeechBrain's ``output_norm``, had it left out the padding.

    Arguments
    ---------
    hidden : torch.Tensor
        float, shape [B, F, D].
    mask : torch.Tensor
        bool, shape [B, F], true on the frames of the clip itself.
    epsilon : float
        Added to the variance; PyTorch's for layer norm.

    Returns
    -------
    torch.Tensor
        float32, shape [B, F, D].

    Example
    -------
    >>> hidden = torch.tensor([[[1.0, 3.0], [9.0, 9.0]]])
    >>> normalise_frames(hidden, torch.tensor([[True, False]]))[0, 0]
    tensor([-1.0000,  1.0000])
    """
    hidden, inside = hidden.float(), mask[..., None]
    count = mask.sum(1)[:, None, None] * hidden.shape[2]
    mean = (hidden * inside).sum((1, 2), keepdim=True) / count
    hidden = hidden - mean
    variance = (hidden * inside).square().sum((1, 2), keepdim=True) / count
    return hidden * torch.rsqrt(variance + epsilon)


def _check(wrapper):
    """Raise unless its settings can be honoured."""
    forward = getattr(type(wrapper), "forward", None)
    if getattr(forward, "__qualname__", None) not in _WRAPPERS:
        raise TypeError(
            "Expected `wrapper` to be SpeechBrain's WavLM, HuBERT, Wav2Vec2 or "
            "WeightedSSLModel, without a forward pass of its own, but got "
            f"{type(wrapper).__name__}. For another model write an encoder: a "
            "module (wavs, lens) -> (hidden, mask)."
        )
    if getattr(wrapper, "output_all_hiddens", False):
        raise ValueError(
            "Expected a wrapper that gives one frame at a time, but got "
            "`output_all_hiddens: True`, the frames of all layers. Leave it "
            "out, or take WeightedSSLModel, which learns their average."
        )
    if wrapper.quantization_config is not None:
        raise ValueError(
            "Expected weights in a floating type, but got "
            "`quantization_config`. Leave it out; to save memory use `freeze`, "
            "`lora` or `gradient_checkpointing`."
        )
