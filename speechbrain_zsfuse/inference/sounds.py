"""What a user may hand over, as sound: files, arrays with their rate.

A file is read as everywhere in this package; an array is held to the same:
sound, at a possible rate, in [-1, 1].
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from numbers import Real

import numpy as np

from speechbrain_zsfuse.audio.batch import ClipError
from speechbrain_zsfuse.audio.opening import AudioError
from speechbrain_zsfuse.audio.reading import read_waveform
from speechbrain_zsfuse.audio.sound import RATES, sound_problem
from speechbrain_zsfuse.errors import show
from speechbrain_zsfuse.inference.windows import cut_windows

SHORT = 0.5  # seconds: half of a word says little about a voice
_ARRAY = "an array"  # what errors call one


@dataclass(frozen=True)
class Sound:
    """A recording as the models of a recogniser hear it.

    Attributes
    ----------
    name : str
        Path of the file; empty of an array.
    waveform : numpy.ndarray
        float32, shape [T], mono at the recogniser's ``sample_rate``.
    heard : numpy.ndarray or None
        float32, shape [T'], mono at the rate of the audio-language model.
    duration : float
        In seconds.
    warnings : tuple of str
        Why an answer may be worth little.

    Example
    -------
    >>> Sound("", np.zeros(8), None, 0.5).part(0.125, 0.25).waveform.shape
    (2,)
    """

    name: str
    waveform: np.ndarray
    heard: np.ndarray | None
    duration: float
    warnings: tuple[str, ...] = ()

    def part(self, start, end):
        """From one second to another, without warnings of its own."""
        cut = [
            None
            if wave is None
            else wave[_place(wave, start, self) : _place(wave, end, self)]
            for wave in (self.waveform, self.heard)
        ]
        return replace(
            self,
            waveform=cut[0],
            heard=cut[1],
            duration=end - start,
            warnings=(),
        )

    def is_silent(self):
        """Whether a model would hear nothing in it.

        Example
        -------
        >>> Sound("", np.zeros(8), None, 0.5).is_silent()
        True
        """
        return any(
            sound_problem(float(wave.min()), float(wave.max()))
            for wave in (self.waveform, self.heard)
            if wave is not None
        )


def _place(wave, seconds, sound):
    return round(len(wave) * seconds / sound.duration)


def read_input(value):
    """Waveform and rate of whatever a user hands over.

    Arguments
    ---------
    value : str, Path, tuple or dict
        A file, or a part of one (``talk.flac#t=1.5,3.2``); or ``(array,
        rate)``, or ``{"array": …, "sampling_rate": …}`` (``raw`` for
        ``array``), as for a pipeline of transformers. An array (numpy, torch
        or a list) has shape [T], or the channels beside: the shorter axis.
        Whole numbers are divided by their full scale.

    Returns
    -------
    name : str
        Empty of an array.
    waveform : numpy.ndarray
        float32, shape [T], channels averaged.
    sample_rate : int
        In Hz.

    Raises
    ------
    AudioError
        If it cannot be used.
    TypeError
        If it is something else.

    Example
    -------
    >>> stereo = np.array([[0, 16384, 0], [0, 16384, 8192]], dtype="int16")
    >>> read_input((stereo, 16000))
    ('', array([0.   , 0.5  , 0.125], dtype=float32), 16000)
    """
    if isinstance(value, (str, os.PathLike)):
        return (os.fspath(value), *read_waveform(value))
    if isinstance(value, Mapping) and "sampling_rate" in value:
        array = value.get("array", value.get("raw"))
        value = array, value["sampling_rate"]
    if not (isinstance(value, tuple) and len(value) == 2):
        raise TypeError(
            "Expected the path of a file, or (array, sample rate in Hz), but "
            f"got {show(value)}. Give one of these."
        )
    array, rate = value
    waveform = _mono(array)
    _check_rate(rate)
    problem = sound_problem(float(waveform.min()), float(waveform.max()))
    if problem:
        raise AudioError(
            _ARRAY, f"it {problem}", "Give numbers from -1 to 1 that vary."
        )
    return "", waveform, int(rate)


def _mono(array):
    if hasattr(array, "detach"):
        array = array.detach().cpu()
    try:
        array = np.asarray(array)
    except ValueError:  # rows of different lengths
        array = np.asarray(None)
    if (
        array.ndim not in (1, 2)
        or not array.size
        or array.dtype.kind not in "iuf"
    ):
        raise AudioError(
            _ARRAY,
            f"it has the shape {list(array.shape)} and the type {array.dtype}",
            "Give numbers of shape [samples], or [channels, samples].",
        )
    if array.dtype.kind in "iu":
        array = _scaled(array)
    if array.ndim == 2:
        array = array.mean(axis=int(array.shape[0] > array.shape[1]))
    return np.ascontiguousarray(array, dtype=np.float32)


def _scaled(array):
    """Whole numbers as parts of their full scale."""
    limits = np.iinfo(array.dtype)
    middle = 0 if limits.min else (limits.max + 1) // 2
    full = limits.max + 1 - middle
    return (array.astype(np.float64) - middle) / full


def _check_rate(rate):
    low, high = RATES
    number = isinstance(rate, Real) and not isinstance(rate, bool)
    if not (number and low <= rate <= high and rate == int(rate)):
        raise AudioError(
            _ARRAY,
            f"its sample rate is {show(rate)}",
            f"Give a whole number of Hz from {low} to {high}.",
        )


def find_warnings(duration, rate, wanted_rate, known=None, windowed=False):
    """Why an answer to a recording may be worth little.

    Arguments
    ---------
    duration : float
        In seconds.
    rate : int
        Of the recording, in Hz.
    wanted_rate : int
        Of the model.
    known : (float, float), optional
        Seconds of the shortest and the longest clip that the model was trained
        on.
    windowed : bool
        Whether the model hears windows of it.

    Returns
    -------
    tuple of str

    Example
    -------
    >>> find_warnings(0.25, 8000, 16000)
    ('it lasts 0.25 s, too short to say much', 'it has 8000 Hz, so that \
nothing above 4000 Hz is heard, but the model wants 16000 Hz')
    >>> find_warnings(9.5, 16000, 16000, known=(1.0, 5.5))
    ('it lasts 9.50 s, longer than any of the 1.00 to 5.50 s that the model \
was trained on: try windows',)
    """
    found = []
    if duration < SHORT:
        found.append(f"it lasts {duration:.2f} s, too short to say much")
    elif known and duration < known[0]:
        found.append(f"it lasts {duration:.2f} s, shorter than {_any(known)}")
    elif known and duration > known[1] and not windowed:
        found.append(
            f"it lasts {duration:.2f} s, longer than {_any(known)}: try windows"
        )
    if rate < wanted_rate:
        found.append(
            f"it has {rate} Hz, so that nothing above {rate // 2} Hz is "
            f"heard, but the model wants {wanted_rate} Hz"
        )
    return tuple(found)


def _any(known):
    return (
        f"any of the {known[0]:.2f} to {known[1]:.2f} s that the model was "
        "trained on"
    )


def cut_sound(sound, window, hop=None, known=None):
    """Windows of a recording in which something is heard.

    Arguments
    ---------
    sound : Sound
    window, hop : float
        In seconds, see ``cut_windows``.
    known : (float, float), optional
        See ``find_warnings``.

    Returns
    -------
    places : list of (float, float)
        Seconds.
    parts : list of Sound
        What is there.
    warnings : tuple of str
        Those of the recording, that windows are silent, and that they are not
        as long as what the model knows.

    Raises
    ------
    ClipError
        If all are silent.

    Example
    -------
    >>> wave = np.r_[np.zeros(8), np.tile([0.5, -0.5], 4)]
    >>> places, parts, warnings = cut_sound(Sound("", wave, None, 2.0), 1.0)
    >>> places, warnings
    ([(1.0, 2.0)], ('1 of its 2 windows are silent and left out',))
    """
    places = cut_windows(sound.duration, window, hop)
    found = [(place, sound.part(*place)) for place in places]
    kept = [(place, part) for place, part in found if not part.is_silent()]
    if not kept:
        raise ClipError(0, "is silent in every window", sound.name or None)
    warnings, silent = sound.warnings, len(found) - len(kept)
    if silent:
        warnings += (
            f"{silent} of its {len(found)} windows are silent and left out",
        )
    length = places[0][1] - places[0][0]
    if known and length > known[1]:
        warnings += (_say_length(length, "longer", known, "a shorter window"),)
    elif known and length < known[0] and len(places) > 1:
        warnings += (_say_length(length, "shorter", known, "a longer window"),)
    places, parts = map(list, zip(*kept))
    return places, parts, warnings


def _say_length(length, than, known, advice):
    return (
        f"its windows last {length:.2f} s, {than} than {_any(known)}: "
        f"try {advice}"
    )
