"""What every frozen audio-language model (ALM) promises, whatever its towers.

A lobe fills in a few methods (``_template.py`` shows them); this class keeps
the promises: always in eval mode, float32, no gradient, autocast off,
unit-norm embeddings that do not depend on batch mates, and clear errors for
bad input. It knows nothing of emotions.
"""

import torch

from speechbrain_zsfuse.audio.batch import check_clips, split_batch
from speechbrain_zsfuse.audio.reading import read_waveform, resample
from speechbrain_zsfuse.loading import fingerprint
from speechbrain_zsfuse.loading.tokenizers import load_tokenizer
from speechbrain_zsfuse.lobes.precision import (
    full_float32,
    refuse_conversion,
)
from speechbrain_zsfuse.lobes.sentences import (
    check_embeddings,
    check_texts,
    check_token_count,
    check_tokens,
    pad_tokens,
)
from speechbrain_zsfuse.options import Repeats, check


class FrozenALM(torch.nn.Module):
    """Base class of the frozen dual encoders.

    Attributes that a lobe sets:

    ``sample_rate``
        Hz of the waveforms.
    ``preprocessing``
        str, changed whenever the input of the audio tower changes.
    ``settings``
        dict of JSON values: what neither the shapes of the weights nor the
        configuration of a transformers model tells of the towers (activation,
        epsilon, heads).
    ``min_samples``, ``max_samples``
        Shortest and longest clip, repetitions included; None: of longer ones
        only a part is heard, which costs no more.
    ``max_text_tokens``
        Longest sentence.
    ``text_padding``
        Tokens every sentence is padded to; None: the longest of the call.
    ``source``, ``tokenizer``, ``tokenizer_revision``, ``vocabulary_size``
        Of the weights, for errors; hub id or folder, commit, table's rows.

    Example
    -------
    >>> class Beginning(FrozenALM):
    ...     sample_rate, preprocessing = 16000, "1"
    ...
    ...     def _audio_tower(self, wavs, sizes, repeats):
    ...         return torch.stack([wav[:2] for wav in wavs])
    >>> alm = Beginning()
    >>> alm.train().training
    False
    >>> alm.encode_audio(torch.tensor([[0.4, -0.3, 0.1]]))
    tensor([[ 0.8000, -0.6000]])
    """

    sample_rate = None
    preprocessing = ""
    settings = {}
    min_samples = 1
    max_samples = None
    max_text_tokens = 77
    text_padding = None
    source = None
    tokenizer = None
    tokenizer_revision = None
    vocabulary_size = None
    _digest = None  # of the weights in a state, which takes time
    _loaded_tokenizer = None  # and where it came from

    @classmethod
    def tiny(cls, folder, **options):
        """A copy with random weights, small enough for tests and examples.

        Every lobe has one; the tests of this contract run on it.

        Arguments
        ---------
        folder : str or Path
            Where to write weights, in the layout of the published ones, and a
            tokenizer.
        **options
            Passed on to the class.

        Returns
        -------
        FrozenALM
            The lobe, loaded from the folder; the same weights every time.
        """
        raise NotImplementedError(
            f"{cls.__name__} has no `tiny`: write one as in `_template.py`."
        )

    def freeze(self):
        """Switch off every gradient; a lobe calls it once it is built."""
        self.float().requires_grad_(False)  # whatever the default dtype is
        return self.eval()

    def train(self, mode=True):
        """Stay in eval: ``Brain`` calls ``modules.train()`` every epoch."""
        return super().train(False)

    def _apply(self, function, *args, **kwargs):
        refuse_conversion(self, function)
        return super()._apply(function, *args, **kwargs)

    @property
    def device(self):
        """The device of the weights."""
        return next(self.parameters(), torch.zeros(0)).device

    # ------------------------------------------------------------- audio
    def read_audio(self, path):
        """Read a file as this model wants it.

        Arguments
        ---------
        path : str or Path
            Any format of libsndfile.

        Returns
        -------
        torch.Tensor
            float32, shape [T], mono in [-1, 1] at ``sample_rate`` Hz.

        Raises
        ------
        AudioError
            If the file cannot be used, see ``read_waveform``.
        """
        return torch.from_numpy(self.resample(*read_waveform(path)))

    def resample(self, waveform, rate):
        """Bring a waveform to ``sample_rate`` as the official code does.

        Arguments
        ---------
        waveform : numpy.ndarray
            float32, shape [T].
        rate : int
            In Hz.

        Returns
        -------
        numpy.ndarray
            float32, shape [T']. Here: soxr "HQ", librosa's default.
        """
        return resample(waveform, rate, self.sample_rate)

    def encode_audio(self, wavs, lens=None, repeats=1):
        """Embed a batch of waveforms.

        Arguments
        ---------
        wavs : torch.Tensor or list of torch.Tensor
            float, shape [B, T], mono at ``sample_rate`` Hz, padded at the end;
            or B clips of shape [T], which takes less memory where one is long.
        lens : torch.Tensor, optional
            float, shape [B], true lengths relative to T, in (0, 1]; not with a
            list.
        repeats : int
            How often each clip is repeated before any crop or padding.

        Returns
        -------
        torch.Tensor
            float32, shape [B, D], unit norm.

        Raises
        ------
        ValueError
            If a clip is empty, silent, not finite, far out of [-1, 1], shorter
            than ``min_samples`` or longer than ``max_samples`` (a
            ``ClipError``, see ``name_clips``); if ``repeats`` is no positive
            int; or if the shapes do not fit.
        TypeError
            If ``wavs`` or ``lens`` are no tensors.
        """
        repeats = int(check("repeats", repeats, Repeats))
        clips = split_batch(wavs, lens)
        sizes = [len(clip) for clip in clips]
        limits = self.min_samples, self.max_samples, self.sample_rate
        check_clips(clips, sizes, repeats, *limits)
        clips = [clip.detach().to(self.device, torch.float32) for clip in clips]
        return self._frozen(self._audio_tower, clips, sizes, repeats)

    def effective_input(self, num_samples, repeats):
        """What the audio tower would really see of a clip.

        Arguments
        ---------
        num_samples : int
            Length of the clip at ``sample_rate`` Hz.
        repeats : int
            Number of repetitions.

        Returns
        -------
        hashable
            Equal values mean identical input: one forward pass serves both.
        """
        return repeats

    # -------------------------------------------------------------- text
    def encode_text(self, texts):
        """Embed sentences; the tokenizer is loaded at the first call.

        Arguments
        ---------
        texts : iterable of str
            N sentences.

        Returns
        -------
        torch.Tensor
            float32, shape [N, D], unit norm.

        Raises
        ------
        FileNotFoundError
            If the tokenizer cannot be reached.
        ValueError
            If ``texts`` are no sentences, the tokenizer is empty, a sentence
            is too long, or different sentences get the same tokens.
        """
        texts = check_texts(texts)
        tokenizer = self._tokenizer()
        rows = tokenizer(texts)["input_ids"]
        check_tokens(texts, rows, self.max_text_tokens)
        length = self.text_padding or max(map(len, rows))
        return self.encode_tokens(
            *pad_tokens(rows, tokenizer.pad_token_id, length)
        )

    def encode_tokens(self, input_ids, attention_mask):
        """Embed tokens.

        Arguments
        ---------
        input_ids, attention_mask : torch.Tensor
            int64, shape [N, L].

        Returns
        -------
        torch.Tensor
            float32, shape [N, D], unit norm.

        Raises
        ------
        ValueError
            If L is beyond ``max_text_tokens``.
        """
        check_token_count(input_ids.shape[1], self.max_text_tokens)
        ids, mask = input_ids.to(self.device), attention_mask.to(self.device)
        return self._frozen(self._text_tower, ids, mask)

    def _tokenizer(self):
        home = self.tokenizer, self.vocabulary_size, self.tokenizer_revision
        if self._loaded_tokenizer is None or self._loaded_tokenizer[0] != home:
            self._loaded_tokenizer = home, load_tokenizer(*home, self.source)
        return self._loaded_tokenizer[1]

    # ---------------------------------------------------------- fingerprint
    def fingerprint(self):
        """Name weights, settings and preprocessing: the key of stored results.

        Returns
        -------
        str
            64 hexadecimal digits.
        """
        state = self.weights_state()
        if self._digest is None or self._digest[0] != state:
            self._digest = state, fingerprint.weights_digest(self)
        return fingerprint.digest_of(
            type(self).__module__,
            type(self).__qualname__,
            self.preprocessing,
            self.settings,
            fingerprint.configurations(self),
            self._digest[1],
        )

    def weights_state(self):
        """Changes whenever weights do, without reading them; hashable.

        Returns
        -------
        tuple
        """
        return fingerprint.weights_state(self)

    def _frozen(self, tower, *args):
        no_autocast = torch.autocast(self.device.type, enabled=False)
        with torch.no_grad(), no_autocast, full_float32():
            embeddings = torch.nn.functional.normalize(tower(*args), dim=-1)
        check_embeddings(embeddings, type(self).__name__)
        return embeddings
