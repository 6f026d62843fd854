"""RAVDESS (Livingstone and Russo, 2018) to manifests: four emotions of the
speech recordings, 672 clips, 28 of each of the 24 actors.

    from ravdess_prepare import prepare_ravdess
    prepare_ravdess("/path/to/RAVDESS", "manifests")

Nothing is written into the corpus. Song, video and the other four emotions
are left aside; calm is dropped, not merged into neutral.
"""

import os
import re
from collections import Counter, defaultdict
from filecmp import cmp
from pathlib import Path

import pandas

from speechbrain_zsfuse.manifests import (
    find_prepared,
    inputs_hash,
    read_durations,
    shorten,
    write_manifests,
)

EMOTIONS = {"01": "neutral", "03": "happy", "04": "sad", "05": "angry"}
OTHER_EMOTIONS = {
    "02": "calm",
    "06": "fearful",
    "07": "disgusted",
    "08": "surprised",
}
ACTORS = range(1, 25)
FORMAT = 1  # of the manifests; a higher number makes old ones stale
CLIPS_PER_ACTOR = {"neutral": 4, "happy": 8, "sad": 8, "angry": 8}

# Six test groups of two men (odd) and two women (even). Fold k tests group k
# and validates on the next one. The paper does not publish its actors; fold 1
# has its sizes.
FOLDS = (
    (21, 22, 23, 24),
    (16, 17, 19, 20),
    (1, 2, 3, 4),
    (5, 6, 7, 8),
    (9, 10, 11, 12),
    (13, 14, 15, 18),
)

# modality-channel-emotion-intensity-statement-repetition-actor
_NAME = re.compile(r"03-01-(0[1-8])-(0[12])-(0[12])-(0[12])-([0-2]\d)")


def prepare_ravdess(
    data_folder,
    manifest_folder,
    *,
    fold=1,
    valid_actors=None,
    test_actors=None,
):
    """Check the corpus and write its manifests and certificate.

    Arguments
    ---------
    data_folder : str or Path
        Folder with ``Actor_01`` to ``Actor_24`` at any depth; WAV or FLAC of
        any sample rate.
    manifest_folder : str or Path
        Where ``train.csv``, ``valid.csv``, ``test.csv`` and
        ``certificate.json`` go.
    fold : int
        1 to 6, see ``FOLDS``.
    valid_actors, test_actors : list of int, optional
        Actors of a split of your own, in place of a fold. All others train.

    Returns
    -------
    dict
        ``train``, ``valid`` and ``test`` to manifest path.

    Raises
    ------
    FileNotFoundError
        If the folder is not RAVDESS or clips are missing.
    ValueError
        If a clip is unusable or lies with another actor, or if the actors of
        the splits overlap.

    Example
    -------
    >>> manifests = prepare_ravdess(
    ...     getfixture("ravdess"), getfixture("tmpdir"), fold=2
    ... )
    >>> sorted(manifests)
    ['test', 'train', 'valid']
    """
    data_folder = Path(data_folder).resolve()
    files = list_audio(data_folder)
    paths, dropped = choose_clips(files, data_folder)
    valid, test = split_actors(fold, valid_actors, test_actors)
    options = {
        "fold": fold if valid_actors is None else None,
        "valid_actors": valid,
        "test_actors": test,
    }
    inputs = inputs_hash(data_folder, files, [FORMAT, options])
    prepared = find_prepared(manifest_folder, inputs)
    if prepared:
        return prepared
    durations = read_durations(list(paths.values()))
    rows = pandas.DataFrame(
        [
            describe(clip, path.relative_to(data_folder), duration)
            for (clip, path), duration in zip(paths.items(), durations)
        ]
    )
    split_of = {f"{actor:02}": "train" for actor in ACTORS}
    split_of |= {f"{actor:02}": "valid" for actor in valid}
    split_of |= {f"{actor:02}": "test" for actor in test}
    home = rows["speaker"].map(split_of)
    splits = {name: rows[home == name] for name in ("train", "valid", "test")}
    return write_manifests(
        manifest_folder, splits, "RAVDESS", options, inputs, dropped
    )


def list_audio(data_folder):
    """All WAV and FLAC files below a folder, links followed, sorted.

    Example
    -------
    >>> len(list_audio(getfixture("ravdess")))
    672
    """
    return sorted(
        Path(folder) / name
        for folder, _, names in os.walk(data_folder, followlinks=True)
        for name in names
        if Path(name).suffix.lower() in (".wav", ".flac")
    )


def choose_clips(files, data_folder):
    """Pick the 672 clips.

    Arguments
    ---------
    files : list of Path
        See ``list_audio``.
    data_folder : Path
        For the messages.

    Returns
    -------
    paths : dict
        Clip id to path, sorted by id.
    dropped : dict
        Reason to list of ids left aside.

    Example
    -------
    >>> folder = getfixture("ravdess")
    >>> paths, dropped = choose_clips(list_audio(folder), folder)
    >>> len(paths), dropped
    (672, {})
    """
    found, dropped = defaultdict(list), defaultdict(list)
    for path in files:
        if _NAME.fullmatch(path.stem):
            found[path.stem].append(path)
        else:
            dropped["not named like RAVDESS speech"].append(path.stem)
    if not found:
        raise FileNotFoundError(
            f"Expected RAVDESS speech below {data_folder}, in folders "
            "Actor_01 to Actor_24 with names like 03-01-05-01-02-01-12.wav, "
            "but found no such file. Give the folder that holds the actors."
        )
    _check_copies(found)
    paths = {}
    for clip in sorted(found):
        emotion = _NAME.fullmatch(clip)[1]
        if emotion in EMOTIONS:
            paths[clip] = found[clip][0]
        else:
            reason = f"{OTHER_EMOTIONS[emotion]} is not among the labels"
            dropped[reason].append(clip)
    _check_complete(paths, data_folder)
    return paths, dict(dropped)


def split_actors(fold=1, valid_actors=None, test_actors=None):
    """Validation and test actors of a fold, or the given ones.

    Example
    -------
    >>> split_actors(fold=6)
    ([21, 22, 23, 24], [13, 14, 15, 18])
    """
    if (valid_actors is None) != (test_actors is None):
        raise ValueError(
            "Expected both valid_actors and test_actors, or neither, but got "
            f"{valid_actors} and {test_actors}."
        )
    if valid_actors is None:
        if fold not in range(1, len(FOLDS) + 1):
            raise ValueError(
                f"Expected a fold from 1 to {len(FOLDS)}, but got {fold!r}."
            )
        return list(FOLDS[fold % len(FOLDS)]), list(FOLDS[fold - 1])
    chosen = [*valid_actors, *test_actors]
    distinct = set(chosen) <= set(ACTORS) and len(set(chosen)) == len(chosen)
    enough = valid_actors and test_actors and len(chosen) < len(ACTORS)
    if not (distinct and enough):
        raise ValueError(
            "Expected different actors from 1 to 24 for validation and test, "
            "some for each and some left to train, but got "
            f"{list(valid_actors)} and {list(test_actors)}."
        )
    return list(valid_actors), list(test_actors)


def describe(clip, path, duration):
    """One row of the manifest.

    Arguments
    ---------
    clip : str
        Id, for instance ``03-01-05-01-02-01-12``.
    path : Path
        Relative to the corpus.
    duration : float
        In seconds.

    Returns
    -------
    dict
        The field ``votes`` is empty: the emotions are acted, not rated.

    Example
    -------
    >>> row = describe("03-01-05-02-01-02-12", Path("a.wav"), duration=3.5)
    >>> row["emotion"], row["speaker"], row["gender"], row["intensity"]
    ('angry', '12', 'female', 'strong')
    """
    emotion, intensity, statement, repetition, actor = _NAME.fullmatch(
        clip
    ).groups()
    return {
        "ID": clip,
        "duration": duration,
        "wav": f"$data_root/{path.as_posix()}",
        "emotion": EMOTIONS[emotion],
        "speaker": actor,
        "session": "",
        "gender": "female" if int(actor) % 2 == 0 else "male",
        "votes": "{}",
        "intensity": {"01": "normal", "02": "strong"}[intensity],
        "statement": {"01": "kids", "02": "dogs"}[statement],
        "repetition": int(repetition),
    }


def _check_copies(found):
    """Copies of a clip must be equal; a clip must lie with its own actor."""
    for clip, paths in found.items():
        for path in paths:
            folder = path.parent.name
            if re.fullmatch(r"Actor_\d\d", folder) and folder[-2:] != clip[-2:]:
                raise ValueError(
                    f"Expected {path.name} in the folder Actor_{clip[-2:]}, "
                    f"but it lies in {path.parent}. Restore the corpus's own "
                    "names: a clip must never count for another actor."
                )
            if path != paths[0] and not cmp(paths[0], path, shallow=False):
                raise ValueError(
                    f"Two different files claim to be {clip}: {paths[0]} and "
                    f"{path}. Keep one of them."
                )


def _check_complete(paths, data_folder):
    have = Counter((clip[-2:], EMOTIONS[clip[6:8]]) for clip in paths)
    lines = []
    for actor in (f"{number:02}" for number in ACTORS):
        counts = {e: have[actor, e] for e in CLIPS_PER_ACTOR}
        if counts != CLIPS_PER_ACTOR:
            lines.append(f"  Actor_{actor}: {counts}")
    if lines:
        raise FileNotFoundError(
            f"RAVDESS in {data_folder} is not complete. Expected "
            f"{CLIPS_PER_ACTOR} for each of the 24 actors, but got\n"
            f"{shorten(lines, 24)}\nUnpack all of "
            "Audio_Speech_Actors_01-24.zip into this folder."
        )
