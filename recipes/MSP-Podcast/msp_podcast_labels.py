"""MSP-Podcast's label files of any release, read into one table.

    Labels/labels_consensus.csv (or .json)    one row per clip
    Partitions.txt, Speaker_ids.txt           where older rows do not say it

Spellings drift from release to release: label, labels or Labels; concensus or
consensus; capitals anywhere. Nothing is decided here and nothing is lost: a
row that cannot be read is returned as a problem that names file and line.
"""

import re

import pandas
from msp_podcast_tables import find_entry, read_table

from speechbrain_zsfuse.files import read_lines

# What a column may be called, in lower case.
COLUMNS = {
    "ID": ("filename", "file_name"),
    "label": ("emoclass",),
    "speaker": ("spkrid", "speaker_id"),
    "gender": ("gender",),
    "partition": ("split_set", "partition"),
}


def labels_folder(data_folder):
    """``Labels``, however it is spelled; Path or None.

    Example
    -------
    >>> labels_folder(getfixture("msp_podcast")).name
    'Labels'
    """
    return find_entry(data_folder, "labels", "label")


def audio_folder(data_folder):
    """``Audios``, however it is spelled; Path or None.

    Example
    -------
    >>> audio_folder(getfixture("msp_podcast")).name
    'Audios'
    """
    return find_entry(data_folder, "audios", "audio")


def read_labels(data_folder):
    """Read the label of each clip.

    Arguments
    ---------
    data_folder : Path
        The corpus.

    Returns
    -------
    rows : pandas.DataFrame
        ``ID, label, speaker, gender, partition``: str, as written there;
        empty if unknown. One row per row of the file; and one per clip that
        only ``Partitions.txt`` names.
    problems : dict
        Reason to list of lines that could not be read.
    files : list of Path
        What was read.

    Raises
    ------
    FileNotFoundError
        If there is no label file.
    PermissionError
        If it cannot be read.
    ValueError
        If it is no table of labels, or nothing says speakers or partitions.

    Example
    -------
    >>> rows, problems, files = read_labels(getfixture("msp_podcast"))
    >>> sorted(set(rows["partition"])), problems
    (['Development', 'Test1', 'Test2', 'Test3', 'Train'], {})
    """
    path = _label_file(labels_folder(data_folder))
    table, problems = read_table(path)
    rows = _choose_columns(table, path)
    files, partitions, speakers, genders = read_text_files(data_folder)
    unlisted = sorted(partitions.keys() - set(rows["ID"]))
    rows = pandas.concat(
        [rows, pandas.DataFrame({"ID": unlisted}, dtype=object)],
        ignore_index=True,
    ).fillna("")
    for column, said in (("partition", partitions), ("speaker", speakers)):
        rows[column] = _fill(rows[column], rows["ID"], said)
        if not (rows[column] != "").any():
            raise ValueError(
                f"Expected each clip's {column} in {path}, or in "
                f"Partitions.txt and Speaker_ids.txt in {data_folder}, but "
                "neither says any. Restore them."
            )
    rows["speaker"] = rows["speaker"].map(_speaker)
    rows["gender"] = _fill(rows["gender"], rows["speaker"], genders)
    return rows, problems, [path, *files]


def _choose_columns(table, path):
    """What is needed of the label file, under our names."""
    columns = {
        column: next((name for name in names if name in table), None)
        for column, names in COLUMNS.items()
    }
    if columns["ID"] is None or columns["label"] is None:
        raise ValueError(
            f"Expected the columns FileName and EmoClass in {path}, but it "
            f"has {list(table)}. Restore the file."
        )
    rows = pandas.DataFrame(
        {
            column: table[name].str.strip() if name else ""
            for column, name in columns.items()
        },
        index=table.index,
        dtype=object,
    )
    return rows.assign(ID=rows["ID"].map(_stem))


def read_text_files(data_folder):
    """What ``Partitions.txt`` and ``Speaker_ids.txt`` say, if they are there.

    Arguments
    ---------
    data_folder : Path

    Returns
    -------
    files : list of Path
    partitions, speakers : dict
        Id of a clip to str.
    genders : dict
        Speaker to str.

    Example
    -------
    >>> _, partitions, *_ = read_text_files(getfixture("msp_podcast"))
    >>> list(partitions.values()).count("Test3")
    4
    """
    found = {
        kind: find_entry(data_folder, *names)
        or find_entry(labels_folder(data_folder), *names)
        for kind, names in (
            ("partitions", ("partitions.txt", "partition.txt")),
            ("speakers", ("speaker_ids.txt", "speaker_id.txt")),
        )
    }
    partitions, speakers, genders = {}, {}, {}
    for partition, name in _fields(found["partitions"]):
        partitions[_stem(name)] = partition
    for name, value in _fields(found["speakers"]):
        if name.lower().endswith(".wav"):
            speakers[_stem(name)] = value
        else:
            genders[_speaker(name)] = value
    files = [path for path in found.values() if path]
    return files, partitions, speakers, genders


def _label_file(folder):
    names = [
        f"labels_{spelling}.{ending}"
        for ending in ("csv", "json")
        for spelling in ("consensus", "concensus")
    ]
    path = find_entry(folder, *names)
    if path is None:
        raise FileNotFoundError(
            f"Expected labels_consensus.csv or labels_consensus.json in "
            f"{folder}, but there is none. Restore the corpus."
        )
    return path


def _stem(name):
    return re.sub(r"\.(wav|flac)$", "", name.strip(), flags=re.IGNORECASE)


def _speaker(name):
    """``Speaker_12`` is speaker 12; nobody knows who "Unknown" is."""
    name = re.sub(r"^speaker_", "", name.strip(), flags=re.IGNORECASE)
    return "" if name.lower() in ("unknown", "nan") else name


def _fill(values, keys, said):
    """What is empty is looked up by another key."""
    return values.where(values != "", [said.get(key, "") for key in keys])


def _fields(path):
    """Pairs of a text file, "a; b" in each line."""
    lines = read_lines(path) if path else []
    fields = ([f.strip() for f in line.split(";")] for line in lines)
    return [pair for pair in fields if len(pair) == 2]
