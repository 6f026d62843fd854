"""What counts as sound: its peak, its silence, its rate, its length.

Numbers in, a problem in words out. Pure functions that files, batches and
manifests share; nothing here reads or changes a waveform.
"""

RATES = 8000, 192000  # Hz, lowest and highest that a recording may have
SHORTEST = 0.025  # seconds; speech models take less for no frame at all
LONGEST = 180.0  # seconds that a model is asked to hear in one piece
STEP = 2.0**-15  # of 16 bits: what moves by less is silence
PEAK = 8.0  # full scale is 1; lossy decoders and mixing go somewhat beyond

# Endings of files that libsndfile reads, as its formats are named, and of media
# that it does not; a file given by name may have any.
SOUNDS = (
    *(".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff"),
    *(".aifc", ".au", ".snd", ".caf", ".w64", ".rf64", ".sph", ".nist"),
)
MEDIA = (
    *(".avi", ".mp4", ".m4a", ".m4v", ".mov", ".webm", ".mkv", ".mka"),
    *(".aac", ".wma", ".wmv", ".flv", ".mpg", ".mpeg", ".3gp", ".ts"),
    *(".amr", ".ac3", ".rm", ".ape"),
)


def sound_problem(low, high):
    """What is wrong with a clip of these extremes, or None.

    Arguments
    ---------
    low, high : float
        Lowest and highest sample; NaN if any sample is.

    Returns
    -------
    str or None
        To be read after "it" or "clip 3".

    Example
    -------
    >>> sound_problem(-0.5, 1.2)
    >>> sound_problem(0.25, 0.25)
    'is silent (its samples differ by less than one step of 16 bits)'
    >>> sound_problem(-9800.0, 10000.0)
    'has a peak of 1e+04, but samples lie in [-1, 1]: divide them by full \
scale (32768 for 16 bits)'
    """
    peak = max(-low, high)
    if not peak - peak == 0 == low - low:
        return "holds NaN or infinite values (not finite)"
    if peak > PEAK:
        return (
            f"has a peak of {peak:.3g}, but samples lie in [-1, 1]: divide "
            "them by full scale (32768 for 16 bits)"
        )
    if high - low < STEP:
        return "is silent (its samples differ by less than one step of 16 bits)"
    return None


def length_problem(
    samples, repeats=1, min_samples=1, max_samples=None, sample_rate=None
):
    """Why a model cannot hear a clip of this length, or None.

    Arguments
    ---------
    samples : int
        Length of the clip.
    repeats : int
        How often it is heard in a row.
    min_samples : int
        The least that the model can use, repetitions included.
    max_samples : int, optional
        The most.
    sample_rate : int, optional
        In Hz, to say the length in seconds, too.

    Returns
    -------
    str or None
        To be read after "it" or "clip 3".

    Example
    -------
    >>> length_problem(300, min_samples=400)
    'is too short (300 samples, repetitions included; at least 400 are needed)'
    >>> length_problem(16000, 20, max_samples=160000, sample_rate=16000)
    'is too long (20 s, repetitions included; at most 10 s are heard)'
    """
    total = samples * repeats
    if samples < 1:
        return "is empty"
    if total < min_samples:
        return (
            f"is too short ({_length(total, sample_rate)}, repetitions "
            f"included; at least {min_samples} are needed)"
        )
    if max_samples is not None and total > max_samples:
        return (
            f"is too long ({_time(total, sample_rate)}, repetitions included; "
            f"at most {_time(max_samples, sample_rate)} are heard)"
        )
    return None


def shortness_problem(samples, rate):
    """Why a recording is too short for any model, or None.

    Arguments
    ---------
    samples : int
    rate : int
        In Hz.

    Returns
    -------
    str or None
        To be read after "it".

    Example
    -------
    >>> shortness_problem(160, 16000)
    'is too short (10 ms; at least 25 ms are needed)'
    """
    if samples >= SHORTEST * rate:
        return None
    return (
        f"is too short ({1e3 * samples / rate:.3g} ms; at least "
        f"{1e3 * SHORTEST:g} ms are needed)"
    )


def _length(samples, rate):
    seconds = f", {samples / rate:.3g} s" if rate else ""
    return f"{samples} samples{seconds}"


def _time(samples, rate):
    return f"{samples / rate:.6g} s" if rate else f"{samples} samples"
