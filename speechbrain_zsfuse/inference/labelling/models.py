"""Which model a command line means, and the model as a labeller.

``clap=PLACE`` is an audio-language model alone, asked for any words; all else
is a trained recogniser. What is chosen are plain values, so that it reaches
other processes and machines, which load it themselves.
"""

import os
import tempfile
from dataclasses import dataclass, replace
from functools import cached_property

from speechbrain_zsfuse.audio.opening import AudioError
from speechbrain_zsfuse.errors import offer
from speechbrain_zsfuse.inference.windows import cut_windows
from speechbrain_zsfuse.loading.fingerprint import digest_of, weights_digest

ALMS = {
    "clap": "CLAP",
    "clsp": "CLSP",
    "paraclap": "ParaCLAP",
    "reclap": "ReCLAP",
}


@dataclass(frozen=True)
class ModelChoice:
    """A model and how it is asked.

    Arguments
    ---------
    model : str
        Folder of a run, published folder or hub id; or NAME=PLACE of an
        audio-language model, see ``ALMS``.
    revision : str, optional
        Commit on the hub.
    device : str, optional
    labels : list of str, optional
        Emotions to ask an audio-language model for.
    prompts : str
        Prompt set of such a model.
    window, hop : float, optional
        In seconds.
    per_prompt : bool
    batch_size : int
        Windows that are heard at a time.
    alm : str, optional
        Where the audio-language model of a trained one lies now.

    Raises
    ------
    ValueError
        If labels are missing, or given to a model that has its own.

    Example
    -------
    >>> ModelChoice("clap=folder")
    Traceback (most recent call last):
    ValueError: Expected words to ask clap=folder for, but got none. Add \
--labels happy,sad, for instance.
    """

    model: str
    revision: str | None = None
    device: str | None = None
    labels: list[str] | None = None
    prompts: str = "paper"
    window: float | None = None
    hop: float | None = None
    per_prompt: bool = False
    batch_size: int = 16
    alm: str | None = None

    def __post_init__(self):
        if self.is_alm and not self.labels:
            raise ValueError(
                f"Expected words to ask {self.model} for, but got none. Add "
                "--labels happy,sad, for instance."
            )
        if self.labels and not self.is_alm:
            raise ValueError(
                f"Expected no labels, for {self.model} has its own, but got "
                f"{', '.join(self.labels)}. Leave them out, or name an "
                "audio-language model, which takes any: clap=PLACE. "
                f"{offer(self.model, ALMS)}."
            )
        if self.alm and self.is_alm:
            raise ValueError(
                f"Expected no --alm with {self.model}, which is one, but got "
                f"{self.alm}. Leave it out."
            )
        if self.hop is not None and self.window is None:
            raise ValueError(
                f"Expected a window with the hop of {self.hop:g} s, but got "
                "none. Add --window."
            )
        if self.window is not None:
            cut_windows(1.0, self.window, self.hop)  # a mistake is said at once
        if self.per_prompt and self.window is not None:
            raise ValueError(
                "Expected --per_prompt or --window, but got both: prompts are "
                "told of whole recordings. Leave one out."
            )

    @property
    def is_alm(self):
        """Whether it is an audio-language model alone."""
        name, sign, _ = self.model.partition("=")
        return bool(sign) and name in ALMS

    def load(self):
        """The model as a labeller, see ``stream.py``."""
        return RecognizerLabeller(self.load_recognizer(), self)

    def load_recognizer(self):
        """The model itself: EmotionRecognizer or ZeroShotEmotionRecognizer."""
        device = _own_device() if self.device is None else self.device
        if not self.is_alm:
            from speechbrain_zsfuse.inference.export.running import is_exported
            from speechbrain_zsfuse.inference.recognizer import (
                EmotionRecognizer,
            )

            if is_exported(self.model):  # on the CPU, GPUs or not
                device = self.device
            return EmotionRecognizer.from_pretrained(
                self.model, self.revision, device=device, alm=self.alm
            )
        from speechbrain_zsfuse import lobes
        from speechbrain_zsfuse.inference.zero_shot import (
            ZeroShotEmotionRecognizer,
        )

        name, _, place = self.model.partition("=")
        alm = getattr(lobes, ALMS[name])(place, revision=self.revision)
        return ZeroShotEmotionRecognizer(
            alm, self.labels, self.prompts, device=device
        )


def _own_device():
    """A GPU for each process of torchrun; None: the recogniser's choice."""
    import torch

    rank = os.environ.get("LOCAL_RANK")
    wanted = rank is not None and torch.cuda.is_available()
    return f"cuda:{rank}" if wanted else None


class RecognizerLabeller:
    """A recogniser as ``stream.label_clips`` asks it.

    Arguments
    ---------
    recognizer : Recognizer
    choice : ModelChoice
        How it is asked.

    Example
    -------
    >>> choice = ModelChoice(
    ...     f"clap={getfixture('tiny_clap')}", labels=["bored", "smug"]
    ... )
    >>> labeller = choice.load()
    >>> labeller.labels, labeller.zero_shot, len(labeller.identity["scores"])
    (['bored', 'smug'], True, 64)
    """

    def __init__(self, recognizer, choice):
        self.recognizer, self.choice = recognizer, choice
        self.labels = list(recognizer.labels)
        self.zero_shot = recognizer.alm is not None

    @cached_property
    def identity(self):
        """What the answers depend on, wherever the model lies: a dict of JSON;
        all weights are read for it.
        """
        return _identify(self.recognizer)

    def read(self, path):
        """A ``Sound`` of a file, or of its content as bytes."""
        windowed = self.choice.window is not None
        if not isinstance(path, bytes):
            return self.recognizer.read(path, windowed)
        with tempfile.NamedTemporaryFile() as file:
            file.write(path)
            file.flush()
            try:
                sound = self.recognizer.read(file.name, windowed)
            except AudioError as error:
                raise AudioError("the content", error.reason) from error
        return replace(sound, name="")

    def predict_sounds(self, sounds):
        """Answers of one batch, or of each recording's windows."""
        if self.choice.window is None:
            return self.recognizer.predict_sounds(
                sounds, self.choice.per_prompt
            )
        return [
            self.recognizer.predict_windows(
                *(sound, self.choice.window, self.choice.hop),
                batch_size=self.choice.batch_size,
            )
            for sound in sounds
        ]


def _identify(recognizer):
    """Digests of the weights, and of all that zero-shot scores come from."""
    model = getattr(recognizer, "model", None)  # a zero-shot one has none
    weights = None if model is None else weights_digest(model)
    if hasattr(recognizer, "fingerprint"):  # an exported one, of its files
        weights = recognizer.fingerprint()
    heard = getattr(recognizer, "zero_shot", recognizer)
    scores = None
    if heard is not None:
        scores = digest_of(heard.alm.fingerprint(), heard.scorer.describe())
    return {
        "class": type(recognizer).__name__,
        "labels": list(recognizer.labels),
        "weights": weights,
        "scores": scores,
    }
