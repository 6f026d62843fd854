"""Mean and standard deviation over seeds."""

import statistics
from collections.abc import Sequence


def mean_std(values: Sequence[float]) -> dict:
    """Mean, sample standard deviation (ddof 1) and their number.

    Arguments
    ---------
    values : list of float
        One a seed, at least one.

    Returns
    -------
    dict
        ``mean``, ``std`` (None of one value) and ``n``.

    Raises
    ------
    ValueError
        If there is none.

    Example
    -------
    >>> mean_std([0.5, 0.75, 0.25])
    {'mean': 0.5, 'std': 0.25, 'n': 3}
    >>> mean_std([0.5])
    {'mean': 0.5, 'std': None, 'n': 1}
    """
    values = [float(value) for value in values]
    if not values:
        raise ValueError(
            "Expected a value of at least one seed, but got none. Give one a "
            "seed."
        )
    several = len(values) > 1
    return {
        "mean": statistics.fmean(values),
        "std": statistics.stdev(values) if several else None,
        "n": len(values),
    }
