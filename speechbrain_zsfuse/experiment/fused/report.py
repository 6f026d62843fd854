"""A fused study as files: Table II as Markdown, CSV and JSON."""

from pathlib import Path

from speechbrain_zsfuse import __version__
from speechbrain_zsfuse.evaluation.amplification.effect import (
    describe_effect,
    read_fused,
)
from speechbrain_zsfuse.evaluation.amplification.table_two import (
    format_effect,
    tabulate_effect,
)
from speechbrain_zsfuse.evaluation.fields import METRICS
from speechbrain_zsfuse.evaluation.marks import tell_contamination
from speechbrain_zsfuse.evaluation.record import read_record
from speechbrain_zsfuse.files import write_json, write_text

_NAME = "table_2"


def write_effect(folder, plan, same, failures):
    """Write Table II of the runs that are finished.

    Arguments
    ---------
    folder : str or Path
        Gets ``table_2.md``, ``table_2.csv`` and ``table_2.json``.
    plan : FusedPlan
    same : dict
        Every cell that was asked for to the one that sounds the same, see
        ``find_same``.
    failures : dict
        Folder of a run that failed to the reason.

    Returns
    -------
    str
        The Markdown.

    Raises
    ------
    RuntimeError
        If no combination has all its runs.

    Example
    -------
    >>> from speechbrain_zsfuse.experiment.fused.plan import FusedPlan
    >>> plan = FusedPlan(None, {}, [])
    >>> write_effect("results", plan, {}, {"a": "No corpus."})
    Traceback (most recent call last):
    RuntimeError: Expected runs of all seeds for at least one combination, \
but none is complete. Of those that failed, the first (a): No corpus.
    """
    whole = {c: runs for c, runs in plan.runs.items() if _are_finished(runs)}
    if not whole:
        path, reason = next(iter(failures.items()), ("none", "none failed."))
        raise RuntimeError(
            "Expected runs of all seeds for at least one combination, but none "
            f"is complete. Of those that failed, the first ({path}): {reason}"
        )
    effect = describe_effect(
        {cell: _read(runs) for cell, runs in whole.items()},
        _read(plan.baseline) if _are_finished(plan.baseline) else [],
    )
    record = read_record(next(iter(whole.values()))[0].folder)
    system, corpus = name_system(record), name_corpus(record)
    left_out = [cell for cell in plan.runs if cell not in whole]
    notes = [
        *tell_contamination(record.contamination),
        *_tell_rest(same, left_out, failures),
    ]
    # Of each a paragraph.
    text = "\n\n".join([format_effect(effect, system, corpus).rstrip(), *notes])
    facts = {
        "system": system,
        "corpus": corpus,
        "contamination": record.contamination,
        "notes": notes,
        "runs": {str(cell): _paths(runs) for cell, runs in plan.runs.items()},
        "baseline": _paths(plan.baseline),
        "version": __version__,
    }
    stem = Path(folder) / _NAME
    table = tabulate_effect(effect)
    write_text(stem.with_suffix(".md"), text + "\n")
    write_text(stem.with_suffix(".csv"), table.to_csv(index=False))
    write_json(stem.with_suffix(".json"), {"format": 1, **facts, **effect})
    return text


def name_system(record):
    """Speech model and audio-language model, shortly.

    Arguments
    ---------
    record : Record

    Returns
    -------
    str

    Example
    -------
    >>> from types import SimpleNamespace
    >>> record = SimpleNamespace(
    ...     encoder={
    ...         "class": "x.SSLEncoder",
    ...         "source": "microsoft/wavlm-large",
    ...     },
    ...     score_source={"class": "y.CLSP", "source": "/models/clsp"},
    ... )
    >>> name_system(record)
    'wavlm-large + CLSP'
    """
    kinds = [
        part["class"].rpartition(".")[2]
        for part in (record.encoder, record.score_source)
    ]
    source = record.encoder["source"]
    return f"{Path(source).name if source else kinds[0]} + {kinds[1]}"


def name_corpus(record):
    """Corpus and fold.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> name_corpus(SimpleNamespace(corpus="IEMOCAP", fold=2))
    'IEMOCAP, fold 2'
    """
    return f"{record.corpus}" + (f", fold {record.fold}" if record.fold else "")


def _are_finished(runs):
    return bool(runs) and all(run.is_done(METRICS) for run in runs)


def _read(runs):
    return [read_fused(run.folder) for run in runs]


def _paths(runs):
    return [str(run.folder) for run in runs]


def _tell_rest(same, left_out, failures):
    """What else is to be known beside the numbers."""
    pairs = [f"{cell} as {one}" for cell, one in same.items() if cell != one]
    if pairs:
        yield f"Sounds the same, and is one run: {', '.join(pairs)}."
    if left_out:
        cells = ", ".join(map(str, left_out))
        yield f"Left out, since runs of them are not finished: {cells}."
    for folder, reason in failures.items():
        yield f"Failed: {folder}: {reason.splitlines()[-1].strip()}"
