"""Manifests and certificates of several corpora in one. Pure functions on what
each preparation wrote.

Ids and speakers bear the name of their corpus (``emodb/wav/03a01Fa``,
``emodb:03``), and so does the folder of a file (``$data_root_emodb``).
"""

from itertools import combinations

import pandas

from speechbrain_zsfuse.corpora.manifests import SPLITS
from speechbrain_zsfuse.corpora.roots import ROOT, root_of
from speechbrain_zsfuse.corpora.sealing import SEAL


def join_tables(tables):
    """The clips of several corpora.

    Arguments
    ---------
    tables : dict
        Corpus to split to the rows of its manifest, all texts.

    Returns
    -------
    pandas.DataFrame
        With ``corpus`` and ``split``; ``duration`` in seconds (float).

    Example
    -------
    >>> clip = {"ID": "a", "wav": "$data_root/a.wav", "duration": "1.5"}
    >>> frame = pandas.DataFrame([clip])
    >>> joined = join_tables({"x": {"train": frame}, "y": {"test": frame}})
    >>> joined[["ID", "wav", "split"]].values.tolist()
    [['x/a', '$data_root_x/a.wav', 'train'], ['y/a', '$data_root_y/a.wav', \
'test']]
    """
    frames = [
        rows.assign(
            ID=f"{name}/" + rows["ID"],
            wav=root_of(name) + rows["wav"].str.removeprefix(ROOT),
            duration=rows["duration"].map(float),
            corpus=name,
            split=split,
        )
        for name, splits in tables.items()
        for split, rows in splits.items()
    ]
    return pandas.concat(frames, ignore_index=True).fillna("")


def by_split(clips):
    """Split to its clips, without the column that says it.

    Example
    -------
    >>> clips = pandas.DataFrame({"ID": ["a"], "split": "test"})
    >>> [len(rows) for rows in by_split(clips).values()]
    [0, 0, 1]
    """
    return {
        split: clips[clips["split"] == split].drop(columns="split")
        for split in SPLITS
    }


def name_joined(names, leave_out=None):
    """What results call several corpora.

    Arguments
    ---------
    names : iterable of str
    leave_out : str, optional
        The one that is tested.

    Returns
    -------
    str

    Example
    -------
    >>> name_joined(["urdu", "emodb"]), name_joined(["urdu", "emodb"], "urdu")
    ('emodb+urdu', 'emodb to urdu')
    """
    trained = "+".join(sorted(name for name in names if name != leave_out))
    return trained if leave_out is None else f"{trained} to {leave_out}"


def pairs_apart(certificates):
    """Which splits share no speaker in any corpus: all pairs, unless a corpus
    with few speakers trains and validates with the same.

    Arguments
    ---------
    certificates : dict
        Corpus to its certificate.

    Returns
    -------
    list of str

    Example
    -------
    >>> clips = {"clips": 1}
    >>> tess = {"splits": dict.fromkeys(SPLITS, clips)}
    >>> tess["disjoint"] = {"speaker": {"train & test": [], "valid & test": []}}
    >>> pairs_apart({"tess": tess})
    ['train & test', 'valid & test']
    """
    shared = set()
    for one in certificates.values():
        filled = [s for s in SPLITS if one["splits"][s]["clips"]]
        proved = one["disjoint"].get("speaker", {})
        pairs = (f"{a} & {b}" for a, b in combinations(filled, 2))
        shared |= {pair for pair in pairs if pair not in proved}
    every = (f"{a} & {b}" for a, b in combinations(SPLITS, 2))
    return [pair for pair in every if pair not in shared]


def join_certificates(certificates, labels, leave_out=None):
    """What a joint certificate begins with, and what was dropped.

    Arguments
    ---------
    certificates : dict
        Corpus to its certificate.
    labels : dict
        Corpus to its classes.
    leave_out : str, optional

    Returns
    -------
    content : dict
        JSON values: names, differences and notes, each with its corpus; and
        ``corpora``, what each is.
    dropped : dict
        Reason to ids.

    Example
    -------
    >>> one = {"corpus": "X", "dropped": {"silent": ["a"]}, "mismatch": ["few"]}
    >>> content, dropped = join_certificates({"x": one}, {"x": ["sad"]})
    >>> content["mismatch"], dropped
    (['x: few'], {'x: silent': ['x/a']})
    """
    told = {
        kind: [
            f"{name}: {line}"
            for name, one in certificates.items()
            for line in one.get(kind, [])
        ]
        for kind in ("mismatch", "notes", "caveats")
    }
    dropped = {
        f"{name}: {reason}": [f"{name}/{clip}" for clip in ids]
        for name, one in certificates.items()
        for reason, ids in one.get("dropped", {}).items()
    }
    content = {
        "corpus": name_joined(certificates, leave_out),
        "release": "",
        **told,
        "corpora": {
            name: {
                "name": one.get("corpus"),
                "release": one.get("release") or None,
                "labels": labels[name],
                **{key: one.get(key, {}) for key in ("about", "baselines")},
                SEAL: one.get(SEAL),
            }
            for name, one in certificates.items()
        },
    }
    return content, dropped
