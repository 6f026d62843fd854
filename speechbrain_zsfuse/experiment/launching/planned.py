"""A run before it is begun, and whether it is there already."""

from pathlib import Path
from typing import NamedTuple

from speechbrain_zsfuse.evaluation.fields import METRICS, RECORD
from speechbrain_zsfuse.files import read_json

_AGAIN = "Delete it, and run with --test_only: it is written again."


class PlannedRun(NamedTuple):
    """A run, before it is begun.

    Attributes
    ----------
    recipe : Path
        Its ``train.py``.
    arguments : list of str
        Of its command line.
    folder : Path
        Where it will be.
    signature : str
        Of its settings.
    falls_back : bool
        Whether its head may be tested without scores.
    last : str
        Name of the file that it leaves at its end: of one that is not tested,
        its validation.

    Example
    -------
    >>> run = PlannedRun(Path("train.py"), [], Path("results/a"), "0" * 64)
    >>> run.log
    PosixPath('results/a.log')
    """

    recipe: Path
    arguments: list
    folder: Path
    signature: str
    falls_back: bool = False
    last: str = METRICS

    @property
    def log(self):
        """The file for all that it says."""
        return self.folder.with_name(f"{self.folder.name}.log")

    def is_done(self, last=None):
        """Whether it has left its last file, with these settings, and a run
        that is tested has noted that it is finished.

        Arguments
        ---------
        last : str, optional
            Name of the file; default: ``self.last``.

        Returns
        -------
        bool
        """
        record, last = self.folder / RECORD, last or self.last
        if not (self.folder / last).is_file() or not record.is_file():
            return False
        facts = read_json(record, _AGAIN)
        is_finished = last != METRICS or facts.get("finished", False)
        return is_finished and facts.get("signature") == self.signature
