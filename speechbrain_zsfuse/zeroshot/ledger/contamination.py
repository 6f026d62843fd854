"""Has a model heard a corpus in its training? What the ledger says.

``seen`` if a source says so, of the model or of one it begins with; ``clean``
only if all training data are published and the corpus is not among them, nor
may be within them; else ``unknown``.
"""

from dataclasses import dataclass

from speechbrain_zsfuse.evaluation.marks import SURE
from speechbrain_zsfuse.zeroshot.ledger.entries import ANYTHING, read_ledger
from speechbrain_zsfuse.zeroshot.ledger.models import find_model


@dataclass(frozen=True)
class Contamination:
    """What is known of a model and a corpus.

    Arguments
    ---------
    status : str
        ``clean``, ``seen`` or ``unknown``.
    corpus : str
    model : str or None
        Name of the model's entry in the ledger.
    part : str or None
        Of the corpus, if not all of it was seen.
    sure : str or None
        ``authors`` (they state it), ``list`` (inferred from one) or ``third
        parties`` (reported by others).
    source : str or None
        Who says so.
    note : str or None
        Why, in words.

    Example
    -------
    >>> Contamination("unknown", "MELD").part
    """

    status: str
    corpus: str
    model: str | None = None
    part: str | None = None
    sure: str | None = None
    source: str | None = None
    note: str | None = None


def contamination(model, corpus, release=None, ledger=None):
    """Look up whether a model has heard a corpus in its training.

    Arguments
    ---------
    model : str, Path or dict
        See ``find_model``.
    corpus : str
        As its certificate names it.
    release : str, optional
        Of the corpus; that of a statement is noted beside it if it is another.
    ledger : Ledger, optional
        Default: what is documented.

    Returns
    -------
    Contamination

    Raises
    ------
    ValueError
        See ``find_model``.

    Example
    -------
    >>> contamination("microsoft/wavlm-large", "IEMOCAP").status
    'clean'
    >>> contamination("KeiKinn/paraclap", "MSP-Podcast").part
    'training part'
    >>> contamination("results/clap", "RAVDESS").status
    'unknown'
    """
    ledger = read_ledger() if ledger is None else ledger
    name, same_weights = find_model(model, ledger)
    if name is None:
        why = "no entry of the ledger names the model"
        return Contamination("unknown", corpus, note=why)
    if corpus not in {*ledger.corpora, *ledger.collections}:
        why = "no entry of the ledger names the corpus"
        return Contamination("unknown", corpus, name, note=why)
    seen = list(_hits(name, corpus, release, ledger))
    if seen:  # all of it before a part, the surest source, the nearest model
        return min(seen, key=lambda hit: (bool(hit.part), _rank(hit.sure)))
    doubt = _doubt(name, corpus, ledger)
    if not same_weights:
        doubt = (
            f"it is {name}, or began with it: what it was trained on since is "
            "unknown"
        )
    source = ledger.models[name].source
    if doubt:
        return Contamination("unknown", corpus, name, source=source, note=doubt)
    said = [each for _, each, _ in _bodies(name, ledger)]
    names = dict.fromkeys(body for _, _, body in _bodies(name, ledger))
    return Contamination(
        "clean",
        corpus,
        name,
        sure=max((each.sure for each in said), key=_rank, default="authors"),
        source="; ".join(dict.fromkeys(s.source for s in said)) or source,
        note=f"trained on {', '.join(names)} alone" if names else None,
    )


def _rank(sure):
    return [*SURE].index(sure)


def _bodies(name, ledger):
    """What a model and those that it begins with were trained on: the model,
    the statement, the corpus or collection."""
    for one in ledger.lineage(name):
        for said in ledger.models[one].trained_on:
            for body in said.corpora:
                yield one, said, body


def _hits(name, corpus, release, ledger):
    """Every statement by which a corpus, or a part of it, was heard."""
    for one, said, body in _bodies(name, ledger):
        inside = body != corpus and corpus in ledger.within(body)
        if not inside and body not in ledger.within(corpus):
            continue
        notes = {
            f"it begins with {one}": one != name,
            f"{body} contains {corpus}": inside,
            f"said of release {said.release}": said.release
            not in (None, release),
            said.note: said.note,
        }
        yield Contamination(
            "seen",
            corpus,
            name,
            part=said.part if inside or body == corpus else f"its {body}",
            # What a collection holds is one inference more.
            sure=max(said.sure, "list", key=_rank) if inside else said.sure,
            source=said.source,
            note="; ".join(note for note, holds in notes.items() if holds)
            or None,
        )


def _doubt(name, corpus, ledger):
    """Why a corpus may have been heard though nobody says so, or None."""
    for _, _, body in _bodies(name, ledger):
        if _may_hold(body, corpus, ledger):
            kind = ledger.collections[body].note
            note = f"{body} may contain it" + f" ({kind})" * bool(kind)
            own = ledger.models[name].note
            return f"{note}; {own}" if own else note
    for one in ledger.lineage(name):
        entry = ledger.models[one]
        if not entry.complete:
            begun = "" if one == name else f"it begins with {one}: "
            return begun + (entry.note or "not all training data are named")
    return None


def _may_hold(body, corpus, ledger):
    inner = map(ledger.collections.get, ledger.within(body))
    return any(
        one.may_contain == ANYTHING
        or ledger.within(corpus) & {*one.may_contain}
        for one in inner
        if one
    )
