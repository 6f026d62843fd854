"""From what a reader found to certified manifests: ids, speakers, labels,
folds. Which corpus it is does not matter here.
"""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from speechbrain_zsfuse.corpora.definitions.applying import read_defined
from speechbrain_zsfuse.corpora.folds.dividing import divide
from speechbrain_zsfuse.corpora.labels import choose_labels
from speechbrain_zsfuse.corpora.own.columns import Columns
from speechbrain_zsfuse.corpora.own.table import read_own
from speechbrain_zsfuse.corpora.preparation import certify
from speechbrain_zsfuse.corpora.segments import names_of_parts
from speechbrain_zsfuse.corpora.speakers import spell_alike
from speechbrain_zsfuse.options import (
    Count,
    Labels,
    Merge,
    Place,
    Text,
    checked,
)

Folds = Annotated[int, Field(ge=2)]


@checked
def prepare_corpus(
    data_folder: Place,
    manifest_folder: Place,
    *,
    corpus: Text | None = None,
    table: Place | None = None,
    columns: Columns | None = None,
    speakers: Place | None = None,
    labels: Labels,
    merge: Merge | None = None,
    fold: Count = 1,
    folds: Folds | None = None,
    allow_mismatch: bool = False,
    audio_cache: Place | None = None,
):
    """Prepare a corpus that a definition or a table describes.

    Arguments
    ---------
    data_folder : str or Path
        The corpus; nothing is written there.
    manifest_folder : str or Path
        Where ``train.csv``, ``valid.csv``, ``test.csv`` and
        ``certificate.json`` go.
    corpus : str, optional
        Name of a definition of ``metadata/``, or the path of one.
    table : str or Path, optional
        In its place: a table of your own, see ``read_own``.
    columns, speakers
        Of a table, see ``read_own``.
    labels : list of str
        Emotions to keep.
    merge : dict, optional
        Emotion to the one it counts as.
    fold, folds : int
        Which fold is tested, from 1, and of how many; see ``divide``.
    allow_mismatch, audio_cache
        See ``certify``.

    Returns
    -------
    dict
        ``train``, ``valid`` and ``test`` to manifest path (str).

    Raises
    ------
    ValueError
        If neither or both of corpus and table are given, or see ``certify``.

    Example
    -------
    >>> prepare_corpus("/data", "manifests", labels=["sad", "happy"])
    Traceback (most recent call last):
    ValueError: Expected either a corpus or a table, but got None and None. \
Give --corpus=emodb, for instance, or --table=my.csv.
    """
    data_folder = Path(data_folder).resolve()
    reading = read_corpus(data_folder, corpus, table, columns, speakers)
    return prepare_reading(
        reading,
        data_folder,
        manifest_folder,
        labels=labels,
        merge=merge,
        fold=fold,
        folds=folds,
        allow_mismatch=allow_mismatch,
        audio_cache=audio_cache,
    )


def read_corpus(
    data_folder, corpus=None, table=None, columns=None, speakers=None
):
    """Read what a definition or a table describes.

    Arguments
    ---------
    data_folder, corpus, table, columns, speakers
        See ``prepare_corpus``.

    Returns
    -------
    Reading

    Example
    -------
    See ``prepare_corpus``.
    """
    if (corpus is None) == (table is None):
        raise ValueError(
            f"Expected either a corpus or a table, but got {corpus!r} and "
            f"{table!r}. Give --corpus=emodb, for instance, or --table=my.csv."
        )
    if table is not None:
        return read_own(table, data_folder, columns=columns, speakers=speakers)
    return read_defined(data_folder, corpus)


def prepare_reading(
    reading,
    data_folder,
    manifest_folder,
    *,
    labels,
    merge=None,
    fold=1,
    folds=None,
    allow_mismatch=False,
    audio_cache=None,
):
    """The same for what any reader found.

    Arguments
    ---------
    reading : Reading
    data_folder, manifest_folder, labels, merge, fold, folds
        See ``prepare_corpus``.
    allow_mismatch, audio_cache
        See ``certify``.

    Returns
    -------
    dict
        Split to manifest path.

    Example
    -------
    See ``prepare_corpus``.
    """
    clips = name_clips(reading.clips, reading.corpus)
    names = dict(zip(clips["wav"], clips["ID"]))
    kept, others = choose_labels(clips, labels, merge, reading.problems)
    kept, facts, notes = divide(kept, list(labels), fold, folds)
    left_out = {
        reason: [names.get(path, path) for path in paths]
        for reason, paths in reading.dropped.items()
    }
    return certify(
        kept,
        others | left_out,
        corpus=reading.name,
        release=reading.release,
        data_folder=data_folder,
        manifest_folder=manifest_folder,
        options={
            "labels": list(labels),
            "merge": dict(merge or {}),
            "fold": fold,
            "folds": folds,
        },
        read=[*clips["ID"], *(i for ids in left_out.values() for i in ids)],
        problems=reading.problems,
        notes=[*reading.notes, *notes],
        differences=reading.differences,
        sources=reading.sources,
        known_copies=[
            tuple(names.get(path, path) for path in pair)
            for pair in reading.known_copies
        ],
        facts={"about": reading.about, "division": facts},
        allow_mismatch=allow_mismatch,
        audio_cache=audio_cache,
    )


def name_clips(clips, corpus):
    """Ids, and speakers that are nobody else's.

    Arguments
    ---------
    clips : pandas.DataFrame
        See ``Reading``.
    corpus : str
        Goes before each speaker.

    Returns
    -------
    pandas.DataFrame

    Example
    -------
    >>> import pandas
    >>> clip = {"wav": "a/1.wav", "emotion": "sad", "speaker": "01"}
    >>> clips = name_clips(pandas.DataFrame([clip]), "tiny")
    >>> clips[["ID", "speaker"]].values.tolist()
    [['a/1', 'tiny:01']]
    """
    alike = spell_alike(clips["speaker"])
    speakers = clips["speaker"].map(alike)
    return clips.assign(
        ID=clips["wav"].str.replace(r"\.[^./]+$", "", regex=True)
        + names_of_parts(clips),
        speaker=speakers.where(speakers == "", f"{corpus}:" + speakers),
    )
