"""What every recogniser does alike: recordings in, in any form; answers out.

A subclass says how a batch of sounds is answered.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import torch

from speechbrain_zsfuse.audio.batch import name_clips, split_sounds
from speechbrain_zsfuse.audio.reading import resample
from speechbrain_zsfuse.inference.prediction import Prediction
from speechbrain_zsfuse.inference.sounds import (
    Sound,
    cut_sound,
    find_warnings,
    read_input,
)
from speechbrain_zsfuse.inference.windows import (
    as_segment,
    cut_windows,
    join_prompts,
    join_windows,
)
from speechbrain_zsfuse.lobes.precision import refuse_conversion
from speechbrain_zsfuse.options import Count, check

_AHEAD = 8  # batches that are read before the first of them is answered


class Recognizer(torch.nn.Module):
    """Base class of what answers recordings with emotions.

    A subclass sets ``labels`` (list of str), ``sample_rate`` (Hz), perhaps
    ``alm`` (a ``FrozenALM``), and gives ``answer(wavs, sounds)``.

    Attributes
    ----------
    save_probabilities_per_prompt : bool
        Whether ``predict`` says what each prompt gave, without being asked.
    durations : (float, float) or None
        Seconds of the shortest and the longest clip in training.

    Example
    -------
    >>> class Coin(Recognizer):
    ...     labels, sample_rate = ["heads", "tails"], 16000
    ...
    ...     def answer(self, sounds):
    ...         return torch.full([len(sounds), 2], 0.5), None, None
    >>> answer = Coin().predict([(torch.rand(16000), 16000)])[0]
    >>> answer.label, answer.duration
    ('heads', 1.0)
    """

    labels = ()
    sample_rate = None
    alm = None
    durations = None
    save_probabilities_per_prompt = False

    def _apply(self, function, *args, **kwargs):
        refuse_conversion(self, function)
        return super()._apply(function, *args, **kwargs)

    @property
    def device(self):
        """Where it computes."""
        return next(self.parameters()).device

    def answer(self, sounds):
        """Answer a batch.

        Arguments
        ---------
        sounds : list of Sound
            B of them.

        Returns
        -------
        probabilities : torch.Tensor
            float32, shape [B, E].
        scores : torch.Tensor or None
            float32, shape [B, E]: zero-shot scores.
        audio : torch.Tensor or None
            float32, shape [B, D], unit norm: what the audio-language model
            heard.
        """
        raise NotImplementedError

    def compare_prompts(self, audio):
        """Cosines [B, P, E] of ``audio`` with each prompt; ``prompts`` names
        them, P rows of E texts."""
        raise NotImplementedError

    def read(self, value, windowed=False):
        """Read one recording; threads may.

        Arguments
        ---------
        value : str, Path, tuple or dict
            See ``read_input``.
        windowed : bool
            Whether it will be answered window by window.

        Returns
        -------
        Sound

        Raises
        ------
        AudioError
            If it cannot be used.

        Example
        -------
        See ``Recognizer``.
        """
        name, waveform, rate = read_input(value)
        duration = len(waveform) / rate
        return Sound(
            name,
            resample(waveform, rate, self.sample_rate),
            self.alm.resample(waveform, rate) if self.alm else None,
            duration,
            find_warnings(
                duration, rate, self.sample_rate, self.durations, windowed
            ),
        )

    def predict(
        self, inputs, *, batch_size=16, window=None, hop=None, per_prompt=None
    ):
        """Answer recordings.

        Batches are of similar length; the answer to a recording does not
        depend on what else is in its batch.

        Arguments
        ---------
        inputs : list, or one
            Files, or arrays with their rates: see ``read_input``.
        batch_size : int
            Recordings, or windows, a forward pass.
        window, hop : float, optional
            In seconds: recordings are answered window by window, see
            ``cut_windows``; silent windows are left out, with a warning.
        per_prompt : bool, optional
            Whether to say what each prompt gave; default:
            ``save_probabilities_per_prompt``.

        Returns
        -------
        list of Prediction
            In the order of ``inputs``.

        Raises
        ------
        AudioError
            If a recording cannot be used.
        ClipError
            If it is too short or too long for the model.

        Example
        -------
        See ``EmotionRecognizer``.
        """
        size = check("batch_size", batch_size, Count)
        if window is not None or hop is not None:
            cut_windows(1.0, window, hop)  # a mistake is said at once
        inputs = inputs if isinstance(inputs, list) else [inputs]
        found = []
        with ThreadPoolExecutor() as pool:
            for start in range(0, len(inputs), size * _AHEAD):
                some = inputs[start : start + size * _AHEAD]
                read = partial(self.read, windowed=window is not None)
                sounds = list(pool.map(read, some))
                options = {"per_prompt": per_prompt, "batch_size": size}
                if window is None:
                    found += self._in_batches(sounds, **options)
                else:
                    found += [
                        self.predict_windows(sound, window, hop, **options)
                        for sound in sounds
                    ]
        return found

    def predict_sounds(self, sounds, per_prompt=None):
        """Answer one batch of what ``read`` gave.

        Arguments
        ---------
        sounds : list of Sound
        per_prompt : bool, optional
            See ``predict``.

        Returns
        -------
        list of Prediction

        Example
        -------
        See ``Recognizer``.
        """
        names = [sound.name or "the array" for sound in sounds]
        with torch.no_grad(), name_clips(names):
            probabilities, scores, audio = self.answer(sounds)
            by_prompt = [None] * len(sounds)
            if per_prompt is None:
                per_prompt = self.save_probabilities_per_prompt
            if per_prompt and audio is not None:
                by_prompt = map(self._by_prompt, self.compare_prompts(audio))
        rows = [None] * len(sounds) if scores is None else scores.tolist()
        answers = zip(sounds, probabilities.tolist(), rows, by_prompt)
        return [
            Prediction(
                sound.name,
                sound.duration,
                list(self.labels),
                row,
                zero_shot,
                prompts,
                sound.warnings,
            )
            for sound, row, zero_shot, prompts in answers
        ]

    def _by_prompt(self, cosines):
        """What each prompt gave to one recording: cosines [P, E]."""
        return [
            {"prompt": prompt, "label": label, "score": score}
            for row, texts in zip(cosines.tolist(), self.prompts, strict=True)
            for label, prompt, score in zip(self.labels, texts, row)
        ]

    def _in_batches(self, sounds, batch_size, per_prompt):
        """Similar lengths together; answers come in the order of ``sounds``."""
        order = sorted(range(len(sounds)), key=lambda i: -sounds[i].duration)
        found = {}
        for start in range(0, len(order), batch_size):
            some = {i: sounds[i] for i in order[start : start + batch_size]}
            for part in split_sounds(some):
                batch = [sounds[i] for i in part]
                found |= zip(part, self.predict_sounds(batch, per_prompt))
        return [found[i] for i in range(len(sounds))]

    def predict_windows(
        self, sound, window, hop=None, batch_size=16, per_prompt=None
    ):
        """Answer one recording that ``read`` gave window by window.

        Arguments
        ---------
        sound : Sound
        window, hop, batch_size, per_prompt
            See ``predict``.

        Returns
        -------
        Prediction
            With its ``segments``.
        """
        places, parts, warnings = cut_sound(sound, window, hop, self.durations)
        answers = self._in_batches(parts, batch_size, per_prompt)
        segments = tuple(map(as_segment, places, answers))
        probabilities, zero_shot = join_windows(segments)
        return replace(
            answers[0],
            duration=sound.duration,
            probabilities=probabilities,
            zero_shot=zero_shot,
            per_prompt=join_prompts([one.per_prompt for one in answers]),
            warnings=warnings,
            segments=segments,
        )

    def classify(self, inputs, top_k=None):
        """As a pipeline of transformers answers.

        Arguments
        ---------
        inputs : list, or one
            See ``predict``.
        top_k : int, optional
            How many classes; default: all.

        Returns
        -------
        list
            Of one recording, dicts with ``label`` and ``score``, the best
            first; of a list of recordings, a list of these.

        Example
        -------
        See ``EmotionRecognizer``.
        """
        found = [one.ranked(top_k) for one in self.predict(inputs)]
        return found if isinstance(inputs, list) else found[0]
