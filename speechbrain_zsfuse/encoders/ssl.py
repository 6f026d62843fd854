"""The trained speech model: WavLM, HuBERT or any other of transformers'
self-supervised encoders, read and normalised as its own feature extractor
does. It knows nothing of emotions, pooling or training."""

import re
import warnings

import torch

from speechbrain_zsfuse.adapters import add_lora
from speechbrain_zsfuse.audio.batch import true_sizes
from speechbrain_zsfuse.audio.normalisation import normalise
from speechbrain_zsfuse.encoders.wavlm_attention import use_fused_attention
from speechbrain_zsfuse.errors import check_choice, explain_imports
from speechbrain_zsfuse.loading.sources import explain_missing


class SSLEncoder(torch.nn.Module):
    """A self-supervised speech encoder to fine-tune.

    Different from SpeechBrain's wrapper on purpose: a clip is normalised over
    its own samples, not over the padded row; an attention mask is given to
    models trained with one, and to no other; weights are float32 whatever the
    checkpoint holds; and it stays frozen when frozen.

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
        frames before the first included (softmax of one weight a layer).
    layer_drop : float
        Share of the layers skipped in a training step.
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

    Raises
    ------
    FileNotFoundError
        If ``source`` is neither a complete folder nor a hub id within reach.
    ImportError
        If ``lora`` is given and peft is not installed.
    ValueError
        If an option makes no sense.

    Attributes
    ----------
    sample_rate : int
        Rate of the waveforms it wants, in Hz.
    output_size : int
        D, size of a frame.
    padding_neutral : bool
        Whether padding leaves the frames of a clip as they are. True for
        models with layer norm and an attention mask (the large ones); the
        group norm of the base models sees padding, so ``ZSFuseBrain``
        evaluates those on clips of equal length.

    Example
    -------
    >>> encoder = SSLEncoder(getfixture("tiny_wavlm"))
    >>> wavs, lens = torch.randn(2, 16000), torch.tensor([1.0, 0.5])
    >>> hidden, mask = encoder(wavs, lens)
    >>> hidden.shape[:2] == mask.shape, hidden.shape[2] == encoder.output_size
    (True, True)
    """

    def __init__(
        self,
        source,
        freeze=False,
        freeze_front_end=False,
        layers="last",
        layer_drop=0.0,
        spec_augment=False,
        gradient_checkpointing=False,
        fused_attention=True,
        lora=None,
    ):
        super().__init__()
        check_choice("layers", layers, ("last", "weighted"))
        self.model, extractor = _load(str(source))
        config = self.model.config
        self.freeze = freeze
        self.sample_rate = extractor.sampling_rate
        self.output_size = config.hidden_size
        self.normalize = extractor.do_normalize
        self.use_mask = bool(extractor.return_attention_mask)
        norm = getattr(config, "feat_extract_norm", None)
        self.padding_neutral = self.use_mask and norm == "layer"
        config.layerdrop = layer_drop
        config.apply_spec_augment = spec_augment
        # Weights that a step may not touch: distributed training looks for
        # them only where there are some.
        self.may_skip_weights = bool(layer_drop or spec_augment)
        if hasattr(self.model, "masked_spec_embed"):  # SpecAugment's weight
            self.model.masked_spec_embed.requires_grad_(spec_augment)
        if fused_attention or lora is not None:
            use_fused_attention(self.model)
        if gradient_checkpointing:
            with warnings.catch_warnings():  # its name changes in version 6
                warnings.simplefilter("ignore", FutureWarning)
                self.model.gradient_checkpointing_enable(
                    {"use_reentrant": False}
                )
        if freeze_front_end:
            self.model.feature_extractor._freeze_parameters()
        if lora is not None:
            add_lora(self.model, lora)
        if freeze:
            self.requires_grad_(False)
        self.layer_weights = None
        if layers == "weighted":
            count = config.num_hidden_layers + 1
            self.layer_weights = torch.nn.Parameter(torch.zeros(count))
        self.train(not freeze)

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
        >>> encoder = SSLEncoder(getfixture("tiny_wavlm"))
        >>> name = "model.encoder.layers.0.attention.q_proj.weight"
        >>> encoder.depth(name), encoder.depth("model.feature_projection.x")
        (1, 2)
        """
        count = self.model.config.num_hidden_layers
        if match := re.search(r"encoder\.layers\.(\d+)\.", name):
            return count - int(match[1])
        after = "layer_weights", "model.encoder.layer_norm"
        stable = getattr(self.model.config, "do_stable_layer_norm", False)
        if name == after[0] or (stable and name.startswith(after[1])):
            return 0
        return count + 1

    def forward(self, wavs, wav_lens=None):
        """Encode a batch.

        Arguments
        ---------
        wavs : torch.Tensor
            float, shape [B, T], mono at ``sample_rate`` Hz, padded at the end.
        wav_lens : torch.Tensor, optional
            float, shape [B], true lengths relative to T.

        Returns
        -------
        hidden : torch.Tensor
            float, shape [B, F, D].
        mask : torch.Tensor
            bool, shape [B, F], true on the frames of the clip itself.

        Raises
        ------
        ValueError
            If a clip is too short for a single frame.
        """
        lengths = true_sizes(wavs, wav_lens)
        sizes = torch.tensor(lengths, device=wavs.device)
        self._check_length(sizes)
        if self.normalize:
            wavs = normalise(wavs, lengths)
        attention = None
        if self.use_mask:
            positions = torch.arange(wavs.shape[1], device=wavs.device)
            attention = (positions < sizes[:, None]).long()
        with warnings.catch_warnings():
            # WavLM hands PyTorch a boolean and a float mask.
            warnings.filterwarnings("ignore", "Support for mismatched key")
            output = self.model(
                wavs,
                attention_mask=attention,
                output_hidden_states=self.layer_weights is not None,
            )
        hidden = self._mix(output)
        frames = self.model._get_feat_extract_output_lengths(sizes)
        order = torch.arange(hidden.shape[1], device=wavs.device)
        return hidden, order < frames[:, None]

    def _mix(self, output):
        if self.layer_weights is None:
            return output.last_hidden_state
        shares = self.layer_weights.softmax(0)
        mixed = zip(shares, output.hidden_states, strict=True)
        return sum(share * hidden for share, hidden in mixed)

    def _check_length(self, sizes):
        shortest = sizes.min()
        if self.model._get_feat_extract_output_lengths(shortest) < 1:
            raise ValueError(
                "Expected clips long enough for one frame of "
                f"{type(self.model).__name__}, but got one of {int(shortest)} "
                f"samples ({int(shortest) / self.sample_rate:.3f} s). Pad it "
                "or leave it out."
            )


def _load(source):
    from transformers import AutoFeatureExtractor, AutoModel

    expected = "config.json, preprocessor_config.json and model.safetensors"
    with explain_imports(), explain_missing(source, "speech model", expected):
        extractor = AutoFeatureExtractor.from_pretrained(
            source, trust_remote_code=False
        )
        model = AutoModel.from_pretrained(
            source, dtype=torch.float32, trust_remote_code=False
        )
    return model, extractor
