"""One made-up utterance: a source-filter voice that acts an emotion.

A pulse train (the glottis) and some breath noise pass a spectral tilt and
four vowel resonances (the vocal tract). What the emotion changes is in
``style.py``. It knows nothing of files, and it is no model of real emotional
speech.
"""

from functools import lru_cache

import numpy as np
from scipy.signal import lfilter, sosfilt

from speechbrain_zsfuse.synthetic.style import (
    ALL_EMOTIONS,
    CLIP_SPREAD,
    EMOTION_STYLES,
    make_speaker,
)

SAMPLE_RATE = 16000  # Hz
STATEMENTS = ("ieoiaao", "oeiiaao")  # one vowel a syllable

# Formants of a male voice in Hz: three as measured by Peterson and Barney
# (1952), and a fourth that closes the spectrum.
FORMANTS = {
    "a": (730, 1090, 2440, 3400),
    "e": (530, 1840, 2480, 3500),
    "i": (270, 2290, 3010, 3600),
    "o": (570, 840, 2410, 3300),
}
BANDWIDTHS = np.array((70.0, 90.0, 130.0, 200.0))  # Hz


def speak(
    seed, speaker, emotion, intensity, statement, repetition, *, seconds=1.1
):
    """Say one statement with one emotion.

    Arguments
    ---------
    seed : int
        0 or more; other seeds are other speakers and other clips.
    speaker : int
        1 or more, odd for male.
    emotion : str
        One of ``ALL_EMOTIONS``.
    intensity : int
        1 (normal) or 2 (strong).
    statement : int
        1 or 2, the sequence of vowels.
    repetition : int
        1 or more.
    seconds : float
        Mean duration of a neutral utterance in seconds, more than 0.1.

    Returns
    -------
    waveform : numpy.ndarray
        [samples], float32 in (-1, 1) at ``SAMPLE_RATE``. It depends on the
        arguments alone.

    Example
    -------
    >>> waveform = speak(1, 3, "sad", 2, 1, 1, seconds=0.3)
    >>> waveform.dtype, bool(abs(waveform).max() < 1)
    (dtype('float32'), True)
    """
    who = make_speaker(seed, speaker)
    place = ALL_EMOTIONS.index(emotion) + 1
    key = (place, intensity, statement, repetition)
    rng = np.random.default_rng([seed, speaker, *key])
    strength = who.expressiveness * (1.35 if intensity == 2 else 0.9)
    style = EMOTION_STYLES[emotion].scaled(strength)
    style = style + who.style + CLIP_SPREAD.varied(rng)
    vowels = STATEMENTS[statement - 1]
    syllables = rng.lognormal(0.0, 0.15, len(vowels))
    syllables *= seconds * np.exp(-style.rate) / len(vowels)
    edges = np.cumsum(np.r_[0, syllables * SAMPLE_RATE]).astype(int)
    source = _source(_pitch(edges, who.pitch, style, rng), style, rng)
    voiced = _vocal_tract(source, edges, vowels, who.tract)
    return _record(voiced * _loudness(edges, rng), style.energy, rng)


def _pitch(edges, mean, style, rng):
    """Pitch in Hz [samples]: an accent a syllable on a falling line."""
    accents = rng.normal(0.0, 1.0, len(edges)) + np.linspace(
        0.8, -0.8, len(edges)
    )
    semitones = style.pitch + 1.5 * np.exp(style.pitch_range) * accents
    contour = np.interp(np.arange(edges[-1]), edges, semitones)
    return mean * 2.0 ** (contour / 12.0)


def _source(pitch, style, rng):
    """Glottal pulses with breath, tilted [samples]."""
    pulses = np.diff(np.floor(np.cumsum(pitch) / SAMPLE_RATE), prepend=0.0)
    pulses *= np.sqrt(SAMPLE_RATE / pitch)  # the same power at every pitch
    breath = 0.08 * 2.0 ** (-0.5 * style.brightness)
    source = pulses + breath * rng.standard_normal(len(pitch))
    pole = np.exp(-2 * np.pi * 350.0 * 2.0**style.brightness / SAMPLE_RATE)
    return lfilter([1 - pole], [1, -pole], source)


@lru_cache(maxsize=1024)
def _resonators(vowel, tract):
    """Second-order sections [4, 6] of a vowel, one a formant."""
    radius = np.exp(-np.pi * BANDWIDTHS / SAMPLE_RATE)
    angle = 2 * np.pi * tract * np.array(FORMANTS[vowel]) / SAMPLE_RATE
    sections = np.zeros((4, 6))
    sections[:, 3] = 1.0
    sections[:, 4] = -2 * radius * np.cos(angle)
    sections[:, 5] = radius**2
    sections[:, 0] = sections[:, 3:].sum(axis=1)  # gain 1 at 0 Hz
    return sections


def _vocal_tract(source, edges, vowels, tract):
    """Filter syllable by syllable; the state runs on, so nothing clicks."""
    state = np.zeros((4, 2))
    parts = []
    for vowel, start, end in zip(vowels, edges, edges[1:]):
        part, state = sosfilt(
            _resonators(vowel, tract), source[start:end], zi=state
        )
        parts.append(part)
    return np.concatenate(parts)


def _loudness(edges, rng):
    """Envelope [samples]: one hump a syllable, with a random height."""
    middles = (edges[:-1] + edges[1:]) / 2
    points = np.sort(np.r_[edges, middles])
    heights = np.empty(len(points))
    heights[0::2] = 0.15  # a consonant's closure
    heights[1::2] = rng.lognormal(0.0, 0.25, len(middles))
    return np.interp(np.arange(edges[-1]), points, heights)


def _record(voiced, energy, rng):
    """Set the level, add the room's noise, keep the peak below 1."""
    level = 10.0 ** ((-30.0 + energy) / 20)
    waveform = voiced * level / np.sqrt(np.mean(voiced**2))
    noise = 10.0 ** (rng.uniform(-58.0, -46.0) / 20)
    waveform = waveform + noise * rng.standard_normal(len(waveform))
    peak = np.abs(waveform).max()
    return (waveform * min(1.0, 0.95 / peak)).astype(np.float32)
