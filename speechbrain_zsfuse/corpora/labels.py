"""Which emotions of a corpus are the classes, and what is left aside. Pure;
this file knows no corpus.
"""

from speechbrain_zsfuse.corpora.table import (
    check_nothing_lost,
    check_texts,
    found_so_far,
)


def choose_labels(clips, labels, merge=None, problems=()):
    """Keep the clips of some emotions.

    Arguments
    ---------
    clips : pandas.DataFrame
        With the columns ``ID`` and ``emotion``: texts, not empty.
    labels : list of str
        Emotions to keep.
    merge : dict, optional
        Emotion to the one it counts as, for instance
        ``{"excited": "happy"}``.
    problems : list of str
        What was found before, for the errors: it may be their reason.

    Returns
    -------
    clips : pandas.DataFrame
        Emotions merged; only those of ``labels``.
    dropped : dict
        Reason to list of ids.

    Raises
    ------
    ValueError
        If no clip has one of the labels, or an emotion to merge, or if a clip
        has no emotion.

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame(
    ...     [("a", "excited"), ("b", "bored")], columns=["ID", "emotion"]
    ... )
    >>> kept, dropped = choose_labels(clips, ["happy"], {"excited": "happy"})
    >>> kept["ID"].tolist(), dropped
    (['a'], {'bored is not among the labels': ['b']})
    """
    check_texts(clips, ("ID", "emotion"))
    merge, known = dict(merge or {}), set(clips["emotion"])
    unknown = sorted(set(merge) - known)
    if unknown:
        raise ValueError(
            f"Expected to merge emotions among {sorted(known)}, but nothing "
            f"in the corpus is {unknown}. Change `merge`."
            + found_so_far(problems)
        )
    merged = {merge.get(word, word) for word in known}
    absent = [word for word in labels if word not in merged]
    if absent:
        emptied = [
            f" `merge` counts every {word!r} as {merge[word]!r}."
            for word in absent
            if word in merge
        ]
        raise ValueError(
            f"Expected labels among {sorted(merged)}, but nothing in the "
            f"corpus is {absent}.{''.join(emptied)} Change `labels` or "
            "`merge`." + found_so_far(problems)
        )
    strange = sorted({*merge.values()} - known - {*labels})
    if strange:
        raise ValueError(
            f"Expected `merge` to count emotions as labels ({list(labels)}), "
            f"but nothing is {strange}. Change `merge`."
            + found_so_far(problems)
        )
    kept = clips.assign(emotion=clips["emotion"].replace(merge))
    chosen = kept["emotion"].isin(list(labels))
    dropped = {
        f"{emotion} is not among the labels": group["ID"].tolist()
        for emotion, group in kept[~chosen].groupby("emotion")
    }
    check_nothing_lost(clips["ID"], kept["ID"][chosen], dropped)
    return kept[chosen], dropped
