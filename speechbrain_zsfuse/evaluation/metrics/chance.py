"""What somebody reaches who knows nothing: uniform guesses. No torch here."""

from collections.abc import Sequence

import numpy as np


def guess_uniformly(clips: int, labels: Sequence[str], seed: int) -> list[str]:
    """A label for each clip, all equally likely.

    Arguments
    ---------
    clips : int
        How many.
    labels : list of str
        The E classes; the expected UAR is 1 / E.
    seed : int
        0 or more.

    Returns
    -------
    list of str

    Example
    -------
    >>> guess_uniformly(4, ["sad", "angry"], seed=1000)
    ['sad', 'angry', 'angry', 'angry']
    """
    return np.random.default_rng(seed).choice(list(labels), clips).tolist()
