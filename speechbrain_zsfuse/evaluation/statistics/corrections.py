"""Many tests in one table: p-values that hold for all of them together, and
what is said of a difference.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

SIGNIFICANT = 0.05


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust the p-values of a table by Holm's method.

    The k-th smallest of m is multiplied by m - k + 1; none becomes smaller
    than one before it, or larger than 1 (Holm, A simple sequentially rejective
    multiple test procedure, 1979).

    Arguments
    ---------
    p_values : list of float
        In [0, 1], of all tests of the table.

    Returns
    -------
    list of float
        In the same order.

    Raises
    ------
    ValueError
        If one is not in [0, 1].

    Example
    -------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p_values, float)
    if wrong := [float(v) for v in values if not 0 <= v <= 1]:
        raise ValueError(
            f"Expected p-values in [0, 1], but got {wrong}. Leave out what "
            "was not tested."
        )
    order = np.argsort(values, kind="stable")
    factors = np.arange(len(values), 0, -1)
    adjusted = np.maximum.accumulate(values[order] * factors)
    result = np.empty_like(values)
    result[order] = np.minimum(adjusted, 1)
    return result.tolist()


def verdict(
    difference: float, p_value: float
) -> Literal["better", "worse", "not significant"]:
    """What is said of a difference: significant at 5 %, or not.

    Arguments
    ---------
    difference : float
    p_value : float
        Adjusted, if there are several tests.

    Example
    -------
    >>> verdict(-0.02, 0.01), verdict(0.02, 0.2)
    ('worse', 'not significant')
    """
    if p_value >= SIGNIFICANT or difference == 0:
        return "not significant"
    return "better" if difference > 0 else "worse"
