"""Footnotes on where results come from: what is missing, corpora that are not
as they are known, and models that may have heard them; and on what cannot be
compared.
"""

from collections.abc import Iterator, Mapping, Sequence

from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.evaluation.collection.gathering import Collection
from speechbrain_zsfuse.evaluation.collection.system import System
from speechbrain_zsfuse.evaluation.columns import MISMATCH
from speechbrain_zsfuse.evaluation.marks import tell_contamination
from speechbrain_zsfuse.evaluation.paper_tables.columns import Column


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
        *(note for _, system in systems for note in _tell_caveats(system)),
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
    apart = [name for name, s in systems if s.corpus is None]
    if apart and any(collection.corpora):
        notes.append(
            "Apart from the runs, for ids are not those of all test clips of a "
            f"fold, or classes are spelled otherwise: {list_names(apart, 20)}."
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
        elif not result.record and any(result.table().get(MISMATCH, [])):
            yield (
                f"{system.corpus or 'The corpus'} is not as it is known, says "
                f"{system.name}."
            )


def _tell_caveats(system):
    """What makes numbers too good: words or speakers that tell the emotion."""
    for record in system.records:
        for caveat in record.caveats:
            yield f"Of {system.corpus}, {caveat}."


def _tell_heard(system, models):
    for result in system.results:
        if result.record:
            known = result.record.contamination
            yield from tell_contamination(
                {name: known[name] for name in models if name in known}
            )


def tell_uncompared(
    column: Column, compared: Sequence[str], collection: Collection
) -> Iterator[str]:
    """Say what stands beside nothing, and what beside other clips.

    Arguments
    ---------
    column : Column
    compared : list of str
        Names of rows that have a baseline.
    collection : Collection
        That the systems are of.

    Yields
    ------
    str

    Example
    -------
    >>> list(tell_uncompared(Column(None, ["sad"], {}), [], Collection((), ())))
    []
    """
    reasons, clips = {}, {}
    for name, system in column.systems.items():
        alone = system.alm is None
        if collection.baseline:
            alone = system.name == collection.baseline
        if name not in compared and not alone:
            reason = _why_alone(system, collection)
            reasons.setdefault(reason, []).append(name)
        table = next(iter(system.pooled().values()))
        same = clips.setdefault(len(table), {})
        key = frozenset(zip(table["id"], table["label"]))
        same.setdefault(key, []).append(name)
    for reason, names in reasons.items():
        yield (
            f"{column.title}: nothing to compare with, for {reason}: "
            f"{list_names(names)}."
        )
    for same in clips.values():
        if len(same) > 1:
            groups = "; ".join(map(list_names, same.values()))
            yield (
                f"{column.title}: as many test clips, but not the same or with "
                f"other labels: {groups}."
            )


def _why_alone(system, collection):
    found = [other.name for other in collection.baselines_of(system)]
    beside = collection.baseline or "the speech model alone"
    if len(found) > 1:
        several = list_names(found)
        return f"there are several results of {beside}, {several}"
    if found:
        return f"no seed of {found[0]} was tested on a fold of it"
    if collection.baseline:
        return f"there are no results of {beside} on this corpus"
    return f"there are no results of {beside} with the same options"
