"""Is this the same recording? By ear, not by bytes or by name.

A copy may have another sample rate, format, gain or number of channels, so
what is compared is how loud each 2.5 ms are, in the band of a telephone, which
every copy still has: two takes of one sentence by one actor differ in that,
conversions do not. This file knows no corpus.

The threshold is measured. Of the RAVDESS speech recordings of four emotions
the most similar two takes correlate by .949, and the least similar conversion
of a clip (8 to 48 kHz, MP3, Vorbis, Opus, mu-law, a tenth of the gain) by
.995. The made-up voices of ``synthetic`` reach .91.
"""

from bisect import bisect_right
from functools import lru_cache

import numpy as np
from scipy.signal import butter, sosfilt

from speechbrain_zsfuse.audio.opening import AudioError
from speechbrain_zsfuse.audio.reading import (
    read_waveform,
    resample,
)
from speechbrain_zsfuse.progress import show_bar

SAME = 0.975  # correlation from which two recordings are one
FRAME_RATE = 400  # frames a second
_SAMPLE_RATE = 8000  # Hz
_BAND = (200, 3000)  # Hz
_LAG = 24  # frames: lossy formats may delay a copy by 60 ms
NEAR = 40  # frames: durations of copies differ by 100 ms at most


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


def read_envelopes(paths, progress=True):
    """Envelopes of audio files; some 500 clips of 48 kHz a second.

    Arguments
    ---------
    paths : list of Path
    progress : bool
        Whether to show a bar.

    Returns
    -------
    dict
        Path to envelope. Files that cannot be used are left out: what is
        wrong with them is for ``inspect_files`` to say.

    Example
    -------
    >>> read_envelopes([getfixture("tmpdir") / "missing.wav"], progress=False)
    {}
    """
    bar = show_bar(paths, "Comparing recordings", progress, unit="clip")
    found = {path: read_envelope(path) for path in bar}
    return {path: env for path, env in found.items() if env is not None}


def read_envelope(path):
    """Envelope of an audio file; None if it cannot be used.

    Example
    -------
    >>> read_envelope(getfixture("tmpdir") / "missing.wav") is None
    True
    """
    try:
        return envelope(*read_waveform(path))
    except AudioError:
        return None


def find_same(envelopes):
    """Which of many recordings are the same.

    Arguments
    ---------
    envelopes : dict
        Name to envelope.

    Returns
    -------
    list of (str, str)
        Pairs of names, in the order of ``envelopes``.

    Example
    -------
    >>> rng = np.random.default_rng(0)
    >>> a, b = rng.normal(size=(2, 16000))
    >>> recordings = {"a": a, "b": b, "soft a": 0.1 * a}
    >>> find_same({n: envelope(w, 16000) for n, w in recordings.items()})
    [('a', 'soft a')]
    """
    place = {name: index for index, name in enumerate(envelopes)}
    names = sorted(envelopes, key=lambda name: len(envelopes[name]))
    lengths = [len(envelopes[name]) for name in names]
    pairs = []
    for index, name in enumerate(names):
        end = bisect_right(lengths, lengths[index] + NEAR)
        others = names[index + 1 : end]
        same = sounds_like(envelopes[name], [envelopes[n] for n in others])
        for other in np.array(others, object)[same]:
            pairs.append(tuple(sorted((name, other), key=place.get)))
    return sorted(pairs, key=lambda pair: [place[name] for name in pair])


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
