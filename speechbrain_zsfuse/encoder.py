"""The trained speech model: WavLM, HuBERT or any other of transformers'
self-supervised encoders, read and normalised as its own feature extractor
does. It knows nothing of emotions, pooling or training."""

import warnings

import torch

from speechbrain_zsfuse.libraries import explain_imports
from speechbrain_zsfuse.lobes.base import true_sizes
from speechbrain_zsfuse.weights import explain_missing


class SSLEncoder(torch.nn.Module):
    """A self-supervised speech encoder to fine-tune.

    Different from SpeechBrain's wrapper on purpose: a clip is normalised over
    its own samples, not over the padded row; an attention mask is given to
    models trained with one, and to no other; weights are float32 whatever the
    checkpoint holds; every trainable weight gets a gradient in every step
    (no layer drop, no SpecAugment), so that distributed training needs no
    search for unused parameters.

    Arguments
    ---------
    source : str or Path
        Hub id (``microsoft/wavlm-large`` …) or local folder.
    freeze : bool
        Train nothing and stay in eval mode.
    freeze_front_end : bool
        Do not train the convolutions that turn samples into frames.

    Raises
    ------
    FileNotFoundError
        If ``source`` is neither a complete folder nor a hub id within reach.

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

    def __init__(self, source, freeze=False, freeze_front_end=False):
        super().__init__()
        self.model, extractor = _load(str(source))
        self.freeze = freeze
        self.sample_rate = extractor.sampling_rate
        self.output_size = self.model.config.hidden_size
        self.normalize = extractor.do_normalize
        self.use_mask = bool(extractor.return_attention_mask)
        norm = getattr(self.model.config, "feat_extract_norm", None)
        self.padding_neutral = self.use_mask and norm == "layer"
        self.model.config.layerdrop = 0.0
        self.model.config.apply_spec_augment = False
        if hasattr(self.model, "masked_spec_embed"):  # SpecAugment's weight
            self.model.masked_spec_embed.requires_grad_(False)
        if freeze_front_end:
            self.model.feature_extractor._freeze_parameters()
        if freeze:
            self.requires_grad_(False)
        self.train(not freeze)

    def train(self, mode=True):
        """Stay in eval mode when frozen."""
        return super().train(mode and not self.freeze)

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
        sizes = torch.tensor(true_sizes(wavs, wav_lens), device=wavs.device)
        self._check_length(sizes)
        positions = torch.arange(wavs.shape[1], device=wavs.device)
        real = positions < sizes[:, None]
        if self.normalize:
            wavs = normalise(wavs, real)
        attention = real.long() if self.use_mask else None
        with warnings.catch_warnings():
            # WavLM hands PyTorch a boolean and a float mask.
            warnings.filterwarnings("ignore", "Support for mismatched key")
            output = self.model(wavs, attention_mask=attention)
        hidden = output.last_hidden_state
        frames = self.model._get_feat_extract_output_lengths(sizes)
        order = torch.arange(hidden.shape[1], device=wavs.device)
        return hidden, order < frames[:, None]

    def _check_length(self, sizes):
        shortest = sizes.min()
        if self.model._get_feat_extract_output_lengths(shortest) < 1:
            raise ValueError(
                "Expected clips long enough for one frame of "
                f"{type(self.model).__name__}, but got one of {int(shortest)} "
                f"samples ({int(shortest) / self.sample_rate:.3f} s). Pad it "
                "or leave it out."
            )


def normalise(wavs, real):
    """Zero mean and unit variance over the real samples of each clip.

    As transformers' feature extractor does it (epsilon 1e-7, padding zero).

    Arguments
    ---------
    wavs : torch.Tensor
        float, shape [B, T].
    real : torch.Tensor
        bool, shape [B, T], true on samples of the clip itself.

    Returns
    -------
    torch.Tensor
        float, shape [B, T].

    Example
    -------
    >>> real = torch.tensor([[True, True, False]])
    >>> normalise(torch.tensor([[1.0, 3.0, 9.0]]), real)
    tensor([[-1.,  1.,  0.]])
    """
    count = real.sum(1, keepdim=True)
    mean = (wavs * real).sum(1, keepdim=True) / count
    centred = (wavs - mean) * real
    variance = centred.square().sum(1, keepdim=True) / count
    return centred / torch.sqrt(variance + 1e-7)


def _load(source):
    from transformers import AutoFeatureExtractor, AutoModel

    expected = "config.json, preprocessor_config.json and model.safetensors"
    with explain_imports(), explain_missing(source, "speech model", expected):
        extractor = AutoFeatureExtractor.from_pretrained(source)
        model = AutoModel.from_pretrained(source, dtype=torch.float32)
    return model, extractor
