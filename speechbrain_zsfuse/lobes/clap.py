"""LAION-CLAP (Wu et al., 2023, arXiv 2211.06687) as a frozen lobe.

The towers are ``transformers.ClapModel``; the preprocessing is our own, equal
to the official ``laion_clap`` code down to its int16 rounding. Instead of a
random 10-s crop of longer audio the first 10 s are taken (or another part, see
``long_audio``), so that an embedding can be repeated.

    alm = CLAP("laion/clap-htsat-unfused")      # hub id, or a local folder
    alm = CLAP("630k-audioset-fusion-best.pt")  # official checkpoint
"""

from pathlib import Path

import torch

from speechbrain_zsfuse.audio.batch import split_batch
from speechbrain_zsfuse.audio.sound import SHORTEST
from speechbrain_zsfuse.audio.window import AudioFill, LongAudio
from speechbrain_zsfuse.errors import explain_imports
from speechbrain_zsfuse.loading.configs import find_configs
from speechbrain_zsfuse.loading.fitting import (
    count_layers,
    explain_sizes,
    load_strictly,
    unloaded,
)
from speechbrain_zsfuse.loading.sources import explain_missing
from speechbrain_zsfuse.loading.tokenizers import (
    BYTE_VOCABULARY,
    find_tokenizer,
    save_byte_tokenizer,
)
from speechbrain_zsfuse.loading.weights import open_checkpoint
from speechbrain_zsfuse.lobes.base import FrozenALM
from speechbrain_zsfuse.lobes.towers import laion, roberta
from speechbrain_zsfuse.lobes.towers.htsat import HTSATFrontEnd
from speechbrain_zsfuse.lobes.towers.htsat_attention import accelerate
from speechbrain_zsfuse.options import Commit, Place, Sha256, checked

# Counted by transformers itself; a checkpoint may hold them or not.
_CONSTANTS = {
    "text_model.embeddings.position_ids",
    "text_model.embeddings.token_type_ids",
}


class CLAP(FrozenALM):
    """CLAP from the hub, a local folder, or an official checkpoint.

    Arguments
    ---------
    source : str or Path
        Hub id (``laion/clap-htsat-unfused``, ``laion/larger_clap_general`` …);
        folder with ``config.json``, ``preprocessor_config.json`` and weights;
        official ``.pt`` file (HTSAT-tiny, -base or -large, fused or not: read
        from the file itself), or what ``zsfuse convert`` made of one.
    revision : str, optional
        Commit of the hub repository, 40 hexadecimal digits.
    sha256 : str, optional
        64 hexadecimal digits that the weights file must have.
    tokenizer : str or Path, optional
        Folder, or hub id (``owner/name@commit`` pins it); default: beside the
        weights, else roberta-base from the hub at a fixed commit.
        Read only when text is encoded.
    long_audio : str
        Part of audio beyond the window of 10 s: ``first``, ``centre``, or
        ``random`` (drawn by the clip's content, never by a random state).
    audio_fill : str
        What follows shorter audio: ``repeatpad`` (whole copies, then zeros;
        official), ``pad`` (zeros) or ``repeat`` (copies to the end).

    Raises
    ------
    FileNotFoundError
        If ``source`` is no CLAP that can be reached from here.
    ValueError
        If it is another model, or the weights are damaged, incomplete, not
        those of ``sha256``, or want to run code.

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

    @checked
    def __init__(
        self,
        source: Place,
        revision: Commit | None = None,
        sha256: Sha256 | None = None,
        tokenizer: Place | None = None,
        long_audio: LongAudio = "first",
        audio_fill: AudioFill = "repeatpad",
    ):
        super().__init__()
        self.source = str(source)
        names = ["model.safetensors", "pytorch_model.bin"]
        weights = open_checkpoint(source, names, "CLAP", revision, sha256)
        if laion.is_official(weights) or Path(source).is_file():
            config, weights, window = _read_official(weights, source)
            home = source, roberta.SOURCE, roberta.REVISION
        else:
            config, window = _read_configs(source, revision)
            home = source, self.source, revision
        self.tokenizer, self.tokenizer_revision = find_tokenizer(
            *home, chosen=tokenizer
        )
        self.front_end = HTSATFrontEnd(
            **window,
            fused=config.audio_config.enable_fusion,
            long_audio=long_audio,
            audio_fill=audio_fill,
        )
        with explain_sizes("CLAP", source):
            self.model = unloaded(_towers, config)
        load_strictly(self.model, weights, "CLAP", source, _CONSTANTS)
        self.sample_rate = self.front_end.sample_rate
        self.min_samples = round(SHORTEST * self.sample_rate)
        self.max_samples = self.front_end.max_samples
        self.vocabulary_size = config.text_config.vocab_size
        self.listening = self.front_end.settings
        self.preprocessing = f"clap-2 {self.front_end.description}"
        self.freeze()
        with explain_sizes("CLAP", source):
            accelerate(self.model.audio_model)
            self._try_out()

    @classmethod
    def tiny(cls, folder, **options):
        """A copy with random weights, for tests: see ``FrozenALM.tiny``."""
        from safetensors.torch import save_file
        from transformers import ClapConfig

        text = {
            "vocab_size": BYTE_VOCABULARY,
            "hidden_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 1,
            "intermediate_size": 64,
            "layer_norm_eps": roberta.EPSILON,
        }
        config = ClapConfig(
            text_config=text, audio_config=laion.TINY, projection_dim=32
        )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            weights = laion.official_names(_towers(config).state_dict())
        save_file(weights, Path(folder) / "model.safetensors")
        save_byte_tokenizer(folder)
        return cls(folder, **options)

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
            float32, shape [B, 1, frames, mels] in dB; [B, 4, …] if fused.
        """
        clips = split_batch(wavs, lens)
        return self.front_end(clips, [len(c) for c in clips], repeats)[0]

    def effective_input(self, num_samples, repeats):
        """Copies of the clip in the window, or ``"full"`` if none is padding.

        A full window is a part of the endless repetition of the clip,
        whatever ``repeats`` is. See ``FrozenALM.effective_input``.

        Example
        -------
        >>> alm = CLAP(getfixture("tiny_clap"))  # a window of 2 s
        >>> third = alm.front_end.window_size // 3 - 1
        >>> [alm.effective_input(third, repeats) for repeats in (1, 2, 4)]
        [3, 2, 'full']
        """
        return self.front_end.effective_input(num_samples, repeats)

    def _audio_tower(self, wavs, sizes, repeats):
        return self.embed_features(*self.front_end(wavs, sizes, repeats))

    def embed_features(self, features, longer):
        """What follows the front end: its output to float32 [B, D]."""
        return self.model.get_audio_features(
            features, is_longer=longer
        ).pooler_output

    def _try_out(self):
        """Hear and read a moment: no shape tells of steps, pads and windows."""
        size = self.front_end.window_size
        moment = torch.sin(torch.arange(size, dtype=torch.float32))
        self._frozen(self._audio_tower, [moment], [size], 1)
        token = torch.zeros(1, 1, dtype=torch.int64)
        self._frozen(self._text_tower, token, torch.ones_like(token))

    def _text_tower(self, input_ids, attention_mask):
        return self.model.get_text_features(
            input_ids, attention_mask=attention_mask
        ).pooler_output


def _read_official(weights, source):
    """Configuration, renamed weights and window of an official checkpoint."""
    layout = laion.detect(weights, source)
    if layout.text != "roberta":
        raise ValueError(
            f"Expected a CLAP in {str(source)!r}, but its text tower is a T5: "
            "it is a ReCLAP. Use `ReCLAP(source)`."
        )
    from transformers import ClapConfig

    with explain_sizes("CLAP", source):
        config = ClapConfig(
            audio_config=laion.audio_config(layout, weights).to_dict(),
            text_config=_text_config(weights),
            projection_dim=weights["audio_projection.0.weight"].shape[0],
        )
        return config, laion.rename(weights, layout), {}


def _text_config(weights):
    """RoBERTa's sizes in an official checkpoint."""
    table = weights["text_branch.embeddings.word_embeddings.weight"]
    dense = "text_branch.encoder.layer.0.intermediate.dense.weight"
    return {
        "vocab_size": table.shape[0],
        "hidden_size": table.shape[1],
        "num_hidden_layers": count_layers(
            weights, r"text_branch\.encoder\.layer"
        ),
        "num_attention_heads": table.shape[1] // 64,
        "intermediate_size": weights[dense].shape[0],
        "layer_norm_eps": roberta.EPSILON,
    }


def _read_configs(source, revision):
    """Configuration and window of a model in Hugging Face form."""
    from transformers import AutoConfig, ClapFeatureExtractor, ClapTextConfig

    expected = "config.json, preprocessor_config.json and model.safetensors"
    folder = find_configs(source, "CLAP", revision)
    with explain_missing(source, "CLAP", expected):
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    if config.model_type != "clap":
        raise ValueError(
            f"Expected a CLAP in {str(source)!r}, but its config.json "
            f"describes {config.model_type!r}. Give the hub id or folder of a "
            "CLAP."
        )
    for part in (config, config.text_config, config.audio_config):
        part.return_dict = True  # else the output has no names
    # What a LAION-CLAP was trained with; hub configurations do not state it.
    if config.text_config.layer_norm_eps == ClapTextConfig().layer_norm_eps:
        config.text_config.layer_norm_eps = roberta.EPSILON
    with explain_missing(source, "CLAP", expected):
        extractor = ClapFeatureExtractor.from_pretrained(folder)
    size = round(extractor.max_length_s * extractor.sampling_rate)
    if size < extractor.fft_window_size:
        raise ValueError(
            "Expected `max_length_s` times `sampling_rate` of at least one "
            f"`fft_window_size` in the preprocessor_config.json of {source}, "
            f"but got {size} of {extractor.fft_window_size} samples. Download "
            "the file again from its publisher."
        )
    return config, {
        "sample_rate": extractor.sampling_rate,
        "window_size": size,
        "fft_size": extractor.fft_window_size,
        "hop_size": extractor.hop_length,
        "mels": extractor.feature_size,
        "low": extractor.frequency_min,
        "high": extractor.frequency_max,
    }


def _towers(config):
    with explain_imports():
        from transformers import ClapModel
    return ClapModel(config)
