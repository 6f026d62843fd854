"""Which systems an ensemble takes: chosen on validation, one by one."""

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Step(NamedTuple):
    """Systems that are together so far, and what they reach on validation.

    Example
    -------
    >>> Step(("ST1",), 0.5886).score
    0.5886
    """

    names: tuple[str, ...]
    score: float


def select_greedily(
    names: Sequence[str], score: Callable[[tuple[str, ...]], float]
) -> list[Step]:
    """Begin with the best system, and add the one that helps most, to the end.

    Steps that do not help are gone, too: of two systems a vote repeats the
    first, so that only a third can change something. No system is taken twice
    (Caruana et al., 2004, without replacement). Of equals the earlier is taken.

    Arguments
    ---------
    names : list of str
        Systems, in the order of their priority.
    score : callable
        Gives what some of them reach on validation, in this order; higher is
        better. It is asked K (K + 1) / 2 times.

    Returns
    -------
    list of Step
        One for each number of systems, see ``best_step``.

    Example
    -------
    >>> worth = {"a": 0.3, "b": 0.5, "c": 0.4}
    >>> steps = select_greedily(
    ...     "abc", lambda s: sum(map(worth.get, s)) / len(s)
    ... )
    >>> [step.names for step in steps]
    [('b',), ('b', 'c'), ('a', 'b', 'c')]
    """
    steps, taken = [], ()
    while len(taken) < len(names):
        larger = [
            tuple(name for name in names if name in {*taken, new})
            for new in names
            if new not in taken
        ]
        steps.append(max((Step(s, score(s)) for s in larger), key=_score))
        taken = steps[-1].names
    return steps


def best_step(steps: Sequence[Step]) -> Step:
    """The one of the highest score; of equals that of the fewest systems.

    Example
    -------
    >>> best_step([Step(("a",), 0.5), Step(("a", "b"), 0.5)]).names
    ('a',)
    """
    return max(steps, key=_score)


def _score(step):
    return step.score
