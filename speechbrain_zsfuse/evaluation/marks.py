"""Words for what must be known beside a score: whether it is zero-shot, from
``contamination`` in ``run.json`` or the ledger, and what is reached without
hearing, from ``baselines``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

# How sure a statement is, the surest first.
SURE = {
    "authors": "stated by the authors",
    "list": "inferred from a list",
    "third parties": "reported by third parties",
}
MARKS = {
    "clean": "zero-shot",
    "seen": "not zero-shot: seen in training",
    "unknown": "zero-shot? (training data unknown)",
}
_OF_FOOTNOTES = ("corpus", "model", "part", "sure", "note", "source")
_MODELS = {
    "encoder": "speech model",
    "score_source": "audio-language model",
}
_UNHEARD = {
    "majority": "always the most frequent emotion",
    "text": "by the words",
    "speaker": "by the speaker",
}
_SAME = 1e-9  # of means that are added up in another order
# What labels of the corpus decided, by where a score source says so.
_LEARNED = {
    "weights": "learned weights of prompts",
    "chosen": "repeats chosen on validation",
}


def mark(found, source=None):
    """Whether scores are zero-shot, in a few words.

    Arguments
    ---------
    found : Contamination, dict or None
        Of the model that scored and the corpus; a dict as ``run.json`` holds
        it; None if nothing is known, as of runs of earlier versions.
    source : dict, optional
        What scored: see ``ScoreSource.describe``. What labels of the corpus
        decided of it is named, too.

    Returns
    -------
    str

    Example
    -------
    >>> mark({"status": "seen", "part": "training part"})
    'not zero-shot: seen in training (training part)'
    >>> mark(None)
    'zero-shot? (training data unknown)'
    >>> mark({"status": "clean"}, {"weights": [0.5, 0.5]})
    'zero-shot, but for learned weights of prompts'
    """
    found, source = _facts(found), source or {}
    part, text = found.get("part"), MARKS[found["status"]]
    if found["status"] == "seen":
        return f"{text} ({part})" if part else text
    learned = [words for name, words in _LEARNED.items() if source.get(name)]
    return f"{text}, but for {' and '.join(learned)}" if learned else text


def footnote(found):
    """Why a score is marked as it is: one sentence, with its source.

    Arguments
    ---------
    found : Contamination or dict
        See ``mark``.

    Returns
    -------
    str

    Example
    -------
    >>> known = {"status": "seen", "corpus": "MSP-Podcast", "part": None}
    >>> known |= {"model": "ParaCLAP", "sure": "authors", "source": "a paper"}
    >>> print(footnote(known | {"note": None}))
    MSP-Podcast is in the training data of ParaCLAP: stated by the authors (a \
paper).
    """
    found = dict.fromkeys(_OF_FOOTNOTES) | dict(_facts(found))
    corpus, model = found["corpus"] or "the corpus", found["model"]
    model = model or "this model"
    part = f" ({found['part']})" if found["part"] else ""
    start = {
        "clean": f"{corpus} is not in the training data of {model}",
        "seen": f"{corpus}{part} is in the training data of {model}",
        "unknown": f"Whether {corpus} is in the training data of {model} is "
        "unknown",
    }[found["status"]]
    sure = found["sure"] and SURE[found["sure"]]
    reasons = "; ".join(filter(None, [found["note"], sure]))
    reasons = reasons and f": {reasons}"
    source = f" ({found['source']})" if found["source"] else ""
    return f"{start}{reasons}{source}."


def tell_contamination(found: Mapping[str, Mapping | None]) -> Iterator[str]:
    """Whether the models of a run have heard the corpus in their training.

    Arguments
    ---------
    found : dict
        Of ``run.json``: ``encoder`` and ``score_source``.

    Yields
    ------
    str
        A sentence a model; nothing of what is not known to the record.

    Example
    -------
    >>> clean = {"status": "clean", "corpus": "MELD", "model": "CLSP"}
    >>> clean |= dict.fromkeys(["part", "sure", "source"]) | {"note": "stated"}
    >>> list(tell_contamination({"encoder": None, "score_source": clean}))
    ['Of the audio-language model: MELD is not in the training data of CLSP: \
stated.']
    """
    for name, known in found.items():
        if known:
            yield f"Of the {_MODELS[name]}: {footnote(known)}"


def name_release(
    corpus: str | None, release: str | None, mismatch: object = ()
) -> str:
    """A corpus with its release: what differs from it is not called so.

    Example
    -------
    >>> name_release("EmoDB", "1.x"), name_release("Mine", None)
    ('EmoDB 1.x', 'Mine')
    >>> name_release("nEMO", "complete", mismatch=["clips: …"])
    'nEMO, not as its release complete'
    """
    mark = ", not as its release" * bool(release and mismatch)
    return " ".join(map(str, filter(None, [f"{corpus or ''}{mark}", release])))


def tell_baselines(found: Mapping[str, Mapping] | None) -> str | None:
    """The UAR of each way to guess without audio.

    Arguments
    ---------
    found : dict or None
        ``majority``, ``text`` and ``speaker``, as far as they are known, each
        with ``uar``.

    Returns
    -------
    str or None
        None if nothing is known. What is no better than the majority has no
        number: that of speakers who say everything equally often is 0.

    Example
    -------
    >>> found = {"majority": {"uar": 0.25}, "text": {"uar": 0.7}}
    >>> tell_baselines(found | {"speaker": {"uar": 0.0}})
    'UAR 25.0 % always the most frequent emotion, 70.0 % by the words, no \
more by the speaker'
    """
    told, chance = [], (found or {}).get("majority", {}).get("uar")
    for name, words in _UNHEARD.items():
        if name in (found or {}):
            uar = found[name]["uar"]
            no_more = name != "majority" and chance and uar < chance + _SAME
            told.append(f"{'no more' if no_more else _percent(uar)} {words}")
    return f"UAR {', '.join(told)}" if told else None


def _percent(share):
    return f"{100 * share:.1f} %"


def _facts(found):
    if found is None:
        return {"status": "unknown"}
    return found if isinstance(found, Mapping) else asdict(found)
