"""How a clip is repeated, cropped and filled for a model of fixed window.

Pure functions; nothing here is drawn from a global random state. The official
code crops long audio at random; here the crop is the first or the central
part, or one drawn by the clip itself, so that an embedding can be repeated.
"""

import hashlib
from typing import Literal, get_args

import torch

from speechbrain_zsfuse.options import checked

LongAudio = Literal["first", "centre", "random"]
AudioFill = Literal["repeatpad", "pad", "repeat"]
LONG_AUDIO, AUDIO_FILL = get_args(LongAudio), get_args(AudioFill)


@checked
def choose(choices, long_audio: LongAudio, clip):
    """One of ``choices`` positions, numbered from 0.

    Arguments
    ---------
    choices : int
        How many there are, at least 1.
    long_audio : str
        ``first``, ``centre``, or ``random``: drawn by the content of the clip,
        hence the same in every call and every run.
    clip : torch.Tensor
        Shape [T], used by ``random`` only.

    Returns
    -------
    int

    Example
    -------
    >>> [choose(9, how, torch.ones(4)) for how in LONG_AUDIO]
    [0, 4, 3]
    """
    if long_audio == "first":
        return 0
    if long_audio == "centre":
        return (choices - 1) // 2
    content = clip.detach().cpu().to(torch.float32).contiguous().numpy()
    drawn = int.from_bytes(hashlib.sha256(content).digest(), "big")
    return drawn % choices


def crop_start(total, size, long_audio, clip):
    """First sample of the part of ``size`` samples taken out of ``total``.

    Arguments
    ---------
    total : int
        Samples of the repeated clip, at least ``size``.
    size : int
        Samples to keep.
    long_audio : str
        See ``choose``.
    clip : torch.Tensor
        Shape [T], the clip before repetition.

    Returns
    -------
    int
        In [0, total - size].

    Example
    -------
    >>> crop_start(10, 4, "centre", torch.zeros(5))
    3
    """
    return choose(total - size + 1, long_audio, clip)


def part_of_repetition(clip, start, size):
    """A part of the endless repetition of a clip, without all before it.

    Arguments
    ---------
    clip : torch.Tensor
        Shape [T].
    start, size : int
        In samples.

    Returns
    -------
    torch.Tensor
        Shape [size]; no view of the clip.

    Example
    -------
    >>> part_of_repetition(torch.tensor([1, 2, 3]), start=700, size=4)
    tensor([2, 3, 1, 2])
    """
    start %= len(clip)
    copies = -(-(start + size) // len(clip))
    if copies == 1:
        return clip[start : start + size].clone()
    return clip.repeat(copies)[start : start + size]


def heard_part(clip, repeats, window_size, long_audio):
    """A clip repeated, and cut if it is longer than a window.

    Arguments
    ---------
    clip : torch.Tensor
        Shape [T].
    repeats : int
    window_size : int or None
        Samples; None: all is heard.
    long_audio : str
        See ``choose``.

    Returns
    -------
    torch.Tensor
        Shape [T'].

    Example
    -------
    >>> heard_part(torch.tensor([1, 2, 3]), 2, 4, "first")
    tensor([1, 2, 3, 1])
    """
    total = len(clip) * repeats
    if window_size is None or total <= window_size:
        return clip.repeat(repeats)
    start = crop_start(total, window_size, long_audio, clip)
    return part_of_repetition(clip, start, window_size)


@checked
def fill_window(
    clip,
    repeats,
    window_size,
    long_audio: LongAudio = "first",
    audio_fill: AudioFill = "repeatpad",
):
    """Repeat a clip, then bring it to the window.

    Arguments
    ---------
    clip : torch.Tensor
        Shape [T].
    repeats : int
        Repetitions before anything else ("prompt amplification" of audio).
    window_size : int
        Samples of the window.
    long_audio : str
        Which part of a longer clip is taken, see ``choose``.
    audio_fill : str
        What follows a shorter clip: ``repeatpad`` copies it as often as it
        fits, then zeros (the official default); ``pad`` zeros only;
        ``repeat`` copies to the end, the last one cut.

    Returns
    -------
    torch.Tensor
        Shape [window_size].

    Example
    -------
    >>> fill_window(torch.tensor([1, 2]), repeats=1, window_size=5)
    tensor([1, 2, 1, 2, 0])
    >>> fill_window(torch.tensor([1, 2]), 1, 5, audio_fill="pad")
    tensor([1, 2, 0, 0, 0])
    >>> fill_window(torch.tensor([1, 2]), repeats=4, window_size=5)
    tensor([1, 2, 1, 2, 1])
    """
    total = len(clip) * repeats
    if total >= window_size:
        start = crop_start(total, window_size, long_audio, clip)
        return part_of_repetition(clip, start, window_size)
    if audio_fill == "repeat":
        copies = -(-window_size // len(clip))
    elif audio_fill == "repeatpad":
        copies = repeats * (window_size // total)
    else:
        copies = repeats
    clip = clip.repeat(copies)[:window_size]
    return torch.nn.functional.pad(clip, (0, window_size - len(clip)))


def window_key(
    num_samples,
    repeats,
    window_size,
    long_audio="first",
    audio_fill="repeatpad",
):
    """Name what ``fill_window`` makes of a clip: equal names, equal windows.

    A window without padding is a part of the endless repetition of the clip,
    so it is named by where in the clip it starts.

    Arguments
    ---------
    num_samples, repeats, window_size : int
    long_audio, audio_fill : str
        See ``fill_window``.

    Returns
    -------
    int or str
        Number of copies if padding follows; else ``"full"`` with the start in
        the clip if it is not 0, or with the repetitions if it is drawn.

    Example
    -------
    >>> [window_key(2, repeats, window_size=9) for repeats in (1, 2, 3, 5)]
    [4, 4, 3, 'full']
    >>> window_key(9, 2, 4, long_audio="centre")
    'full from 7'
    """
    total = num_samples * repeats
    if total > window_size:
        if long_audio == "random":
            return f"full at random of {repeats}"
        # Where the crop starts depends on the clip only if it is random.
        start = crop_start(total, window_size, long_audio, clip=None)
        start %= num_samples
        return f"full from {start}" if start else "full"
    if total == window_size or audio_fill == "repeat":
        return "full"
    if audio_fill == "pad":
        return repeats
    copies = repeats * (window_size // total)
    return "full" if copies * num_samples == window_size else copies
