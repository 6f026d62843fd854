"""Manifests (SpeechBrain CSV): written with their certificate, found again
only if nothing has changed, and read. This file knows no corpus.
"""

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

import pandas
from pydantic import WithJsonSchema

from speechbrain_zsfuse.audio.places import CHANNEL, SECONDS
from speechbrain_zsfuse.corpora.certificate import (
    counts,
    ids_hash,
    prove_disjoint,
    shared_values,
)
from speechbrain_zsfuse.corpora.roots import ROOT, fill_root
from speechbrain_zsfuse.corpora.sealing import (
    CERTIFICATE,
    check_manifest,
    is_sealed,
    read_certificate,
    write_certificate,
)
from speechbrain_zsfuse.corpora.segments import columns_of, fragments
from speechbrain_zsfuse.corpora.speakers import spell_alike
from speechbrain_zsfuse.evaluation.rows import (
    TableKind,
    refuse_rows,
    with_numbers,
)
from speechbrain_zsfuse.evaluation.tables import read_table
from speechbrain_zsfuse.files import file_state, write_text
from speechbrain_zsfuse.options import Place, Text

logger = logging.getLogger(__name__)

SPLITS = ("train", "valid", "test")
FORMAT = 4  # a higher number makes what was prepared before stale
COLUMNS = (
    *("ID", "duration", "wav", "emotion"),
    *("speaker", "session", "gender", "votes"),
)
MANIFEST = TableKind(
    "a manifest", "ID", "Correct the file, or prepare the corpus again."
)
Manifests = Annotated[
    Mapping[Text, Place],
    WithJsonSchema(
        {
            "description": "a dictionary of split to path",
            "advice": "Write {'test': 'test.csv'}, for instance.",
        }
    ),
]
_SHORTEST, _LONGEST = 1e-6, 24 * 60 * 60  # seconds


def inputs_hash(folder, paths, options):
    """Name a preparation by its options and by path, size and time of files.

    Arguments
    ---------
    folder : Path
        Root of the corpus.
    paths : list of Path
        Files below it.
    options : dict or list
        JSON values.

    Returns
    -------
    str
        64 hexadecimal digits.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> path = folder / "a.wav"
    >>> _ = path.write_bytes(b"sound")
    >>> first = inputs_hash(folder, [path], {"fold": 1})
    >>> first == inputs_hash(folder, [path], {"fold": 2})
    False
    """
    text = json.dumps([FORMAT, options], sort_keys=True)
    digest = hashlib.sha256(text.encode())
    for path in sorted(map(str, paths)):
        name = os.path.relpath(path, folder)
        digest.update(json.dumps([name, file_state(path)]).encode())
    return digest.hexdigest()


def find_prepared(folder, inputs):
    """Manifests of an earlier, identical preparation, or None.

    Arguments
    ---------
    folder : str or Path
        Where manifests and certificate lie.
    inputs : str
        See ``inputs_hash``.

    Returns
    -------
    dict or None
        Split to manifest path.

    Example
    -------
    >>> find_prepared(getfixture("tmpdir"), inputs="none yet") is None
    True
    """
    manifests = {split: Path(folder) / f"{split}.csv" for split in SPLITS}
    certificate = Path(folder) / CERTIFICATE
    if not all(p.exists() for p in [certificate, *manifests.values()]):
        return None
    try:
        content = read_certificate(folder)
        if content.get("inputs_sha256") != inputs or not is_sealed(content):
            return None
        for path in manifests.values():
            check_manifest(path)
    except ValueError as error:
        logger.warning("The manifests are made again. %s", error)
        return None
    return {split: str(path) for split, path in manifests.items()}


def write_manifests(
    folder,
    splits,
    certificate,
    dropped,
    disjoint=("speaker",),
    repeated=(),
    root=f"{ROOT}/",
):
    """Write train, valid and test manifests, then their certificate.

    Arguments
    ---------
    folder : str or Path
        Made if need be; not inside the corpus.
    splits : dict
        Split to ``pandas.DataFrame`` with the columns ``ID, duration, wav``
        (relative to the corpus), ``emotion, speaker`` and more. Each speaker
        gets one spelling, see ``spell_alike``.
    certificate : dict
        JSON values that it begins with; ``inputs_sha256`` is one.
    dropped : dict
        Reason to list of ids that were left out.
    disjoint, repeated : tuple of str
        See ``preparation.certify``; of ``disjoint`` also ``prove_disjoint``.
    root : str
        Goes before each ``wav``; nothing where they name their own.

    Returns
    -------
    dict
        Split to manifest path (str).

    Raises
    ------
    ValueError
        If two splits share a value of a column in ``disjoint``.

    Example
    -------
    >>> def clip(speaker):
    ...     row = {"ID": f"clip{speaker}", "wav": "clip.wav"}
    ...     row |= {"duration": 1.5, "emotion": "sad", "speaker": speaker}
    ...     return pandas.DataFrame([row])
    >>> splits = dict(zip(SPLITS, map(clip, "123")))
    >>> folder = getfixture("tmpdir")
    >>> paths = write_manifests(folder, splits, {"inputs_sha256": "hash"}, {})
    >>> sorted(paths) == sorted(find_prepared(folder, "hash"))
    True
    """
    folder = Path(folder)
    proofs = {
        "disjoint": prove_disjoint(splits, disjoint),
        "repeated": {field: shared_values(splits, field) for field in repeated},
    }
    everything = pandas.concat(splits.values())
    # From here on, a speaker is who has the name.
    alike = spell_alike(everything["speaker"])
    everything, *frames = (
        frame.assign(speaker=frame["speaker"].map(alike))
        for frame in (everything, *splits.values())
    )
    splits = dict(zip(splits, frames))
    dropped = [item for item in sorted(dropped.items()) if item[1]]
    content = certificate | {
        "ids_sha256": ids_hash(everything["ID"]),
        "total": counts(everything),
        "splits": {name: counts(frame) for name, frame in splits.items()},
        **proofs,
        "dropped_counts": {reason: len(ids) for reason, ids in dropped},
        "dropped": {reason: sorted(ids) for reason, ids in dropped},
    }
    (folder / CERTIFICATE).unlink(missing_ok=True)  # stale from here on
    paths = {}
    for name, frame in splits.items():
        frame = frame.assign(wav=root + frame["wav"])
        columns = [*COLUMNS, *(c for c in frame if c not in COLUMNS)]
        frame = frame.reindex(columns=columns, fill_value="")
        text = frame.sort_values("ID").to_csv(index=False)
        paths[name] = str(write_text(folder / f"{name}.csv", text))
    write_certificate(folder, content, paths)
    return paths


def read_manifest(path, data_root, columns=()):
    """Read a manifest with absolute places of sound.

    Arguments
    ---------
    path : str or Path
        CSV of a preparation, or of anyone. If a certificate lies beside it,
        it must be as that says.
    data_root : str, Path or dict
        Stands for ``$data_root`` in the column ``wav``; of several corpora,
        see ``roots.py``.
    columns : list of str
        Those that it must have beside ``ID``, ``duration`` and ``wav``.

    Returns
    -------
    pandas.DataFrame
        Strings, but for ``duration`` in seconds (float). ``wav`` is a path, or
        with ``start``, ``end`` or ``channel`` a place within the file, see
        ``audio/places.py``.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no CSV; if columns or rows are missing; if an id is empty or
        comes twice, a duration is not between a microsecond and a day, or a
        path is none, or relative to a folder that is not the current one; if
        a part of a file is none; or if it is not as its certificate says.

    Example
    -------
    >>> path = Path(getfixture("tmpdir") / "test.csv")
    >>> _ = path.write_text("ID,duration,wav\\na,1.5,$data_root/a.wav")
    >>> read_manifest(path, "/corpus")["wav"].tolist()
    ['/corpus/a.wav']
    """
    table = read_table(path, MANIFEST, ["duration", "wav", *columns])
    check_manifest(path)
    table = with_numbers(
        table,
        path,
        MANIFEST,
        ["duration"],
        "durations in seconds, with a point, above 0 and at most a day",
        _SHORTEST,
        _LONGEST,
    )
    try:
        wav = table["wav"].map(partial(fill_root, data_root=data_root))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    _check_wav(table, path, wav)
    parts = pandas.Series(fragments(table), table.index, dtype=object)
    expected, shown = f"{SECONDS}, and {CHANNEL}, or nothing", columns_of(table)
    refuse_rows(table, path, MANIFEST, parts.isna(), expected, shown)
    return table.assign(wav=wav + parts)


def _check_wav(table, path, places):
    """A path each; ``$data_root`` stands before a relative one, and no other.

    Few are looked for on the disk: those of which one may doubt.
    """
    empty = table["wav"].str.strip() == ""
    refuse_rows(table, path, MANIFEST, empty, "the path of a file", ["wav"])
    missing = [
        not (place.startswith(ROOT) or os.path.isabs(place))
        and not os.path.exists(place)
        for place in table["wav"]
    ]
    wrong = pandas.Series(missing, table.index, dtype=bool)
    expected = (
        "audio files that are there, or paths from the corpus's folder with "
        "$data_root/ before them (`$data_root/a.wav`, not `a.wav`)"
    )
    refuse_rows(table, path, MANIFEST, wrong, expected, ["wav"])
    absolute = r"\$data_root(_\w+)?[/\\]([/\\]|[A-Za-z]:)"
    doubtful = table["wav"].str.match(absolute)
    missing = [
        doubt and not os.path.exists(place)
        for doubt, place in zip(doubtful, places)
    ]
    wrong = pandas.Series(missing, table.index, dtype=bool)
    expected = "paths relative to $data_root, or absolute ones without it"
    refuse_rows(table, path, MANIFEST, wrong, expected, ["wav"])
