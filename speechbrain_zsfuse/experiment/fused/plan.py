"""Which runs a fused study consists of; nothing is begun here.

Each is a command line of the recipe's own ``train.py``, in the folder that it
has anyway: what was trained by hand counts, and the other way round.
"""

import re
from pathlib import Path
from typing import NamedTuple

from speechbrain_zsfuse.errors import show
from speechbrain_zsfuse.evaluation.amplification.cells import Cell
from speechbrain_zsfuse.experiment.configuration.arguments import (
    parse_arguments,
)
from speechbrain_zsfuse.experiment.configuration.command_line import read_words
from speechbrain_zsfuse.experiment.launching import planning
from speechbrain_zsfuse.options import Repeats, check

# What tells the runs of a study apart is for the study to say.
_OWN = planning.OWN | {
    "seed": "give all seeds as --seeds=1000,2000",
    "experiment": "the names of runs tell their repeats",
}


class FusedPlan(NamedTuple):
    """The runs of a fused study.

    Attributes
    ----------
    place : Path
        Folder of the runs of this YAML as it stands, over all seeds.
    runs : dict
        Cell to a list of PlannedRun, one a seed.
    baseline : list of PlannedRun
        Without an audio-language model, one a seed.

    Example
    -------
    >>> FusedPlan("a", {Cell(1, 1): ["a", "b"]}, ["c", "d"]).in_order()
    ['c', 'a', 'd', 'b']
    """

    place: Path
    runs: dict
    baseline: list

    def in_order(self):
        """All runs, seed by seed: the first seed tells of all cells."""
        rows = zip(self.baseline, *self.runs.values())
        return [run for row in rows for run in row]


def read_cells(text):
    """Combinations of repeats from the command line.

    Arguments
    ---------
    text : str
        ``1x1,1x4``: audio by text repeats, 1 to 100.

    Returns
    -------
    list of Cell
        Each once, in order.

    Example
    -------
    >>> read_cells("2x1, 1x4,2x1")
    [Cell(audio_repeats=1, text_repeats=4), Cell(audio_repeats=2, \
text_repeats=1)]
    >>> read_cells("a1t4")
    Traceback (most recent call last):
    ValueError: Expected --cells to be audio by text repeats with commas \
between them, but got 'a1t4'. Write --cells=1x1,1x4.
    """
    words = [word.strip() for word in text.split(",")]
    if not all(re.fullmatch(r"\d+x\d+", word) for word in words):
        raise ValueError(
            "Expected --cells to be audio by text repeats with commas between "
            f"them, but got {show(text)}. Write --cells=1x1,1x4."
        )
    numbers = {Cell.read(word) for word in words}
    for number in {number for cell in numbers for number in cell}:
        check("--cells", number, Repeats)
    return sorted(numbers)


def check_words(words):
    """Raise a ValueError if an option is for the study to set.

    Arguments
    ---------
    words : list of str
        A recipe's YAML, overrides of it and run options.

    Example
    -------
    >>> check_words(["a.yaml", "--seed=3"])
    Traceback (most recent call last):
    ValueError: Expected no --seed with --fused, but got '3': give all seeds \
as --seeds=1000,2000.
    """
    _, options = read_words(words)
    planning.refuse_options(options, _OWN, "with --fused")
    _with_repeats(options.get("zero_shot", "{}"), Cell(1, 1))


def plan_runs(words, recipe, cells, seeds):
    """The runs of a study.

    Arguments
    ---------
    words : list of str
        See ``check_words``.
    recipe : Recipe
    cells : list of Cell
        Those that sound different.
    seeds : list of int

    Returns
    -------
    FusedPlan

    Raises
    ------
    FileNotFoundError, ValueError
        See ``plan_run``.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> recipe = SimpleNamespace(script="train.py", prepare=None)
    >>> plan_runs(["no.yaml"], recipe, [Cell(1, 1)], [1000])
    Traceback (most recent call last):
    FileNotFoundError: Expected a YAML file at no.yaml or ...
    """
    yaml, options = read_words(words)
    script, prepare = recipe.script, recipe.prepare
    as_it_stands = planning.plan_run(script, words, prepare)
    zero_shot = options.pop("zero_shot", "{}")
    alone = {**options, "alm": "null"}
    if as_it_stands.falls_back:  # without scores there is nothing to leave
        alone["head"] = _without_fallback(options.get("head", "{}"))

    def plan(cell, options=options):
        own = {**options, "zero_shot": _with_repeats(zero_shot, cell)}
        arguments = [yaml, *_as_words(own)]
        text, _ = parse_arguments(arguments, script, prepare)
        found = planning.plan_runs(script, arguments, text, [], seeds)
        return [*found.values()]

    return FusedPlan(
        as_it_stands.folder.parent,
        {cell: plan(cell) for cell in cells},
        plan(Cell(1, 1), alone),
    )


def _as_words(options):
    for name, value in options.items():
        if isinstance(value, list):
            yield from (f"--{name}", *value)
        else:
            yield f"--{name}" if value is None else f"--{name}={value}"


def _with_repeats(zero_shot, cell):
    """The value of ``--zero_shot``, which is a dictionary in braces, with the
    repeats of a cell."""
    inner = zero_shot.strip()
    named = [name for name in Cell._fields if re.search(rf"\b{name}\b", inner)]
    if named or not re.fullmatch(r"\{.*\}", inner, re.S):
        raise ValueError(
            "Expected --zero_shot to be a dictionary without repeats, which "
            f"--fused sets itself, but got {show(zero_shot)}. Say which with "
            "--cells=1x1,1x4."
        )
    repeats = [f"{name}: {value}" for name, value in cell._asdict().items()]
    return _with(inner, *repeats)


def _without_fallback(head):
    """The value of ``--head``, less its fallback."""
    null = "fallback: null"
    changed, found = re.subn(r"\bfallback\s*:\s*\w+", null, head.strip())
    return changed if found else _with(changed, null)


def _with(braces, *parts):
    """A dictionary in braces with more in it."""
    known = braces[1:-1].strip(" ,")
    return f"{{{', '.join([part for part in (known, *parts) if part])}}}"
