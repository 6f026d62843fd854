"""Audio files as mono waveforms, and nothing else: no model, no data set.

Every file of this package is read here, by way of ``opening.py``, so that a
bad one is always named in the same words. Resampling is soxr "HQ" from the
file's own rate with librosa's output length: the audio-language models were
trained on exactly that.
"""

import math

import numpy as np
import soxr

from speechbrain_zsfuse.audio.mpeg import mpeg_problem
from speechbrain_zsfuse.audio.opening import AudioError, open_sound
from speechbrain_zsfuse.audio.sound import RATES, sound_problem

# Of these, the header says how much there is: beyond the first sound in them,
# nothing can be wrong.
_INTEGERS = {"PCM_16", "PCM_24", "PCM_32", "PCM_U8", "PCM_S8"}
_BLOCK = 4096  # frames
_ESTIMATED = 4 * 1152  # samples that MPEG audio in a WAV may be short of


def read_waveform(path, rates=RATES):
    """Read a file at its own sample rate, channels averaged.

    Arguments
    ---------
    path : str or Path
        Any format of libsndfile (WAV, FLAC, OGG, MP3 …).
    rates : (int, int)
        Lowest and highest sample rate of a file in Hz.

    Returns
    -------
    waveform : numpy.ndarray
        float32, shape [T], in [-1, 1] or somewhat beyond, as lossy decoders
        give it.
    sample_rate : int
        In Hz.

    Raises
    ------
    AudioError
        If the file cannot be opened (see ``open_sound``), is damaged, silent
        or far out of [-1, 1], or holds values that are not finite.

    Example
    -------
    >>> import soundfile
    >>> path = getfixture("tmpdir").join("stereo.wav")
    >>> soundfile.write(str(path), [[0.5, 0.0], [0.5, 0.5]] * 400, 8000)
    >>> waveform, sample_rate = read_waveform(path)
    >>> waveform[:2], sample_rate
    (array([0.25, 0.5 ], dtype=float32), 8000)
    """
    with open_sound(path, rates) as file:
        waveform = _decode(path, file)
        check_sound(path, waveform)
        return waveform, file.samplerate


def measure(path, rates=RATES):
    """Length of a file that ``read_waveform`` reads, at its own rate.

    It is as sure as reading: all is decoded but integer samples behind the
    first sound.

    Arguments
    ---------
    path : str or Path
    rates : (int, int)
        See ``read_waveform``.

    Returns
    -------
    samples, sample_rate : int

    Raises
    ------
    AudioError
        See ``read_waveform``.

    Example
    -------
    >>> import soundfile
    >>> path = getfixture("tmpdir").join("tone.flac")
    >>> soundfile.write(str(path), np.sin(np.arange(800) / 9), 8000)
    >>> measure(path)
    (800, 8000)
    """
    with open_sound(path, rates) as file:
        if file.format == "FLAC" or file.subtype not in _INTEGERS:
            waveform = _decode(path, file)
            check_sound(path, waveform)
            return len(waveform), file.samplerate
        low, high = math.inf, -math.inf
        while sound_problem(low, high):
            block = _mono(file.read(_BLOCK, "float32", always_2d=True))
            if not len(block):
                raise AudioError(path, f"it {sound_problem(low, high)}")
            low, high = min(low, block.min()), max(high, block.max())
        return file.frames, file.samplerate


def check_sound(path, waveform):
    """Raise an AudioError unless there is sound in a waveform.

    Arguments
    ---------
    path : str or Path
        Where it comes from.
    waveform : numpy.ndarray
        float, shape [T], not empty.

    Example
    -------
    >>> check_sound("a.wav", np.full(400, 0.25))
    Traceback (most recent call last):
    speechbrain_zsfuse.audio.opening.AudioError: Cannot use a.wav: it is \
silent (its samples differ by less than one step of 16 bits). Replace the \
file by an intact copy.
    """
    if problem := sound_problem(float(waveform.min()), float(waveform.max())):
        raise AudioError(path, f"it {problem}")


def _decode(path, file):
    """All of it: float32, shape [T]."""
    try:
        samples = file.read(file.frames, "float32", always_2d=True)
    except (ValueError, MemoryError) as error:
        reason = f"its header states no possible length ({error})"
        raise AudioError(path, reason) from error
    if len(samples) < file.frames:
        problem = _missing_problem(path, file, len(samples))
        if problem:
            raise AudioError(path, f"it {problem}")
    return _mono(samples)


def _missing_problem(path, file, heard):
    """What it means that fewer samples came than announced, or None.

    Of MPEG audio the announced length may be an estimate.
    """
    if heard and file.format == "MP3":
        with open(path, "rb") as whole:
            return mpeg_problem(whole.read(), heard)
    in_wav = file.subtype.startswith("MPEG")
    if heard and in_wav and file.frames - heard < _ESTIMATED:
        return None
    return f"is truncated or damaged ({heard} of {file.frames} samples)"


def _mono(samples):
    """Average of the channels: [T, C] to [T]."""
    # numpy is slow at averages of one number
    return samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1)


def resampled_length(samples, rate, new_rate):
    """Number of samples after resampling, as librosa rounds it.

    Example
    -------
    >>> resampled_length(57330, 44100, 48000)  # in floating point: 1 more
    62401
    """
    return math.ceil(samples * (float(new_rate) / rate))


def resample(waveform, rate, new_rate):
    """Resample with soxr "HQ" to exactly ``resampled_length`` samples.

    Arguments
    ---------
    waveform : numpy.ndarray
        float32, shape [T].
    rate, new_rate : int
        In Hz.

    Returns
    -------
    numpy.ndarray
        float32, shape [resampled_length(T, rate, new_rate)].

    Example
    -------
    >>> resample(np.zeros(4, dtype="float32"), 16000, 48000).shape
    (12,)
    """
    if rate == new_rate:
        return waveform
    length = resampled_length(len(waveform), rate, new_rate)
    waveform = soxr.resample(waveform, rate, new_rate, quality="HQ")[:length]
    return np.pad(waveform, (0, length - len(waveform)))


def read_audio(path, sample_rate, rates=RATES):
    """Read a file as mono at ``sample_rate`` Hz.

    Arguments
    ---------
    path : str or Path
        Any format of libsndfile.
    sample_rate : int
        Wanted rate in Hz.
    rates : (int, int)
        See ``read_waveform``.

    Returns
    -------
    numpy.ndarray
        float32, shape [T].

    Raises
    ------
    AudioError
        See ``read_waveform``.

    Example
    -------
    >>> import soundfile
    >>> path = getfixture("tmpdir").join("tone.wav")
    >>> soundfile.write(str(path), np.sin(np.arange(800) / 9), 8000)
    >>> read_audio(path, 16000).shape
    (1600,)
    """
    waveform, rate = read_waveform(path, rates)
    return resample(waveform, rate, sample_rate)
