"""Whose voices the clips of predictions are, as far as tables know."""

from collections.abc import Sequence
from functools import reduce

import pandas


def count_speakers(table: pandas.DataFrame) -> int:
    """How many are known.

    Example
    -------
    >>> count_speakers(pandas.DataFrame({"speaker": ["01", "01", ""]}))
    1
    """
    return len(set(table["speaker"]) - {""})


def known_speakers(tables: Sequence[pandas.DataFrame]) -> pandas.Series:
    """Speakers of clips, each from the first of several tables that knows.

    Arguments
    ---------
    tables : list of pandas.DataFrame
        Of the same clips in the same order, with the same index.

    Returns
    -------
    pandas.Series
        Empty where nobody knows.

    Example
    -------
    >>> one, two = (
    ...     pandas.DataFrame({"speaker": s}) for s in (["", "b"], [*"ac"])
    ... )
    >>> known_speakers([one, two]).tolist()
    ['a', 'b']
    """
    return reduce(
        lambda known, more: known.where(known != "", more),
        [table["speaker"] for table in tables],
    )
