"""The part of every preparation that is the same: a corpus's
``*_prepare.py`` reads its annotations into a table of clips, chooses labels
and decides the split; here the table is checked, the audio is inspected, the
counts are compared with what the corpus should hold, and the manifests are
written.
"""

import hashlib
import logging
from collections import defaultdict
from functools import partial
from pathlib import Path
from posixpath import normpath

from speechbrain_zsfuse.corpora.certificate import (
    prove_disjoint,
    unknown_values,
)
from speechbrain_zsfuse.corpora.folds.baselines import describe_unheard
from speechbrain_zsfuse.corpora.folds.division import divide_as_given
from speechbrain_zsfuse.corpora.labels import check_classes, few_clips
from speechbrain_zsfuse.corpora.manifests import (
    SPLITS,
    find_prepared,
    inputs_hash,
    write_manifests,
)
from speechbrain_zsfuse.corpora.media.listing import NAME as EXTRACTION
from speechbrain_zsfuse.corpora.recordings.hearing import (
    hear_clips,
    judge_clips,
)
from speechbrain_zsfuse.corpora.roots import check_outside
from speechbrain_zsfuse.corpora.segments import overlaps
from speechbrain_zsfuse.corpora.table import (
    check_nothing_lost,
    check_table,
)
from speechbrain_zsfuse.errors import shorten
from speechbrain_zsfuse.files import file_sha256

logger = logging.getLogger(__name__)

_SHOWN = 20  # lines of each kind: counts of classes or sessions are whole


def certify(
    clips,
    dropped,
    *,
    corpus,
    data_folder,
    manifest_folder,
    options,
    read,
    differences=lambda clips: [],
    problems=(),
    notes=(),
    sources=(),
    release="",
    remarks=lambda clips: [],
    known_copies=(),
    disjoint=("speaker",),
    repeated=(),
    divide=None,
    facts=None,
    listed=False,
    allow_mismatch=False,
    audio_cache=None,
):
    """Inspect the audio, compare the counts, write manifests and certificate.

    Arguments
    ---------
    clips : pandas.DataFrame
        ``ID, wav`` (relative to the corpus), ``emotion, speaker, session,
        gender, votes, split`` and more; see ``check_table``.
    dropped : dict
        Reason to list of ids left out so far.
    corpus, release : str
        Their names.
    data_folder, manifest_folder : Path
        The second must not lie in the first; see ``listed``.
    options : dict
        JSON values that decided labels and split. ``labels`` are the classes;
        by default all emotions of the clips.
    read : iterable of str
        Ids of all clips that were read (and names of files and lines that are
        no clip): each of them is kept or dropped.
    differences : callable
        Clips, with their ``duration`` in seconds, to a list of str: where they
        are not what the corpus should hold.
    problems, notes : list of str
        The same as ``differences`` and ``remarks``, known before the audio.
    sources : iterable of Path
        Annotation files: if one changes, the manifests are made again.
    remarks : callable
        Clips to a list of str: what is noted without being an error.
    known_copies : iterable of tuple of str
        Ids that are one recording in the corpus as it is published.
    disjoint : tuple of str
        Columns of which no two splits may share a value.
    repeated : tuple of str
        Columns of which shared values are listed.
    divide : callable, optional
        Decides the split, if clips have none yet or another: clips and lists
        of ids that are the same recording to ``Division``. It is asked before
        the audio is looked at, without copies, and again if there are any. The
        certificate then also tells what can be known without hearing.
    facts : dict, optional
        JSON values that the certificate holds besides.
    listed : bool
        A table among ``sources`` names each file: the manifests may lie beside
        them, in a folder that has none of them.
    allow_mismatch : bool
        Go on in spite of differences and unusable files; the certificate and
        every result of the run are marked.
    audio_cache : str or Path, optional
        See ``inspect_files``.

    Returns
    -------
    dict
        ``train``, ``valid`` and ``test`` to manifest path (str); of a division
        those that it has.

    Raises
    ------
    ValueError
        If the table is not sound, clips got lost or have no class, files
        cannot be used, counts differ, a class is missing in a split, or
        splits share what they must not.

    Example
    -------
    >>> import numpy as np
    >>> import pandas, soundfile
    >>> folder = Path(getfixture("tmpdir"))
    >>> (folder / "corpus").mkdir()
    >>> clips = pandas.DataFrame({"ID": ["a", "b", "c"], "split": SPLITS})
    >>> clips["wav"] = clips["ID"] + ".wav"
    >>> for seed, name in enumerate(clips["wav"]):
    ...     noise = np.random.default_rng(seed).uniform(-0.5, 0.5, 8000)
    ...     soundfile.write(folder / "corpus" / name, noise, 16000)
    >>> manifests = certify(
    ...     clips.assign(emotion="sad", speaker=clips["ID"]),
    ...     dropped={},
    ...     corpus="Tiny",
    ...     data_folder=folder / "corpus",
    ...     manifest_folder=folder / "manifests",
    ...     options={},
    ...     read=["a", "b", "c"],
    ... )
    >>> sorted(manifests)
    ['test', 'train', 'valid']
    """
    data_folder = Path(data_folder).resolve()
    manifest_folder = Path(manifest_folder).resolve()
    files = None
    if listed:
        files = [data_folder / wav for wav in clips["wav"].unique()]
        files += [Path(source).resolve() for source in sources]
    check_outside(manifest_folder, data_folder, files)
    problems, notes = [*problems], [*notes]
    labels = options.get("labels", sorted(set(clips["emotion"])))
    known = problems + notes
    decide = _check_and_decide(clips, divide, disjoint, repeated, known)
    division = decide(())
    dropped = _join(dropped, division.dropped)
    check_nothing_lost(read, division.clips["ID"], dropped)
    check_classes(division.clips, labels, known, division.splits)
    prove_disjoint(_by_split(division.clips), division.disjoint)
    sources, facts = _with_extraction(data_folder, sources, facts or {})
    options = options | {"allow_mismatch": allow_mismatch}
    content = {"corpus": corpus, "release": release, "options": options}
    decided = [content, dropped, problems, notes, facts, [*repeated]]
    decided += [[*known_copies]] if divide else []
    inputs = _identify(data_folder, sources, division, decided)
    if prepared := find_prepared(manifest_folder, inputs):
        return {split: prepared[split] for split in division.splits}
    title = f"{corpus} {release}".strip()
    heard = hear_clips(title, data_folder, division.clips, audio_cache)
    division = decide(heard.copies) if heard.copies else division
    alike = ("split", "emotion", *(["speaker"] if divide else []))
    clips, unusable, bad_files, shared, repeats = judge_clips(
        division.clips, heard, known_copies, alike
    )
    kinds = problems, bad_files, shared, differences(clips)
    mismatch = [line for kind in kinds for line in kind]
    notes += [*repeats, *overlaps(clips), *remarks(clips)]
    for field in division.disjoint:
        notes += unknown_values(clips, field)
    notes += few_clips(clips, labels, division.splits)
    if mismatch and not allow_mismatch:
        raise ValueError(_refusal(title, data_folder, kinds, notes))
    check_classes(clips, labels, mismatch + notes, division.splits)
    told = describe_unheard(division, clips, labels, facts) if divide else {}
    _tell(corpus, mismatch, notes + told.get("caveats", []))
    content |= {"inputs_sha256": inputs, "mismatch": mismatch, "notes": notes}
    manifests = write_manifests(
        manifest_folder,
        _by_split(clips),
        {**content, **facts, **told},
        _join(dropped, unusable),
        division.disjoint,
        repeated,
    )
    return {split: manifests[split] for split in division.splits}


def _check_and_decide(clips, divide, disjoint, repeated, noticed):
    """A function from ids that are the same recording to a division."""
    # Before they are divided, clips need no split.
    whole = clips.assign(split=SPLITS[0]) if divide else clips
    compared = [*disjoint, *repeated]
    compared += [c for c in ("group", "text") if divide and c in clips]
    check_table(whole, compared, noticed)
    clips = clips.assign(wav=clips["wav"].map(normpath))
    divide = divide or partial(divide_as_given, disjoint=disjoint)
    return partial(divide, clips)


def _with_extraction(data_folder, sources, facts):
    """Sources and facts, with those of sound that was taken out of video."""
    extraction = data_folder / EXTRACTION
    if not extraction.is_file():
        return sources, facts
    facts = facts | {"extraction_sha256": file_sha256(extraction)}
    return [*sources, extraction], facts


def _identify(data_folder, sources, division, decided):
    """A name for all that decides what the manifests are."""
    wavs = division.clips["wav"].unique()
    paths = [*sources, *(data_folder / wav for wav in wavs)]
    divided = [division.facts, [*division.disjoint]]
    table = _table_hash(division.clips)
    return inputs_hash(data_folder, paths, [*decided, divided, table])


def _tell(corpus, mismatch, notes):
    """Warn of what is not as it should be, or worth knowing."""
    for start, kind in (("", mismatch), ("Note on ", notes)):
        if kind:
            lines = [f"{start}{corpus}: {line}" for line in kind]
            logger.warning("%s", shorten(lines))


def _by_split(clips):
    """Split to its clips, without the column that says it."""
    return {
        name: clips[clips["split"] == name].drop(columns="split")
        for name in SPLITS
    }


def _table_hash(clips):
    """Of all that goes into the manifests: labels, speakers, splits, votes."""
    return hashlib.sha256(clips.to_csv(index=False).encode()).hexdigest()


def _join(*reasons):
    """Several dictionaries of reason to ids in one."""
    joined = defaultdict(list)
    for part in reasons:
        for reason, ids in part.items():
            joined[reason] += ids
    return dict(joined)


def _refusal(corpus, data_folder, kinds, notes):
    """Each kind is cut by itself: names of files never hide the counts."""
    noted = "\nAlso noted:\n" + shorten([f"  {n}" for n in notes], 5)
    cut = [shorten([f"  {n}" for n in kind], _SHOWN) for kind in kinds if kind]
    return (
        f"{data_folder} does not hold {corpus} as it is known:\n"
        + "\n".join(cut)
        + (noted if notes else "")
        + "\nRestore the corpus, or correct the table if one describes it. To "
        "go on nevertheless, with every result marked, add --allow_mismatch."
    )
