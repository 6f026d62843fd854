"""The part of every preparation that is the same: a corpus's
``*_prepare.py`` reads its annotations into a table of clips and decides the
split; here the labels are chosen, the audio is inspected, the counts are
compared with what the corpus should hold, and the manifests are written.
"""

import logging
from collections import defaultdict
from pathlib import Path

from speechbrain_zsfuse.corpora.inspection import inspect_files
from speechbrain_zsfuse.corpora.manifests import (
    SPLITS,
    find_prepared,
    inputs_hash,
    write_manifests,
)
from speechbrain_zsfuse.errors import shorten

logger = logging.getLogger(__name__)


def choose_labels(clips, labels, merge=None):
    """Keep the clips of some emotions.

    Arguments
    ---------
    clips : pandas.DataFrame
        With the columns ``ID`` and ``emotion``.
    labels : list of str
        Emotions to keep.
    merge : dict, optional
        Emotion to the one it counts as, for instance
        ``{"excited": "happy"}``.

    Returns
    -------
    clips : pandas.DataFrame
        Emotions merged; only those of ``labels``.
    dropped : dict
        Reason to list of ids.

    Raises
    ------
    ValueError
        If no clip has one of the labels, or an emotion to merge.

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
    merge, known = dict(merge or {}), set(clips["emotion"])
    unknown = sorted(set(merge) - known)
    if unknown:
        raise ValueError(
            f"Expected to merge emotions among {sorted(known)}, but nothing "
            f"in the corpus is {unknown}. Change `merge`."
        )
    absent = [
        word for word in labels if word not in known | set(merge.values())
    ]
    if absent:
        raise ValueError(
            f"Expected labels among {sorted(known | set(merge.values()))}, but "
            f"nothing in the corpus is {absent}. Change `labels` or `merge`."
        )
    clips = clips.assign(emotion=clips["emotion"].replace(merge))
    chosen = clips["emotion"].isin(list(labels))
    dropped = {
        f"{emotion} is not among the labels": group["ID"].tolist()
        for emotion, group in clips[~chosen].groupby("emotion")
    }
    return clips[chosen], dropped


def check_ids(clips):
    """Raise a ValueError if an id occurs twice.

    Arguments
    ---------
    clips : pandas.DataFrame
        With the column ``ID``.

    Example
    -------
    >>> import pandas
    >>> check_ids(pandas.DataFrame({"ID": ["a", "b", "a"]}))
    Traceback (most recent call last):
    ValueError: Expected unique ids, but 1 occur more than once:
    a
    Keep one annotation of each.
    """
    twice = clips["ID"][clips["ID"].duplicated()].unique().tolist()
    if twice:
        raise ValueError(
            f"Expected unique ids, but {len(twice)} occur more than once:\n"
            f"{shorten(twice)}\nKeep one annotation of each."
        )


def check_outside(place, data_folder):
    """Raise a ValueError if something would be written into the corpus.

    Example
    -------
    >>> check_outside(Path("/corpus/results"), Path("/corpus"))
    Traceback (most recent call last):
    ValueError: Expected a place outside the corpus to write to, but \
/corpus/results lies in /corpus, where nothing is written. Give another \
folder, for instance with --results_folder=/path/to/results.
    """
    if place.is_relative_to(data_folder):
        raise ValueError(
            f"Expected a place outside the corpus to write to, but {place} "
            f"lies in {data_folder}, where nothing is written. Give another "
            "folder, for instance with --results_folder=/path/to/results."
        )


def certify(
    clips,
    dropped,
    *,
    corpus,
    data_folder,
    manifest_folder,
    options,
    differences,
    sources=(),
    release="",
    remarks=lambda clips: [],
    disjoint=("speaker",),
    repeated=(),
    allow_mismatch=False,
    audio_cache=None,
):
    """Inspect the audio, compare the counts, write manifests and certificate.

    Arguments
    ---------
    clips : pandas.DataFrame
        ``ID, wav`` (relative to the corpus), ``emotion, speaker, session,
        gender, votes, split`` and more.
    dropped : dict
        Reason to list of ids left out so far.
    corpus, release : str
        Their names.
    data_folder, manifest_folder : Path
        The second must not lie in the first.
    options : dict
        JSON values that decided labels and split.
    differences : callable
        Clips to a list of str: where they are not what the corpus should hold.
    sources : iterable of Path
        Annotation files: if one changes, the manifests are made again.
    remarks : callable
        Clips to a list of str: what is noted without being an error.
    disjoint : tuple of str
        Columns of which no two splits may share a value.
    repeated : tuple of str
        Columns of which shared values are listed.
    allow_mismatch : bool
        Go on in spite of differences and unusable files; the certificate and
        every result of the run are marked.
    audio_cache : str or Path, optional
        See ``inspect_files``.

    Returns
    -------
    dict
        ``train``, ``valid`` and ``test`` to manifest path (str).

    Raises
    ------
    ValueError
        If files cannot be used, counts differ, a split is empty, or splits
        share what they must not.

    Example
    -------
    >>> import pandas, soundfile
    >>> folder = Path(getfixture("tmpdir"))
    >>> (folder / "corpus").mkdir()
    >>> clips = pandas.DataFrame({"ID": ["a", "b", "c"], "split": SPLITS})
    >>> clips["wav"] = clips["ID"] + ".wav"
    >>> for name in clips["wav"]:
    ...     soundfile.write(folder / "corpus" / name, [0.1] * 800, 16000)
    >>> manifests = certify(
    ...     clips.assign(emotion="sad", speaker=clips["ID"]),
    ...     dropped={},
    ...     corpus="Tiny",
    ...     data_folder=folder / "corpus",
    ...     manifest_folder=folder / "manifests",
    ...     options={},
    ...     differences=lambda clips: [],
    ... )
    >>> sorted(manifests)
    ['test', 'train', 'valid']
    """
    data_folder = Path(data_folder).resolve()
    manifest_folder = Path(manifest_folder).resolve()
    check_outside(manifest_folder, data_folder)
    check_ids(clips)
    options = options | {"allow_mismatch": allow_mismatch}
    paths = [*sources, *(data_folder / wav for wav in clips["wav"])]
    decided = [corpus, release, options, dropped]
    inputs = inputs_hash(data_folder, paths, decided)
    prepared = find_prepared(manifest_folder, inputs)
    if prepared:
        return prepared
    clips, unusable = _inspect(clips, data_folder, audio_cache)
    mismatch = [*_lines(unusable), *differences(clips)]
    notes = remarks(clips)
    if mismatch and not allow_mismatch:
        raise ValueError(
            _refusal(
                f"{corpus} {release}".strip(), data_folder, mismatch, notes
            )
        )
    for line in mismatch + notes:
        logger.warning("%s: %s", corpus, line)
    splits = {name: clips[clips["split"] == name] for name in SPLITS}
    _check_splits(splits)
    return write_manifests(
        manifest_folder,
        {name: frame.drop(columns="split") for name, frame in splits.items()},
        {
            "corpus": corpus,
            "release": release,
            "options": options,
            "inputs_sha256": inputs,
            "mismatch": mismatch,
            "notes": notes,
        },
        _join(dropped, unusable),
        disjoint,
        repeated,
    )


def _check_splits(splits):
    empty = [name for name, frame in splits.items() if not len(frame)]
    if empty:
        raise ValueError(
            f"Expected clips in train, valid and test, but {empty} would be "
            "empty. Choose other labels or another split."
        )


def _inspect(clips, data_folder, audio_cache):
    """Clips with their duration, and the unusable: reason to ids."""
    findings = inspect_files(data_folder, clips["wav"].tolist(), audio_cache)
    clips = clips.assign(duration=[found.seconds for found in findings])
    unusable = defaultdict(list)
    for clip, found in zip(clips["ID"], findings):
        if found.problem:
            unusable[found.problem].append(clip)
    usable = [found.problem is None for found in findings]
    return clips[usable], dict(unusable)


def _lines(unusable):
    return [
        f"{clip}: {reason}" for reason, ids in unusable.items() for clip in ids
    ]


def _join(*reasons):
    """Several dictionaries of reason to ids in one."""
    joined = defaultdict(list)
    for part in reasons:
        for reason, ids in part.items():
            joined[reason] += ids
    return dict(joined)


def _refusal(corpus, data_folder, mismatch, notes):
    noted = "\nAlso noted:\n" + shorten([f"  {n}" for n in notes], 40)
    return (
        f"{data_folder} does not hold {corpus} as it is known:\n"
        + shorten([f"  {line}" for line in mismatch], 40)
        + (noted if notes else "")
        + "\nRestore the corpus. To go on nevertheless, with every result "
        "marked, add --allow_mismatch."
    )
