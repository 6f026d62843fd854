"""What a run found, as files: are they as it wrote them? No torch here."""

from collections.abc import Mapping
from pathlib import Path

from speechbrain_zsfuse.evaluation.fields import METRICS, RECORD
from speechbrain_zsfuse.evaluation.predictions import predictions_path
from speechbrain_zsfuse.files import check_unchanged, file_sha256


def result_paths(folder: str | Path) -> dict[str, Path]:
    """What a finished run has written: name to path.

    Example
    -------
    >>> list(result_paths("results"))
    ['metrics.json', 'predictions_test.csv', 'predictions_valid.csv']
    """
    splits = [predictions_path(folder, split) for split in ("test", "valid")]
    return {path.name: path for path in (Path(folder) / METRICS, *splits)}


def hash_results(folder: str | Path) -> dict[str, str]:
    """sha256 of the results that are there, for ``run.json``.

    Example
    -------
    >>> hash_results(getfixture("tmpdir"))
    {}
    """
    return {
        name: file_sha256(path)
        for name, path in result_paths(folder).items()
        if path.is_file()
    }


def check_result(path: str | Path, results: Mapping[str, str]) -> None:
    """Raise unless a result is as it was written.

    Arguments
    ---------
    path : str or Path
    results : dict
        Name of a file to its sha256, see ``hash_results``. One that is not
        named is not compared.

    Raises
    ------
    FileNotFoundError
        If it is gone.
    ValueError
        If it is another.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "metrics.json"
    >>> _ = path.write_text("{}")
    >>> check_result(path, {"metrics.json": "0" * 64})
    Traceback (most recent call last):
    ValueError: Expected .../metrics.json as run.json says, but it was edited \
or damaged since. Put it back, or run with --test_only: it is written again.
    """
    path = Path(path)
    expected = results.get(path.name)
    if expected is None:
        return
    again = "run with --test_only: it is written again"
    if path == predictions_path(path.parent, "valid"):  # of training
        again = "delete the run, and run it again"
    if not path.is_file():
        raise FileNotFoundError(
            f"Expected {path} as {RECORD} says, but it is gone. Put it back, "
            f"or {again}."
        )
    check_unchanged(path, expected, RECORD, f"Put it back, or {again}.")
