"""A recogniser behind the page: a recording is heard once, asked often.

Nothing here knows a page.
"""

from dataclasses import replace

import torch

from speechbrain_zsfuse.audio.batch import name_clips
from speechbrain_zsfuse.inference.conventions import as_probabilities
from speechbrain_zsfuse.inference.demo.heard import Asked, Fusion, Heard
from speechbrain_zsfuse.inference.demo.templates import find_templates
from speechbrain_zsfuse.inference.export.running import OnnxRecognizer
from speechbrain_zsfuse.inference.sounds import cut_sound
from speechbrain_zsfuse.inference.zero_shot import ZeroShotEmotionRecognizer

LONG = 10.0  # seconds: what lasts longer is heard in windows
WINDOW, HOP = 5.0, 2.5  # seconds
_BATCH = 8  # windows
_ZEROS = (
    "Without: the same trained weights, with nothing in place of the scores of "
    "the audio-language model. That is not a model trained without them."
)
_APART = (
    "Without: a second layer, which learned from the speech alone, beside the "
    "fused one."
)
_FALLS_BACK = (
    " This model answers without: on its validation clips, scores did not help."
)


class Listener:
    """A recogniser, and what the page wants of it.

    Arguments
    ---------
    recognizer : EmotionRecognizer or ZeroShotEmotionRecognizer
    name : str
        How the page calls it.

    Attributes
    ----------
    trained : bool
        Whether it is a trained model.
    zero_shot : ZeroShotEmotionRecognizer or None
        None of a model without scores.
    labels, prompts : list of str
        Its classes; templates of its prompts, none if they come from none.

    Raises
    ------
    ValueError
        If it is an exported model.

    Example
    -------
    >>> import soundfile
    >>> from speechbrain_zsfuse.lobes import CLAP
    >>> path = str(getfixture("tmpdir").join("a.wav"))
    >>> soundfile.write(path, [0.5, -0.5] * 8000, 16000)
    >>> listener = Listener(
    ...     ZeroShotEmotionRecognizer(
    ...         CLAP(getfixture("tiny_clap")), ["sad", "calm"]
    ...     )
    ... )
    >>> heard = listener.hear(path)
    >>> asked = listener.ask(heard, ["bored", "shy"], ["{label} speech"])
    >>> asked.prompts, len(asked.scores)
    ([['bored speech', 'shy speech']], 2)
    """

    def __init__(self, recognizer, name="A model"):
        if isinstance(recognizer, OnnxRecognizer):
            raise ValueError(
                "Expected a model whose prompts can be changed, but "
                f"{recognizer.folder} is an exported one: they are fixed in "
                "its graph. Give the model that was exported."
            )
        self.recognizer, self.name = recognizer, name
        self.trained = not isinstance(recognizer, ZeroShotEmotionRecognizer)
        self.zero_shot = recognizer.zero_shot if self.trained else recognizer
        self.labels = list(recognizer.labels)
        self.prompts = []
        if self.zero_shot:
            self.prompts = find_templates(self.labels, self.zero_shot.prompts)

    @torch.no_grad()
    def hear(self, path):
        """Hear a recording.

        Arguments
        ---------
        path : str or Path

        Returns
        -------
        Heard

        Raises
        ------
        ValueError
            If it cannot be used.
        """
        sound = self.recognizer.read(path)
        places, parts = [(0.0, sound.duration)], [sound]
        warnings = sound.warnings
        if sound.duration > LONG:
            sound = self.recognizer.read(path, windowed=True)
            places, parts, warnings = cut_sound(
                sound, WINDOW, HOP, self.recognizer.durations
            )
        rounds = [parts[i : i + _BATCH] for i in range(0, len(parts), _BATCH)]
        audio = pooled = None
        with name_clips([sound.name] * _BATCH):
            if self.zero_shot:
                audio = torch.cat([*map(self.zero_shot.hear, rounds)])
            if self.trained:
                pooled = torch.cat([*map(self.recognizer.embed, rounds)])
        heard = Heard(sound.duration, warnings, places, audio)
        return self._answer(heard, pooled) if self.trained else heard

    @torch.no_grad()
    def ask(self, heard, words, prompts):
        """Ask the audio-language model of a recording.

        Arguments
        ---------
        heard : Heard
        words : list of str
            E emotions, any.
        prompts : list of str
            P templates; empty: the model's own.

        Returns
        -------
        Asked

        Raises
        ------
        ValueError
            If words or prompts are not in order.
        """
        asked = self.zero_shot
        if (words, prompts) != (self.labels, self.prompts):
            asked = asked.with_words(words, prompts or None)
        similarities = heard.mean(asked.compare_prompts(heard.audio))
        scores = asked.score(heard.audio)
        probabilities = as_probabilities(scores, asked.temperature)
        return Asked(
            asked.prompts,
            similarities.tolist(),
            heard.mean(scores).tolist(),
            heard.predict(words, probabilities),
        )

    def _answer(self, heard, pooled):
        """What the trained model says of pooled vectors [N, D]."""
        model = self.recognizer.model
        if not self.zero_shot:
            found = model.classify(pooled).softmax(-1)
            return replace(heard, prediction=heard.predict(self.labels, found))
        scores = self.zero_shot.score(heard.audio)
        without, fused, meaning = _both(model, pooled, scores)
        before, after = (
            heard.predict(self.labels, logits.float().softmax(-1))
            for logits in (without, fused)
        )
        return replace(
            heard,
            prediction=before if model.fallback else after,
            fusion=Fusion(
                self.labels, before.probabilities, after.probabilities, meaning
            ),
        )


def _both(model, pooled, scores):
    """Logits without scores and with them, [N, E], and what "without" is."""
    logits = model.head(pooled, scores)
    if logits.ndim == 2:
        return model.head(pooled, None), logits, _ZEROS
    meaning = _APART + _FALLS_BACK * model.fallback
    return logits[:, 1], logits[:, 0], meaning
