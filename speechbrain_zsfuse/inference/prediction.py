"""What a model says of one recording: plain values, without torch."""

from dataclasses import dataclass

from speechbrain_zsfuse.options import Count, check


@dataclass(frozen=True)
class Segment:
    """A window of a long recording.

    Attributes
    ----------
    start, end : float
        Seconds from the beginning of the recording.
    probabilities : list of float
        E, see ``Prediction``.
    zero_shot : list of float or None
        E, see ``Prediction``.

    Example
    -------
    >>> Segment(0.0, 2.5, [0.9, 0.1]).end
    2.5
    """

    start: float
    end: float
    probabilities: list[float]
    zero_shot: list[float] | None = None


@dataclass(frozen=True)
class Prediction:
    """The answer of a recogniser to one recording.

    Attributes
    ----------
    name : str
        Path of the file; empty of an array.
    duration : float
        In seconds.
    labels : list of str
        The E classes.
    probabilities : list of float
        E, in [0, 1]; they add up to 1. Of windows it is their mean, each as
        long as it is.
    zero_shot : list of float or None
        E scores of the audio-language model, cosines in [-1, 1]; None without
        one.
    per_prompt : list of dict or None
        ``prompt``, ``label`` and ``score``, the cosine with that prompt; None
        if it was not asked for.
    warnings : list of str
        Why the answer may be worth little.
    segments : list of Segment
        Of a recording that was answered window by window, in order.

    Example
    -------
    >>> answer = Prediction("a.wav", 2.5, ["sad", "angry"], [0.3, 0.7])
    >>> answer.label, answer.score
    ('angry', 0.7)
    >>> answer.ranked()
    [{'label': 'angry', 'score': 0.7}, {'label': 'sad', 'score': 0.3}]
    """

    name: str
    duration: float
    labels: list[str]
    probabilities: list[float]
    zero_shot: list[float] | None = None
    per_prompt: list[dict] | None = None
    warnings: tuple[str, ...] = ()
    segments: tuple[Segment, ...] = ()

    @property
    def index(self) -> int:
        """The most probable class; of equal ones the first."""
        return max(range(len(self.labels)), key=lambda i: self.probabilities[i])

    @property
    def label(self) -> str:
        """The most probable class."""
        return self.labels[self.index]

    @property
    def score(self) -> float:
        """Its probability."""
        return self.probabilities[self.index]

    def ranked(self, top_k: int | None = None) -> list[dict]:
        """As a pipeline of transformers answers, the best first.

        Arguments
        ---------
        top_k : int, optional
            How many; default: all.

        Returns
        -------
        list of dict
            ``label`` and ``score``.
        """
        check("top_k", top_k, Count | None)
        pairs = sorted(
            zip(self.labels, self.probabilities), key=lambda pair: -pair[1]
        )
        return [
            {"label": label, "score": score} for label, score in pairs[:top_k]
        ]
