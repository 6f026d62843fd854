"""Audio files as mono waveforms, and nothing else: no model, no data set.

Every file of this package is read here, by way of ``opening.py``, so that a
bad one is always named in the same words. Of a part of a file (``places.py``)
no more is decoded than what is heard. Resampling comes after that, and is soxr
"HQ" from the file's own rate with librosa's output length: the audio-language
models were trained on exactly that.
"""

import math

import numpy as np
import soxr

from speechbrain_zsfuse.audio.mpeg import mpeg_problem
from speechbrain_zsfuse.audio.opening import AudioError, open_sound
from speechbrain_zsfuse.audio.places import split_place
from speechbrain_zsfuse.audio.sound import (
    RATES,
    shortness_problem,
    sound_problem,
)

# Of these, the header says how much there is: beyond the first sound in them,
# nothing can be wrong.
_INTEGERS = {"PCM_16", "PCM_24", "PCM_32", "PCM_U8", "PCM_S8"}
_BLOCK = 4096  # frames
_ESTIMATED = 4 * 1152  # samples that MPEG audio in a WAV may be short of
_ROUNDED = 0.01  # seconds that a stated end may lie behind the file's
# Seconds decoded before a part, for what comes before shapes it in these
# formats: measured on MP3 and Opus, it is then what decoding all gives.
_RUN_UP = 1.0
_WITH_RUN_UP = {"OGG", "MP3"}


def read_waveform(path, rates=RATES):
    """Read a file, or a part of one, at its own sample rate.

    Arguments
    ---------
    path : str or Path
        Any format of libsndfile (WAV, FLAC, OGG, MP3 …), channels averaged;
        or a place within, ``talk.flac#t=1.5,3.2``, see ``places.py``.
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
        or far out of [-1, 1], or holds values that are not finite; or if the
        part ends behind it, or the channel is none of its.

    Example
    -------
    >>> import soundfile
    >>> path = getfixture("tmpdir").join("stereo.wav")
    >>> soundfile.write(str(path), [[0.5, 0.0], [0.5, 0.5]] * 400, 8000)
    >>> waveform, sample_rate = read_waveform(path)
    >>> waveform[:2], sample_rate
    (array([0.25, 0.5 ], dtype=float32), 8000)
    """
    excerpt = split_place(path)
    with open_sound(excerpt.path, rates) as file:
        waveform = _decode(path, file, excerpt)
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
    excerpt = split_place(path)
    with open_sound(excerpt.path, rates) as file:
        counted = file.format != "FLAC" and file.subtype in _INTEGERS
        if not (counted and excerpt.is_whole):
            waveform = _decode(path, file, excerpt)
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


def _decode(path, file, excerpt):
    """What is taken of a file: float32, shape [T]."""
    if excerpt.channel is not None and excerpt.channel > file.channels:
        channels = "channel" if file.channels == 1 else "channels"
        reason = f"it has {file.channels} {channels}, and no {excerpt.channel}"
        raise AudioError(path, reason, "Correct the number of the channel.")
    if excerpt.start or excerpt.end is not None:
        samples = _decode_part(path, file, excerpt)
    else:
        samples = _decode_all(path, file)
    return _mono(samples, excerpt.channel)


def _decode_part(path, file, excerpt):
    """Samples [T, C] of a part; what lies before is skipped."""
    first, last = _frames_of(path, file, excerpt)
    run_up = _RUN_UP * file.samplerate if file.format in _WITH_RUN_UP else 0
    begin = max(0, first - int(run_up))
    file.seek(begin)
    samples = file.read(last - begin, "float32", always_2d=True)
    if len(samples) < last - begin:
        place = begin + len(samples)
        reason = f"it is truncated or damaged at {place / file.samplerate:g} s"
        raise AudioError(path, reason)
    return samples[first - begin :]


def _frames_of(path, file, excerpt):
    """First frame of a part, and the one behind it."""
    rate, length = file.samplerate, file.frames
    last = length if excerpt.end is None else round(excerpt.end * rate)
    if length < last <= length + _ROUNDED * rate:
        last = length
    first = round(excerpt.start * rate)
    problem = shortness_problem(last - first, rate)
    if last > length or first >= length:
        problem = f"does not lie in its file, which ends at {length / rate:g} s"
    if problem:
        advice = "Correct its start and end."
        raise AudioError(path, f"the part {problem}", advice)
    return first, last


def _decode_all(path, file):
    """Samples [T, C] of the whole file."""
    try:
        samples = file.read(file.frames, "float32", always_2d=True)
    except (ValueError, MemoryError) as error:
        reason = f"its header states no possible length ({error})"
        raise AudioError(path, reason) from error
    if len(samples) < file.frames:
        problem = _missing_problem(path, file, len(samples))
        if problem:
            raise AudioError(path, f"it {problem}")
    return samples


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


def _mono(samples, channel=None):
    """Average of the channels, or one of them: [T, C] to [T]."""
    if channel is not None:
        return np.ascontiguousarray(samples[:, channel - 1])
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
        Any format of libsndfile, or a place within, see ``read_waveform``.
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
