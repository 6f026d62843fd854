"""MSP-Podcast (Lotfian and Busso, 2019) to manifests: eight emotions, the
official partitions, any release from 1.6 to 2.0.

    from msp_podcast_prepare import prepare_msp_podcast
    prepare_msp_podcast("/path/to/MSP-Podcast", "manifests")

Test1 and Test2 together are the test split, as in the ZS-Fuse paper, and are
also reported apart. Nothing is written into the corpus.

BIIC-Podcast (Upadhyay et al., 2023) has the same files under names of its own:
corpus="BIIC-Podcast".
"""

from msp_podcast_clips import LABELS, NO_LABEL, list_audio, locate, set_aside
from msp_podcast_labels import audio_folder, labels_folder, read_labels, tell
from msp_podcast_release import (
    PAPER,
    Release,
    compare_with_paper,
    find_release,
)
from msp_podcast_votes import read_votes

from speechbrain_zsfuse.corpora import (
    certify,
    check_ids,
    choose_labels,
)
from speechbrain_zsfuse.folders import check_folder
from speechbrain_zsfuse.options import Labels, Merge, Place, Text, checked

CORPUS = "MSP-Podcast"
UNKNOWN_RELEASE = (
    "nothing tells the release, so its counts are not certified; if it is "
    "1.11, say so: --preparation='{release: \"1.11\"}'"
)


@checked
def prepare_msp_podcast(
    data_folder: Place,
    manifest_folder: Place,
    *,
    labels: Labels = LABELS,
    merge: Merge | None = None,
    corpus: Text = CORPUS,
    release: Release | None = None,
    allow_mismatch: bool = False,
    audio_cache: Place | None = None,
):
    """Check the corpus and write its manifests and certificate.

    Arguments
    ---------
    data_folder : str or Path
        With ``Audios`` and ``Labels``, however the release spells them.
    manifest_folder : str or Path
        Where ``train.csv``, ``valid.csv``, ``test.csv`` and
        ``certificate.json`` go.
    labels : list of str
        Classes, after merging; the other emotions are left aside.
    merge : dict, optional
        Emotion to the one it counts as.
    corpus : str
        What results call it. Another than MSP-Podcast has the same files; the
        counts of its releases are not known.
    release : str, optional
        For instance "1.11", whose counts must be the paper's. By default the
        folder's name, its readme, or the number of clips tells it.
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
        If the folder is not MSP-Podcast.
    PermissionError
        If a file or folder cannot be read.
    ValueError
        If a label or a file cannot be used, release 1.11 is not complete, or
        an option is wrong.

    Example
    -------
    >>> manifests = prepare_msp_podcast(
    ...     getfixture("msp_podcast"), getfixture("tmpdir")
    ... )
    >>> sorted(manifests)
    ['test', 'train', 'valid']
    """
    data_folder = check_folder(
        data_folder,
        _is_corpus,
        "the folders Audios and Labels of MSP-Podcast",
    )
    rows, problems, unsaid, sources = read_labels(data_folder)
    check_ids(rows)
    audio = list_audio(data_folder)
    known = corpus == CORPUS
    if known:
        number = len({*rows["ID"], *audio})
        release = find_release(data_folder, number, release)
    clips, dropped, unknown = set_aside(
        locate(rows, audio, data_folder), problems
    )
    dropped |= unknown
    lines = tell(unknown)
    where = f"labels were read from {sources[0]}"
    read = {*rows["ID"], *(name for ids in unknown.values() for name in ids)}
    unlabelled = sorted(set(audio) - read)
    dropped[NO_LABEL] = dropped.get(NO_LABEL, []) + unlabelled
    clips, others = choose_labels(clips, labels, merge, [where, *lines])
    dropped |= others
    votes, notes, files = read_votes(data_folder, clips["ID"])
    usual = known and set(labels) == set(LABELS) and not merge
    untold = [UNKNOWN_RELEASE] if known and not release else []
    strict = release == PAPER
    return certify(
        clips.join(votes),
        dropped,
        corpus=corpus,
        release=release or "",
        data_folder=data_folder,
        manifest_folder=manifest_folder,
        options={"labels": list(labels), "merge": dict(merge or {})},
        read=read.union(unlabelled),
        problems=lines,
        notes=[*unsaid, *notes, *untold],
        differences=lambda kept: (
            compare_with_paper(kept) if usual and strict else []
        ),
        remarks=lambda kept: (
            compare_with_paper(kept) if usual and not strict else []
        ),
        sources=[*sources, *files],
        repeated=("session",),
        allow_mismatch=allow_mismatch,
        audio_cache=audio_cache,
    )


def _is_corpus(folder):
    """Whether it has both folders; one that cannot be read has none."""
    try:
        return folder.is_dir() and all(
            find(folder) for find in (labels_folder, audio_folder)
        )
    except PermissionError:
        return False
