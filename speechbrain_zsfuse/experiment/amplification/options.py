"""What ``audio_repeats: auto`` and ``text_repeats: auto`` leave open, and which
values are looked at. Pure functions; no model and no file here.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from speechbrain_zsfuse.evaluation.amplification.cells import REPEATS, Cell
from speechbrain_zsfuse.options import Count, Repeats, checked

AUTO = "auto"
RepeatsOrAuto = Repeats | Literal["auto"]
_Candidates = Annotated[
    Sequence[Repeats],
    Field(min_length=1),
    WithJsonSchema(
        {
            "description": "a list of whole numbers from 1 to 100",
            "advice": "Write [1, 2, 3, 4], for instance.",
        }
    ),
]


class Amplification:
    """How repeats that are ``auto`` are chosen.

    Arguments
    ---------
    repeats : list of int
        Values that are looked at, 1 to 100.
    select : str
        By what, on the validation split: the UAR of the scores alone
        (``zero_shot``), or that of a short run of the same recipe (``fused``).
    short_epochs : int
        Of such a run.

    Example
    -------
    >>> Amplification(select="fused").short_epochs
    3
    >>> Amplification(repeats=[])
    Traceback (most recent call last):
    ValueError: Expected `repeats` to be a list of whole numbers from 1 to \
100, but got []. Write [1, 2, 3, 4], for instance.
    """

    @checked
    def __init__(
        self,
        repeats: _Candidates = REPEATS,
        select: Literal["zero_shot", "fused"] = "zero_shot",
        short_epochs: Count = 3,
    ):
        self.repeats = tuple(dict.fromkeys(repeats))
        self.select, self.short_epochs = select, short_epochs


def is_open(zero_shot):
    """Whether repeats are to be chosen.

    Arguments
    ---------
    zero_shot : dict
        That section of a YAML.

    Returns
    -------
    bool

    Example
    -------
    >>> is_open({"text_repeats": "auto"}), is_open({"text_repeats": 2})
    (True, False)
    """
    return AUTO in _as_written(zero_shot)


def candidates(zero_shot, amplification):
    """Audio and text repeats that are looked at.

    Arguments
    ---------
    zero_shot, amplification : dict
        These sections of a YAML.

    Returns
    -------
    list of tuple of int
        Two; of one number where it is given.

    Example
    -------
    >>> candidates({"audio_repeats": "auto", "text_repeats": 2}, {})
    [(1, 2, 3, 4), (2,)]
    """
    repeats = Amplification(**amplification).repeats
    return [
        repeats if value == AUTO else (value,)
        for value in _as_written(zero_shot)
    ]


def with_repeats(zero_shot, cell):
    """The section, its repeats those of a combination.

    Example
    -------
    >>> with_repeats({"audio_repeats": "auto"}, (1, 2))
    {'audio_repeats': 1, 'text_repeats': 2}
    """
    return {**zero_shot, **Cell(*cell)._asdict()}


def _as_written(zero_shot):
    return [zero_shot.get(name, 1) for name in Cell._fields]
