"""IEMOCAP (Busso et al., 2008) to manifests: four emotions, 5,531 utterances,
five folds over the sessions, so that no speaker is ever shared.

    from iemocap_prepare import prepare_iemocap
    prepare_iemocap("/path/to/IEMOCAP_full_release", "manifests", fold=1)

Excited counts as happy. Nothing is written into the corpus.
"""

from collections import Counter
from typing import Annotated, Literal

from iemocap_audio import (
    list_audio,
    locate,
    other_lengths,
    without_evaluation,
)
from iemocap_labels import read_annotations
from pydantic import Field

from speechbrain_zsfuse.corpora import (
    certify,
    check_ids,
    choose_labels,
    compare_counts,
    ids_hash,
)
from speechbrain_zsfuse.folders import check_folder
from speechbrain_zsfuse.options import Labels, Merge, Place, checked

LABELS = ("neutral", "happy", "sad", "angry")
MERGE = {"excited": "happy"}
Fold = Annotated[int, Field(ge=1, le=5)]
SESSIONS = ("1", "2", "3", "4", "5")

# Utterances of the release, by label before any merging.
COUNTS = {
    "neutral": 1708,
    "happy": 595,
    "excited": 1041,
    "sad": 1084,
    "angry": 1103,
    "frustrated": 1849,
    "no majority": 2507,
}
# Of the four classes: neutral, happy (excited included), sad, angry.
SESSION_COUNTS = {
    "1": (384, 278, 194, 229),
    "2": (362, 327, 197, 137),
    "3": (320, 286, 305, 240),
    "4": (258, 303, 143, 327),
    "5": (384, 442, 245, 170),
}
PART_COUNTS = {"improvised": 2943, "scripted": 2588}
IDS_SHA256 = "1e6f2774e81323e857fc42554759b78734f8cd2b1e0e360e3e87fd65e4bcc835"


@checked
def prepare_iemocap(
    data_folder: Place,
    manifest_folder: Place,
    *,
    labels: Labels = LABELS,
    merge: Merge | None = MERGE,
    fold: Fold = 1,
    part: Literal["all", "improvised", "scripted"] = "all",
    allow_mismatch: bool = False,
    audio_cache: Place | None = None,
):
    """Check the corpus and write its manifests and certificate.

    Arguments
    ---------
    data_folder : str or Path
        ``IEMOCAP_full_release``, with ``Session1`` to ``Session5``.
    manifest_folder : str or Path
        Where ``train.csv``, ``valid.csv``, ``test.csv`` and
        ``certificate.json`` go.
    labels : list of str
        Classes, after merging; the other emotions are left aside.
    merge : dict
        Emotion to the one it counts as.
    fold : int
        Session that is tested, 1 to 5. The next one, cyclically, validates;
        the other three train.
    part : str
        ``all``, ``improvised`` or ``scripted`` dialogues.
    allow_mismatch : bool
        Go on if the corpus is not as it is known; see ``certify``.
    audio_cache : str or Path, optional
        File that remembers inspected audio; see ``inspect_files``.

    Returns
    -------
    dict
        ``train``, ``valid`` and ``test`` to manifest path.

    Raises
    ------
    FileNotFoundError
        If the folder is not IEMOCAP.
    ValueError
        If it is not complete, a file cannot be used, or an option is wrong.

    Example
    -------
    >>> manifests = prepare_iemocap(
    ...     getfixture("iemocap"),
    ...     getfixture("tmpdir"),
    ...     fold=2,
    ...     allow_mismatch=True,
    ... )
    >>> sorted(manifests)
    ['test', 'train', 'valid']
    """
    data_folder = check_folder(
        data_folder,
        lambda folder: any(folder.glob("Session[1-5]/dialog/EmoEvaluation")),
        "Session1 to Session5, each with dialog/EmoEvaluation and "
        "sentences/wav (the folder IEMOCAP_full_release),",
    )
    split_of = split_sessions(fold)
    everything, problems, files = read_annotations(data_folder)
    check_ids(everything)
    stated = everything.set_index("ID").pop("stated")
    audio, copies = list_audio(data_folder)
    everything = locate(everything.drop(columns="stated"), audio)
    clips, dropped = choose_labels(everything, labels, merge, problems)
    if part != "all":
        other = clips["part"] != part
        dropped[f"not {part}"] = clips["ID"][other].tolist()
        clips = clips[~other]
    unrated = without_evaluation(audio, everything["ID"])
    dropped["without an evaluation"] = unrated
    dropped["another file of the same name"] = copies
    usual = set(labels) == set(LABELS) and dict(merge or {}) == MERGE
    return certify(
        clips.assign(split=clips["session"].map(split_of)),
        dropped,
        corpus="IEMOCAP",
        release="full release",
        data_folder=data_folder,
        manifest_folder=manifest_folder,
        options={
            "labels": list(labels),
            "merge": dict(merge or {}),
            "fold": fold,
            "part": part,
        },
        read=[*everything["ID"], *unrated, *copies],
        problems=label_differences(everything, labels, merge or {}),
        notes=problems,
        differences=lambda kept: differences(kept, part) if usual else [],
        remarks=lambda kept: [
            *other_lengths(kept, stated),
            *(remarks(kept) if usual and part == "all" else []),
        ],
        sources=files,
        disjoint=("speaker", "session"),
        repeated=("script",),
        allow_mismatch=allow_mismatch,
        audio_cache=audio_cache,
    )


@checked
def split_sessions(fold: Fold):
    """Session to split, for the session tested.

    Example
    -------
    >>> split_sessions(5)
    {'1': 'valid', '2': 'train', '3': 'train', '4': 'train', '5': 'test'}
    """
    special = {str(fold): "test", str(fold % 5 + 1): "valid"}
    return {session: special.get(session, "train") for session in SESSIONS}


def label_differences(clips, labels, merge):
    """Where totals of the chosen emotions, before merging, are not known ones.

    Arguments
    ---------
    clips : pandas.DataFrame
        All utterances, emotions as annotated.
    labels : list of str
    merge : dict

    Returns
    -------
    list of str

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame({"emotion": ["sad"]})
    >>> label_differences(clips, ["sad"], {})
    ['utterances annotated as sad: expected 1,084, found 1 (-1,083)']
    """
    chosen = {word for word in COUNTS if merge.get(word, word) in labels}
    found = Counter(clips["emotion"])
    return compare_counts(
        "utterances annotated as",
        {word: COUNTS[word] for word in chosen},
        {word: found[word] for word in chosen},
    )


def differences(clips, part):
    """Where the four-class set is not the known one.

    Arguments
    ---------
    clips : pandas.DataFrame
        What would be written.
    part : str
        ``all``, ``improvised`` or ``scripted``.

    Returns
    -------
    list of str

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame({"part": ["scripted"] * 2587})
    >>> differences(clips, "scripted")
    ['utterances in part scripted: expected 2,588, found 2,587 (-1)']
    """
    if part != "all":
        expected, found = {part: PART_COUNTS[part]}, Counter(clips["part"])
        return compare_counts("utterances in part", expected, found)
    expected = {
        f"{session}, {label}": number
        for session, row in SESSION_COUNTS.items()
        for label, number in zip(LABELS, row)
    }
    found = Counter(clips["session"] + ", " + clips["emotion"])
    return compare_counts("utterances in session", expected, found)


def remarks(clips):
    """A remark if the ids are not those of the release.

    Example
    -------
    >>> import pandas
    >>> len(remarks(pandas.DataFrame({"ID": ["Ses01F_impro01_F000"]})))
    1
    """
    got = ids_hash(clips["ID"])
    if got == IDS_SHA256:
        return []
    return [f"the ids are not those of the release (sha256 {got})"]
