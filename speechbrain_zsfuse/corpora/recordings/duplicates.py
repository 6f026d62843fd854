"""Is this the same recording? By ear, not by bytes or by name.

A copy may have another sample rate, format, gain or number of channels, so
what is compared is how loud each 2.5 ms are, in the band of a telephone, which
every copy still has: two takes of one sentence by one actor differ in that,
conversions do not. This file knows no corpus.

The threshold is measured. Of the RAVDESS speech recordings of four emotions
the most similar two takes correlate by .949, and the least similar conversion
of a clip (8 to 48 kHz, MP3, Vorbis, Opus, mu-law, a tenth of the gain) by
.995. The made-up voices of ``synthetic`` reach .91; among 1,200 clips of EmoDB,
URDU and nEMO no two are taken for one.
"""

from functools import lru_cache

import numpy as np
from scipy.signal import butter, sosfilt

from speechbrain_zsfuse.audio.reading import read_waveform, resample

SAME = 0.975  # correlation from which two recordings are one
FRAME_RATE = 400  # frames a second
NEAR = 0.1  # seconds: durations of copies differ by no more
_LAG = 24  # frames: lossy formats may delay a copy by 60 ms
_SAMPLE_RATE = 8000  # Hz
_BAND = (200, 3000)  # Hz
# Hz: where each of the bands of a fingerprint ends but the last.
EDGES = np.r_[0.375 * np.arange(1, 33), np.geomspace(12, 195, 33)[1:]]
STEPS = 255  # of its numbers


def envelope(waveform, sample_rate):
    """Loudness over time, without level: zero mean and unit norm.

    Arguments
    ---------
    waveform : numpy.ndarray
        float, shape [T].
    sample_rate : int
        In Hz.

    Returns
    -------
    numpy.ndarray
        float32, shape [F], ``FRAME_RATE`` frames a second.

    Example
    -------
    >>> noise = np.random.default_rng(0).normal(size=16000)
    >>> loud = envelope(noise, 16000)
    >>> soft = envelope(0.1 * noise, 16000)
    >>> loud.shape, bool(np.allclose(loud, soft, atol=1e-6))
    ((400,), True)
    """
    sound = resample(waveform.astype(np.float32), sample_rate, _SAMPLE_RATE)
    sound = sosfilt(_band_pass(), sound)
    size = _SAMPLE_RATE // FRAME_RATE
    sound = np.pad(sound, (0, -len(sound) % size)).reshape(-1, size)
    level = np.sqrt(np.square(sound).mean(axis=1))
    level -= level.mean()
    return (level / max(np.linalg.norm(level), 1e-12)).astype(np.float32)


@lru_cache(maxsize=1)
def _band_pass():
    return butter(2, _BAND, "bandpass", fs=_SAMPLE_RATE, output="sos")


def read_envelope(path):
    """Envelope of an audio file.

    Raises
    ------
    AudioError
        If it cannot be used, see ``read_waveform``.

    Example
    -------
    >>> import soundfile
    >>> path = str(getfixture("tmpdir") / "a.wav")
    >>> soundfile.write(path, np.sin(np.arange(800) / 9), 8000)
    >>> read_envelope(path).shape
    (40,)
    """
    return envelope(*read_waveform(path))


def fingerprint(envelope):
    """What two copies of a recording have in common, small.

    It is how much the envelope moves at each speed: the energy of its spectrum
    in bands, fine where syllables are. Level, rate, format and delay leave it
    as it is. By the triangle inequality two fingerprints differ by no more
    than the envelopes do at any delay.

    Arguments
    ---------
    envelope : numpy.ndarray
        float32, shape [F]; see ``envelope``.

    Returns
    -------
    str
        65 numbers of 8 bits in hexadecimal digits; their norm is about 255,
        or 0 for silence.

    Example
    -------
    >>> envelope = np.random.default_rng(0).normal(size=400)
    >>> envelope /= np.linalg.norm(envelope)
    >>> late = np.pad(envelope, (8, 0))
    >>> fingerprint(envelope) == fingerprint(late)
    True
    """
    size = 1 << (2 * len(envelope)).bit_length()
    energy = np.abs(np.fft.rfft(envelope, size)) ** 2 * 2 / size
    energy[[0, -1]] /= 2
    speed = np.fft.rfftfreq(size, 1 / FRAME_RATE)
    band = np.searchsorted(EDGES, speed, side="right")
    summed = np.bincount(band, energy, len(EDGES) + 1)
    steps = np.rint(STEPS * np.sqrt(summed)).clip(0, 255)
    return steps.astype(np.uint8).tobytes().hex()


def sounds_like(envelope, others):
    """Which of some recordings is the same as this one.

    Arguments
    ---------
    envelope : numpy.ndarray
        float32, shape [F].
    others : list of numpy.ndarray
        N envelopes, of any lengths.

    Returns
    -------
    numpy.ndarray
        bool, shape [N].

    Example
    -------
    >>> a, b = np.random.default_rng(0).normal(size=(2, 16000))
    >>> a, b = envelope(a, 16000), envelope(b, 16000)
    >>> sounds_like(a, [b, a[:-1]])
    array([False,  True])
    """
    size = max(map(len, [envelope, *others]))
    row = np.pad(envelope, (0, size - len(envelope)))
    table = np.zeros((len(others), size), np.float32)
    for line, other in zip(table, others):
        line[: len(other)] = other
    return _correlate(row, table) >= SAME


def _correlate(row, others):
    """Highest correlation over all lags of [F] with each of [N, F]."""
    padded = np.pad(row, _LAG)
    shifted = np.lib.stride_tricks.sliding_window_view(padded, len(row))
    return (shifted @ others.T).max(axis=0)
