"""Who speaks and how: five numbers for an emotion, a speaker and a clip.

Pitch, pitch range, loudness, speaking rate and brightness of a voice. Nothing
here makes a sound; the sizes are invented, only their directions are those of
acted speech (anger is loud and bright, sadness low, soft, slow and dull).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np


@dataclass(frozen=True)
class Style:
    """How a voice sounds, or by how much it is changed.

    Arguments
    ---------
    pitch : float
        Mean pitch in semitones.
    pitch_range : float
        Spread of the pitch within an utterance, natural logarithm.
    energy : float
        Loudness in dB.
    rate : float
        Speaking rate, natural logarithm.
    brightness : float
        Cut-off frequency of the spectral tilt in octaves.

    Example
    -------
    >>> Style(pitch=2.0).scaled(0.5).pitch
    1.0
    """

    pitch: float = 0.0
    pitch_range: float = 0.0
    energy: float = 0.0
    rate: float = 0.0
    brightness: float = 0.0

    def __add__(self, other):
        return Style(*(a + b for a, b in zip(self.values, other.values)))

    @property
    def values(self):
        """The five numbers, a tuple of floats in the order above."""
        return tuple(vars(self).values())

    def scaled(self, factor):
        """The same change, ``factor`` times as large."""
        return Style(*(factor * value for value in self.values))

    def varied(self, rng):
        """A random style: these are the standard deviations."""
        return Style(*(rng.normal(0.0, self.values)))


EMOTION_STYLES = {
    "neutral": Style(),
    "happy": Style(3.5, 0.7, 3.0, 0.10, 0.3),
    "sad": Style(-1.5, -0.3, -5.5, -0.18, -0.6),
    "angry": Style(1.5, 0.1, 7.5, 0.08, 0.9),
    "calm": Style(-0.5, -0.2, -2.5, -0.10, -0.3),
    "fearful": Style(4.0, 0.2, 1.5, 0.18, 0.2),
    "disgusted": Style(-1.0, 0.2, 1.0, -0.15, -0.1),
    "surprised": Style(4.5, 0.9, 2.0, 0.05, 0.4),
}
ALL_EMOTIONS = tuple(EMOTION_STYLES)
EMOTIONS = ALL_EMOTIONS[:4]  # of the paper, and of the demo
# Standard deviations, large enough for the classes to overlap.
SPEAKER_SPREAD = Style(1.0, 0.2, 2.0, 0.08, 0.3)
CLIP_SPREAD = Style(1.2, 0.25, 2.0, 0.10, 0.35)


@dataclass(frozen=True)
class Speaker:
    """A voice at rest.

    Arguments
    ---------
    pitch : float
        Mean pitch in Hz.
    tract : float
        Factor on all formants; shorter vocal tracts have higher formants.
    expressiveness : float
        Factor on the emotion's style.
    style : Style
        This speaker's own habit, added to every utterance.
    """

    pitch: float
    tract: float
    expressiveness: float
    style: Style


@lru_cache(maxsize=256)
def make_speaker(seed, speaker):
    """Draw a speaker: odd numbers are male, even numbers female.

    Arguments
    ---------
    seed : int
        0 or more.
    speaker : int
        1 or more.

    Returns
    -------
    Speaker

    Example
    -------
    >>> bool(make_speaker(1, 1).pitch < make_speaker(1, 2).pitch)
    True
    """
    rng = np.random.default_rng([seed, speaker])
    male = speaker % 2 == 1
    return Speaker(
        pitch=(115.0 if male else 205.0) * np.exp(rng.normal(0.0, 0.08)),
        tract=(1.0 if male else 1.16) * np.exp(rng.normal(0.0, 0.03)),
        expressiveness=np.exp(rng.normal(0.0, 0.15)),
        style=SPEAKER_SPREAD.varied(rng),
    )
