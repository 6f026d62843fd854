"""Is this a batch of sound?

Pure functions that say what is wrong, and where, before a model sees it.
"""

from contextlib import contextmanager

import torch

from speechbrain_zsfuse.audio.sound import length_problem, sound_problem

_PADDED = 600.0  # seconds of a batch, padding included
_NO_CLIPS = (
    "Expected at least one clip, but the batch is empty. Leave out batches "
    "without clips."
)


class ClipError(ValueError):
    """A clip of a batch that cannot be used; the message says which and why.

    Arguments
    ---------
    index : int
        Its place in the batch.
    problem : str
        To be read after the clip's name.
    name : str, optional
        File or id; without it the place is named, see ``name_clips``.

    Example
    -------
    >>> print(ClipError(3, "is empty"))
    Expected sound in every clip, but clip 3 of the batch is empty. Check the \
file and the relative lengths.
    """

    def __init__(self, index, problem, name=None):
        self.index, self.problem = index, problem
        name = name or f"clip {index} of the batch"
        super().__init__(
            f"Expected sound in every clip, but {name} {problem}. Check the "
            "file and the relative lengths."
        )


@contextmanager
def name_clips(names):
    """Let errors name a clip as its owner knows it, not by its place.

    Arguments
    ---------
    names : sequence of str
        File or id of each clip of the batch.

    Example
    -------
    >>> with name_clips(["a.wav"]):
    ...     check_clips(torch.zeros(1, 4), sizes=[4])
    Traceback (most recent call last):
    speechbrain_zsfuse.audio.batch.ClipError: Expected sound in every clip, \
but a.wav is silent (its samples differ by less than one step of 16 bits). \
Check the file and the relative lengths.
    """
    try:
        yield
    except ClipError as error:
        name = str(names[error.index])
        raise ClipError(error.index, error.problem, name) from error


def true_sizes(wavs, lens):
    """Lengths in samples, shape [B], from relative lengths (None: full).

    Example
    -------
    >>> true_sizes(torch.zeros(2, 10), torch.tensor([1.0, 0.5]))
    [10, 5]
    """
    if lens is None:
        return [wavs.shape[1]] * len(wavs)
    return torch.round(lens.double() * wavs.shape[1]).long().tolist()


def check_batch(wavs, lens):
    """Raise a ValueError unless waveforms and lengths are a batch.

    Example
    -------
    >>> check_batch(torch.zeros(16000), None)
    Traceback (most recent call last):
    ValueError: Expected `wavs` of floats of shape [clips, samples], but got \
    torch.float32 of shape [16000]. For one clip give `wav[None]`.
    """
    if not torch.is_tensor(wavs):
        raise TypeError(
            "Expected `wavs` to be a tensor of shape [clips, samples], but got "
            f"{type(wavs).__name__}. Use torch.from_numpy."
        )
    if wavs.ndim != 2 or not wavs.is_floating_point():
        raise ValueError(
            "Expected `wavs` of floats of shape [clips, samples], but got "
            f"{wavs.dtype} of shape {list(wavs.shape)}. For one clip give "
            "`wav[None]`."
        )
    if not len(wavs):
        raise ValueError(_NO_CLIPS)
    if lens is None:
        return
    if not torch.is_tensor(lens):
        raise TypeError(
            f"Expected `lens` to be a tensor of shape [{len(wavs)}], but got "
            f"{type(lens).__name__}. Use torch.tensor."
        )
    fits = list(lens.shape) == [len(wavs)]
    if not fits or not (lens.min() >= 0 and lens.max() <= 1.0001):
        raise ValueError(
            f"Expected `lens` to be {len(wavs)} lengths relative to the "
            f"longest clip, in (0, 1], but got {lens.tolist()}. Divide lengths "
            "in samples by the number of columns of `wavs`."
        )


def split_batch(wavs, lens=None):
    """Clips without their padding, after ``check_batch``.

    Arguments
    ---------
    wavs : torch.Tensor or list of torch.Tensor
        float, shape [B, T]; or B clips of shape [T], which are checked alone.
    lens : torch.Tensor, optional
        float, shape [B], relative lengths; not with a list.

    Returns
    -------
    list of torch.Tensor
        B clips of shape [T], views where possible.

    Example
    -------
    >>> [len(clip) for clip in split_batch([torch.ones(3), torch.ones(2)])]
    [3, 2]
    """
    if not isinstance(wavs, list | tuple):
        check_batch(wavs, lens)
        sizes = true_sizes(wavs, lens)
        return [wav[:size] for wav, size in zip(wavs, sizes)]
    if lens is not None:
        raise ValueError(
            "Expected no `lens` with a list of clips, which have their own "
            "lengths. Leave it out."
        )
    if not wavs:
        raise ValueError(_NO_CLIPS)
    for clip in wavs:
        if torch.is_tensor(clip) and clip.ndim != 1:
            raise ValueError(
                "Expected clips of shape [samples] in a list, but got one of "
                f"shape {list(clip.shape)}. Take one channel, or give a "
                "tensor of shape [clips, samples]."
            )
        check_batch(clip[None] if torch.is_tensor(clip) else clip, None)
    return list(wavs)


def heard_sizes(wavs, lens, model):
    """Lengths in samples of a batch that a model can hear; or an error.

    Arguments
    ---------
    wavs : torch.Tensor
        float, shape [B, T], padded at the end.
    lens : torch.Tensor, optional
        float, shape [B], relative lengths.
    model : torch.nn.Module
        With ``min_samples``, ``max_samples`` and ``sample_rate``.

    Returns
    -------
    list of int

    Raises
    ------
    ClipError
        See ``check_clips``.
    ValueError
        See ``check_batch``.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> limits = {"min_samples": 400, "max_samples": None}
    >>> model = SimpleNamespace(**limits, sample_rate=16000)
    >>> heard_sizes(torch.rand(1, 500), None, model)
    [500]
    """
    check_batch(wavs, lens)
    sizes = true_sizes(wavs, lens)
    limits = model.min_samples, model.max_samples, model.sample_rate
    check_clips(wavs, sizes, 1, *limits)
    return sizes


def check_clips(
    wavs, sizes, repeats=1, min_samples=1, max_samples=None, sample_rate=None
):
    """Raise a ClipError for the first clip without usable sound.

    Arguments
    ---------
    wavs : torch.Tensor or list of torch.Tensor
        float, shape [B, T], or B clips of shape [T].
    sizes : list of int
        True lengths in samples.
    repeats, min_samples, max_samples, sample_rate
        See ``length_problem``.

    Example
    -------
    >>> check_clips([torch.tensor([0.1, 9999.0])], sizes=[2])
    Traceback (most recent call last):
    speechbrain_zsfuse.audio.batch.ClipError: Expected sound in every clip, \
but clip 0 of the batch has a peak of 1e+04, but samples lie in [-1, 1]: \
divide them by full scale (32768 for 16 bits). Check the file and the \
relative lengths.
    """
    limits = repeats, min_samples, max_samples, sample_rate
    for index, size in enumerate(sizes):
        if problem := length_problem(size, *limits):
            raise ClipError(index, problem)
    extremes = [
        torch.stack(wav[:size].detach().aminmax())
        for wav, size in zip(wavs, sizes)
    ]
    # One wait for a GPU.
    for index, (low, high) in enumerate(torch.stack(extremes).tolist()):
        if problem := sound_problem(low, high):
            raise ClipError(index, problem)


def split_sounds(sounds, limit=_PADDED):
    """Parts of a batch that hold no more than some seconds, padding included.

    Arguments
    ---------
    sounds : dict
        Name to an object with a ``duration`` in seconds.
    limit : float
        In seconds; a longer sound is a part of its own.

    Returns
    -------
    list of list
        Names, the shortest first.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> sounds = {n: SimpleNamespace(duration=n) for n in (250, 2, 1, 700)}
    >>> split_sounds(sounds)
    [[1, 2], [250], [700]]
    """
    parts = []
    for name in sorted(sounds, key=lambda name: sounds[name].duration):
        padded = (len(parts[-1]) + 1) * sounds[name].duration if parts else 0
        if not parts or padded > limit:
            parts.append([])
        parts[-1].append(name)
    return parts
