"""Manifests (SpeechBrain CSV) and the certificate that lies beside them.

A certificate says what was prepared from what, and proves that the splits
share no speaker. This file knows no corpus: a recipe's ``*_prepare.py`` finds
the clips, checks them and decides the split.
"""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path

import pandas
from tqdm import tqdm

from speechbrain_zsfuse.audio import AudioError, read_waveform
from speechbrain_zsfuse.files import write_json, write_text

SPLITS = ("train", "valid", "test")
CERTIFICATE = "certificate.json"


def read_durations(paths, progress=True):
    """Read every clip once, in parallel.

    Arguments
    ---------
    paths : list of Path
    progress : bool
        Whether to show a bar.

    Returns
    -------
    list of float
        Durations in seconds, in the order of ``paths``.

    Raises
    ------
    ValueError
        If any clip is unreadable, empty or silent. The message names them.

    Example
    -------
    >>> import soundfile
    >>> path = Path(getfixture("tmpdir") / "a.wav")
    >>> soundfile.write(path, [0.1] * 800, 16000)
    >>> read_durations([path], progress=False)
    [0.05]
    """

    def duration(path):
        try:
            waveform, rate = read_waveform(path)
        except AudioError as error:
            return error
        return len(waveform) / rate

    with ThreadPoolExecutor() as pool:
        bar = tqdm(
            pool.map(duration, paths),
            total=len(paths),
            desc="Checking audio",
            unit="clip",
            disable=not progress,
        )
        results = list(bar)
    bad = [result for result in results if isinstance(result, AudioError)]
    if bad:
        raise ValueError(
            f"{len(bad)} of {len(paths)} clips cannot be used:\n"
            + shorten([f"  {error.path}: {error.reason}" for error in bad])
            + "\nReplace them by intact copies of the corpus."
        )
    return results


def shorten(lines, limit=20):
    """Join lines, saying how many are left out after ``limit``.

    Example
    -------
    >>> print(shorten(["a", "b", "c"], limit=2))
    a
    b
      … and 1 more
    """
    more = [f"  … and {len(lines) - limit} more"] if len(lines) > limit else []
    return "\n".join(lines[:limit] + more)


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
    stats = [
        (str(p.relative_to(folder)), p.stat().st_size, p.stat().st_mtime_ns)
        for p in sorted(paths)
    ]
    text = json.dumps([options, stats], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


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
    same = json.loads(certificate.read_text())["inputs_sha256"] == inputs
    return {k: str(v) for k, v in manifests.items()} if same else None


def disjointness(splits, field):
    """Which values of a field any two splits share: all must be empty.

    Arguments
    ---------
    splits : dict
        Split to ``pandas.DataFrame``.
    field : str
        A column, for instance ``speaker``.

    Returns
    -------
    dict
        "a & b" to the sorted list of shared values.

    Raises
    ------
    ValueError
        If a value is shared.

    Example
    -------
    >>> frame = lambda *names: pandas.DataFrame({"speaker": names})
    >>> disjointness({"train": frame("01"), "test": frame("02")}, "speaker")
    {'train & test': []}
    """
    shared = {
        f"{a} & {b}": sorted(set(splits[a][field]) & set(splits[b][field]))
        for a, b in combinations(splits, 2)
    }
    for pair, values in shared.items():
        if values:
            raise ValueError(
                f"Expected no common {field} in {pair}, but both hold "
                f"{values}. Give every {field} to one split."
            )
    return shared


def write_manifests(folder, splits, corpus, options, inputs, dropped):
    """Write train, valid and test manifests, then their certificate.

    Arguments
    ---------
    folder : str or Path
        Made if need be; not inside the corpus.
    splits : dict
        Split to ``pandas.DataFrame`` with the columns ``ID, duration, wav,
        emotion, speaker, session, gender, votes`` and more.
    corpus : str
        Its name.
    options : dict
        JSON values that decided the split.
    inputs : str
        See ``inputs_hash``.
    dropped : dict
        Reason to list of ids that were left out.

    Returns
    -------
    dict
        Split to manifest path (str).

    Raises
    ------
    ValueError
        If an id occurs twice or two splits share a speaker.

    Example
    -------
    >>> def clip(speaker):
    ...     row = {"ID": f"clip{speaker}", "wav": "$data_root/clip.wav"}
    ...     row |= {"duration": 1.5, "emotion": "sad", "speaker": speaker}
    ...     return pandas.DataFrame([row])
    >>> splits = dict(zip(SPLITS, map(clip, "123")))
    >>> folder = getfixture("tmpdir")
    >>> paths = write_manifests(folder, splits, "Tiny", {}, "hash", {})
    >>> sorted(paths) == sorted(find_prepared(folder, "hash"))
    True
    """
    folder = Path(folder)
    everything = pandas.concat(splits.values())
    twice = everything["ID"][everything["ID"].duplicated()].tolist()
    if twice:
        raise ValueError(
            f"Expected unique ids, but these occur twice: {shorten(twice)}"
        )
    certificate = {
        "corpus": corpus,
        "options": options,
        "inputs_sha256": inputs,
        "ids_sha256": ids_hash(everything["ID"]),
        "total": _counts(everything),
        "splits": {name: _counts(frame) for name, frame in splits.items()},
        "shared_speakers": disjointness(splits, "speaker"),
        "dropped": {reason: sorted(ids) for reason, ids in dropped.items()},
    }
    (folder / CERTIFICATE).unlink(missing_ok=True)  # stale from here on
    paths = {
        name: str(write_text(folder / f"{name}.csv", frame.to_csv(index=False)))
        for name, frame in splits.items()
    }
    write_json(folder / CERTIFICATE, certificate)
    return paths


def ids_hash(ids):
    """sha256 of the sorted ids, one a line.

    Example
    -------
    >>> ids_hash(["b", "a"]) == hashlib.sha256(b"a\\nb").hexdigest()
    True
    """
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()


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


def _counts(frame):
    return {
        "clips": len(frame),
        "seconds": round(float(frame["duration"].sum()), 3),
        "classes": frame["emotion"].value_counts().sort_index().to_dict(),
        "speakers": frame["speaker"].value_counts().sort_index().to_dict(),
    }
