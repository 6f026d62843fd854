"""RAVDESS (Livingstone and Russo, 2018) to manifests: four emotions of the
speech recordings, 672 clips, 28 of each of the 24 actors; or all eight, 1,440.

    from ravdess_prepare import prepare_ravdess
    prepare_ravdess("/path/to/RAVDESS", "manifests")

The corpus is read as people have it: the original WAV, the archive on Kaggle
with every folder twice, FLAC or resampled copies, or all of these side by
side. What a clip is stands in its name; that the name is right is checked.
Unless a download is asked for, nothing is written into the corpus.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field
from ravdess_files import (
    COPY,
    check_sound,
    choose_copies,
    explain_absence,
    find_recordings,
)
from ravdess_names import Fold, assign_splits, list_clips, split_actors

from speechbrain_zsfuse.corpora import (
    certify,
    choose_labels,
    compare_counts,
    obtain,
)
from speechbrain_zsfuse.options import Labels, Merge, Place, Text, checked

Actors = Sequence[Annotated[int, Field(ge=1, le=24)]]
CORPUS = "RAVDESS"
LABELS = ("neutral", "happy", "sad", "angry")
PUBLISHED_TWICE = ("03-01-03-01-02-01-07", "03-01-03-01-02-02-07")
STRAY = "not named like RAVDESS speech"
ARCHIVE = {
    "url": "https://zenodo.org/records/1188976/files/"
    "Audio_Speech_Actors_01-24.zip?download=1",
    "name": "Audio_Speech_Actors_01-24.zip",
    "md5": "bc696df654c87fed845eb13823edef8a",
}


@checked
def prepare_ravdess(
    data_folder: Place,
    manifest_folder: Place,
    *,
    labels: Labels = LABELS,
    merge: Merge | None = None,
    fold: Fold | None = 1,
    valid_actors: Actors | None = None,
    test_actors: Actors | None = None,
    corpus: Text = CORPUS,
    download: bool = False,
    allow_mismatch: bool = False,
    audio_cache: Place | None = None,
):
    """Check the corpus and write its manifests and certificate.

    Arguments
    ---------
    data_folder : str or Path
        Folder with ``Actor_01`` to ``Actor_24`` at any depth.
    manifest_folder : str or Path
        Where ``train.csv``, ``valid.csv``, ``test.csv`` and
        ``certificate.json`` go.
    labels : list of str
        Emotions to keep, of ``ravdess_names.EMOTIONS``.
    merge : dict, optional
        Emotion to the one it counts as: ``{"calm": "neutral"}``.
    fold : int, optional
        1 to 6, see ``ravdess_names.FOLDS``.
    valid_actors, test_actors : list of int, optional
        Actors of a split of your own, in place of a fold. All others train.
    corpus : str
        What results call it: another name for other sound in its layout.
    download : bool
        Whether to download and unpack the corpus into ``data_folder`` if
        clips are missing there.
    allow_mismatch, audio_cache
        See ``speechbrain_zsfuse.corpora.preparation.certify``.

    Returns
    -------
    dict
        ``train``, ``valid`` and ``test`` to manifest path.

    Raises
    ------
    FileNotFoundError
        If the folder is not RAVDESS.
    PermissionError
        If a folder cannot be read.
    ValueError
        If clips are missing or unusable, if a recording lies with another
        actor or has the name of another clip, or if the split is impossible.

    Example
    -------
    >>> manifests = prepare_ravdess(
    ...     getfixture("ravdess"), getfixture("tmpdir"), fold=2
    ... )
    >>> sorted(manifests)
    ['test', 'train', 'valid']
    """
    data_folder = Path(data_folder).resolve()
    valid, test = split_actors(fold, valid_actors, test_actors)
    expected, others = choose_labels(list_clips(), labels, merge)
    found, strays = find_or_obtain(data_folder, expected["ID"], download)
    chosen, copies = choose_copies(data_folder, found, audio_cache)
    usable = copies.get(COPY, [])
    clips = expected[expected["ID"].isin(chosen)]
    dropped = {r: [i for i in ids if i in found] for r, ids in others.items()}
    dropped |= copies | {STRAY: strays}
    paths = {path for paths in found.values() for path in paths}
    return certify(
        clips.assign(
            wav=clips["ID"].map(chosen),
            split=assign_splits(clips["speaker"], valid, test),
        ),
        {reason: ids for reason, ids in dropped.items() if ids},
        corpus=corpus,
        release="1.0.0" if corpus == CORPUS else "",  # Zenodo's
        data_folder=data_folder,
        manifest_folder=manifest_folder,
        options={
            "labels": list(labels),
            "merge": dict(merge or {}),
            "fold": fold if valid_actors is None else None,
            "valid_actors": valid,
            "test_actors": test,
        },
        read=[*found, *paths.difference(chosen.values()), *strays],
        problems=[
            *compare_counts("clips of", *map(count_classes, (expected, clips))),
            *name_missing(expected, found, strays),
        ],
        differences=lambda kept: check_sound(
            data_folder, chosen, usable, set(expected["ID"]), audio_cache
        ),
        sources=[data_folder / path for path in (*strays, *paths)],
        known_copies=[PUBLISHED_TWICE],
        repeated=("statement",),
        allow_mismatch=allow_mismatch,
        audio_cache=audio_cache,
    )


def find_or_obtain(data_folder, wanted, download=False):
    """See ``find_recordings``; if some are missing, they can be downloaded.

    Arguments
    ---------
    data_folder : Path
    wanted : iterable of str
        Ids.
    download : bool

    Example
    -------
    >>> find_or_obtain(getfixture("ravdess"), [])[1]
    []
    """
    clips = list_clips()["ID"]
    found, strays = find_recordings(data_folder, clips)
    if download and not found.keys() >= set(wanted):
        obtain(**ARCHIVE, folder=data_folder)
        found, strays = find_recordings(data_folder, clips)
    if not found:
        explain_absence(data_folder)
    return found, strays


def count_classes(clips):
    """Emotion to number of clips, a dict.

    Example
    -------
    >>> count_classes(list_clips())["neutral"]
    96
    """
    return clips["emotion"].value_counts().to_dict()


def name_missing(expected, found, strays):
    """The clips of which there is no file, one line an actor.

    Of an emotion without any clip the counts tell.

    Arguments
    ---------
    expected : pandas.DataFrame
        With the columns ``ID`` and ``speaker``.
    found : dict
        Its keys are ids.
    strays : list of str
        Files of other names: if clips are missing, some may be these.

    Returns
    -------
    list of str

    Example
    -------
    >>> some = list_clips().query("emotion == 'sad' and speaker == '01'")
    >>> name_missing(some, some["ID"][1:].tolist(), ["sad 1.wav"])
    ['missing of actor 01: 03-01-04-01-01-01-01', \
'not named like RAVDESS speech: sad 1.wav']
    """
    lines, missing = [], expected[~expected["ID"].isin(found)]
    emotions = set(expected["emotion"][expected["ID"].isin(found)])
    sizes = expected["speaker"].value_counts()
    for actor, clips in missing.groupby("speaker"):
        whole = len(clips) == sizes[actor]
        some = ", ".join(clips["ID"][clips["emotion"].isin(emotions)])
        names = f"all {len(clips)}" if whole else some
        lines += [f"missing of actor {actor}: {names}"] * bool(names)
    return lines + [f"{STRAY}: {path}" for path in strays if len(missing)]
