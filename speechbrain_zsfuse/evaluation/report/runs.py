"""The runs of a report: how each is done again, and which are not finished."""

import shlex

from speechbrain_zsfuse.evaluation.collection.gathering import Collection
from speechbrain_zsfuse.evaluation.paper_tables.writing.wording import (
    NOTHING,
    share,
)
from speechbrain_zsfuse.evaluation.report.blocks import (
    Block,
    Code,
    Details,
    Notes,
    Table,
    Text,
)
from speechbrain_zsfuse.files import read_json

_SETTINGS, _INPUTS = "hyperparams.yaml", "inputs.json"
_COLUMNS = "folder", "fold", "seed", "epoch", "UAR valid", "UAR test"
_AGAIN = "Delete it: what it says is then left out."


def describe_runs(collection: Collection) -> list[Block]:
    """Commands and settings of every run, by systems.

    Arguments
    ---------
    collection : Collection

    Returns
    -------
    list of blocks

    Example
    -------
    >>> describe_runs(Collection((), ()))[0].text
    'There are no results.'
    """
    trained = [s for s in collection.systems if s.records]
    others = [s.name for s in collection.systems if not s.records]
    blocks: list[Block] = [_describe(system) for system in trained]
    if others:
        told = f"How predictions were made is unknown of {', '.join(others)}."
        blocks.append(Text(told))
    return blocks or [Text("There are no results.")]


def _describe(system):
    records = system.records
    blocks = [
        Code("Commands", "\n".join(map(_command, records))),
        Table("Runs", _COLUMNS, [_row(record) for record in records]),
        _code(records),
    ]
    first = records[0].folder / _SETTINGS
    if first.is_file():
        settings = first.read_text(encoding="utf-8", errors="replace")
        blocks.append(Code(f"All settings, of {first}", settings))
    remarks = [f"{r.folder}: {one}" for r in records for one in r.remarks]
    if remarks:
        blocks.append(Notes(remarks, "Remarks on the results", alert=True))
    n = len(records)
    corpus = f", {system.corpus}" if system.corpus else ""
    return Details(f"{system.name}{corpus}", blocks, f"{n} run{'s' * (n > 1)}")


def _command(record):
    """As it was given; else that which does the run again."""
    if record.command:
        return shlex.join(record.command)
    return shlex.join(["python", "train.py", str(record.folder / _SETTINGS)])


def _row(record):
    valid = record.metrics["valid"]
    fold = NOTHING if record.fold is None else str(record.fold)
    uars = [valid.get("UAR"), record.metrics["test"].get("UAR")]
    told = [NOTHING if uar is None else share(uar) for uar in uars]
    epoch = str(valid.get("epoch", NOTHING))
    return [str(record.folder), fold, str(record.seed), epoch, *told]


def _code(records):
    """Versions, device, and files of the recipe; several where runs differ."""
    found = {}
    for record in records:
        path = record.folder / _INPUTS
        facts = read_json(path, _AGAIN) if path.is_file() else {}
        facts = {
            "speechbrain-zsfuse": record.version,
            **facts.get("circumstances", {}),
            **{f"{n} (sha256)": value for n, value in record.code.items()},
        }
        for name, value in facts.items():
            found.setdefault(name, {})[str(value)] = None
    rows = [[name, ", ".join(values)] for name, values in found.items()]
    return Table("Made with", ["what", "which"], rows, prose=True)


def describe_unfinished(collection: Collection) -> list[Block]:
    """Runs that were begun and have no results.

    Arguments
    ---------
    collection : Collection

    Returns
    -------
    list of blocks

    Example
    -------
    >>> describe_unfinished(Collection((), ()))[0].text
    'All runs that were begun are finished.'
    """
    if not collection.unfinished:
        return [Text("All runs that were begun are finished.")]
    facts = [(r.experiment, r.fold, r.seed) for r in collection.unfinished]
    rows = [
        [str(record.folder), *(str(fact or NOTHING) for fact in own)]
        for record, own in zip(collection.unfinished, facts)
    ]
    columns = ["folder", "experiment", "fold", "seed"]
    return [Table("Begun, not finished", columns, rows, prose=True)]
