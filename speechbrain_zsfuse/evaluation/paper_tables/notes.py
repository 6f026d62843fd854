"""Footnotes on where results come from: what is missing, corpora that are not
as they are known, and models that may have heard them.
"""

from collections.abc import Mapping, Sequence

from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.evaluation.collection.gathering import Collection
from speechbrain_zsfuse.evaluation.collection.system import System
from speechbrain_zsfuse.evaluation.marks import tell_contamination


def tell_results(
    named: Mapping[str, Sequence[System]],
    collection: Collection,
    models: Sequence[str] = ("encoder", "score_source"),
) -> list[str]:
    """Say what is to be known of the results behind a table.

    Arguments
    ---------
    named : dict
        Name of a row to its systems.
    collection : Collection
        That they are of.
    models : list of str
        Those whose training data matter.

    Returns
    -------
    list of str
        Sentences, each once.

    Example
    -------
    >>> tell_results({}, Collection((), ()))
    []
    """
    systems = [(name, system) for name, own in named.items() for system in own]
    foreign = [name for name, system in systems if not system.results[0].record]
    notes = [
        *filter(None, map(_tell_missing, collection.systems)),
        *_tell_unfinished(collection.unfinished),
        *(note for _, system in systems for note in _tell_drift(system)),
        *(
            note
            for _, system in systems
            for note in _tell_heard(system, models)
        ),
    ]
    if foreign:
        notes.append(
            f"From elsewhere, so that training data and options are not known: "
            f"{list_names(foreign, 20)}."
        )
    return list(dict.fromkeys(notes))


def _tell_missing(system):
    if not system.missing:
        return None
    pairs = [f"fold {fold} of seed {seed}" for fold, seed in system.missing]
    told = (
        f"{system.name}: no result of {list_names(pairs)}; seeds that lack a "
        "fold are left out"
    )
    return told + ("." if system.seeds else ", here all.")


def _tell_unfinished(records):
    if records:
        names = [
            f"{record.experiment or record.folder.name}"
            + (f", fold {record.fold}" if record.fold else "")
            + f", seed {record.seed}"
            for record in records
        ]
        yield f"Begun and not finished: {'; '.join(names)}."


def _tell_drift(system):
    """A corpus that is not as it is known; of systems, their mismatches."""
    for result in system.results:
        if result.record and result.record.mismatch:
            said = "; ".join(line.strip() for line in result.record.mismatch)
            yield f"{system.corpus} is not as it is known: {said}"


def _tell_heard(system, models):
    for result in system.results:
        if result.record:
            known = result.record.contamination
            yield from tell_contamination(
                {name: known[name] for name in models if name in known}
            )
