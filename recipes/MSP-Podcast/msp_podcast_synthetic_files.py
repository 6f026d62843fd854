"""Annotation files of MSP-Podcast as its releases spell them.

What drifted from release to release: names of folders and files, CSV or JSON,
names of the columns and of the validation partition, and whether a rater has
a row or a packed field. It knows no audio.
"""

import json
from typing import NamedTuple

from speechbrain_zsfuse.files import write_text

_CONSENSUS = ["FileName", "EmoClass", "EmoAct", "EmoVal", "EmoDom"]
_WHO = ["SpkrID", "Gender", "Split_Set"]
_RATER = ["EmoClass_Major", "EmoClass_Second", "EmoAct", "EmoVal", "EmoDom"]


class Layout(NamedTuple):
    """How a release spells things.

    Arguments
    ---------
    labels, audios : str
        Folders.
    consensus : str
        Name of the file of labels, without ending.
    validation : str
        Name of the validation partition.
    packed : bool
        Whether a rater's answer is one field of the detailed CSV.
    endings : tuple of str
        "csv", "json" or both.
    columns : bool
        Whether speaker and partition are columns, or text files alone.
    lists_test3 : bool
        Whether Test3 has rows, with empty labels.
    upper : bool
        Whether columns are in upper case.

    Example
    -------
    >>> LAYOUTS["1.11"].labels
    'Labels'
    """

    labels: str = "Labels"
    audios: str = "Audios"
    consensus: str = "labels_consensus"
    validation: str = "Development"
    packed: bool = True
    endings: tuple = ("csv",)
    columns: bool = True
    lists_test3: bool = False
    upper: bool = False


LAYOUTS = {
    "1.6": Layout(
        labels="label",
        audios="Audio",
        consensus="labels_concensus",
        validation="Validation",
        packed=False,
        columns=False,
    ),
    "1.8": Layout(
        labels="labels",
        consensus="labels_concensus",
        validation="Validation",
        endings=("json",),
    ),
    "1.11": Layout(endings=("csv", "json")),
    "2.0": Layout(packed=False, lists_test3=True, upper=True),
}


def write_annotations(folder, clips, votes, layout):
    """Write labels, votes, partitions and speakers.

    Arguments
    ---------
    folder : Path
        The corpus.
    clips, votes : pandas.DataFrame
        See ``msp_podcast.list_clips`` and ``list_votes``.
    layout : Layout

    Example
    -------
    >>> import pandas
    >>> from pathlib import Path
    >>> clip = {"ID": "a", "label": "N", "partition": "Train"}
    >>> clip |= {"speaker": "1", "gender": "Male"}
    >>> vote = {"ID": "a", "worker": "W1", "primary": "Sad", "secondary": ""}
    >>> folder = Path(getfixture("tmpdir"))
    >>> write_annotations(
    ...     folder,
    ...     pandas.DataFrame([clip]),
    ...     pandas.DataFrame([vote]),
    ...     LAYOUTS["1.11"],
    ... )
    >>> print((folder / "Labels" / "labels_detailed.csv").read_text())
    FileName,EmoDetail
    a.wav,W1; Sad; A:4.0; V:4.0; D:4.0;
    """
    clips = clips.assign(
        FileName=clips["ID"] + ".wav",
        Split_Set=clips["partition"].replace("Development", layout.validation),
        SpkrID=clips["speaker"],
        Gender=clips["gender"],
        EmoClass=clips["label"],
        EmoAct="4.0",
        EmoVal="3.5",
        EmoDom="4.5",
    )
    write_text(folder / "Partitions.txt", _partitions(clips))
    write_text(folder / "Speaker_ids.txt", _speakers(clips))
    if not layout.lists_test3:
        clips = clips[clips["label"] != ""]
    _write_consensus(folder / layout.labels, clips, layout)
    _write_detailed(folder / layout.labels, votes, layout)


def _partitions(clips):
    return "\n".join(clips["Split_Set"] + "; " + clips["FileName"]) + "\n"


def _speakers(clips):
    known = clips[clips["speaker"] != "Unknown"].drop_duplicates("speaker")
    lines = [
        *("Speaker_" + known["speaker"] + "; " + known["gender"]),
        "",
        *(clips["FileName"] + ";" + clips["speaker"]),
    ]
    return "\n".join(lines) + "\n"


def _write_consensus(folder, clips, layout):
    table = clips[_CONSENSUS + (_WHO if layout.columns else [])]
    _write_csv(folder / f"{layout.consensus}.csv", table, layout)
    if "json" in layout.endings:
        rows = table.set_index("FileName").to_dict("index")
        path = folder / f"{layout.consensus}.json"
        write_text(path, json.dumps(rows))


def _write_detailed(folder, votes, layout):
    table = votes.assign(
        FileName=votes["ID"] + ".wav",
        EmoClass_Major=votes["primary"],
        EmoClass_Second=votes["secondary"],
        EmoAct="4.0",
        EmoVal="4.0",
        EmoDom="4.0",
    )
    if "json" in layout.endings:
        path = folder / "labels_detailed.json"
        write_text(path, json.dumps(_nested(table)))
    if layout.packed:
        second = table["secondary"].where(
            table["secondary"] == "", table["secondary"] + "; "
        )
        table["EmoDetail"] = (
            table["worker"] + "; " + table["primary"] + "; " + second
        ) + "A:4.0; V:4.0; D:4.0;"
        table = table[["FileName", "EmoDetail"]]
    else:
        table = table[["FileName", *_RATER]]
    _write_csv(folder / "labels_detailed.csv", table, layout)


def _nested(table):
    """File to worker to answer."""
    nested = {}
    for name, worker, *answer in table[
        ["FileName", "worker", *_RATER]
    ].itertuples(index=False):
        nested.setdefault(name, {})[worker] = dict(zip(_RATER, answer))
    return nested


def _write_csv(path, table, layout):
    if "csv" in layout.endings:
        columns = [c.upper() if layout.upper else c for c in table]
        text = table.set_axis(columns, axis=1).to_csv(index=False)
        write_text(path, text)
