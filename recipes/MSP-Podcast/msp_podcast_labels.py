"""MSP-Podcast's label files of any release, read into one table.

    Labels/labels_consensus.csv (or .json)    one row per clip
    Partitions.txt, Speaker_ids.txt           where older rows do not say it

Spellings drift from release to release: label, labels or Labels; concensus or
consensus; capitals anywhere. Nothing is decided here and nothing is lost: a
row that cannot be read is returned as a problem that names file and line.
"""

import re
from collections import defaultdict

import pandas
from msp_podcast_tables import find_entry, read_table

from speechbrain_zsfuse.corpora import found_so_far, same_speaker
from speechbrain_zsfuse.files import read_lines

# What a column may be called, in lower case.
COLUMNS = {
    "ID": ("filename", "file_name"),
    "label": ("emoclass",),
    "speaker": ("spkrid", "speaker_id"),
    "gender": ("gender",),
    "partition": ("split_set", "partition"),
}
_ENDING = re.compile(r"(?i)\.(wav|flac)$")
_NAME = re.compile(r"(?i)(?:msp|biic)-podcast_[\d_]+")


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


def clip_id(name):
    """The name of a clip's file without folder and ending, as it is spelled.

    Example
    -------
    >>> clip_id(" MSP-PODCAST_0023_0048.wav")
    'MSP-PODCAST_0023_0048'
    >>> clip_id("Audios/msp-podcast_0023_0048.FLAC")
    'MSP-PODCAST_0023_0048'
    """
    name = re.split(r"[\\/]", name.strip())[-1]
    name = name[: -len(ending[0])] if (ending := _ENDING.search(name)) else name
    return name.upper() if _NAME.fullmatch(name) else name


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
        Reason to list of lines that could not be read, and of clips of which
        a file says two things.
    notes : list of str
        What the files do not say, or say otherwise than the label file.
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
    >>> rows, problems, notes, _ = read_labels(getfixture("msp_podcast"))
    >>> sorted(set(rows["partition"])), problems, notes
    (['Development', 'Test1', 'Test2', 'Test3', 'Train'], {}, [])
    """
    path = _label_file(labels_folder(data_folder))
    table, problems = read_table(path)
    rows = _choose_columns(table, path)
    said, more, files = read_text_files(data_folder)
    problems |= more
    unlisted = sorted(said["partitions"].keys() - set(rows["ID"]))
    rows = pandas.concat(
        [rows, pandas.DataFrame({"ID": unlisted}, dtype=object)],
        ignore_index=True,
    ).fillna("")
    notes = []
    for column in ("partition", "speaker"):
        notes += _contradictions(rows, column, said[f"{column}s"])
        rows[column] = _fill(rows[column], rows["ID"], said[f"{column}s"])
        if not (rows[column] != "").any():
            raise ValueError(
                f"Expected each clip's {column} in {path}, or in "
                f"Partitions.txt and Speaker_ids.txt in {data_folder}, but "
                "neither says any. Restore them."
                + found_so_far(
                    [f"{p}: {w}" for w in problems for p in problems[w]]
                )
            )
    notes += _unsaid(rows, [path, *files])
    rows["speaker"] = rows["speaker"].map(same_speaker)
    rows["gender"] = _fill(rows["gender"], rows["speaker"], said["genders"])
    return rows, problems, notes, [path, *files]


def _contradictions(rows, column, said):
    """A note on clips of which a text file says something else."""
    other = [
        clip
        for clip, value in zip(rows["ID"], rows[column])
        if value and _meant(said.get(clip, value)) != _meant(value)
    ]
    if not other:
        return []
    return [
        f"the {column} of {len(other):,} clips is another in Partitions.txt or "
        f"Speaker_ids.txt ({other[0]} for one): the label file's counts"
    ]


def _unsaid(rows, files):
    """A note on labelled clips whose speaker is not even said to be unknown."""
    clips = rows["ID"][(rows["speaker"] == "") & (rows["label"] != "")]
    if not len(clips):
        return []
    names = " or ".join(path.name for path in files)
    return [
        f"no speaker of {len(clips):,} clips in {names} ({clips.iloc[0]} for "
        "one): one of them may be cut short"
    ]


def tell(problems):
    """Problems (reason to names), one line each.

    Example
    -------
    >>> tell({"unknown label 'Q'": ["a", "b"]})
    ["a: unknown label 'Q'", "b: unknown label 'Q'"]
    """
    return [f"{name}: {why}" for why in problems for name in problems[why]]


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
    return rows.assign(ID=rows["ID"].map(clip_id))


def read_text_files(data_folder):
    """What ``Partitions.txt`` and ``Speaker_ids.txt`` say, if they are there.

    Arguments
    ---------
    data_folder : Path

    Returns
    -------
    said : dict
        ``partitions`` and ``speakers`` (id of a clip to str) and ``genders``
        (speaker to str).
    problems : dict
        Reason to list of lines or ids.
    files : list of Path
        What was read.

    Example
    -------
    >>> said, problems, files = read_text_files(getfixture("msp_podcast"))
    >>> list(said["partitions"].values()).count("Test3"), problems
    (4, {})
    """
    found = {
        kind: find_entry(data_folder, *names)
        or find_entry(labels_folder(data_folder), *names)
        for kind, names in (
            ("partitions", ("partitions.txt", "partition.txt")),
            ("speakers", ("speaker_ids.txt", "speaker_id.txt")),
        )
    }
    said = {"genders": {}} | {kind: {} for kind in found}
    problems = defaultdict(list)
    for kind, path in found.items():
        pairs, bad = _read_pairs(path) if path else ([], {})
        for reason, lines in bad.items():
            problems[reason] += lines
        twice = {}
        for name, value in pairs:
            of_clip = bool(_ENDING.search(name))
            key = clip_id(name) if of_clip else same_speaker(name)
            first = said[kind if of_clip else "genders"].setdefault(key, value)
            if _meant(first) != _meant(value):
                twice[key if of_clip else f"speaker {key}"] = None
        if twice:
            problems[f"two entries in {path.name}"] = list(twice)
    files = [path for path in found.values() if path]
    return said, dict(problems), files


def _meant(value):
    """One spelling of a speaker, a partition or a gender."""
    return same_speaker(value).lower()


def _read_pairs(path):
    """Fields of lines "name; value" or "value; name.wav", the name first."""
    pairs, problems = [], defaultdict(list)
    for number, line in enumerate(read_lines(path), 1):
        fields = [field.strip() for field in line.split(";")]
        named = [bool(_ENDING.search(field)) for field in fields]
        of_clip = any(named) or bool(_NAME.search(line))
        if len(fields) == 2 and (any(named) or not of_clip):
            pairs.append(fields[::-1] if named[1] else fields)
        elif of_clip:  # the rest may be headings
            reason = f"line of {len(fields)} fields, not 2"
            if len(fields) == 2:
                reason = "line whose clip has no ending: is it cut short?"
            problems[reason].append(f"{path.name}, line {number}")
    return pairs, problems


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


def _fill(values, keys, said):
    """What is empty is looked up by another key."""
    return values.where(values != "", [said.get(key, "") for key in keys])
