"""Several corpora, read: each by its definition or its table. No sound is
opened.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import WithJsonSchema
from typing_extensions import TypedDict

from speechbrain_zsfuse.corpora.definitions.defaults import refuse_undefined
from speechbrain_zsfuse.corpora.folds.division import Fold
from speechbrain_zsfuse.corpora.own.columns import Columns
from speechbrain_zsfuse.corpora.prepare import Folds, read_corpus
from speechbrain_zsfuse.corpora.roots import CorpusName, Roots
from speechbrain_zsfuse.corpora.several.inventory import (
    Inventory,
    choose_inventory,
)
from speechbrain_zsfuse.corpora.several.joining import name_joined
from speechbrain_zsfuse.errors import list_names, offer
from speechbrain_zsfuse.options import Place, Text, check

logger = logging.getLogger(__name__)


class Given(TypedDict, total=False):
    """What may be said of one of several corpora; see ``prepare_corpus``."""

    corpus: Text
    release: Text
    table: Place
    columns: Columns
    speakers: Place
    fold: Fold
    folds: Folds


Corpora = Annotated[
    Mapping[CorpusName, Mapping],
    WithJsonSchema(
        {
            "description": "a dictionary of corpus to what is said of it",
            "advice": "Write {mine: {table: my.csv}}, for instance.",
        }
    ),
]
_READ = ("corpus", "release", "table", "columns", "speakers")


def read_several(data_folder, corpora=None, readers=None):
    """Read several corpora.

    Arguments
    ---------
    data_folder : dict
        Name of each corpus to its folder.
    corpora : dict, optional
        Name to options of ``prepare_corpus``: ``corpus``, the name of its
        definition, if it is another; or ``table`` in its place.
    readers : dict, optional
        Name of a corpus without a definition to who reads it.

    Returns
    -------
    dict
        Name to Reading, whose speakers bear the name.

    Raises
    ------
    ValueError
        If there are less than two, or options of a corpus that is not there.

    Example
    -------
    >>> read_several({"emodb": "/data"})
    Traceback (most recent call last):
    ValueError: Expected the folders of at least two corpora, but got one of \
emodb. Add others, or give --data_folder=/data alone.
    """
    corpora = check_given(data_folder, corpora)
    readings = {}
    for name, folder in data_folder.items():
        given = corpora.get(name, {})
        if given.get("table") is None:
            given = {"corpus": name, **given}
        options = {key: given[key] for key in _READ if key in given}
        folder = Path(folder).resolve()
        reading = read_corpus(folder, **options, readers=readers)
        readings[name] = replace(reading, corpus=name)
    return readings


def check_given(data_folder, corpora=None):
    """What is said of each corpus, checked; see ``read_several``.

    Returns
    -------
    dict

    Example
    -------
    >>> folders = {"emodb": "/data/EmoDB", "mine": "/data/mine"}
    >>> check_given(folders, {"mine": {"tabel": "my.csv"}})
    Traceback (most recent call last):
    ValueError: Expected options of mine, but got 'tabel'. Did you mean table? \
There is: corpus, release, table, columns, speakers and 2 more.
    """
    check("--data_folder", data_folder, Roots)
    corpora = dict(corpora or {})
    if len(data_folder) < 2:
        [(name, folder)] = data_folder.items()
        raise ValueError(
            "Expected the folders of at least two corpora, but got one of "
            f"{name}. Add others, or give --data_folder={folder} alone."
        )
    known = [*Given.__annotations__]
    for name, given in corpora.items():
        if name not in data_folder:
            raise ValueError(
                f"Expected `corpora` to tell of {list_names(data_folder, 40)}, "
                f"but got {name}. Give its folder, too, in data_folder."
            )
        for key in given or {}:
            if key not in known:
                raise ValueError(
                    f"Expected options of {name}, but got {key!r}. "
                    f"{offer(key, known)}."
                )
        check(f"corpora.{name}", given or {}, Given)
    return {name: dict(given or {}) for name, given in corpora.items()}


def emotions_of(readings, merge=None):
    """The emotions of each corpus.

    Arguments
    ---------
    readings : dict
        See ``read_several``.
    merge : dict, optional
        Emotion to the one it counts as.

    Returns
    -------
    dict
        Corpus to a set of str.

    Raises
    ------
    ValueError
        If nothing in any corpus is what is to be merged.

    Example
    -------
    >>> emotions_of({}, {"excited": "happy"})
    Traceback (most recent call last):
    ValueError: Expected to merge emotions of a corpus, but nothing is \
excited. Change `merge`.
    """
    merge = merge or {}
    found = {k: {*one.clips["emotion"]} for k, one in readings.items()}
    strange = set(merge).difference(*found.values())
    if strange:
        raise ValueError(
            "Expected to merge emotions of a corpus, but nothing is "
            f"{', '.join(sorted(strange))}. Change `merge`."
        )
    return {
        name: {merge.get(word, word) for word in words}
        for name, words in found.items()
    }


def fill_from_corpora(settings):
    """What follows from several corpora where a YAML leaves it open.

    Arguments
    ---------
    settings : dict
        ``data_folder``, ``labels`` and ``results_folder``; perhaps
        ``corpora``, ``merge``, ``inventory`` and ``leave_out``.

    Returns
    -------
    dict
        Those of ``labels`` and ``results_folder`` that are None, if there are
        several folders: see ``choose_inventory``; and ``results/<names>``.

    Example
    -------
    >>> folders = {"urdu": "/data/URDU", "emodb": "/data/EmoDB"}
    >>> fill_from_corpora({"data_folder": folders, "results_folder": None})
    {'results_folder': 'results/emodb+urdu'}
    >>> fill_from_corpora({"data_folder": "/data/EmoDB", "labels": None})
    {}
    """
    folders, filled = settings.get("data_folder"), {}
    if not isinstance(folders, Mapping):
        return {}
    if settings.get("results_folder", "") is None:
        filled["results_folder"] = f"results/{name_joined(folders)}"
    if settings.get("labels", "") is None:
        filled["labels"] = _choose_labels(settings)
    return filled


def _choose_labels(settings):
    folders = settings["data_folder"]
    corpora = check_given(folders, settings.get("corpora"))
    for name in folders:
        given = corpora.get(name, {})
        if given.get("table") is None:
            refuse_undefined(str(given.get("corpus", name)))
    readings = read_several(folders, corpora)
    leave_out = check_left_out(settings.get("leave_out"), folders)
    emotions = emotions_of(readings, settings.get("merge"))
    inventory = check(
        "--inventory", settings.get("inventory", "union"), Inventory
    )
    labels = choose_inventory(emotions, inventory, leave_out)
    for name, words in emotions.items():
        logger.info("Emotions of %s: %s", name, ", ".join(sorted(words)))
    if len(labels) < 2:
        raise ValueError(
            "Expected corpora with at least two emotions to learn and test, "
            f"but they have {', '.join(labels) or 'none'}. Choose other "
            "corpora, or what their emotions count as (`merge`)."
        )
    return labels


def check_left_out(name, folders):
    """A corpus that is there, or None.

    Example
    -------
    >>> check_left_out("emo", {"emodb": "/data/EmoDB", "urdu": "/data/URDU"})
    Traceback (most recent call last):
    ValueError: Expected --leave_out to be a corpus of data_folder, but got \
'emo'. Did you mean emodb? There is: emodb, urdu.
    """
    if name is not None and name not in folders:
        raise ValueError(
            "Expected --leave_out to be a corpus of data_folder, but got "
            f"{name!r}. {offer(str(name), folders)}."
        )
    return name
