"""How far one gets with a corpus without hearing it: by the most frequent
emotion of all, of each sentence, of each speaker.

A system is worth what it adds to these. Where the words or the speaker alone
tell the emotion, a high UAR may be of them. Pure; this file knows no corpus.
"""

from math import sqrt

import pandas

from speechbrain_zsfuse.evaluation.metrics.classification import (
    unweighted_average_recall,
)

_CLEARLY = 0.1  # of the way from chance to 1, and two standard errors
_SAID = {
    "text": "the words give the emotion away",
    "speaker": "the speaker gives the emotion away",
}


def measure_baselines(clips, labels):
    """The UAR that is reached without audio.

    Arguments
    ---------
    clips : pandas.DataFrame
        With the columns ``emotion, speaker, split`` and perhaps ``text``.
    labels : list of str
        The classes.

    Returns
    -------
    dict
        ``majority``: always the most frequent emotion.
        ``text``, if words are known, there is train, and test has every class:
        for each test clip the most frequent emotion of its text in train; of a
        text that train lacks, of all of train.
        ``speaker``, if speakers of every class are known: over the whole
        corpus, whatever the split, for each clip the most frequent emotion of
        the speaker's other clips; of a speaker with one clip, of all others.
        It is below chance, even 0, where all speak every emotion as often.
        Among equally frequent emotions the one counts that is more frequent in
        the corpus, then that of the first label.
        Each has ``uar`` in [0, 1], its ``standard_error``, and the number of
        ``clips`` it is of; ``speaker`` the number of ``speakers`` and of those
        ``of_one_emotion``.

    Example
    -------
    >>> clips = pandas.DataFrame({"emotion": ["sad", "angry"] * 3})
    >>> clips["speaker"], clips["text"] = list("aabbcc"), list("xyxyxy")
    >>> clips["split"] = ["train"] * 4 + ["test"] * 2
    >>> found = measure_baselines(clips, ["angry", "sad"])
    >>> {name: one["uar"] for name, one in found.items()}
    {'majority': 0.5, 'text': 1.0, 'speaker': 0.0}
    """
    train, test = (clips[clips["split"] == name] for name in ("train", "test"))
    found = {"majority": _score(clips, _by_all(clips, labels), labels)}
    is_known = "text" in clips and (clips["text"] != "").any()
    if is_known and len(train) and set(test["emotion"]) == set(labels):
        found["text"] = _score(test, _by_text(train, test, labels), labels)
    known = clips[clips["speaker"] != ""]
    if set(known["emotion"]) == set(labels):
        found["speaker"] = _score(known, _by_speaker(known, labels), labels)
        emotions = known.groupby("speaker")["emotion"].nunique()
        found["speaker"]["speakers"] = len(emotions)
        found["speaker"]["of_one_emotion"] = int((emotions == 1).sum())
    return found


def _by_all(clips, labels):
    total = _count(clips, labels).sum()
    return [total.idxmax()] * len(clips)


def _by_text(train, test, labels):
    """Unknown texts have no counts of their own."""
    known = _count(train[train["text"] != ""], labels, "text")
    own = known.reindex(test["text"], fill_value=0).to_numpy()
    return _first(own, _count(train, labels).sum().to_numpy(), labels)


def _by_speaker(clips, labels):
    """Without the clip itself; alone it has no counts of its own."""
    itself = (clips["emotion"].to_numpy()[:, None] == labels).astype(int)
    own = _count(clips, labels, "speaker").loc[clips["speaker"]].to_numpy()
    return _first(own - itself, itself.sum(axis=0) - itself, labels)


def _count(clips, labels, by="split"):
    """Clips of each label, a row for each value of a column."""
    table = pandas.crosstab(clips[by], clips["emotion"])
    return table.reindex(columns=labels, fill_value=0)


def _first(own, total, labels):
    """The most frequent label of each row; of equals the more frequent in
    total, then the first."""
    order = own * (total.sum(axis=-1, keepdims=True) + 1) + total
    return [labels[place] for place in order.argmax(axis=1)]


def _score(clips, guessed, labels):
    truth = clips["emotion"].tolist()
    uar = unweighted_average_recall(truth, guessed, labels)
    right = pandas.Series(guessed, clips.index) == clips["emotion"]
    recall = right.groupby(clips["emotion"]).agg(["mean", "size"])
    variance = recall["mean"] * (1 - recall["mean"]) / recall["size"]
    error = sqrt(variance.sum()) / len(labels)
    return {
        "uar": round(uar, 4),
        "standard_error": round(error, 4),
        "clips": len(clips),
    }


def give_away(found, labels):
    """What alone gives the emotions of a corpus away, as measured.

    Arguments
    ---------
    found : dict
        See ``measure_baselines``.
    labels : list of str

    Returns
    -------
    list of str
        Of ``text`` and ``speaker`` those whose UAR is above chance by a tenth
        of the way to 1 and by two standard errors.

    Example
    -------
    >>> found = {"text": {"uar": 0.7, "standard_error": 0.02}}
    >>> give_away(found, ["angry", "sad"])
    ['text']
    >>> found["text"]["uar"] = 0.54
    >>> give_away(found, ["angry", "sad"])
    []
    """
    chance = 1 / len(labels)
    return [
        name
        for name in ("text", "speaker")
        if name in found
        and found[name]["uar"]
        >= max(
            chance + _CLEARLY * (1 - chance),
            chance + 2 * found[name]["standard_error"],
        )
    ]


def tell_baselines(found, labels, about=None):
    """Caveats on a corpus whose words or speakers give the emotion away.

    Arguments
    ---------
    found : dict
        See ``measure_baselines``.
    labels : list of str
    about : dict, optional
        What is known of the corpus: ``confounded``, ``text`` or ``speaker``,
        and ``confounded_because``.

    Returns
    -------
    list of str

    Example
    -------
    >>> found = {"text": {"uar": 0.7, "standard_error": 0.02}}
    >>> print(*tell_baselines(found, ["angry", "sad"]))
    the words give the emotion away: without hearing, a UAR of 0.700 is \
reached (chance 0.500)
    >>> about = {"confounded": "speaker", "confounded_because": "of its design"}
    >>> print(*tell_baselines({}, ["angry", "sad"], about))
    the speaker gives the emotion away (of its design)
    """
    about = about or {}
    measured, lines = give_away(found, labels), []
    for name, line in _SAID.items():
        if name == about.get("confounded"):
            why = about.get("confounded_because")
            line += f" ({why})" if why else ""
        if name in measured:
            line += (
                f": without hearing, a UAR of {found[name]['uar']:.3f} is "
                f"reached (chance {1 / len(labels):.3f})"
            )
        if name in (*measured, about.get("confounded")):
            lines.append(line)
    return lines


def describe_unheard(division, clips, labels, facts=None):
    """What a certificate says of a division, and of a corpus unheard.

    Arguments
    ---------
    division : Division
    clips : pandas.DataFrame
        Those of it that are usable.
    labels : list of str
        The classes.
    facts : dict, optional
        ``about``: see ``tell_baselines``.

    Returns
    -------
    dict
        ``division``, ``baselines`` and ``caveats``: what must stand beside
        every result.

    Example
    -------
    >>> from speechbrain_zsfuse.corpora.folds.division import Division
    >>> clips = pandas.DataFrame({"emotion": ["sad", "angry"], "split": "test"})
    >>> found = Division(clips.assign(speaker="a"))
    >>> sorted(describe_unheard(found, found.clips, ["angry", "sad"]))
    ['baselines', 'caveats', 'division']
    """
    found = measure_baselines(clips, list(labels))
    told = tell_baselines(found, labels, (facts or {}).get("about"))
    return {
        "division": division.facts,
        "baselines": found,
        "caveats": [*division.caveats, *told],
    }
