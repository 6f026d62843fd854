"""LAION-CLAP (Wu et al., 2023, arXiv 2211.06687) as a frozen lobe.

The towers are ``transformers.ClapModel``; the preprocessing is our own, equal
to the official ``laion_clap`` code down to its int16 rounding. Unfused models
only. Instead of a random 10-s crop of longer audio the first 10 s are taken,
so that an embedding can be repeated.

    alm = CLAP("laion/clap-htsat-unfused")    # hub id, or a local folder
"""

import torch

from speechbrain_zsfuse.lobes.base import (
    FrozenALM,
    explain_missing,
    true_sizes,
)

# The text tower is a roberta-base, trained with this epsilon; hub
# configurations leave it out and ``ClapTextConfig`` defaults to 1e-12.
_ROBERTA_EPSILON = 1e-5


class CLAP(FrozenALM):
    """CLAP from a hub id or a local folder in Hugging Face form.

    Arguments
    ---------
    source : str or Path
        Hub id (``laion/clap-htsat-unfused``, ``laion/larger_clap_general`` …)
        or folder with ``config.json``, weights, ``preprocessor_config.json``
        and tokenizer files. The tokenizer is read only when text is encoded.
    revision : str, optional
        Branch, tag or commit of the hub repository.

    Raises
    ------
    FileNotFoundError
        If ``source`` is no CLAP that can be reached from here.
    ValueError
        If it is another model, a fused CLAP, or its weights are incomplete.

    Example
    -------
    >>> folder = getfixture("tiny_clap")
    >>> alm = CLAP(folder)
    >>> wavs = torch.rand(2, alm.sample_rate) - 0.5
    >>> alm.encode_audio(wavs).shape
    torch.Size([2, 32])
    >>> alm.encode_text(["angry speech"]).norm()
    tensor(1.)
    """

    preprocessing = "clap-int16-repeatpad-first-1"

    def __init__(self, source, revision=None):
        super().__init__()
        self.source, self.revision = str(source), revision
        config, extractor, self.model = _load(self.source, revision)
        self.sample_rate = extractor.sampling_rate
        self.window_size = round(
            extractor.max_length_s * extractor.sampling_rate
        )
        self.fft_size = extractor.fft_window_size
        self.hop_size = extractor.hop_length
        self.vocabulary_size = config.text_config.vocab_size
        self.preprocessing = (
            f"{CLAP.preprocessing} {self.sample_rate} {self.window_size} "
            f"{self.fft_size} {self.hop_size} {extractor.feature_size} "
            f"{extractor.frequency_min} {extractor.frequency_max}"
        )
        self.register_buffer(
            "mel_filters",
            torch.as_tensor(extractor.mel_filters_slaney, dtype=torch.float32),
            persistent=False,
        )
        self.register_buffer(
            "hann_window", torch.hann_window(self.fft_size), persistent=False
        )
        self.freeze()

    def input_features(self, wavs, lens=None, repeats=1):
        """Log-mel spectrogram of the model's window, batched on the device.

        Arguments
        ---------
        wavs : torch.Tensor
            float32, shape [B, T], mono at ``sample_rate`` Hz.
        lens : torch.Tensor, optional
            float, shape [B], relative lengths.
        repeats : int
            Number of repetitions of each clip.

        Returns
        -------
        torch.Tensor
            float32, shape [B, 1, frames, mels], in dB.
        """
        return self._log_mel(wavs, true_sizes(wavs, lens), repeats)

    def effective_input(self, num_samples, repeats):
        """Copies of the clip in the window, or ``"full"`` if none is padding.

        A full window is the start of the endless repetition of the clip,
        whatever ``repeats`` is. See ``FrozenALM.effective_input``.

        Example
        -------
        >>> alm = CLAP(getfixture("tiny_clap"))  # a window of 2 s
        >>> third = alm.window_size // 3 - 1
        >>> [alm.effective_input(third, repeats) for repeats in (1, 2, 4)]
        [3, 2, 'full']
        """
        length = num_samples * repeats
        copies = repeats * (self.window_size // length)
        full = copies == 0 or copies * num_samples == self.window_size
        return "full" if full else copies

    def _audio_tower(self, wavs, sizes, repeats):
        features = self._log_mel(wavs, sizes, repeats)
        return self.model.get_audio_features(features).pooler_output

    def _text_tower(self, input_ids, attention_mask):
        return self.model.get_text_features(
            input_ids, attention_mask=attention_mask
        ).pooler_output

    def _tokenizer(self):
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(
            self.source, revision=self.revision
        )
        # Without its files a tokenizer can load with special tokens only.
        size = len(tokenizer)
        if not 0.9 * self.vocabulary_size < size <= self.vocabulary_size:
            raise ValueError(
                f"Expected a tokenizer of about {self.vocabulary_size} words "
                f"in {self.source!r}, but got {size}: its files are missing "
                "or of another model. Copy the model's own tokenizer.json "
                "beside the weights."
            )
        return tokenizer

    def _log_mel(self, wavs, sizes, repeats):
        windows = torch.stack(
            [
                fill_window(quantise(wav[:size]), repeats, self.window_size)
                for wav, size in zip(wavs, sizes)
            ]
        )
        spectrum = torch.stft(
            windows,
            self.fft_size,
            self.hop_size,
            window=self.hann_window,
            center=True,
            pad_mode="reflect",
            return_complex=True,
        )
        power = spectrum.abs().square().transpose(1, 2)
        mel = (power @ self.mel_filters).clamp(min=1e-10)
        return 10 * torch.log10(mel)[:, None]


def quantise(wav):
    """Round trip through int16, truncated toward zero as in training.

    Example
    -------
    >>> quantise(torch.tensor([2.0, 0.00004, -0.00004]))
    tensor([ 1.0000e+00,  3.0519e-05, -3.0519e-05])
    """
    return (wav.clamp(-1, 1) * 32767.0).to(torch.int16).float() / 32767.0


def fill_window(clip, repeats, window_size):
    """Repeat a clip, then bring it to the window: "repeatpad" or first part.

    Arguments
    ---------
    clip : torch.Tensor
        Shape [T].
    repeats : int
        Repetitions before anything else ("prompt amplification" of audio).
    window_size : int
        Samples of the window. A longer clip is cut to its first samples; a
        shorter one is copied as often as it fits and followed by zeros.

    Returns
    -------
    torch.Tensor
        Shape [window_size].

    Example
    -------
    >>> fill_window(torch.tensor([1, 2]), repeats=1, window_size=5)
    tensor([1, 2, 1, 2, 0])
    >>> fill_window(torch.tensor([1, 2]), repeats=3, window_size=5)
    tensor([1, 2, 1, 2, 1])
    """
    clip = clip.repeat(repeats)
    if len(clip) >= window_size:
        return clip[:window_size]
    clip = clip.repeat(window_size // len(clip))
    return torch.nn.functional.pad(clip, (0, window_size - len(clip)))


def _load(source, revision):
    from transformers import AutoConfig, ClapFeatureExtractor, ClapModel

    with explain_missing(source, "CLAP"):
        config = AutoConfig.from_pretrained(source, revision=revision)
    if config.model_type != "clap":
        raise ValueError(
            f"Expected a CLAP in {source!r}, but its config.json describes "
            f"{config.model_type!r}. Give the hub id or folder of a CLAP."
        )
    if config.audio_config.enable_fusion:
        raise ValueError(
            f"Expected an unfused CLAP in {source!r}, but it is a fused one. "
            "Use for instance laion/clap-htsat-unfused."
        )
    config.text_config.layer_norm_eps = _ROBERTA_EPSILON
    with explain_missing(source, "CLAP"):
        extractor = ClapFeatureExtractor.from_pretrained(
            source, revision=revision
        )
        model, loading = ClapModel.from_pretrained(
            source,
            revision=revision,
            config=config,
            dtype=torch.float32,
            output_loading_info=True,
        )
    if loading["missing_keys"]:
        raise ValueError(
            f"Expected all weights of a CLAP in {source!r}, but "
            f"{len(loading['missing_keys'])} are missing, first "
            f"{sorted(loading['missing_keys'])[0]!r}. Download it again."
        )
    return config, extractor, model
