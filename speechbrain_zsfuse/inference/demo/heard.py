"""What is kept of a recording while its page is open: numbers, no sound."""

from dataclasses import dataclass

import torch

from speechbrain_zsfuse.inference.prediction import Prediction, Segment
from speechbrain_zsfuse.inference.windows import join_windows


@dataclass(frozen=True)
class Fusion:
    """A trained model's probabilities without scores and with them.

    Attributes
    ----------
    labels : list of str
        E classes.
    before, after : list of float
        E probabilities: without and with.
    meaning : str
        What exactly "without" is.
    """

    labels: list[str]
    before: list[float]
    after: list[float]
    meaning: str


@dataclass(frozen=True)
class Heard:
    """A recording as models heard it, in one piece or in windows.

    Attributes
    ----------
    duration : float
        In seconds.
    warnings : tuple of str
        Why answers may be worth little.
    places : list of (float, float)
        N windows, in seconds; of a short recording one, all of it.
    audio : torch.Tensor or None
        float32, shape [N, D]: how the audio-language model embeds them.
    prediction : Prediction or None
        Of the trained model; None if nothing was trained.
    fusion : Fusion or None
        None without an audio-language model.

    Example
    -------
    >>> heard = Heard(4.0, (), [(0.0, 2.0), (2.0, 4.0)])
    >>> answer = heard.predict(["sad", "mad"], torch.eye(2))
    >>> answer.probabilities, len(answer.segments)
    ([0.5, 0.5], 2)
    >>> heard.mean(torch.tensor([1.0, 4.0]))
    tensor(2.5000)
    """

    duration: float
    warnings: tuple[str, ...]
    places: list[tuple[float, float]]
    audio: torch.Tensor | None = None
    prediction: Prediction | None = None
    fusion: Fusion | None = None

    def predict(self, labels, probabilities):
        """The answer of those to the windows, [N, E]."""
        segments = tuple(
            Segment(*place, row)
            for place, row in zip(self.places, probabilities.tolist())
        )
        return Prediction(
            "",
            self.duration,
            list(labels),
            join_windows(segments)[0],
            warnings=self.warnings,
            segments=segments if len(segments) > 1 else (),
        )

    def mean(self, values):
        """Mean of N values, or tensors, each as heavy as its window is long."""
        lengths = torch.tensor([end - start for start, end in self.places])
        shares = (lengths / lengths.sum()).to(values)
        return torch.tensordot(shares, values, dims=1)


@dataclass(frozen=True)
class Asked:
    """What the audio-language model says of a recording.

    Attributes
    ----------
    prompts : list of list of str
        P rows of E texts.
    similarities : list of list of float
        P rows of E cosines.
    scores : list of float
        E, pooled over prompts.
    prediction : Prediction
        Probabilities that a softmax makes of them.
    """

    prompts: list[list[str]]
    similarities: list[list[float]]
    scores: list[float]
    prediction: Prediction

    @property
    def labels(self):
        """The E words."""
        return self.prediction.labels
