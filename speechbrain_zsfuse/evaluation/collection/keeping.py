"""Results without what made them: small enough to be published beside a text.

Of a run, what tables are made from is kept, and no checkpoint, sound or log.
"""

from pathlib import Path

from speechbrain_zsfuse.evaluation.collection.result import is_trial
from speechbrain_zsfuse.evaluation.fields import METRICS, RECORD
from speechbrain_zsfuse.evaluation.predictions import predictions_path
from speechbrain_zsfuse.evaluation.record import find_records, write_record
from speechbrain_zsfuse.evaluation.results import check_result
from speechbrain_zsfuse.files import read_json, write_bytes


def keep_results(folder: str | Path, target: str | Path) -> list[Path]:
    """Copy the results of all finished runs below a folder.

    Arguments
    ---------
    folder : str or Path
        A results folder.
    target : str or Path
        Gets ``run.json``, ``metrics.json`` and ``predictions_test.csv`` of each
        run, in folders of the same names. What is hashed is copied as it is;
        of local paths in ``run.json`` only the last name is kept, for where
        things lie on somebody's disk is nobody's concern.

    Returns
    -------
    list of Path
        The new folders of the runs.

    Raises
    ------
    FileNotFoundError
        If there is no finished run, or a result is gone.
    ValueError
        If a result was edited or damaged, or the target is in the folder.

    Example
    -------
    >>> keep_results(getfixture("tmpdir"), "published")
    Traceback (most recent call last):
    FileNotFoundError: Expected finished runs in ..., but there are none. Give \
a results_folder.
    """
    folder, target = Path(folder), Path(target)
    if target.resolve().is_relative_to(folder.resolve()):
        raise ValueError(
            f"Expected a target outside of {folder}, but got {target}: its "
            "runs would be found twice. Give a folder elsewhere."
        )
    records = [
        record
        for record in find_records(folder)
        if record.finished and record.metrics and not is_trial(record, folder)
    ]
    if not records:
        raise FileNotFoundError(
            f"Expected finished runs in {folder}, but there are none. Give a "
            "results_folder."
        )
    for record in records:
        check_result(predictions_path(record.folder, "test"), record.results)
    kept = [target / record.folder.relative_to(folder) for record in records]
    for record, place in zip(records, kept):
        own = predictions_path(record.folder, "test").name
        for name in (METRICS, own):
            write_bytes(place / name, (record.folder / name).read_bytes())
        facts = read_json(record.folder / RECORD, "Run the recipe again.")
        write_record(place, _without_places(facts))
    return kept


def _without_places(facts):
    """The same without folders of this machine: models and command lines."""
    if isinstance(facts, dict):
        return {name: _without_places(each) for name, each in facts.items()}
    if isinstance(facts, list):
        return [_without_places(each) for each in facts]
    option, sign, value = str(facts).rpartition("=")
    if not isinstance(facts, str) or not Path(value).is_absolute():
        return facts
    return option + sign + Path(value).name
