"""For whom a system works: its UAR by corpus, speaker, gender, session, style,
part of the test set and duration, and the group it serves worst. No torch here.
"""

from collections.abc import Sequence

import numpy as np
import pandas

from speechbrain_zsfuse.evaluation.metrics.corpora import (
    CORPUS,
    classes_by_corpus,
)

# Of a duration in seconds; each bin begins with its lower end. The same for
# all corpora, so that they can be compared.
DURATION_BINS = {"0-2 s": 0, "2-4 s": 2, "4-8 s": 4, "8 s and more": 8}
STYLES = {"improvised", "scripted"}
LEAST_CLIPS = 20  # of a group that may be called the worst
MOST_GROUPS = 50  # that are listed


def describe_groups(table: pandas.DataFrame, labels: Sequence[str]) -> dict:
    """UAR of groups of clips, and the worst group of each kind.

    Of many small groups one is always bad by chance: the more groups, and the
    fewer clips, the lower is the worst even if all are served alike.

    Arguments
    ---------
    table : pandas.DataFrame
        Predictions, see ``read_predictions``.
    labels : list of str
        All classes.

    Returns
    -------
    dict
        Kind (``corpus, speaker, gender, session, style, part, duration``;
        those that the table has, if they make at least two groups) to a dict:
        ``count`` of groups; ``groups``, see ``measure_groups``, or of corpora
        ``measure_corpora``, unless there are more than 50; ``unknown``, the
        number of clips of no known group, if there are such; ``worst``,
        ``{"group", "n", "UAR"}`` of the lowest UAR among groups with all
        classes and at least 20 clips, or None, and then ``reason``.

    Example
    -------
    >>> table = pandas.DataFrame({"gender": ["female", "male"] * 20})
    >>> table["label"] = ["sad"] * 20 + ["angry"] * 20
    >>> table["prediction"] = ["sad", "angry"] * 20
    >>> describe_groups(table, ["sad", "angry"])["gender"]["worst"]
    {'group': 'female', 'n': 20, 'UAR': 0.5}
    """
    found = {}
    for kind, names in _kinds(table).items():
        groups = (
            measure_corpora(table, labels)
            if kind == CORPUS
            else measure_groups(table, names, labels)
        )
        if len(groups) > 1:
            found[kind] = _describe(groups, int((names == "").sum()))
    return found


def measure_groups(
    table: pandas.DataFrame, names: pandas.Series, labels: Sequence[str]
) -> dict[str, dict]:
    """What is right in each group of clips.

    Arguments
    ---------
    table : pandas.DataFrame
        With ``label`` and ``prediction``, N rows.
    names : pandas.Series
        Group of each clip, N texts; clips of "" are in none.
    labels : list of str
        All classes.

    Returns
    -------
    dict
        Group, sorted, to ``n``, ``WA`` and ``UAR``; if the group lacks
        classes, these are its ``absent_classes``, and it has no UAR.

    Example
    -------
    >>> table = pandas.DataFrame({"label": list("aba")})
    >>> table["prediction"] = list("abb")
    >>> found = measure_groups(table, pandas.Series(list("112")), list("ab"))
    >>> found["1"], found["2"]["absent_classes"]
    ({'n': 2, 'WA': 1.0, 'UAR': 1.0}, ['b'])
    """
    known = (names != "").to_numpy()
    group, truth = names[known].to_numpy(), table["label"][known].to_numpy()
    right = truth == table["prediction"][known].to_numpy()
    order = sorted(set(group))
    rows = pandas.Index(order).get_indexer(group)
    columns = pandas.Index(labels).get_indexer(truth)
    clips, hits = np.zeros((2, len(order), len(labels)), int)
    np.add.at(clips, (rows, columns), 1)
    np.add.at(hits, (rows[right], columns[right]), 1)
    return {
        name: _measure(*counts, labels)
        for name, *counts in zip(order, clips, hits)
    }


def measure_corpora(
    table: pandas.DataFrame, labels: Sequence[str]
) -> dict[str, dict]:
    """The same of each corpus, over its own classes.

    Arguments
    ---------
    table, labels
        See ``classes_by_corpus``.

    Returns
    -------
    dict
        Corpus, sorted, to ``n``, ``WA`` and ``UAR``; and ``classes``, if they
        are not all.

    Example
    -------
    >>> table = pandas.DataFrame({"corpus": list("xxy"), "label": list("aba")})
    >>> table["prediction"] = list("aba")
    >>> measure_corpora(table, ["a", "b"])["y"]
    {'n': 1, 'WA': 1.0, 'UAR': 1.0, 'classes': ['a']}
    """
    found = {}
    for name, own in classes_by_corpus(table, labels).items():
        rows = table[table[CORPUS] == name]
        [found[name]] = measure_groups(rows, rows[CORPUS], own).values()
        if len(own) < len(labels):
            found[name]["classes"] = own
    return found


def uar_by_corpus(
    table: pandas.DataFrame, labels: Sequence[str]
) -> dict[str, float]:
    """UAR of each of several corpora, over its own classes.

    Arguments
    ---------
    table, labels
        See ``measure_corpora``. An answer that is no class of a clip's corpus
        is a miss.

    Returns
    -------
    dict
        Corpus to float in [0, 1]; empty if the table does not name two.

    Example
    -------
    >>> table = pandas.DataFrame({"corpus": list("xxy"), "label": list("aba")})
    >>> uar_by_corpus(table.assign(prediction=list("aaa")), ["a", "b"])
    {'x': 0.5, 'y': 1.0}
    """
    found = measure_corpora(table, labels)
    return {name: one["UAR"] for name, one in found.items()}


def _measure(clips, hits, labels):
    """Of one group, clips of each class and those that are right."""
    size = {"n": int(clips.sum()), "WA": float(hits.sum() / clips.sum())}
    if clips.all():
        return size | {"UAR": float((hits / clips).mean())}
    return size | {
        "absent_classes": [label for label, n in zip(labels, clips) if not n]
    }


def _kinds(table):
    """Groups of each kind: a text for each clip."""
    kinds = {
        kind: table[kind]
        for kind in (CORPUS, "speaker", "gender", "session", "style", "part")
        if kind in table
    }
    # IEMOCAP's parts are its styles.
    if "style" not in kinds and {*kinds.get("part", [""])} <= STYLES:
        kinds["style"] = kinds.pop("part")
    if "duration" in table:
        starts = list(DURATION_BINS.values())
        bins = np.digitize(table["duration"], starts) - 1
        names = np.array(list(DURATION_BINS))[bins]
        kinds["duration"] = pandas.Series(names, table.index)
    return kinds


def _describe(groups, unknown):
    """The groups of one kind."""
    whole = {
        name: one
        for name, one in groups.items()
        if "UAR" in one and one["n"] >= LEAST_CLIPS
    }
    told = {"count": len(groups)} | ({"unknown": unknown} if unknown else {})
    if whole:
        name = min(whole, key=lambda group: whole[group]["UAR"])
        worst = {"group": name, "n": whole[name]["n"]}
        told["worst"] = worst | {"UAR": whole[name]["UAR"]}
    else:
        told["worst"] = None
        told["reason"] = (
            f"no group has all classes and at least {LEAST_CLIPS} clips"
        )
    return told | ({"groups": groups} if len(groups) <= MOST_GROUPS else {})
