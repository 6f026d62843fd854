"""What every frozen audio-language model (ALM) promises, whatever its towers.

A lobe fills in four methods (``_audio_tower``, ``_text_tower``,
``_tokenizer`` and ``effective_input``); this class keeps the promises: always
in eval mode, float32, no gradient, autocast off, unit-norm embeddings that do
not depend on batch mates, and clear errors for bad input. It knows nothing of
emotions.
"""

import hashlib
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import SafetensorError

from speechbrain_zsfuse.audio import read_audio


class FrozenALM(torch.nn.Module):
    """Base class of the frozen dual encoders.

    Attributes that a lobe sets: ``sample_rate`` (Hz), ``preprocessing`` (str,
    changed whenever the input of the audio tower changes) and
    ``max_text_tokens``.

    Example
    -------
    >>> class Loudness(FrozenALM):
    ...     sample_rate, preprocessing = 16000, "1"
    ...
    ...     def _audio_tower(self, wavs, sizes, repeats):
    ...         return torch.stack([wavs.abs().mean(1), wavs[:, 0]], dim=1)
    >>> alm = Loudness()
    >>> alm.train().training
    False
    >>> alm.encode_audio(torch.tensor([[3.0, -5.0]]))
    tensor([[0.8000, 0.6000]])
    """

    sample_rate = None
    preprocessing = ""
    max_text_tokens = 77

    def freeze(self):
        """Switch off every gradient; a lobe calls it once it is built."""
        self.requires_grad_(False)
        return self.eval()

    def train(self, mode=True):
        """Stay in eval: ``Brain`` calls ``modules.train()`` every epoch."""
        return super().train(False)

    def _apply(self, function, *args, **kwargs):
        probe = function(torch.zeros(1))
        if probe.dtype != torch.float32:
            raise TypeError(
                f"{type(self).__name__} computes in float32, got a conversion "
                f"to {probe.dtype}. Move it to a device only."
            )
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
            If the file is unreadable, empty or silent.
        """
        return torch.from_numpy(read_audio(path, self.sample_rate))

    def encode_audio(self, wavs, lens=None, repeats=1):
        """Embed a batch of waveforms.

        Arguments
        ---------
        wavs : torch.Tensor
            float, shape [B, T], mono at ``sample_rate`` Hz, padded at the end.
        lens : torch.Tensor, optional
            float, shape [B], true lengths relative to T, in (0, 1].
        repeats : int
            How often each clip is repeated before any crop or padding.

        Returns
        -------
        torch.Tensor
            float32, shape [B, D], unit norm.

        Raises
        ------
        ValueError
            If a clip is empty, silent or not finite, or ``repeats`` < 1.
        """
        if repeats < 1:
            raise ValueError(
                f"Expected `repeats` to be at least 1, but got {repeats}."
            )
        wavs = wavs.to(self.device, torch.float32)
        sizes = true_sizes(wavs, lens)
        check_clips(wavs, sizes)
        return self._frozen(self._audio_tower, wavs, sizes, repeats)

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
        """Embed sentences; the tokenizer is loaded here, not before.

        Arguments
        ---------
        texts : list of str
            N sentences.

        Returns
        -------
        torch.Tensor
            float32, shape [N, D], unit norm.

        Raises
        ------
        ValueError
            If the tokenizer is empty, a sentence is too long, or different
            sentences get the same tokens.
        """
        tokens = self._tokenizer()(texts, padding=True, return_tensors="pt")
        ids, mask = tokens["input_ids"], tokens["attention_mask"]
        check_tokens(texts, ids, mask, self.max_text_tokens)
        return self.encode_tokens(ids, mask)

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
        """
        ids, mask = input_ids.to(self.device), attention_mask.to(self.device)
        return self._frozen(self._text_tower, ids, mask)

    # ---------------------------------------------------------- identity
    def fingerprint(self):
        """Name the weights and the preprocessing: the key of stored results.

        Returns
        -------
        str
            64 hexadecimal digits.
        """
        digest = hashlib.sha256()
        digest.update(f"{type(self).__name__} {self.preprocessing}".encode())
        for name, value in sorted(self.state_dict().items()):
            digest.update(f"{name} {value.dtype} {list(value.shape)}".encode())
            digest.update(value.cpu().contiguous().numpy())
        return digest.hexdigest()

    def _frozen(self, tower, *args):
        with torch.no_grad(), torch.autocast(self.device.type, enabled=False):
            return torch.nn.functional.normalize(tower(*args), dim=-1)


def true_sizes(wavs, lens):
    """Lengths in samples, shape [B], from relative lengths (None: full).

    Example
    -------
    >>> true_sizes(torch.zeros(2, 10), torch.tensor([1.0, 0.5]))
    [10, 5]
    """
    if lens is None:
        return [wavs.shape[1]] * len(wavs)
    return torch.round(lens.double() * wavs.shape[1]).long().tolist()


def check_clips(wavs, sizes):
    """Raise a ValueError that names the first clip without usable sound.

    Example
    -------
    >>> check_clips(torch.zeros(1, 4), sizes=[4])
    Traceback (most recent call last):
    ValueError: Expected sound in every clip, but clip 0 of the batch is \
    silent (every sample is zero). Check the file and the relative lengths.
    """
    for index, (wav, size) in enumerate(zip(wavs, sizes)):
        clip = wav[:size]
        problem = (
            "is empty"
            if size < 1
            else "holds NaN or infinite values"
            if not torch.isfinite(clip).all()
            else "is silent (every sample is zero)"
            if not clip.any()
            else None
        )
        if problem:
            raise ValueError(
                f"Expected sound in every clip, but clip {index} of the batch "
                f"{problem}. Check the file and the relative lengths."
            )


def check_tokens(texts, input_ids, attention_mask, max_tokens):
    """Raise a ValueError if tokens lose what the sentences say.

    Example
    -------
    >>> ids, mask = torch.tensor([[1, 5, 2]]), torch.ones(1, 3)
    >>> check_tokens(["sad"], ids, mask, max_tokens=77)
    """
    longest = int(attention_mask.sum(1).argmax())
    if attention_mask[longest].sum() > max_tokens:
        raise ValueError(
            f"Expected at most {max_tokens} tokens, but {texts[longest]!r} has "
            f"{int(attention_mask[longest].sum())}. Shorten the prompt."
        )
    rows = [tuple(row) for row in input_ids.tolist()]
    seen = dict(zip(rows, texts))
    clash = [t for row, t in zip(rows, texts) if seen[row] != t]
    if clash:
        raise ValueError(
            f"Expected different tokens for different prompts, but {clash[0]!r}"
            " shares them with another prompt: the tokenizer does not know "
            "these words. Check the tokenizer files beside the model."
        )


@contextmanager
def explain_missing(source, kind):
    """Say what to do when transformers cannot load ``source``.

    Arguments
    ---------
    source : str
        Hub id or local folder.
    kind : str
        What was expected there, for instance ``CLAP``.

    Raises
    ------
    FileNotFoundError
        In place of what transformers raises.

    Example
    -------
    >>> with explain_missing("/no/such/folder", "CLAP"):
    ...     raise OSError("what transformers says")
    Traceback (most recent call last):
    FileNotFoundError: No CLAP found at '/no/such/folder': no such folder.
    """
    try:
        yield
    except (OSError, ValueError, SafetensorError) as error:
        path = Path(source)
        if path.is_dir():
            reason = (
                "the folder is not complete or damaged. Expected intact "
                "config.json, preprocessor_config.json and model.safetensors "
                f"in it ({error})."
            )
        elif path.is_absolute() or len(path.parts) != 2:
            reason = "no such folder."
        else:
            reason = (
                "it is not a local folder, and the Hugging Face hub does not "
                "know it or does not answer. Check the spelling; without "
                "network, download it where there is one (`hf download "
                f"{source} --local-dir FOLDER`) and give that folder."
            )
        raise FileNotFoundError(
            f"No {kind} found at {source!r}: {reason}"
        ) from error
