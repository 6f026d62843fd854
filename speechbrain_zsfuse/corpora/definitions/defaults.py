"""What follows from a definition where a YAML says nothing: the classes."""

from collections.abc import Mapping
from pathlib import Path

from speechbrain_zsfuse.corpora.definitions.definition import (
    find_definition,
    list_definitions,
)
from speechbrain_zsfuse.errors import nearest


def fill_from_definition(settings):
    """Values of settings that are left to the definition of the corpus.

    Arguments
    ---------
    settings : dict
        ``corpus`` and ``labels``; perhaps ``merge`` and ``data_folder``.

    Returns
    -------
    dict
        ``labels``, if they are None and it is one corpus: all its emotions,
        after ``merge``, in the order of the alphabet; a style that is no
        emotion is not among them.

    Raises
    ------
    ValueError
        If there is no such definition, or it cannot be used.

    Example
    -------
    >>> fill_from_definition({"corpus": "urdu", "labels": None})
    {'labels': ['angry', 'happy', 'neutral', 'sad']}
    >>> fill_from_definition({"corpus": "urdu", "labels": ["sad", "happy"]})
    {}
    """
    corpus = settings.get("corpus")
    is_one = not isinstance(settings.get("data_folder"), Mapping)
    is_open = settings.get("labels", "") is None
    if not (isinstance(corpus, str) and is_one and is_open):
        return {}
    refuse_undefined(corpus)
    definition = find_definition(corpus)
    words = {*definition.emotion.values()} - {*definition.styles}
    merge = settings.get("merge") or {}
    return {"labels": sorted({merge.get(word, word) for word in words})}


def refuse_undefined(corpus):
    """Who has no definition is read by code of a recipe, if by any: its
    emotions are not known before.

    Example
    -------
    >>> refuse_undefined("thaiser")
    Traceback (most recent call last):
    ValueError: Expected corpora whose emotions can be looked up, but there \
is no definition of thaiser. Give the classes: --labels='[neutral, happy, sad, \
angry]'.
    """
    known = list_definitions()
    is_path = Path(corpus).suffix.lower() in (".yaml", ".yml")
    if corpus not in known and not is_path:
        raise ValueError(
            "Expected corpora whose emotions can be looked up, but there is "
            f"no definition of {corpus}. {nearest(corpus, known)}Give the "
            "classes: --labels='[neutral, happy, sad, angry]'."
        )
