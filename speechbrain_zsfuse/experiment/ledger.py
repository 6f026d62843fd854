"""What the contamination ledger knows, as text: ``zsfuse ledger``."""

from speechbrain_zsfuse.errors import nearest, offer
from speechbrain_zsfuse.evaluation.marks import SURE, footnote, mark
from speechbrain_zsfuse.experiment.summary import aligned
from speechbrain_zsfuse.zeroshot.ledger.contamination import contamination
from speechbrain_zsfuse.zeroshot.ledger.entries import read_ledger
from speechbrain_zsfuse.zeroshot.ledger.models import find_model


def tell_ledger(model=None, corpus=None, path=None):
    """All models; one model or corpus; or one of each.

    Arguments
    ---------
    model : str, optional
        See ``find_model``; or a part of the names of several; or a corpus
        alone.
    corpus : str, optional
        Its name in the ledger; case does not count.
    path : str or Path, optional
        See ``read_ledger``.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the ledger has no such model or corpus; it says what it has.

    Example
    -------
    >>> print(tell_ledger("microsoft/wavlm-large", "RAVDESS"))
    Model    WavLM Base+ and Large
    Corpus   RAVDESS
    Scores   zero-shot
    Why      RAVDESS is not in the training data of WavLM Base+ and Large:
             trained on Libri-Light, GigaSpeech, VoxPopuli alone; stated by the
             authors (https://huggingface.co/microsoft/wavlm-large).
    """
    ledger = read_ledger(path)
    bodies = {name.casefold(): name for name in _bodies(ledger)}
    if model is None:
        return _tell_all(ledger)
    if corpus is None and model.casefold() in bodies:
        return _tell_corpus(bodies[model.casefold()], ledger)
    kin = [key for key in ledger.models if model.casefold() in key.casefold()]
    if corpus is None and len(kin) > 1 and model not in ledger.models:
        return _tell_models(kin, ledger)
    name = _find(model, ledger, others=() if corpus else _bodies(ledger))
    if corpus is None:
        return _tell_model(name, ledger)
    if corpus.casefold() not in bodies:
        raise ValueError(
            f"Expected a corpus of the ledger, but got {corpus!r}. "
            f"{offer(corpus, _bodies(ledger))}."
        )
    return _tell_both(name, bodies[corpus.casefold()], ledger)


def _bodies(ledger):
    return [*ledger.corpora, *ledger.collections]


def _find(model, ledger, others):
    """The name of an entry; case does not count here."""
    names = {name.casefold(): name for name in ledger.models}
    name = names.get(model.casefold()) or find_model(model, ledger).name
    if name:
        return name
    known = [
        one
        for key, entry in ledger.models.items()
        for one in (key, *entry.sources, *entry.files)
    ]
    what = "a model or corpus" if others else "a model"
    raise ValueError(
        f"Expected {what} of the ledger, but got {model!r}. "
        f"{nearest(model, [*known, *others])}`zsfuse ledger` lists all. To "
        "state what a model of yours was trained on, write a ledger of your "
        "own: its form stands at the head of known.yaml in zeroshot/ledger."
    )


def _tell_all(ledger):
    return (
        f"{len(ledger.models)} models, {len(ledger.corpora)} emotion corpora\n"
        f"\n{_tell_models(ledger.models, ledger)}"
    )


def _tell_models(names, ledger):
    rows = {name: _sum_up(name, ledger) for name in names}
    return f"{aligned(rows)}\n\nOf one of them: zsfuse ledger MODEL [CORPUS]"


def _sum_up(model, ledger):
    """Of all emotion corpora, which are seen, clean or unknown: in the most
    frequent state are "the others"."""
    states = _by_status(
        ledger.corpora, lambda name: contamination(model, name, ledger=ledger)
    )
    others = max(("clean", "unknown"), key=lambda state: len(states[state]))
    texts = [
        f"{state}: {', '.join(names)}"
        for state, names in states.items()
        if names and state != others
    ]
    rest = f"{'the others' if texts else 'all'} {others}"
    return "; ".join([*texts, rest] if states[others] else texts)


def _by_status(names, look_up):
    """Status to the names that have it, and the part that was seen."""
    states = {"seen": [], "clean": [], "unknown": []}
    for name in names:
        found = look_up(name)
        part = f" ({found.part})" if found.part else ""
        states[found.status].append(name + part)
    return states


def _tell_model(name, ledger):
    entry = ledger.models[name]
    all_named = "all data are named" if entry.complete else "not all named"
    rows = {
        "Model": name,
        "Known as": ", ".join([*entry.sources, *entry.files]) or None,
        "Begins with": ", ".join(ledger.lineage(name)[1:]) or None,
        "Training": f"{entry.source}, {all_named}",
        "Note": entry.note,
        "Corpora": _sum_up(name, ledger),
    }
    said = {}
    for each in entry.trained_on:
        facts = [each.part, each.note, SURE[each.sure], each.source]
        text = "; ".join(filter(None, facts))
        said.setdefault(", ".join(each.corpora), []).append(text)
    texts = [aligned(rows)]
    if said:
        rows = {names: ". ".join(facts) for names, facts in said.items()}
        texts.append(f"Trained on\n{aligned(rows)}")
    return "\n\n".join(texts)


def _tell_corpus(name, ledger):
    states = _by_status(
        ledger.models, lambda model: contamination(model, name, ledger=ledger)
    )
    body = ledger.collections.get(name)
    return aligned(
        {
            "Corpus": name,
            "Contains": ", ".join(body.contains) or None if body else None,
            "Source": body.source if body else None,
            "Note": body.note if body else None,
            "Seen by": "; ".join(states["seen"]) or "no model of the ledger",
            "Clean for": "; ".join(states["clean"]) or "no model of the ledger",
            "Unknown": "; ".join(states["unknown"]) or None,
        }
    )


def _tell_both(model, corpus, ledger):
    found = contamination(model, corpus, ledger=ledger)
    return aligned(
        {
            "Model": model,
            "Corpus": corpus,
            "Scores": mark(found),
            "Why": footnote(found),
        }
    )
