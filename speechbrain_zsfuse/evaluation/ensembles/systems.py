"""Where systems of an ensemble lie: files of predictions, folders of runs."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas

from speechbrain_zsfuse.evaluation.collection.gathering import split_name
from speechbrain_zsfuse.evaluation.fields import RECORD
from speechbrain_zsfuse.evaluation.predictions import (
    predictions_path,
    read_predictions,
)
from speechbrain_zsfuse.evaluation.record import read_record
from speechbrain_zsfuse.files import file_sha256


@dataclass(frozen=True)
class Place:
    """Predictions of one system, a file for each split.

    Arguments
    ---------
    name : str
        Of the system.
    test : Path
    valid : Path, optional
        If it is known.

    Example
    -------
    >>> Place("s2", Path("s2.csv")).valid
    """

    name: str
    test: Path
    valid: Path | None = None

    def read(self, split: str = "test") -> pandas.DataFrame:
        """Its predictions; of a run, as the run wrote them.

        Arguments
        ---------
        split : str
            ``test`` or ``valid``.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        FileNotFoundError, ValueError
            See ``read_predictions`` and ``Record.predictions``.
        """
        path = getattr(self, split)
        if self._is_of_run(path, split):
            return read_record(path.parent).predictions(split)
        return read_predictions(path)

    def _is_of_run(self, path, split):
        own = predictions_path(path.parent, split)
        return path == own and (path.parent / RECORD).is_file()

    def facts(self, splits: Sequence[str]) -> dict:
        """What a record of the ensemble says of it: paths and their sha256."""
        files = {split: getattr(self, split) for split in splits}
        return {"name": self.name} | {
            split: {"path": str(path), "sha256": file_sha256(path)}
            for split, path in files.items()
        }


def find_places(
    systems: Sequence[str | Path], valid: Sequence[str | Path] = ()
) -> list[Place]:
    """Find the files of systems.

    Arguments
    ---------
    systems : list of str or Path
        CSV files, or folders of runs, two or more; a text may give one a name:
        ``S2=salmonn.csv``.
    valid : list of str or Path
        Files of their validation, in the same order. Default: those that lie
        in the folders of runs.

    Returns
    -------
    list of Place

    Raises
    ------
    FileNotFoundError
        If a folder holds no predictions of a test.
    ValueError
        If there are fewer than two systems, or two of one file or name; or if
        there are not as many files of validation.

    Example
    -------
    >>> [place.name for place in find_places(["a/S2.csv", "a/T1.csv"])]
    ['S2', 'T1']
    """
    pairs = list(map(split_name, systems))
    folders = [_folder(path) for _, path in pairs]
    places = [
        Place(name or own, _file(path, "test"), folder and _valid(folder))
        for (name, path), folder, own in zip(pairs, folders, _names(pairs))
    ]
    if valid:
        _check_number(places, valid)
        places = [
            Place(place.name, place.test, _file(path, "valid"))
            for place, path in zip(places, map(Path, valid))
        ]
    _check_places(places)
    return places


def _check_places(places):
    for what in ("test", "name"):
        values = [str(getattr(place, what)) for place in places]
        twice = sorted({v for v in values if values.count(v) > 1})
        if twice:
            raise ValueError(
                f"Expected each system once, but {', '.join(twice)} comes more "
                "often. Leave the second out, or name both: S1=path/to/it."
            )
    if len(places) < 2:
        raise ValueError(
            f"Expected two systems or more, but got {len(places)}. Give more "
            "files of predictions, or folders of runs."
        )


def _folder(path):
    """That of the run that a file belongs to, if it has the name of one's."""
    if path.is_dir():
        return path
    return (
        path.parent if path == predictions_path(path.parent, "test") else None
    )


def _names(pairs):
    """A file's, without its ending; of folders, what tells them apart."""
    folders = [_folder(path) for _, path in pairs]
    parents = [folder.resolve().parent for folder in folders if folder]
    common = os.path.commonpath(parents) if parents else ""
    return [
        folder.resolve().relative_to(common).as_posix() if folder else path.stem
        for folder, (_, path) in zip(folders, pairs)
    ]


def _valid(folder):
    path = predictions_path(folder, "valid")
    return path if path.is_file() else None


def _file(path, split):
    """A file, or what a folder has of a split."""
    if not path.is_dir():
        return path
    file = predictions_path(path, split)
    if not file.is_file():
        raise FileNotFoundError(
            f"Expected the folder of one finished run, with {file.name}, but "
            f"{path} has no such file. Give that of a fold and seed, or a CSV "
            "file."
        )
    return file


def _check_number(places, valid):
    if len(valid) != len(places):
        raise ValueError(
            f"Expected a file of validation for each of {len(places)} systems, "
            f"in the same order, but got {len(valid)}. Give --valid once for "
            "each."
        )
