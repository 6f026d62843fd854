"""Audio files as mono waveforms, and nothing else: no model, no data set.

Every file of this package is read here, so that a bad one is always named in
the same words. Resampling is soxr "HQ" from the file's own rate with librosa's
output length: the audio-language models were trained on exactly that.
"""

import math

import numpy as np
import soundfile
import soxr


class AudioError(ValueError):
    """An audio file that cannot be used; the message says which and why.

    Example
    -------
    >>> print(AudioError("a.wav", "it is empty"))
    Cannot use a.wav: it is empty. Replace the file by an intact copy.
    """

    def __init__(self, path, reason):
        self.path, self.reason = str(path), reason
        super().__init__(
            f"Cannot use {path}: {reason}. Replace the file by an intact copy."
        )


def read_waveform(path):
    """Read a file at its own sample rate, channels averaged.

    Arguments
    ---------
    path : str or Path
        Any format of libsndfile (WAV, FLAC, OGG, MP3 …).

    Returns
    -------
    waveform : numpy.ndarray
        float32, shape [T], in [-1, 1].
    sample_rate : int
        In Hz.

    Raises
    ------
    AudioError
        If the file is missing, unreadable, empty, silent (all samples zero)
        or holds values that are not finite.

    Example
    -------
    >>> path = getfixture("tmpdir").join("stereo.wav")
    >>> soundfile.write(str(path), [[0.5, 0.0], [0.25, 0.25]], 8000)
    >>> read_waveform(path)
    (array([0.25, 0.25], dtype=float32), 8000)
    """
    try:
        samples, rate = soundfile.read(
            str(path), dtype="float32", always_2d=True
        )
    except (soundfile.LibsndfileError, OSError, RuntimeError) as error:
        raise AudioError(path, f"it is unreadable ({error})") from error
    except (ValueError, MemoryError) as error:
        reason = f"its header states no possible length ({error})"
        raise AudioError(path, reason) from error
    waveform = samples.mean(axis=1)
    if not len(waveform):
        raise AudioError(path, "it is empty (0 samples)")
    if not np.isfinite(waveform).all():
        raise AudioError(path, "it holds values that are not finite")
    if not waveform.any():
        raise AudioError(path, "it is silent (every sample is zero)")
    return waveform, rate


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


def read_audio(path, sample_rate):
    """Read a file as mono at ``sample_rate`` Hz.

    Arguments
    ---------
    path : str or Path
        Any format of libsndfile.
    sample_rate : int
        Wanted rate in Hz.

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
    >>> path = getfixture("tmpdir").join("tone.wav")
    >>> soundfile.write(str(path), np.sin(np.arange(800) / 9), 8000)
    >>> read_audio(path, 16000).shape
    (1600,)
    """
    waveform, rate = read_waveform(path)
    return resample(waveform, rate, sample_rate)
