"""Which emotions of a corpus are the classes, what is left aside, and whether
each class is where it is needed. Pure; this file knows no corpus.
"""

from collections import Counter

from speechbrain_zsfuse.corpora.manifests import SPLITS
from speechbrain_zsfuse.corpora.table import (
    check_nothing_lost,
    check_texts,
    found_so_far,
    refuse_clips,
)
from speechbrain_zsfuse.corpora.words.families import find_family

FEW = 10  # clips of a class, below which its recall is hardly a number


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
        emptied += [
            f" Write {find_family(word)} for {word}."
            for word in absent
            if word not in merge and find_family(word) in merged
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


def check_classes(clips, labels, problems=(), splits=SPLITS):
    """Raise a ValueError if a clip has no class, or a class no clip in a split.

    Arguments
    ---------
    clips : pandas.DataFrame
        With the columns ``ID``, ``split`` and ``emotion``.
    labels : iterable of str
        The classes.
    problems : list of str
        What was found before, for the error: it may be the reason.
    splits : tuple of str
        Those that there should be.

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame({"ID": list("abcd"), "emotion": "sad"})
    >>> clips["split"] = ["train", "valid", "test", "train"]
    >>> clips.loc[3, "emotion"] = "happy"
    >>> check_classes(clips, ["sad", "happy"])
    Traceback (most recent call last):
    ValueError: Expected clips of every class in train, valid and test, but \
there is no 'happy' in valid, no 'happy' in test. Without them nothing is \
learned of a class, or no UAR can be had. Choose another split or other labels.
    """
    labels = list(labels)
    refuse_clips(
        clips,
        ~clips["emotion"].isin(labels),
        "emotion",
        f"one of the labels ({', '.join(labels)})",
        "another word",
    )
    found = set(zip(clips["split"], clips["emotion"]))
    *others, last = splits
    wanted = f"{', '.join(others)} and {last}" if others else last
    empty = [split for split in splits if split not in set(clips["split"])]
    if empty:
        raise ValueError(
            f"Expected clips in {wanted}, but {empty} would be "
            "empty. Choose other labels or another split."
            + found_so_far(problems)
        )
    absent = [
        f"{label!r} in {split}"
        for split in splits
        for label in labels
        if (split, label) not in found
    ]
    if absent:
        raise ValueError(
            f"Expected clips of every class in {wanted}, but there "
            f"is no {', no '.join(absent)}. Without them nothing is learned "
            "of a class, or no UAR can be had. Choose another split or other "
            "labels." + found_so_far(problems)
        )


def few_clips(clips, labels, splits=SPLITS):
    """Notes on classes with less than ``FEW`` clips to validate or test.

    Arguments
    ---------
    clips : pandas.DataFrame
        With the columns ``split`` and ``emotion``.
    labels : iterable of str
    splits : tuple of str
        Those that there should be.

    Returns
    -------
    list of str

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame({"split": ["test"], "emotion": ["sad"]})
    >>> few_clips(clips, ["sad"])[1]
    'test holds few clips of sad (1): a recall of so few is hardly a number'
    """
    counts, notes = Counter(zip(clips["split"], clips["emotion"])), []
    for split in [name for name in SPLITS[1:] if name in splits]:
        numbers = {label: counts[split, label] for label in labels}
        few = [f"{label} ({n})" for label, n in numbers.items() if n < FEW]
        if few:
            notes.append(
                f"{split} holds few clips of {', '.join(few)}: a recall of so "
                "few is hardly a number"
            )
    return notes
