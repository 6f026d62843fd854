"""CLSP (Yang et al., 2026, arXiv 2601.03065) as a frozen lobe.

A Zipformer2 for speech, trained on captions of speaking style, and a RoBERTa
for text. The towers are our own port, for inference only: no remote code, no
k2, and padding is neutral, so a clip in a batch equals the clip alone. Audio
is heard as long as it is.

    alm = CLSP("yfyeung/CLSP")             # hub, the reviewed commit
    alm = CLSP("folder/of/CLSP")           # local copy, for use offline
"""

import dataclasses
import json
from pathlib import Path

import torch

from speechbrain_zsfuse.audio.sound import LONGEST
from speechbrain_zsfuse.audio.window import (
    LongAudio,
    crop_start,
    heard_part,
)
from speechbrain_zsfuse.loading.configs import check_config, read_object
from speechbrain_zsfuse.loading.fitting import (
    explain_sizes,
    load_strictly,
    unloaded,
)
from speechbrain_zsfuse.loading.sources import check_revision, find_file
from speechbrain_zsfuse.loading.tokenizers import (
    BYTE_VOCABULARY,
    find_tokenizer,
    save_byte_tokenizer,
)
from speechbrain_zsfuse.loading.weights import read_weights
from speechbrain_zsfuse.lobes.base import FrozenALM
from speechbrain_zsfuse.lobes.towers import roberta
from speechbrain_zsfuse.lobes.towers.zipformer import features
from speechbrain_zsfuse.lobes.towers.zipformer.clsp import CLSPTowers
from speechbrain_zsfuse.lobes.towers.zipformer.config import (
    CLSPConfig,
    tiny_config,
)
from speechbrain_zsfuse.options import Commit, Place, Positive, Sha256, checked

# The published model at the reviewed commit; a later one may be another model.
SOURCE = "yfyeung/CLSP"
REVISION = "30355ce67960e4cc1562e4e5fa154baf86a21430"
WEIGHTS_SHA256 = (
    "7c8c461867815d86d42013b2f55ca79e9bb8ea9fa129f377c1bced9f8b66a743"
)

# Of every name in the published file.
_PREFIX = "model."


class CLSP(FrozenALM):
    """CLSP from the hub or a local file.

    Arguments
    ---------
    source : str or Path
        Hub id (``yfyeung/CLSP``), folder that holds ``model.safetensors``, or
        that file.
    config : dict, optional
        Sizes: ``audio`` (icefall's options) and ``text`` (RoBERTa's); default:
        those in ``config.json`` beside the weights if it has both entries,
        else the published ones.
    revision : str, optional
        Commit of the hub repository, 40 hexadecimal digits. For
        ``yfyeung/CLSP`` the default is the reviewed commit, whose weights are
        checked by their sha256.
    sha256 : str, optional
        64 hexadecimal digits that the weights file must have.
    tokenizer : str or Path, optional
        Folder, or hub id (``owner/name@commit`` pins it); default: beside the
        weights, else roberta-base from the hub at a fixed commit.
        Read only when text is encoded.
    max_seconds : float, optional
        Longest audio, repetitions included; beyond it a part is heard. None:
        all is heard.
    long_audio : str
        Which part: ``first``, ``centre``, or ``random`` (drawn by the clip's
        content, never by a random state).
    longest_seconds : float
        Without ``max_seconds``, longest audio, repetitions included; a longer
        clip is named and refused, before memory is asked for it.

    Raises
    ------
    FileNotFoundError
        If ``source`` is no CLSP that can be reached from here.
    ValueError
        If it is another model or of another size, if the weights are damaged
        or not those of ``sha256``, or if an option makes no sense.

    Example
    -------
    >>> alm = CLSP.tiny(getfixture("tmpdir"))
    >>> wavs = torch.rand(2, alm.sample_rate) - 0.5
    >>> alm.encode_audio(wavs, lens=torch.tensor([1.0, 0.6])).shape
    torch.Size([2, 32])
    >>> alm.encode_text(["angry speech"]).shape
    torch.Size([1, 32])
    """

    sample_rate = features.SAMPLE_RATE
    min_samples = features.MINIMUM_SAMPLES

    @checked
    def __init__(
        self,
        source: Place,
        config=None,
        revision: Commit | None = None,
        sha256: Sha256 | None = None,
        tokenizer: Place | None = None,
        max_seconds: Positive | None = None,
        long_audio: LongAudio = "first",
        longest_seconds: Positive = LONGEST,
    ):
        super().__init__()
        self.source, self.long_audio = str(source), long_audio
        self.window_size = _window_size(max_seconds)
        if self.window_size is None:
            self.max_samples = round(longest_seconds * self.sample_rate)
        self.model, sizes = _load(source, config, revision, sha256)
        self.settings, text = dataclasses.asdict(sizes), sizes.text
        self.vocabulary_size = text.vocab_size
        # RoBERTa counts positions from 1 + the padding token.
        self.max_text_tokens = (
            text.max_position_embeddings - text.pad_token_id - 1
        )
        self.tokenizer, self.tokenizer_revision = find_tokenizer(
            source, roberta.SOURCE, roberta.REVISION, tokenizer
        )
        self.preprocessing = (
            f"clsp-1 {sizes.audio.feature_dim} bins, {features.DESCRIPTION}, "
            f"window {self.window_size}, {long_audio}"
        )
        self.listening = {
            "kind": "filterbank",
            "bins": self.model.bins,
            "window_size": self.window_size,
            "long_audio": long_audio,
        }
        self.freeze()

    @classmethod
    def tiny(cls, folder, **options):
        """A copy with random weights, for tests: see ``FrozenALM.tiny``."""
        from safetensors.torch import save_file

        config = tiny_config(BYTE_VOCABULARY)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            weights = CLSPTowers(CLSPConfig.from_dict(config)).state_dict()
        weights = {_PREFIX + name: value for name, value in weights.items()}
        save_file(weights, Path(folder) / "model.safetensors")
        (Path(folder) / "config.json").write_text(
            json.dumps(config), encoding="utf-8"
        )
        save_byte_tokenizer(folder)
        return cls(folder, **options)

    def resample(self, waveform, rate):
        """By torchaudio, as its authors do: see ``FrozenALM.resample``."""
        return features.resample(waveform, rate)

    def effective_input(self, num_samples, repeats):
        """The repetitions, or which part of them is heard.

        See ``FrozenALM.effective_input``.

        Returns
        -------
        int or tuple
            Number of repetitions without ``max_seconds``; with it, where in
            the clip the audio starts and how long it is, in samples.

        Example
        -------
        >>> alm = CLSP.tiny(getfixture("tmpdir"), max_seconds=2.5)
        >>> [alm.effective_input(16000, repeats) for repeats in (2, 3, 4)]
        [(0, 32000), (0, 40000), (0, 40000)]
        """
        total = num_samples * repeats
        if self.window_size is None:
            return repeats
        if total <= self.window_size:
            return 0, total
        if self.long_audio == "random":  # the start depends on the clip
            return "random", repeats
        start = crop_start(total, self.window_size, self.long_audio, None)
        return start % num_samples, self.window_size

    def _audio_tower(self, wavs, sizes, repeats):
        window = self.window_size, self.long_audio
        clips = [heard_part(wav, repeats, *window) for wav in wavs]
        return self.model.embed_audio(clips)

    def embed_features(self, features):
        """One clip's filterbank [1, frames, bins] to float32 [1, D]."""
        return self.model.embed_one(features)

    def _text_tower(self, input_ids, attention_mask):
        return self.model.embed_tokens(input_ids, attention_mask)


def _seconds(samples, what=" of audio"):
    return f"{samples / features.SAMPLE_RATE:g} s{what} ({samples} samples)"


def _window_size(max_seconds):
    """Longest audio in samples, or None."""
    if max_seconds is None:
        return None
    size = round(max_seconds * features.SAMPLE_RATE)
    if size < features.MINIMUM_SAMPLES:
        raise ValueError(
            "Expected `max_seconds` to leave at least "
            f"{_seconds(features.MINIMUM_SAMPLES)}, but got {max_seconds}."
        )
    return size


def _load(source, config, revision, sha256):
    """Towers of our own with the weights of a source, and their sizes."""
    check_revision(revision)
    if str(source) == SOURCE and not Path(source).exists():
        revision = revision or REVISION
    if revision == REVISION:
        sha256 = sha256 or WEIGHTS_SHA256
    path = find_file(source, ["model.safetensors"], "CLSP", revision)
    weights = read_weights(path, sha256)
    weights = {name.removeprefix(_PREFIX): v for name, v in weights.items()}
    config = _config_beside(path) if config is None else config
    sizes = CLSPConfig() if config is None else CLSPConfig.from_dict(config)
    with explain_sizes("CLSP", source):
        towers = unloaded(CLSPTowers, sizes)
    try:
        load_strictly(towers, weights, "CLSP", source)
    except ValueError as error:
        raise ValueError(
            f"{error} If it is a CLSP of another size, give its sizes as "
            "`config`."
        ) from error
    return towers, sizes


def _config_beside(path):
    """Sizes in a ``config.json`` of ours beside the weights, or None."""
    beside = Path(path).parent / "config.json"
    if not beside.is_file():
        return None
    config = read_object(beside)
    if not {"audio", "text"} <= config.keys():
        return None  # the publisher's, for code of his own
    check_config(config, beside)
    try:
        CLSPConfig.from_dict(config)
    except ValueError as error:
        raise ValueError(f"{error} It is {str(beside)!r}.") from error
    return config
