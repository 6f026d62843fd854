"""The figures of some results as files, and what is said of them."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from speechbrain_zsfuse.evaluation.collection.gathering import (
    gather,
    split_name,
)
from speechbrain_zsfuse.evaluation.figures.making.drawing import draw_results
from speechbrain_zsfuse.evaluation.figures.making.kinds import KINDS
from speechbrain_zsfuse.evaluation.figures.style import save_figure
from speechbrain_zsfuse.options import check

FOLDER = "figures"
_LONGEST = 100  # letters of a file's name


def write_figures(
    paths: Sequence[str | Path],
    out: str | Path | None = None,
    kinds: Sequence[str] = (),
    baseline: str | None = None,
    labels: Sequence[str] | None = None,
) -> Iterator[str]:
    """Write all figures that results allow, as PNG and PDF.

    Arguments
    ---------
    paths : list of str or Path
        See ``gather``.
    out : str or Path, optional
        Folder of the figures; default: ``figures`` in that of the first path.
    kinds : list of str
        Of ``KINDS``; default: all.
    baseline, labels
        See ``gather``.

    Yields
    ------
    str
        A line to show for each figure, written or not possible.

    Raises
    ------
    FileNotFoundError, ValueError
        See ``gather``; or if a kind is none.

    Example
    -------
    >>> list(write_figures(["results"], kinds=["pies"]))
    Traceback (most recent call last):
    ValueError: Expected --kinds to be one of confusion, classes, speakers, \
reliability, curves, differences, but got 'pies'.
    """
    for kind in kinds:
        check("--kinds", kind, Literal[KINDS])
    collection, names = gather(paths, labels, baseline), set()
    _, first = split_name(paths[0])
    out = Path(out or (first if first.is_dir() else first.parent) / FOLDER)
    for drawing in draw_results(collection, kinds):
        of = ", ".join(filter(None, [drawing.system, drawing.corpus]))
        if drawing.figure is None:
            yield f"No {drawing.kind} of {of}: {drawing.reason}."
            continue
        words = "_".join([drawing.kind, drawing.corpus, drawing.system])
        png, pdf = save_figure(drawing.figure, out / _name(words, names))
        yield f"{png} and {pdf.suffix}: {drawing.kind} of {of}."
    for system in collection.systems:
        if not system.seeds:
            yield f"Nothing of {system.name}: no seed is tested on all folds."
    if collection.unfinished:
        yield f"Runs that are not finished: {len(collection.unfinished)}."


def _name(words, names):
    """A name for a file that no other has, on any disk and in any LaTeX."""
    name = re.sub(r"[^\w-]+", "-", words)[:_LONGEST].strip("-_")
    numbers = ("", *(f"-{n}" for n in range(2, len(names) + 3)))
    name = next(
        name + number
        for number in numbers
        if (name + number).casefold() not in names
    )
    names.add(name.casefold())
    return name
