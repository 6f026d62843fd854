"""What a run says of itself, as far as others may know it."""

from dataclasses import dataclass

import pandas

from speechbrain_zsfuse.corpora.sealing import read_certificate
from speechbrain_zsfuse.evaluation.record import Record, read_record
from speechbrain_zsfuse.loading.sources import is_path
from speechbrain_zsfuse.zeroshot.ledger.entries import Ledger, read_ledger
from speechbrain_zsfuse.zeroshot.ledger.licences import Licence
from speechbrain_zsfuse.zeroshot.ledger.models import find_model, hub_id


@dataclass(frozen=True)
class Part:
    """A model or corpus that a published model is made of.

    Attributes
    ----------
    name : str
        In the ledger; else its hub id, or words that give nothing away.
    hub_id : str or None
        Where others find it; None of a local folder that nobody knows.
    paper : str or None
        Address of its description.
    licence : Licence or None
        None: the ledger does not know.

    Example
    -------
    >>> Part("CLSP", "yfyeung/CLSP").licence
    """

    name: str
    hub_id: str | None = None
    paper: str | None = None
    licence: Licence | None = None


@dataclass(frozen=True)
class Facts:
    """A finished run and its parts.

    Attributes
    ----------
    record : Record
    table : pandas.DataFrame
        Test predictions, see ``read_predictions``.
    certificate : dict
        Of the corpus; empty if the run has none.
    encoder, corpus : Part
    alm : Part or None
        None without zero-shot scores.

    Example
    -------
    >>> sorted(Facts.__annotations__)[:3]
    ['alm', 'certificate', 'corpus']
    """

    record: Record
    table: pandas.DataFrame
    certificate: dict
    encoder: Part
    corpus: Part
    alm: Part | None


def read_facts(run, ledger=None):
    """Read a run that is to be published.

    Arguments
    ---------
    run : str or Path
        Its output folder.
    ledger : str or Path, optional
        A YAML of one's own on top of what is known of models and corpora.

    Returns
    -------
    Facts

    Raises
    ------
    FileNotFoundError
        If there is no run.
    ValueError
        If it was not tested; or if its record, predictions, metrics or
        certificate are damaged or not as they were written.

    Example
    -------
    >>> read_facts(getfixture("tmpdir"))
    Traceback (most recent call last):
    FileNotFoundError: Expected a run in ..., but there is no run.json. Give \
the output folder of a run.
    """
    record = read_record(run)
    if not (record.finished and record.metrics):
        raise ValueError(
            f"Expected a finished run in {run}, but it has not been tested. "
            "Run the same recipe again: it goes on where it was."
        )
    known, alm = read_ledger(ledger), record.score_source
    return Facts(
        record=record,
        table=record.predictions(),
        certificate=read_certificate(run),
        encoder=describe_model(record.encoder, "a speech model", known),
        corpus=_describe_corpus(record.corpus, known),
        alm=alm and describe_model(alm, "an audio-language model", known),
    )


def describe_model(facts, words, ledger: Ledger):
    """What others may know of a model.

    Arguments
    ---------
    facts : dict
        ``class`` and ``source``, as ``run.json`` holds them.
    words : str
        What it is called if nobody knows it.
    ledger : Ledger

    Returns
    -------
    Part

    Example
    -------
    >>> facts = {"class": "CLSP", "source": "yfyeung/CLSP"}
    >>> describe_model(facts, "a model", read_ledger()).licence.id
    'apache-2.0'
    >>> describe_model({"source": "/home/me/wavlm"}, "a model", read_ledger())
    Part(name='a model', hub_id=None, paper=None, licence=None)
    """
    found = find_model(facts, ledger)
    source = hub_id(str((facts or {}).get("source") or ""))
    hub = source if source and not is_path(source) else None
    licence = ledger.licences.get(found.name)
    name = found.name
    if name and not found.same_weights:
        name = f"{name} or what began with it"
        # What may not be copied may not be when it was trained further, either.
        licence = None if licence is None or licence.known else licence
    entry = ledger.models.get(found.name)
    return Part(
        name=name or hub or words,
        hub_id=hub,
        paper=entry and entry.source,
        licence=licence,
    )


def _describe_corpus(name, ledger):
    licence = ledger.licences.get(name)
    return Part(name or "a corpus without a name", licence=licence)
