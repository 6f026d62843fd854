"""What lies in a results folder beside its runs: studies, and the record of a
grid.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas

from speechbrain_zsfuse.errors import show
from speechbrain_zsfuse.evaluation.collection.gathering import split_name
from speechbrain_zsfuse.evaluation.fields import GRID
from speechbrain_zsfuse.evaluation.figures.heatmap import draw_heat_maps
from speechbrain_zsfuse.evaluation.marks import mark
from speechbrain_zsfuse.evaluation.report.blocks import Block, Cell, Table
from speechbrain_zsfuse.evaluation.report.drawn import figure_block
from speechbrain_zsfuse.files import read_json
from speechbrain_zsfuse.folders import find_files

_STUDY, _CELLS = "study.json", "zero_shot_uar.csv"
_AGAIN = "Delete it, or run the command that wrote it again."


def describe_studies(paths: Sequence[str | Path]) -> list[Block]:
    """Heat maps of zero-shot UAR over repeats, of every study.

    Arguments
    ---------
    paths : list of str or Path
        Results folders; files are passed over.

    Returns
    -------
    list of Figure

    Raises
    ------
    ValueError
        If a study is damaged.

    Example
    -------
    >>> describe_studies([getfixture("tmpdir")])
    []
    """
    return [_draw(path) for path in _find(paths, _STUDY)]


def _find(paths, name):
    for path in paths:
        _, folder = split_name(path)
        if folder.is_dir():
            files = find_files(folder, (name,))
            yield from (file for file in files if file.name == name)


def _draw(path):
    facts = read_json(path, _AGAIN)
    # Empty cells are empty texts there, not missing numbers.
    table = pandas.read_csv(path.with_name(_CELLS), keep_default_na=False)
    title = f"{facts['corpus']}, {facts['split']}, {facts['clips']:,} clips"
    notes = [
        f"{name}: {mark(alm.get('contamination'), alm)}."
        for name, alm in facts["alms"].items()
    ]
    figure = draw_heat_maps(table, facts["chance"], title, notes)
    caption = f"Zero-shot UAR under repeats of audio and text, {path.parent}"
    return figure_block(figure, caption, caption)


def describe_grids(paths: Sequence[str | Path]) -> list[Block]:
    """Runs of a grid that are not finished, and why.

    Arguments
    ---------
    paths : list of str or Path
        Results folders.

    Returns
    -------
    list of Table
        Empty if there is no grid, or if all is finished.

    Raises
    ------
    ValueError
        If the record of a grid is damaged.

    Example
    -------
    >>> describe_grids([getfixture("tmpdir")])
    []
    """
    blocks = []
    for path in _find(paths, GRID):
        runs = read_json(path, _AGAIN).get("runs", [])
        if not isinstance(runs, list) or {*map(type, runs)} - {dict}:
            raise ValueError(
                f"Expected `runs` in {path} to be a list of objects, but got "
                f"{show(runs)}. {_AGAIN}"
            )
        rows = [
            _tell_run(run) for run in runs if run.get("state") != "finished"
        ]
        if rows:
            done = len(runs) - len(rows)
            caption = f"{path}: {done} of {len(runs)} runs are finished"
            columns = ["run", "state", "reason"]
            blocks.append(Table(caption, columns, rows, prose=True))
    return blocks


def _tell_run(run):
    names = ("folder", "state", "reason")
    folder, state, reason = (run.get(name) or "–" for name in names)
    look = Cell(state, "alert") if state == "failed" else state
    return [folder, look, reason]
