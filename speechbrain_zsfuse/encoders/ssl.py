"""The trained speech model: WavLM, HuBERT or any other of transformers'
self-supervised encoders, loaded by this package. It knows nothing of
emotions, pooling or training."""

from typing import Literal

import torch

from speechbrain_zsfuse.adapters import Lora
from speechbrain_zsfuse.audio.sound import LONGEST
from speechbrain_zsfuse.encoders.base import TransformersEncoder
from speechbrain_zsfuse.encoders.pretrained import load_extractor, load_model
from speechbrain_zsfuse.options import (
    Commit,
    Place,
    Positive,
    Sha256,
    Share,
    checked,
)


class SSLEncoder(TransformersEncoder):
    """A self-supervised speech encoder to fine-tune.

    Different from SpeechBrain's wrappers on purpose (``SpeechBrainEncoder``
    mends those): a clip is normalised over its own samples, not over the
    padded row; an attention mask is given to models trained with one, and to
    no other; weights are float32 whatever the checkpoint holds; and it stays
    frozen when frozen.

    Arguments
    ---------
    source : str or Path
        Hub id (``microsoft/wavlm-large`` …) or local folder.
    freeze : bool
        Train nothing and stay in eval mode.
    freeze_front_end : bool
        Do not train the convolutions that turn samples into frames.
    layers : str
        ``last``, or ``weighted``: a learned average of all layers, the
        frames before the first included (softmax of one weight a layer). As
        transformers gives them: in the large models the last layer's are from
        before the norm that follows it.
    layer_drop : float
        Share of the layers skipped in a training step, in [0, 1); not with
        ``weighted``.
    spec_augment : bool
        Mask spans of frames in training, as in pretraining.
    gradient_checkpointing : bool
        Compute layers again in the backward pass: less memory, more time.
    fused_attention : bool
        Train a WavLM with ``use_fused_attention``; with ``lora`` always, for
        transformers' own code would pass it by.
    lora : dict, optional
        Options of ``peft.LoraConfig``, for instance ``{r: 8, lora_alpha: 16,
        target_modules: [q_proj, v_proj]}``: only these small matrices are
        trained (and the weights of ``layers``). Needs the extra ``[lora]``.
    revision : str, optional
        Commit of the hub repository, 40 hexadecimal digits.
    sha256 : str, optional
        64 hexadecimal digits that the weights file must have.
    longest_seconds : float
        Longest clip, in seconds; a longer one is named and refused, before
        memory is asked for it.

    Raises
    ------
    FileNotFoundError
        If ``source`` is neither a complete folder nor a hub id within reach.
    ImportError
        If ``lora`` is given and peft is not installed.
    ValueError
        If an option makes no sense, or does not go with another; if the
        configuration makes no sense, or if weights are damaged, missing or of
        another shape.

    Attributes
    ----------
    sample_rate, output_size, padding_neutral, may_skip_weights
        See ``TransformersEncoder``.

    Example
    -------
    >>> encoder = SSLEncoder(getfixture("tiny_wavlm"))
    >>> wavs, lens = torch.randn(2, 16000), torch.tensor([1.0, 0.5])
    >>> hidden, mask = encoder(wavs, lens)
    >>> hidden.shape[:2] == mask.shape, hidden.shape[2] == encoder.output_size
    (True, True)
    """

    @checked
    def __init__(
        self,
        source: Place,
        freeze: bool = False,
        freeze_front_end: bool = False,
        layers: Literal["last", "weighted"] = "last",
        layer_drop: Share = 0.0,
        spec_augment: bool = False,
        gradient_checkpointing: bool = False,
        fused_attention: bool = True,
        lora: Lora | None = None,
        revision: Commit | None = None,
        sha256: Sha256 | None = None,
        longest_seconds: Positive = LONGEST,
    ):
        extractor = load_extractor(source, revision)
        model = load_model(source, revision, sha256)
        layer_weights = None
        if layers == "weighted":
            count = model.config.num_hidden_layers + 1
            layer_weights = torch.nn.Parameter(torch.zeros(count))
        super().__init__(
            model,
            extractor,
            layer_weights,
            freeze=freeze,
            freeze_front_end=freeze_front_end,
            layer_drop=layer_drop,
            spec_augment=spec_augment,
            gradient_checkpointing=gradient_checkpointing,
            fused_attention=fused_attention,
            lora=lora,
            longest_seconds=longest_seconds,
        )
