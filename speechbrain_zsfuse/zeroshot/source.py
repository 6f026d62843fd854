"""Where zero-shot scores come from: the contract, and the dual encoders.

Training and evaluation see a table of scores and never a model. What fills it
is a score source: a dual encoder's cosines here; the likelihoods of a speech
LLM, or its parsed answers, by another class of the same three members.
"""

import json
from functools import partial
from typing import Protocol, runtime_checkable

import numpy as np
import torch

from speechbrain_zsfuse.audio.reading import resampled_length
from speechbrain_zsfuse.options import Count, Place, checked
from speechbrain_zsfuse.zeroshot.clips import identify_clips
from speechbrain_zsfuse.zeroshot.ensembles import compare
from speechbrain_zsfuse.zeroshot.listening import (
    encode_sounds,
    one_thread,
    read_sound,
)
from speechbrain_zsfuse.zeroshot.rounds import ask_missing, in_chunks
from speechbrain_zsfuse.zeroshot.scorer import zero_shot_scores
from speechbrain_zsfuse.zeroshot.store import AnswerKey, AnswerStore


@runtime_checkable
class ScoreSource(Protocol):
    """What everything that scores clips promises; nothing to inherit.

    A source that asks a large model keeps its answers in an ``AnswerStore``
    and gets them as follows, the work shared over processes:

    1. ``identify_clips`` says which recordings the paths are;
    2. an ``AnswerKey`` for each: the model's fingerprint, the recording, what
       is heard of it, the prompt;
    3. within ``store.used``, ``ask_missing`` asks for what is not stored,
       batch by batch;
    4. ``in_chunks`` lets pure functions turn answers into scores. Raw texts
       are stored and parsed then, so that a better parser needs no model.

    One that learns from validation clips has ``learns``, true, and
    ``fit(paths, emotions)``, called before ``score``.

    ``labels``
        list of str, E emotion words in the order of the scores.

    Example
    -------
    >>> class Coin:
    ...     labels = ["heads", "tails"]
    ...
    ...     def describe(self):
    ...         return {"kind": "coin", "labels": self.labels}
    ...
    ...     def score(self, paths):
    ...         return torch.full([len(paths), 2], 0.5)
    >>> isinstance(Coin(), ScoreSource)
    True
    """

    labels: list

    def describe(self):
        """What made the scores, for the file beside them.

        Returns
        -------
        dict
            JSON values; where scores differ, it differs. ``kind`` and
            ``labels`` are among them.
        """

    def score(self, paths):
        """Score audio files; every process of a run calls it alike.

        Arguments
        ---------
        paths : list of str
            N audio files.

        Returns
        -------
        torch.Tensor
            float32, shape [N, E], on the CPU, finite; higher is more of the
            emotion. The same on every process and for any number of them.

        Raises
        ------
        AudioError
            If a file cannot be used.
        """


class DualEncoderSource:
    """Cosines of a frozen dual encoder; each clip is embedded once.

    Arguments
    ---------
    scorer : ZeroShotScorer
        Its model, labels and prompts. Between calls it is on the CPU.
    store_folder : str or Path
        See ``AnswerStore``.
    device : str, optional
        Where the audio tower runs; default: the GPU if there is one.
    batch_size : int
        Clips a forward pass.
    progress : bool
        Whether the main process shows a bar.

    Example
    -------
    >>> import soundfile
    >>> from speechbrain_zsfuse.lobes import CLAP
    >>> from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer
    >>> folder = getfixture("tmpdir")
    >>> clip = str(folder / "clip.wav")
    >>> soundfile.write(clip, np.sin(np.arange(8000) / 9), 16000)
    >>> scorer = ZeroShotScorer(CLAP(getfixture("tiny_clap")), ["sad", "angry"])
    >>> source = DualEncoderSource(scorer, folder, "cpu", progress=False)
    >>> source.score([clip]).shape, source.embed([clip]).shape
    (torch.Size([1, 2]), torch.Size([1, 32]))
    >>> source.describe()["kind"], len(source.store)
    ('dual encoder', 1)
    """

    @checked
    def __init__(
        self,
        scorer,
        store_folder: Place,
        device=None,
        batch_size: Count = 8,
        progress: bool = True,
    ):
        self.scorer, self.store = scorer, AnswerStore(store_folder)
        found = "cuda" if torch.cuda.is_available() else "cpu"
        self.device, self.batch_size = device or found, batch_size
        self.progress = progress

    @property
    def labels(self):
        """The scorer's."""
        return self.scorer.labels

    def describe(self):
        """Model, prompts and amplification: see ``ScoreSource.describe``."""
        scorer, alm = self.scorer, self.scorer.alm
        return {
            "kind": "dual encoder",
            "class": f"{type(alm).__module__}.{type(alm).__qualname__}",
            "source": str(getattr(alm, "source", None) or ""),
            "fingerprint": alm.fingerprint(),
            "tokenizer": alm.tokenizer,
            "tokenizer_revision": alm.tokenizer_revision,
            **scorer.describe(),
        }

    def score(self, paths):
        """Cosines in [-1, 1]: see ``ScoreSource.score``."""
        bank, weights = self.scorer.bank.cpu(), self.scorer.fitted_weights()
        chunks = self.in_chunks(
            paths, lambda audio: zero_shot_scores(audio, bank, weights)
        )
        return torch.cat(chunks)

    @property
    def learns(self):
        """Whether ``fit`` must be called before ``score``."""
        return self.scorer.learns

    def fit(self, paths, emotions):
        """Learn from labelled clips: see ``ZeroShotScorer.fit``."""
        bank = self.scorer.bank.cpu()
        chunks = self.in_chunks(paths, lambda audio: compare(audio, bank))
        self.scorer.fit(torch.cat(chunks), emotions)

    def embed(self, paths, repeats=None):
        """Embed files; all embeddings are in memory, see ``in_chunks``.

        Arguments
        ---------
        paths, repeats
            See ``in_chunks``.

        Returns
        -------
        torch.Tensor
            float32, shape [N, D], unit norm, on the CPU.
        """
        return torch.cat(self.in_chunks(paths, torch.clone, repeats))

    def in_chunks(self, paths, function, repeats=None):
        """What a function makes of embeddings, of some clips at a time.

        The model hears only what is not stored yet. Memory holds a chunk of
        embeddings, however many files there are.

        Arguments
        ---------
        paths : list of str
            N audio files.
        function : callable
            Embeddings of a chunk (float32, [C, D], unit norm, on the CPU), in
            the order of ``paths``, to anything. It computes in one thread.
        repeats : int, optional
            Audio amplification; default: the scorer's.

        Returns
        -------
        list
            What it made of each chunk.

        Raises
        ------
        AudioError
            If a file cannot be used, before anything is computed.
        ClipError
            If a clip is too short, too long or too quiet for the model, with
            its file.
        LookupError
            If something else takes answers out of the store meanwhile.
        ValueError
            If there are no files.
        """
        repeats = repeats or self.scorer.audio_repeats
        return self.in_chunks_at(paths, function, [repeats])[0]

    def in_chunks_at(self, paths, function, audio_repeats):
        """``in_chunks`` at A numbers of repeats, a list of A: all of them are
        heard under one bar, and inputs that are equal once."""
        clips = identify_clips(self.store, paths, self.progress)
        keys = self._keys(clips, audio_repeats)
        todo = self._in_order(clips, paths, keys, audio_repeats)

        def work(rows):
            with one_thread():
                return function(torch.from_numpy(np.stack(rows)))

        alm = self.scorer.alm
        name = f"{type(alm).__name__} {getattr(alm, 'source', None) or ''}"
        # One use: what is heard is not pruned before its turn.
        with self.store.used(alm.fingerprint(), name.strip()) as locks:
            self._listen(todo, locks)
            return [
                in_chunks(self.store, row, work, dict(zip(row, paths)))
                for row in keys
            ]

    def _in_order(self, clips, paths, keys, audio_repeats):
        """Each key to what is heard for it. Batches of similar length pad
        little; the order is that of the clips alone, whatever their paths."""
        todo, sizes = {}, [self._size(clip) for clip in clips]
        for repeats, row in zip(audio_repeats, keys):
            for i in sorted(range(len(row)), key=lambda i: (-sizes[i], row[i])):
                todo.setdefault(row[i], (paths[i], repeats))
        return todo

    def _listen(self, todo, locks):
        """Let the model hear what is not stored yet."""
        alm = self.scorer.alm
        self.scorer.to(self.device)
        try:
            ask_missing(
                self.store,
                todo,
                partial(encode_sounds, alm),
                self.batch_size,
                f"Listening with {type(alm).__name__}",
                self.progress,
                read=partial(read_sound, alm),
                locks=locks,
            )
        finally:
            self.scorer.to("cpu")

    def heard(self, paths, audio_repeats):
        """What the model effectively hears of files: of A numbers of repeats N
        strings each. Equal ones for a file are one input, heard once."""
        keys = self.find_keys(paths, audio_repeats)
        return [[key.input for key in row] for row in keys]

    def find_keys(self, paths, audio_repeats):
        """Where answers on files are kept: A lists of N AnswerKeys."""
        clips = identify_clips(self.store, paths, self.progress)
        return self._keys(clips, audio_repeats)

    def _keys(self, clips, audio_repeats):
        alm, model = self.scorer.alm, self.scorer.alm.fingerprint()

        def key(clip, repeats):
            heard = alm.effective_input(self._size(clip), repeats)
            return AnswerKey(model, clip.sha256, json.dumps(heard))

        return [[key(clip, a) for clip in clips] for a in audio_repeats]

    def _size(self, clip):
        """Its length in samples at the model's rate."""
        rate = self.scorer.alm.sample_rate
        return resampled_length(clip.samples, clip.sample_rate, rate)
