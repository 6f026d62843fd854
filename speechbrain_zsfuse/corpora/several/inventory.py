"""Which emotions are the classes, where corpora do not have the same: those of
any (union), or those of all (intersection). Pure.

Of the union, a corpus keeps what it has, and is trained and measured on that
alone. A corpus that is left out of training is tested on all classes.
"""

from typing import Literal

from speechbrain_zsfuse.errors import list_names

Inventory = Literal["union", "intersection"]


def choose_inventory(emotions, inventory="union", leave_out=None):
    """The classes, where nobody has named them.

    Arguments
    ---------
    emotions : dict
        Corpus to the set of its emotions.
    inventory : str
        ``union`` or ``intersection``.
    leave_out : str, optional
        A corpus that is tested alone: it has all classes.

    Returns
    -------
    list of str
        In alphabetical order.

    Example
    -------
    >>> emotions = {"a": {"sad", "angry"}, "b": {"sad", "happy"}}
    >>> choose_inventory(emotions)
    ['angry', 'happy', 'sad']
    >>> choose_inventory(emotions, "intersection")
    ['sad']
    >>> choose_inventory(emotions, leave_out="b")
    ['sad']
    """
    training = [own for name, own in emotions.items() if name != leave_out]
    is_union = inventory == "union"
    found = (set.union if is_union else set.intersection)(*training)
    if leave_out is not None:
        found = found & emotions[leave_out]
    return sorted(found)


def own_classes(labels, emotions, inventory="union", leave_out=None):
    """The classes of each corpus.

    Arguments
    ---------
    labels : list of str
        All classes.
    emotions, inventory, leave_out
        See ``choose_inventory``.

    Returns
    -------
    dict
        Corpus to its part of ``labels``, in their order.

    Raises
    ------
    ValueError
        If a class is in no corpus that trains; if one is not in each, and it
        is to be the intersection, or not in the one that is left out; or if a
        corpus has less than two.

    Example
    -------
    >>> emotions = {"a": {"sad", "angry", "bored"}, "b": {"sad", "happy"}}
    >>> own_classes(["happy", "sad", "angry"], emotions)
    {'a': ['sad', 'angry'], 'b': ['happy', 'sad']}
    >>> own_classes(["happy", "sad"], emotions, "intersection")
    Traceback (most recent call last):
    ValueError: Expected each of the labels in every corpus, since inventory \
is intersection, but a has no happy. Give labels that all have: sad.
    """
    own = {
        name: [label for label in labels if label in found]
        for name, found in emotions.items()
    }
    shared = choose_inventory(emotions, inventory, leave_out)
    training = {k: v for k, v in own.items() if k != leave_out}
    learned = {label for found in training.values() for label in found}
    absent = [label for label in labels if label not in learned]
    if absent:
        raise ValueError(
            "Expected each of the labels in a corpus that is trained on "
            f"({', '.join(training)}), but none has {', '.join(absent)}. "
            f"Leave them out of `labels`; there is: {_told(shared)}."
        )
    must = dict(own) if inventory == "intersection" else {}
    if leave_out is not None:
        must[leave_out] = own[leave_out]
    lacks = [
        f"{name} has no {', '.join(lacking)}"
        for name, found in must.items()
        if (lacking := [label for label in labels if label not in found])
    ]
    if lacks:
        where = "every corpus, since inventory is intersection"
        if inventory == "union":
            where = f"{leave_out}, which is tested on all of them"
        raise ValueError(
            f"Expected each of the labels in {where}, but {'; '.join(lacks)}. "
            f"Give labels that all have: {_told(shared)}."
        )
    few = {name: found for name, found in own.items() if len(found) < 2}
    if few:
        told = "; ".join(
            f"{name} has {', '.join(found) or 'none'} (of "
            f"{list_names(sorted(emotions[name]), 12)})"
            for name, found in few.items()
        )
        raise ValueError(
            "Expected at least two of the labels in each corpus, since of one "
            f"nothing is learned, but {told}. Choose other `labels`, or leave "
            "the corpus out."
        )
    return own


def _told(labels):
    return ", ".join(labels) or "none"
