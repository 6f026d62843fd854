"""A frozen model listens to files: read in threads, embedded as one batch.

An error names the file, however deep in the model it comes up. This file
keeps nothing.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import groupby
from operator import itemgetter

import numpy as np
import torch

from speechbrain_zsfuse.audio.batch import ClipError, name_clips


def encode_files(alm, paths, repeats):
    """Embed files in one batch, decoded in parallel.

    Arguments
    ---------
    alm : FrozenALM
    paths : list of str
        B files.
    repeats : int
        Audio amplification.

    Returns
    -------
    numpy.ndarray
        float32, shape [B, D], unit norm.

    Raises
    ------
    AudioError
        If a file cannot be used.
    ClipError
        If the model cannot use a clip, with its file.
    ValueError
        If the model says otherwise what it cannot use, with all B files.

    Example
    -------
    >>> import numpy, soundfile
    >>> from speechbrain_zsfuse.lobes import CLAP
    >>> clip = str(getfixture("tmpdir") / "clip.wav")
    >>> soundfile.write(clip, numpy.sin(numpy.arange(8000) / 9), 16000)
    >>> encode_files(CLAP(getfixture("tiny_clap")), [clip], repeats=1).shape
    (1, 32)
    """
    with ThreadPoolExecutor() as pool:
        items = [(path, repeats) for path in paths]
        sounds = list(pool.map(partial(read_sound, alm), items))
    return np.stack(encode_sounds(alm, sounds))


def read_sound(alm, item):
    """A file's sound, and what else ``encode_sounds`` has to know.

    Arguments
    ---------
    alm : FrozenALM
    item : (str, int)
        The path and the number of repeats.

    Returns
    -------
    str, int, torch.Tensor
        These; float32, shape [T].

    Example
    -------
    See ``encode_files``.
    """
    path, repeats = item
    return path, repeats, alm.read_audio(path)


def encode_sounds(alm, sounds):
    """Embed a batch of ``read_sound``; see ``encode_files``.

    Arguments
    ---------
    alm : FrozenALM
    sounds : list of (str, int, torch.Tensor)
        Equal numbers of repeats stand together.

    Returns
    -------
    list of numpy.ndarray
        float32, shape [D] each, unit norm.

    Example
    -------
    See ``encode_files``.
    """
    return [
        row
        for repeats, part in groupby(sounds, key=itemgetter(1))
        for row in _encode(alm, repeats, *zip(*part))
    ]


def _encode(alm, repeats, paths, _, clips):
    try:
        with name_clips(paths):
            # Not padded: a clip takes no more memory for one that is long.
            return alm.encode_audio(clips, repeats=repeats).cpu().numpy()
    except ClipError:
        raise
    except ValueError as error:  # counts clips, which says nothing to a user
        names = ", ".join(f"clip {i} is {path}" for i, path in enumerate(paths))
        raise ValueError(f"{error} In this batch, {names}.") from error


@contextmanager
def one_thread():
    """The last bit of a sum may depend on the number of threads.

    Example
    -------
    >>> with one_thread():
    ...     torch.get_num_threads()
    1
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
