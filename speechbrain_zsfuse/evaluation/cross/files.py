"""What lies in the folder of a crossing, written and read: ``cross.json`` says
which corpora there are, and beside each table of predictions stands of which
pair and run it is. No torch here.

    cross.json
    predictions/SYSTEM/SOURCE/TARGET/fold1_1000.csv   and .json

A pair is done when both files are there, of the same run and clips as now.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from speechbrain_zsfuse.errors import show
from speechbrain_zsfuse.evaluation.predictions import (
    read_predictions,
    write_predictions,
)
from speechbrain_zsfuse.files import (
    check_unchanged,
    file_sha256,
    read_json,
    write_json,
)
from speechbrain_zsfuse.options import Labels, Text

CROSS, ANSWERS = "cross.json", "predictions"
ZERO_SHOT = "zero-shot"  # in the place of a source: nothing was trained
_AGAIN = "Run `zsfuse cross` again: it is then made anew."


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Corpus(_Facts):
    """A corpus of a crossing; ``baselines`` and ``caveats`` are those of its
    certificate.

    Example
    -------
    >>> Corpus(name="EmoDB", labels=["sad", "angry"], clips=9, speakers=2).which
    'whole'
    """

    name: Text
    release: str | None = None
    labels: Labels
    clips: Annotated[int, Field(ge=1)]
    speakers: Annotated[int, Field(ge=0)]
    digest: str = ""  # of its clips as a target, as ``clips`` of ``Answers``
    which: Text = "whole"  # clips of it, when another corpus was trained on
    merge: dict[Text, Text] = {}
    left_out: dict[Text, int] = {}
    mismatch: list[Text] = []
    caveats: list[Text] = []
    baselines: dict[Text, dict[Text, Any]] = {}
    about: dict[Text, Any] = {}


class Crossing(_Facts):
    """Content of ``cross.json``: corpora by key, in their order; the share of
    the words of a target that a source has, source by target; the name of a
    published set.

    Example
    -------
    >>> Crossing(format=1, version="0.1", corpora={}).same_text
    {}
    """

    format: Literal[1]
    version: Text
    set: Text | None = None
    corpora: dict[Text, Corpus]
    same_text: dict[Text, dict[Text, float]] = {}


class Answers(_Facts):
    """Of which pair and run a table of predictions is.

    ``model`` and ``clips`` are sha256 of what the answers depend on, ``sha256``
    that of the table; ``contamination`` says of source and target what
    ``run.json`` says of one corpus.

    Example
    -------
    >>> own = {"system": "small", "source": "a", "target": "b", "fold": 1}
    >>> own |= {"seed": 1000, "labels": ["sad", "angry"], "model": "0" * 64}
    >>> Answers(format=1, **own, clips="1" * 64).within
    False
    """

    format: Literal[1]
    system: Text
    source: Text
    target: Text
    fold: int | str | None
    seed: int | None
    labels: Labels
    model: str
    clips: str
    contamination: dict[Text, dict[Text, dict | None]] = {}
    sha256: str = ""

    @property
    def within(self) -> bool:
        """Whether it is the test of a corpus on its own speakers."""
        return self.source == self.target

    @property
    def name(self) -> str:
        """Of its files: fold and seed."""
        fold = f"fold{self.fold}" if self.fold else ""
        seed = "" if self.seed is None else str(self.seed)
        return "_".join(filter(None, (fold, seed))) or "answers"

    def path(self, folder: str | Path) -> Path:
        """Of the table, in the folder of a crossing."""
        parts = self.system, self.source, self.target, f"{self.name}.csv"
        return Path(folder, ANSWERS, *parts)


def write_crossing(folder: str | Path, facts: Mapping) -> Path:
    """Write ``cross.json``; see ``Crossing``.

    Example
    -------
    >>> folder = getfixture("tmpdir")
    >>> corpus = dict(name="A", labels=["sad", "angry"], clips=9, speakers=2)
    >>> facts = {"format": 1, "version": "0.1", "corpora": {"a": corpus}}
    >>> write_crossing(folder, facts).name, read_crossing(folder).set
    ('cross.json', None)
    """
    path = Path(folder) / CROSS
    return write_json(path, _check(Crossing, facts, path).model_dump())


def read_crossing(folder: str | Path) -> Crossing:
    """Read ``cross.json``.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        If it is damaged.

    Example
    -------
    >>> read_crossing("no-such-folder")
    Traceback (most recent call last):
    FileNotFoundError: Expected the folder of a crossing in no-such-folder, \
but there is no cross.json. Give the results_folder of `zsfuse cross`.
    """
    path = Path(folder) / CROSS
    if not path.is_file():
        raise FileNotFoundError(
            f"Expected the folder of a crossing in {folder}, but there is no "
            f"{CROSS}. Give the results_folder of `zsfuse cross`."
        )
    return _check(Crossing, read_json(path, _AGAIN), path)


def write_answers(
    folder: str | Path, answers: Answers, table: pandas.DataFrame
) -> Path:
    """Write predictions, then what they are: whoever finds that finds both.

    Example
    -------
    See ``find_answers``.
    """
    path = answers.path(folder)
    path.with_suffix(".json").unlink(missing_ok=True)
    write_predictions(path, table)
    whole = answers.model_copy(update={"sha256": file_sha256(path)})
    return write_json(path.with_suffix(".json"), whole.model_dump())


def are_there(folder: str | Path, answers: Answers) -> bool:
    """Whether predictions of the same model and clips are there, whole.

    Example
    -------
    See ``find_answers``.
    """
    path = answers.path(folder)
    if not path.is_file() or not path.with_suffix(".json").is_file():
        return False
    try:
        known = _read_answers(path.with_suffix(".json"))
    except ValueError:
        return False
    same = known.model_copy(update={"sha256": ""}) == answers
    return same and file_sha256(path) == known.sha256


def find_answers(
    folder: str | Path,
) -> list[tuple[Answers, pandas.DataFrame]]:
    """All predictions of a crossing, each with what it is.

    Arguments
    ---------
    folder : str or Path

    Returns
    -------
    list of (Answers, pandas.DataFrame)
        Sorted by path.

    Raises
    ------
    FileNotFoundError
        If a table is gone.
    ValueError
        If something was edited or damaged.

    Example
    -------
    >>> folder = getfixture("tmpdir")
    >>> own = {"system": "small", "source": "a", "target": "b", "fold": 1}
    >>> own |= {
    ...     "seed": 1000,
    ...     "labels": ["sad", "angry"],
    ...     "model": "",
    ...     "clips": "",
    ... }
    >>> answers = Answers(format=1, **own)
    >>> table = pandas.DataFrame({"id": ["c"], "speaker": ["1"]})
    >>> table = table.assign(label="sad", prediction="sad")
    >>> are_there(folder, answers)
    False
    >>> _ = write_answers(folder, answers, table)
    >>> are_there(folder, answers), len(find_answers(folder))
    (True, 1)
    """
    found = []
    for path in sorted(Path(folder, ANSWERS).glob("*/*/*/*.json")):
        answers, table = _read_answers(path), path.with_suffix(".csv")
        if not table.is_file():
            raise FileNotFoundError(
                f"Expected {table} as {path} says, but it is gone. {_AGAIN}"
            )
        check_unchanged(table, answers.sha256 or None, path, _AGAIN)
        found.append((answers, read_predictions(table)))
    return found


def _read_answers(path):
    return _check(Answers, read_json(path, _AGAIN), path)


def _check(kind, content, path):
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise ValueError(
            f"Expected {path} as `zsfuse cross` writes it, but `{where}` is "
            f"{show(first.get('input'))}: {first['msg']}. {_AGAIN}"
        ) from None
