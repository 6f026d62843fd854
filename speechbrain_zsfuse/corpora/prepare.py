"""From what a reader found to certified manifests: ids, speakers, labels,
folds. Which corpus it is does not matter here.
"""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from speechbrain_zsfuse.corpora.definitions.applying import read_defined
from speechbrain_zsfuse.corpora.folds.dividing import divide
from speechbrain_zsfuse.corpora.folds.division import Fold, check_fold
from speechbrain_zsfuse.corpora.folds.emobox import list_files
from speechbrain_zsfuse.corpora.labels import choose_labels
from speechbrain_zsfuse.corpora.naming import name_clips
from speechbrain_zsfuse.corpora.own.columns import Columns
from speechbrain_zsfuse.corpora.own.table import read_own
from speechbrain_zsfuse.corpora.preparation import certify
from speechbrain_zsfuse.corpora.segments import places_of
from speechbrain_zsfuse.options import (
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
    release: Text | None = None,
    table: Place | None = None,
    columns: Columns | None = None,
    speakers: Place | None = None,
    labels: Labels,
    merge: Merge | None = None,
    fold: Fold = 1,
    folds: Folds | None = None,
    emobox: Place | None = None,
    readers=None,
    allow_mismatch: bool = False,
    audio_cache: Place | None = None,
):
    """Prepare a corpus that a definition or a table describes.

    Arguments
    ---------
    data_folder : str or Path
        The corpus; nothing is written there, but beside what a table lists.
    manifest_folder : str or Path
        Where ``train.csv``, ``valid.csv``, ``test.csv`` and
        ``certificate.json`` go.
    corpus : str, optional
        Name of a definition of ``metadata/``, or the path of one.
    release : str, optional
        Of the corpus; by default the closest.
    table : str or Path, optional
        In its place: a table of your own, see ``read_own``.
    columns, speakers
        Of a table, see ``read_own``.
    labels : list of str
        Emotions to keep.
    merge : dict, optional
        Emotion to the one it counts as.
    fold : int or str
        Which fold is tested, from 1; or ``official``, ``source``, ``whole``,
        see ``divide``.
    folds : int, optional
        How many there are; by default as many as suit the corpus.
    emobox : str or Path, optional
        A copy of EmoBox's repository, if its folds are to be taken.
    readers : dict, optional
        Name of a corpus to who reads it (folder to Reading), of those without
        a definition.
    allow_mismatch, audio_cache
        See ``certify``.

    Returns
    -------
    dict
        ``train``, ``valid`` and ``test`` to manifest path (str); of a source
        or a whole corpus those that there are.

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
    check_fold(fold, folds, emobox)
    data_folder = Path(data_folder).resolve()
    reading = read_corpus(
        data_folder, corpus, table, columns, speakers, release, readers
    )
    return prepare_reading(
        reading,
        data_folder,
        manifest_folder,
        labels=labels,
        merge=merge,
        fold=fold,
        folds=folds,
        emobox=emobox,
        allow_mismatch=allow_mismatch,
        audio_cache=audio_cache,
    )


def read_corpus(
    data_folder,
    corpus=None,
    table=None,
    columns=None,
    speakers=None,
    release=None,
    readers=None,
):
    """Read what a definition or a table describes, or who has a reader.

    Arguments
    ---------
    data_folder, corpus, table, columns, speakers, release, readers
        See ``prepare_corpus``.

    Returns
    -------
    Reading

    Raises
    ------
    ValueError
        If neither or both are given, or an option is for the other of both,
        or for one without a reader; see ``read_own`` and ``read_defined``.

    Example
    -------
    See ``prepare_corpus``.
    """
    if corpus in (readers or {}):
        _refuse_options(corpus, release, table, columns, speakers)
        return readers[corpus](data_folder)
    if (corpus is None) == (table is None):
        raise ValueError(
            f"Expected either a corpus or a table, but got {corpus!r} and "
            f"{table!r}. Give --corpus=emodb, for instance, or --table=my.csv."
        )
    if table is not None and release is not None:
        raise ValueError(
            f"Expected no release of a table, but got {release!r}. Leave it "
            "out: only corpora that are known have releases."
        )
    given = {"columns": columns, "speakers": speakers}
    given = [name for name, value in given.items() if value]
    if table is None and given:
        raise ValueError(
            f"Expected no {' and '.join(given)} of {corpus}, which is known, "
            "but got some. They are of a table: leave them out, or add it."
        )
    if table is not None:
        return read_own(table, data_folder, columns=columns, speakers=speakers)
    return read_defined(data_folder, corpus, release)


def _refuse_options(corpus, release, table, columns, speakers):
    """A reader knows what to read: it takes the folder alone."""
    given = {"release": release, "table": table}
    given |= {"columns": columns, "speakers": speakers}
    for name, value in given.items():
        if value is not None:
            raise ValueError(
                f"Expected no `{name}` for {corpus}, which has a reader of its "
                "own. Leave it out."
            )


def prepare_reading(
    reading,
    data_folder,
    manifest_folder,
    *,
    labels,
    merge=None,
    fold=1,
    folds=None,
    emobox=None,
    allow_mismatch=False,
    audio_cache=None,
):
    """Prepare what any reader found, such as a function of a recipe.

    Arguments
    ---------
    reading : Reading
    data_folder, manifest_folder, labels, merge, fold, folds, emobox
        See ``prepare_corpus``.
    allow_mismatch, audio_cache
        See ``certify``.

    Returns
    -------
    dict
        Split to manifest path.

    Raises
    ------
    ValueError
        If two clips have one id, a label is in no clip, options ask for two
        divisions, or see ``certify``.

    Example
    -------
    See ``prepare_corpus``.
    """
    clips = name_clips(reading.clips, reading.corpus)
    names = dict(zip(places_of(clips), clips["ID"]))
    kept, others = choose_labels(clips, labels, merge, reading.problems)
    check_fold(fold, folds, emobox)
    lists = list_files(emobox, reading.corpus, fold) if emobox else None
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
            "emobox": True if emobox else None,
        },
        read=[*clips["ID"], *(i for ids in left_out.values() for i in ids)],
        problems=reading.problems,
        notes=reading.notes,
        differences=reading.differences,
        sources=[*reading.sources, *(lists or {}).values()],
        known_copies=[
            tuple(names.get(path, path) for path in same)
            for same in reading.known_copies
        ],
        divide=lambda clips, copies: divide(
            clips, list(labels), fold, folds, copies, lists
        ),
        facts={"about": reading.about},
        listed=reading.listed,
        allow_mismatch=allow_mismatch,
        audio_cache=audio_cache,
    )
