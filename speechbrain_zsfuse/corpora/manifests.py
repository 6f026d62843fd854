"""Manifests (SpeechBrain CSV): written with their certificate, found again
only if nothing has changed, and read. This file knows no corpus.
"""

import hashlib
import json
import os
from pathlib import Path

import pandas

from speechbrain_zsfuse.corpora.certificate import (
    counts,
    disjointness,
    ids_hash,
    shared_values,
)
from speechbrain_zsfuse.files import (
    file_sha256,
    file_state,
    write_json,
    write_text,
)

SPLITS = ("train", "valid", "test")
CERTIFICATE = "certificate.json"
FORMAT = 3  # a higher number makes what was prepared before stale
COLUMNS = (
    *("ID", "duration", "wav", "emotion"),
    *("speaker", "session", "gender", "votes"),
)


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
    content = read_certificate(folder)
    same = content.get("inputs_sha256") == inputs and all(
        file_sha256(path) == content["manifests_sha256"][split]
        for split, path in manifests.items()
    )
    return {k: str(v) for k, v in manifests.items()} if same else None


def read_certificate(folder):
    """The certificate in a folder, a dict; empty if there is no intact one.

    Example
    -------
    >>> read_certificate(getfixture("tmpdir"))
    {}
    """
    path = Path(folder) / CERTIFICATE
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # damaged: it is made again
        return {}


def write_manifests(
    folder, splits, certificate, dropped, disjoint=("speaker",), repeated=()
):
    """Write train, valid and test manifests, then their certificate.

    Arguments
    ---------
    folder : str or Path
        Made if need be; not inside the corpus.
    splits : dict
        Split to ``pandas.DataFrame`` with the columns ``ID, duration, wav``
        (relative to the corpus), ``emotion, speaker`` and more.
    certificate : dict
        JSON values that it begins with; ``inputs_sha256`` is one.
    dropped : dict
        Reason to list of ids that were left out.
    disjoint, repeated : tuple of str
        See ``preparation.certify``.

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
    everything = pandas.concat(splits.values())
    dropped = [item for item in sorted(dropped.items()) if item[1]]
    content = certificate | {
        "ids_sha256": ids_hash(everything["ID"]),
        "total": counts(everything),
        "splits": {name: counts(frame) for name, frame in splits.items()},
        "disjoint": {field: disjointness(splits, field) for field in disjoint},
        "repeated": {field: shared_values(splits, field) for field in repeated},
        "dropped_counts": {reason: len(ids) for reason, ids in dropped},
        "dropped": {reason: sorted(ids) for reason, ids in dropped},
    }
    (folder / CERTIFICATE).unlink(missing_ok=True)  # stale from here on
    paths = {}
    for name, frame in splits.items():
        frame = frame.assign(wav="$data_root/" + frame["wav"])
        columns = [*COLUMNS, *(c for c in frame if c not in COLUMNS)]
        frame = frame.reindex(columns=columns, fill_value="")
        text = frame.sort_values("ID").to_csv(index=False)
        paths[name] = str(write_text(folder / f"{name}.csv", text))
    content["manifests_sha256"] = {n: file_sha256(p) for n, p in paths.items()}
    write_json(folder / CERTIFICATE, content)
    return paths


def read_manifest(path, data_root):
    """Read a manifest with absolute audio paths.

    Arguments
    ---------
    path : str or Path
    data_root : str or Path
        Stands for ``$data_root`` in the column ``wav``.

    Returns
    -------
    pandas.DataFrame
        Strings, but for ``duration`` in seconds (float).

    Example
    -------
    >>> path = Path(getfixture("tmpdir") / "test.csv")
    >>> _ = path.write_text("ID,duration,wav\\na,1.5,$data_root/a.wav")
    >>> read_manifest(path, "/corpus")["wav"].tolist()
    ['/corpus/a.wav']
    """
    frame = pandas.read_csv(path, dtype=str, keep_default_na=False)
    frame["duration"] = frame["duration"].astype(float)
    frame["wav"] = frame["wav"].str.replace(
        "$data_root", str(data_root), regex=False
    )
    return frame
