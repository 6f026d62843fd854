"""One file of predictions, and what is known of it: a run's, or anybody's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas

from speechbrain_zsfuse.evaluation.amplification.cells import Cell
from speechbrain_zsfuse.evaluation.columns import (
    check_predictions,
    labels_of,
    probabilities_of,
)
from speechbrain_zsfuse.evaluation.predictions import (
    predictions_path,
    read_predictions,
)
from speechbrain_zsfuse.evaluation.record import Record

_ENCODERS = {
    "wavlm-base-plus": "WavLM-Base+",
    "wavlm-large": "WavLM-Large",
    "hubert-base-ls960": "HuBERT-Base",
    "hubert-large-ll60k": "HuBERT-Large",
}  # by the last part of a hub id, or the name of a folder
_CHOICE = "choice"  # folder of short runs that chose repeats: never tested


@dataclass(frozen=True)
class Result:
    """Test predictions of one model, trained once.

    Arguments
    ---------
    path : Path
        The CSV file.
    name : str
        Of the system that it is of: a run's experiment, or the file's name.
    labels : tuple of str
        The classes, sorted as in the file.
    fold, seed : str
        What tells it from other results of the system.
    record : Record or None
        What the run says of itself; None of a file from elsewhere.
    corpus : str or None
        Its name, if it is known.
    clips : frozenset of str or None
        Those of a file from elsewhere that are of this fold; None: all.
    whole : pandas.DataFrame or None
        What was read of a file from elsewhere, so that it is read once.

    Example
    -------
    >>> Result(Path("votes.csv"), "votes", ("sad", "angry"), "1", "1").encoder
    """

    path: Path
    name: str
    labels: tuple[str, ...]
    fold: str
    seed: str
    record: Record | None = None
    corpus: str | None = None
    clips: frozenset[str] | None = None
    whole: pandas.DataFrame | None = field(
        default=None, repr=False, compare=False
    )

    def table(self, split: str = "test") -> pandas.DataFrame | None:
        """Its predictions.

        Arguments
        ---------
        split : str
            ``test`` or ``valid``.

        Returns
        -------
        pandas.DataFrame or None
            See ``read_predictions``; None for the validation of a file from
            elsewhere, or of a run that was published without it.
        """
        if split == "valid" and not self._has_validation():
            return None
        if self.record:
            return self.record.predictions(split)
        table = self.whole
        if table is None:
            table = read_predictions(self.path)
        if self.clips is None:
            return table
        return table[table["id"].isin(self.clips)].reset_index(drop=True)

    @property
    def encoder(self) -> str | None:
        """Name of the speech model, as in the paper if it has it."""
        return self._name("encoder")

    @property
    def alm(self) -> str | None:
        """Name of what gave zero-shot scores; None if nothing did."""
        return self._name("score_source")

    @property
    def repeats(self) -> Cell | None:
        """Audio and text repeats; None without scores."""
        source = self.record and self.record.score_source
        if not source or source["audio_repeats"] is None:
            return None
        return Cell(source["audio_repeats"], source["text_repeats"])

    def _has_validation(self):
        if self.record is None:
            return False
        return predictions_path(self.record.folder, "valid").is_file()

    def _name(self, role):
        model = self.record and getattr(self.record, role)
        if not model:
            return None
        source = model["source"]
        if role == "encoder" and source:
            own = Path(source).name
            return _ENCODERS.get(own, own)
        return model["class"].rpartition(".")[2]


def read_result(
    path: str | Path,
    name: str | None = None,
    labels: Sequence[str] | None = None,
) -> Result:
    """A file of predictions from elsewhere.

    Arguments
    ---------
    path : str or Path
    name : str, optional
        Of the system; default: the file's, without its ending.
    labels : list of str, optional
        Classes, if it has no probabilities; see ``read_predictions``.

    Returns
    -------
    Result

    Raises
    ------
    FileNotFoundError, ValueError
        See ``read_predictions``.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "mine.csv"
    >>> header = "id,speaker,label,prediction,probability_sad,probability_angry"
    >>> _ = path.write_text(f"{header}\\na,01,angry,sad,0.75,0.25\\n")
    >>> read_result(path).name
    'mine'
    """
    path = Path(path)
    table = read_predictions(path)
    own = labels_of(table)
    if labels and probabilities_of(table) is None:
        check_predictions(table, path, labels)
        own = labels
    name = name or path.stem
    return Result(path, name, tuple(own), "1", "1", whole=table)


def result_of(record: Record) -> Result:
    """What a finished run has found.

    Arguments
    ---------
    record : Record

    Returns
    -------
    Result

    Example
    -------
    >>> names = "corpus release experiment encoder score_source loss"
    >>> record = Record(
    ...     folder=Path("a/1000"),
    ...     seed=1000,
    ...     fold=2,
    ...     labels=["sad"],
    ...     **dict.fromkeys(names.split()),
    ...     version="0",
    ...     mismatch=[],
    ...     signature="0",
    ...     code={},
    ...     finished=True,
    ...     results={},
    ...     remarks=[],
    ...     contamination={},
    ...     metrics={},
    ...     more={},
    ... )
    >>> result = result_of(record)
    >>> result.name, result.fold, result.seed
    ('1000', '2', '1000')
    """
    return Result(
        predictions_path(record.folder, "test"),
        record.experiment or record.folder.name,
        tuple(record.labels),
        str(record.fold or 1),
        str(record.seed),
        record,
        record.corpus,
    )


def is_trial(record: Record, folder: str | Path) -> bool:
    """Whether a run below a folder is one that another made to choose repeats.

    Arguments
    ---------
    record : Record
    folder : str or Path
        That was looked through.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> one = SimpleNamespace(folder=Path("results/clap/1000/choice/1x2"))
    >>> is_trial(one, "results"), is_trial(one, "results/clap/1000/choice")
    (True, False)
    """
    return _CHOICE in record.folder.relative_to(folder).parts[:-1]
