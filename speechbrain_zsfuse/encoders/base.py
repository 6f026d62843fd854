"""What every encoder made of a model of transformers does, whoever loads it.

The model hears each clip as its own feature extractor would give it, and says
which frames are the clip's. It knows nothing of files, emotions, pooling or
the training loop.
"""

import re
import warnings
from bisect import bisect_left
from contextlib import contextmanager

import torch

from speechbrain_zsfuse.adapters import Lora, add_lora
from speechbrain_zsfuse.audio.batch import heard_sizes
from speechbrain_zsfuse.audio.normalisation import normalise
from speechbrain_zsfuse.audio.sound import LONGEST
from speechbrain_zsfuse.encoders.wavlm_attention import use_fused_attention
from speechbrain_zsfuse.options import Positive, Share, checked


class TransformersEncoder(torch.nn.Module):
    """Base class of encoders made of a self-supervised model.

    Arguments
    ---------
    model : transformers.PreTrainedModel
        WavLM, HuBERT, wav2vec 2.0 or another of their kind, float32. It is
        changed in place.
    extractor : transformers.FeatureExtractionMixin
        Says how the model wants its waveforms.
    layer_weights : torch.nn.Parameter, optional
        float, shape [L + 1], logits of the shares of the layers in the frames.
        Without it they are those of the last layer.
    freeze, freeze_front_end, layer_drop, spec_augment, \
gradient_checkpointing, fused_attention, lora, longest_seconds
        See ``SSLEncoder``.

    Attributes
    ----------
    sample_rate : int
        Rate of the waveforms it wants, in Hz.
    min_samples, max_samples : int
        Shortest and longest clip that it can hear.
    output_size : int
        D, size of a frame.
    padding_neutral : bool
        Whether padding leaves the frames of a clip as they are. True for
        models with layer norm and an attention mask (the large ones); the
        group norm of the base models sees padding, so ``ZSFuseBrain``
        evaluates those on clips of equal length.
    may_skip_weights : bool
        Whether a training step may leave weights without a gradient.

    Raises
    ------
    ImportError
        If ``lora`` is given and peft is not installed.
    ValueError
        If layers are to be averaged and dropped, or frames are too long.

    Example
    -------
    >>> from transformers import AutoFeatureExtractor, WavLMModel
    >>> source = getfixture("tiny_wavlm")
    >>> encoder = TransformersEncoder(
    ...     WavLMModel.from_pretrained(source),
    ...     AutoFeatureExtractor.from_pretrained(source),
    ... )
    >>> encoder.sample_rate
    16000
    """

    kept = ()  # settings of a subclass that decide what it computes

    @checked
    def __init__(
        self,
        model,
        extractor,
        layer_weights=None,
        freeze: bool = False,
        freeze_front_end: bool = False,
        layer_drop: Share = 0.0,
        spec_augment: bool = False,
        gradient_checkpointing: bool = False,
        fused_attention: bool = True,
        lora: Lora | None = None,
        longest_seconds: Positive = LONGEST,
    ):
        super().__init__()
        if layer_weights is not None and layer_drop:
            raise ValueError(
                "Expected `layer_drop` of 0 with an average of the layers, but "
                f"got {layer_drop}: a skipped layer has no frames to average. "
                "Leave it out, or take the last layer's frames."
            )
        self.model = model
        self.layer_weights = layer_weights
        self.freeze = freeze
        self.sample_rate = extractor.sampling_rate
        self.max_samples = round(longest_seconds * self.sample_rate)
        self.min_samples = self._shortest()
        self.output_size = model.config.hidden_size
        self.normalize = extractor.do_normalize
        self.use_mask = bool(extractor.return_attention_mask)
        norm = getattr(model.config, "feat_extract_norm", None)
        self.padding_neutral = self.use_mask and norm == "layer"
        # Weights that a step may not touch: distributed training looks for
        # them only where there are some.
        skips = layer_drop or spec_augment
        self.may_skip_weights = bool(skips) and not freeze
        model.config.return_dict = True  # else the output has no names
        model.config.layerdrop = layer_drop
        model.config.apply_spec_augment = spec_augment
        if fused_attention or lora is not None:
            use_fused_attention(model)
        if gradient_checkpointing:
            with warnings.catch_warnings():  # its name changes in version 6
                warnings.simplefilter("ignore", FutureWarning)
                model.gradient_checkpointing_enable({"use_reentrant": False})
        self._choose_trained(freeze_front_end, lora)
        self.train(not freeze)

    def _choose_trained(self, freeze_front_end, lora):
        """Leave out what is frozen, and what no frame depends on."""
        model = self.model
        if hasattr(model, "masked_spec_embed"):
            augments = model.config.apply_spec_augment
            model.masked_spec_embed.requires_grad_(augments)
        if self.layer_weights is not None and self._norm_is_last():
            # transformers gives the last layer's frames from before it.
            model.encoder.layer_norm.requires_grad_(False)
        if freeze_front_end:
            model.feature_extractor._freeze_parameters()
        if lora is not None:
            add_lora(model, lora)
        if self.freeze:
            model.requires_grad_(False)

    def _norm_is_last(self):
        """Whether ``encoder.layer_norm`` follows the layers (large models)."""
        return getattr(self.model.config, "do_stable_layer_norm", False)

    def train(self, mode=True):
        """Stay in eval mode when frozen."""
        return super().train(mode and not self.freeze)

    def depth(self, name):
        """Layers between a weight and the output, for layer-wise decay.

        Arguments
        ---------
        name : str
            Of a parameter of this module.

        Returns
        -------
        int
            0 for weights after the last layer, 1 for those of the last layer,
            and so on down to the front end.

        Example
        -------
        >>> from speechbrain_zsfuse.encoders import SSLEncoder
        >>> encoder = SSLEncoder(getfixture("tiny_wavlm"))
        >>> name = "model.encoder.layers.0.attention.q_proj.weight"
        >>> encoder.depth(name), encoder.depth("model.feature_projection.x")
        (1, 2)
        """
        count = self.model.config.num_hidden_layers
        if match := re.search(r"encoder\.layers\.(\d+)\.", name):
            return count - int(match[1])
        last_norm = name.startswith("model.encoder.layer_norm")
        if name == "layer_weights" or (last_norm and self._norm_is_last()):
            return 0
        return count + 1

    def forward(self, wavs, wav_lens=None):
        """Encode a batch.

        Arguments
        ---------
        wavs : torch.Tensor
            float in [-1, 1], shape [B, T], mono at ``sample_rate`` Hz, padded
            at the end.
        wav_lens : torch.Tensor, optional
            float, shape [B], true lengths relative to T, in (0, 1].

        Returns
        -------
        hidden : torch.Tensor
            float, shape [B, F, D].
        mask : torch.Tensor
            bool, shape [B, F], true on the frames of the clip itself.

        Raises
        ------
        ClipError
            If a clip is no sound, too short for a single frame or too long.
        ValueError
            If the shapes do not fit.
        """
        lengths = heard_sizes(wavs, wav_lens, self)
        if self.normalize:
            wavs = normalise(wavs, lengths)
        with self._masks_that_fit(max(lengths)):
            return self.encode(wavs, torch.tensor(lengths, device=wavs.device))

    def encode(self, wavs, sizes, features=None):
        """Encode clips that are checked and, if need be, normalised.

        Nothing here depends on a number in a tensor, so that it can be
        exported.

        Arguments
        ---------
        wavs : torch.Tensor
            float, shape [B, T], padded at the end.
        sizes : torch.Tensor
            int64, shape [B], true lengths in samples.
        features : torch.Tensor, optional
            What the front end made of each clip: see ``encode_apart``.

        Returns
        -------
        hidden, mask : torch.Tensor
            See ``forward``.
        """
        attention = None
        if self.use_mask or features is not None:
            positions = torch.arange(wavs.shape[1], device=wavs.device)
            attention = (positions < sizes[:, None]).long()
        with warnings.catch_warnings():
            # WavLM hands PyTorch a boolean and a float mask.
            warnings.filterwarnings("ignore", "Support for mismatched key")
            output = self.model(
                wavs if features is None else features,
                attention_mask=attention,
                output_hidden_states=self.layer_weights is not None,
            )
        hidden = output.last_hidden_state
        if self.layer_weights is not None:
            hidden = self.mix(output.hidden_states)
        frames = self.model._get_feat_extract_output_lengths(sizes)
        order = torch.arange(hidden.shape[1], device=wavs.device)
        return hidden, order < frames[:, None]

    def mix(self, states):
        """Average of all layers by their learned shares.

        Arguments
        ---------
        states : sequence of torch.Tensor
            L + 1 tensors, each float, shape [B, F, D], first the frames that
            the first layer is given.

        Returns
        -------
        torch.Tensor
            float, shape [B, F, D].
        """
        shares = self.layer_weights.softmax(0)
        mixed = zip(shares, states, strict=True)
        return sum(share * state for share, state in mixed)

    def _shortest(self):
        """Samples of one frame; a second holds several."""
        frames = self._count_frames(self.sample_rate)
        if frames < 2:
            raise ValueError(
                "Expected a speech model that makes at least 2 frames of a "
                f"second, but it makes {frames} of {self.sample_rate} samples. "
                "Look at `conv_kernel` and `conv_stride` in its config.json, "
                "and at `sampling_rate` in its preprocessor_config.json."
            )
        lengths = range(self.sample_rate)
        return bisect_left(lengths, 1, key=self._count_frames)

    def _count_frames(self, samples):
        size = torch.tensor(samples)
        return int(self.model._get_feat_extract_output_lengths(size))

    @contextmanager
    def _masks_that_fit(self, longest):
        """SpecAugment leaves clips alone that are shorter than a mask.

        transformers does so within a batch, but refuses a batch of them.
        """
        config = self.model.config
        wanted = config.apply_spec_augment
        mask = getattr(config, "mask_time_length", 0)
        config.apply_spec_augment = (
            wanted and self._count_frames(longest) >= mask
        )
        try:
            yield
        finally:
            config.apply_spec_augment = wanted
