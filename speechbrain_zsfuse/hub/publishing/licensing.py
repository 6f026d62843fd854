"""Under which licence the weights of a run go out: the user decides, this
proposes.
"""

from speechbrain_zsfuse.zeroshot.ledger.licences import combine_licences


def choose_licence(facts, chosen=None):
    """The licence of the trained weights.

    They begin with those of the speech model, and know the corpus: so they
    go out under what suits both, if it can be told.

    Arguments
    ---------
    facts : Facts
    chosen : str, optional
        The user's decision, as the Hugging Face hub spells it.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If nothing was chosen and it cannot be told; what is known of each part
        is said.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> from speechbrain_zsfuse.hub.publishing.facts import Part
    >>> facts = SimpleNamespace(encoder=Part("mine"), corpus=Part("RAVDESS"))
    >>> choose_licence(facts, "mit")
    'mit'
    >>> choose_licence(facts)
    Traceback (most recent call last):
    ValueError: Expected a licence for the trained weights, but none follows \
from their parts: mine: unknown; RAVDESS: unknown. Decide, and give it: \
--licence cc-by-nc-sa-4.0, for instance (ids: \
https://huggingface.co/docs/hub/repositories-licenses).
    """
    parts = [facts.encoder, facts.corpus]
    known = [part.licence for part in parts if part.licence]
    proposed = None
    if len(known) == len(parts):
        proposed = combine_licences([licence.id for licence in known])
    if chosen or proposed:
        return chosen or proposed
    told = "; ".join(f"{part.name}: {tell_licence(part)}" for part in parts)
    raise ValueError(
        "Expected a licence for the trained weights, but none follows from "
        f"their parts: {told}. Decide, and give it: --licence cc-by-nc-sa-4.0, "
        "for instance (ids: "
        "https://huggingface.co/docs/hub/repositories-licenses)."
    )


def tell_licence(part):
    """What is known of the licence of a part, in words.

    Arguments
    ---------
    part : Part

    Returns
    -------
    str

    Example
    -------
    >>> from speechbrain_zsfuse.hub.publishing.facts import Part
    >>> from speechbrain_zsfuse.zeroshot.ledger.licences import Licence
    >>> tell_licence(Part("ReCLAP", licence=Licence(id="none", source="page")))
    'none stated (page)'
    """
    licence = part.licence
    if licence is None:
        return "unknown"
    words = {"none": "none stated", "other": "terms of its own"}
    note = f"; {licence.note}" if licence.note else ""
    return f"{words.get(licence.id, licence.id)} ({licence.source}{note})"
