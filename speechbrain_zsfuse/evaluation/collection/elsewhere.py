"""Files of predictions from elsewhere, as results: which are of one system."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

from speechbrain_zsfuse.errors import shorten
from speechbrain_zsfuse.evaluation.collection.result import (
    Result,
    read_result,
)
from speechbrain_zsfuse.evaluation.predictions import predictions_path
from speechbrain_zsfuse.folders import find_files


def read_files(
    path: str | Path,
    name: str | None = None,
    labels: Sequence[str] | None = None,
) -> list[Result]:
    """Read a file, or all CSV files of a folder.

    Arguments
    ---------
    path : str or Path
        ``mine.csv`` is a system, and the files in a folder ``mine/`` are one.
    name : str, optional
        Of the system.
    labels : list of str, optional
        Classes of files without probabilities.

    Returns
    -------
    list of Result
        With fold and seed: files of the same clips are seeds, those of others
        folds.

    Raises
    ------
    FileNotFoundError, ValueError
        See ``read_predictions``; or if files of a system have some clips in
        common, or a folder holds predictions of validation.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "mine.csv"
    >>> _ = path.write_text("id,label,prediction\\na,sad,sad\\n")
    >>> [result.name for result in read_files(path)]
    ['mine']
    """
    path = Path(path)
    if path.is_file():
        return [read_result(path, name, labels)]
    results = {}
    for file in find_files(path, (".csv",)):
        _check_tested(file)
        inner = file.relative_to(path).parts
        own = name or (inner[0] if inner[1:] else file.stem)
        results.setdefault(own, []).append(read_result(file, own, labels))
    return [result for own in results.values() for result in _fold(own)]


def _fold(results):
    """Files of one system: of the same clips, seeds; of others, folds."""
    folds, told = {}, []
    for result in results:
        clips = frozenset(result.table()["id"])
        own = folds.setdefault(clips, [])
        own.append(result)
        fold, seed = str(len(folds)), str(len(own))
        if len(own) > 1:
            fold = told[results.index(own[0])].fold
        told.append(replace(result, fold=fold, seed=seed))
    shared = [
        f"  clip {clip}: {own[0].path}, {other[0].path}"
        for (one, own), (two, other) in combinations(folds.items(), 2)
        for clip in sorted(one & two)
    ]
    if shared:
        raise ValueError(
            f"Expected files of {results[0].name} to hold the same clips "
            "(seeds) or none in common (folds), but "
            f"{len(shared)} clips are in some:\n{shorten(shared)}"
            "\nGive each system a folder of its own."
        )
    return told


def _check_tested(file):
    """A run's validation, without its record, is no fold of the test."""
    if file == predictions_path(file.parent, "valid"):
        raise ValueError(
            f"Expected predictions of a test, but {file} has the name of those "
            "of validation, and there is no run.json beside it. Take it out of "
            "the folder, or put the run's run.json and metrics.json back."
        )
