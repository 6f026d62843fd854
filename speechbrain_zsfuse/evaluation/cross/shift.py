"""What changes from one corpus to another, in a few words. Pure.

Facts are those of a certificate's ``about``: ``languages`` (codes), ``style``
(acted, natural …), ``label_source`` (expressed, perceived …), ``confounded``
(text or speaker), ``licence``. What is not known is said to be so.
"""

from collections.abc import Mapping

_SIDES = {"style": "style", "label_source": "label source"}


def tell_shift(
    source: Mapping, target: Mapping, same_text: float | None = None
) -> list[str]:
    """Tags of a pair of corpora.

    Arguments
    ---------
    source, target : dict
        What is known of each.
    same_text : float, optional
        Share of the target's clips whose words occur in the source, in [0, 1].

    Returns
    -------
    list of str
        Language, style, label source, and text if it is known.

    Example
    -------
    >>> german = {"languages": ["de"], "style": "acted"}
    >>> urdu = {"languages": ["ur"], "style": "natural"}
    >>> tell_shift(german, urdu | {"label_source": "perceived"}, 0.0)
    ['de → ur', 'acted → natural', 'label source ? → perceived', 'other words']
    >>> tell_shift(german, german)[:2]
    ['de', 'acted']
    """
    both = source, target
    spoken = ["+".join(one.get("languages") or ["?"]) for one in both]
    tags = [_pair(*spoken, "language")]
    for key, name in _SIDES.items():
        sides = [str(one.get(key) or "?") for one in both]
        tags.append(_pair(*sides, name))
    if same_text is not None:
        words = f"{100 * same_text:.0f} % of its words known"
        tags.append(words if same_text else "other words")
    return tags


def tell_confounded(about: Mapping) -> str:
    """What gives the emotions of a corpus away, as a phrase; empty if nothing
    is known to.

    Example
    -------
    >>> tell_confounded({"confounded": "speaker"})
    'the speaker gives the emotion away'
    """
    what = about.get("confounded")
    words = {"text": "the words give", "speaker": "the speaker gives"}
    return f"{words.get(what, f'the {what} gives')} the emotion away" * bool(
        what
    )


def _pair(before, after, name):
    """One word if both are the same; what is not known bears its name."""
    unknown = "?" in (before, after)
    name = f"{name} " * unknown
    return name + (before if before == after else f"{before} → {after}")
