"""What a run says of itself: ``run.json`` beside its predictions and metrics.

Written and read here alone, by the rules of ``fields.py``. Fields that a later
version adds are kept. No torch here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas

from speechbrain_zsfuse.evaluation.columns import labels_of
from speechbrain_zsfuse.evaluation.fields import (
    METRICS,
    RECORD,
    RECORD_FIELDS,
    check_metrics,
    check_record,
)
from speechbrain_zsfuse.evaluation.predictions import (
    predictions_path,
    read_predictions,
)
from speechbrain_zsfuse.evaluation.results import check_result
from speechbrain_zsfuse.files import read_json, write_json
from speechbrain_zsfuse.folders import find_files


@dataclass(frozen=True)
class Record:
    """A run, as its folder tells it; see ``read_record``.

    Arguments
    ---------
    folder : Path
        Where the run lies.
    version : str
        Of this package.
    corpus, release : str or None
    fold : int or None
    labels : list of str
        The classes, in the order of probabilities.
    seed : int
    experiment : str or None
        Name of the run's settings.
    encoder : dict or None
        ``class`` and ``source`` of the speech model.
    score_source : dict or None
        ``kind``, ``class``, ``source``, ``fingerprint``, ``prompts`` (a list
        for each template), ``prompts_sha256``, ``audio_repeats``,
        ``text_repeats``; ``prompt_set``, ``scope``, ``ensemble`` and its
        ``weights``, and more; None without zero-shot scores.
    loss : dict or None
        ``class`` and options.
    mismatch : list of str
        Where the corpus is not as it is known; empty: it is.
    signature : str
        sha256 of the settings that may not change.
    code : dict
        File to sha256.
    finished : bool
        Whether the run was tested.
    results : dict
        Of a finished run, name of a result to the sha256 of its file.
    remarks : list of str
        What is to be known beside its numbers: see ``metrics.json``.
    contamination : dict
        Of ``encoder`` and ``score_source``, whether the corpus is in their
        training data: ``status``, ``source`` and more, or None; empty in
        records of earlier versions.
    metrics : dict or None
        ``metrics.json``, if it is there.
    more : dict
        Fields that this version does not know.
    baselines : dict
        ``majority``, ``text`` and ``speaker``: the UAR (``uar``) that is
        reached without hearing; empty where nobody measured it.
    caveats : list of str
        What of the corpus or its split makes numbers too good.
    corpora : dict
        Of several corpora, name to ``name``, ``release`` and ``labels`` of
        each; empty of one.
    command : list of str
        Words of the command line that started the run; empty in records of
        earlier versions.

    Example
    -------
    >>> sorted(Record.__annotations__)[:3]
    ['baselines', 'caveats', 'code']
    """

    folder: Path
    version: str
    corpus: str | None
    release: str | None
    fold: int | None
    labels: list[str]
    seed: int
    experiment: str | None
    encoder: dict | None
    score_source: dict | None
    loss: dict | None
    mismatch: list[str]
    signature: str
    code: dict[str, str]
    finished: bool
    results: dict[str, str]
    remarks: list[str]
    contamination: dict[str, dict | None]
    metrics: dict | None
    more: dict
    command: list[str] = field(default_factory=list)
    baselines: dict[str, dict] = field(default_factory=dict)
    caveats: list[str] = field(default_factory=list)
    corpora: dict[str, dict] = field(default_factory=dict)

    def predictions(self, split: str = "test") -> pandas.DataFrame:
        """Predictions of the run, see ``read_predictions``.

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
            See ``read_predictions``; or if the classes are not the run's, or
            the file is not as the run wrote it.
        """
        path = predictions_path(self.folder, split)
        check_result(path, self.results)
        table = read_predictions(path)
        if labels_of(table) != self.labels:
            raise ValueError(
                f"Expected probabilities of {self.labels}, in this order, as "
                f"{self.folder / RECORD} says, but those of {path} are of "
                f"{labels_of(table)}. Evaluate the run again."
            )
        return table


def write_record(folder: str | Path, record: Mapping) -> Path:
    """Write ``run.json`` after the checks of reading.

    Arguments
    ---------
    folder : str or Path
        Output folder of the run.
    record : dict
        ``format`` and the fields of ``Record`` but ``folder``, ``metrics`` and
        ``more``; further ones may be added.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        If a field is missing or is not what it must be.

    Example
    -------
    >>> write_record("results", {"format": 1})
    Traceback (most recent call last):
    ValueError: Expected `version` in results/run.json to be a text, but it is \
not there. Run the recipe again, or correct the file.
    """
    path = Path(folder) / RECORD
    check_record(record, path)
    return write_json(path, dict(record))


def read_record(folder: str | Path) -> Record:
    """Read what a run says of itself.

    Arguments
    ---------
    folder : str or Path
        Output folder of the run: ``run.json`` and, once it was tested,
        ``metrics.json``.

    Returns
    -------
    Record

    Raises
    ------
    FileNotFoundError
        If there is no ``run.json``.
    ValueError
        If a file is no JSON object, or if a field is missing or is not what
        it must be; or if the metrics are not as the run wrote them.

    Example
    -------
    >>> names = "corpus release fold experiment encoder score_source loss"
    >>> record = dict.fromkeys(names.split())
    >>> record |= {"format": 1, "version": "0.1.0", "labels": ["sad", "angry"]}
    >>> record |= {"seed": 1000, "mismatch": [], "signature": "0" * 64}
    >>> folder = getfixture("tmpdir")
    >>> _ = write_record(folder, record | {"code": {}, "finished": False})
    >>> read_record(folder).labels
    ['sad', 'angry']
    """
    folder = Path(folder)
    content = _read_json(folder / RECORD)
    check_record(content, folder / RECORD)
    metrics, results = None, content.pop("results", {})
    check_result(folder / METRICS, results)
    if (folder / METRICS).exists():
        metrics = _read_json(folder / METRICS)
        check_metrics(metrics, content, folder / METRICS)
    known = {name: content.pop(name) for name in RECORD_FIELDS}
    del known["format"]
    return Record(
        folder=folder,
        results=results,
        remarks=content.pop("remarks", []),
        contamination=content.pop("contamination", {}),
        command=content.pop("command", []),
        baselines=content.pop("baselines", {}),
        caveats=content.pop("caveats", []),
        corpora=content.pop("corpora", {}),
        metrics=metrics,
        more=content,
        **known,
    )


def find_records(folder: str | Path) -> list[Record]:
    """Read the records of all runs below a folder.

    Arguments
    ---------
    folder : str or Path
        A results folder; hidden folders in it are left out.

    Returns
    -------
    list of Record
        Sorted by folder.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    ValueError
        See ``read_record``.

    Example
    -------
    >>> find_records(getfixture("tmpdir"))
    []
    """
    if not Path(folder).is_dir():
        raise FileNotFoundError(
            f"Expected a folder of results in {folder}, but there is none. "
            "Give the results_folder of finished runs."
        )
    found = find_files(folder, (RECORD,))
    return [read_record(path.parent) for path in found if path.name == RECORD]


def _read_json(path):
    try:
        return read_json(path, "Run the recipe again.")
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"Expected a run in {path.parent}, but there is no {path.name}. "
            "Give the output folder of a run."
        ) from error
