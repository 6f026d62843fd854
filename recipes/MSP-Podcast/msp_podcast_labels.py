"""MSP-Podcast's label files of any release, read into one table.

    Labels/labels_consensus.csv (or .json)    one row per clip
    Partitions.txt, Speaker_ids.txt           where older rows do not say it

Spellings drift from release to release: label, labels or Labels; concensus or
consensus; capitals anywhere. Nothing is decided here and nothing is lost: a
row that cannot be read is returned as a problem that names file and line.
"""

import csv
import json
import re
from collections import defaultdict
from pathlib import Path

import pandas

from speechbrain_zsfuse.files import read_lines

# What a column may be called, in lower case.
COLUMNS = {
    "ID": ("filename", "file_name"),
    "label": ("emoclass",),
    "speaker": ("spkrid", "speaker_id"),
    "gender": ("gender",),
    "partition": ("split_set", "partition"),
}


def find_entry(folder, *names):
    """A file or folder, whatever its capitals.

    Arguments
    ---------
    folder : Path
    names : str
        In lower case, the best first.

    Returns
    -------
    Path or None

    Raises
    ------
    PermissionError
        If the folder cannot be read.

    Example
    -------
    >>> find_entry(getfixture("msp_podcast"), "label", "labels").name
    'Labels'
    """
    try:
        entries = {path.name.lower(): path for path in folder.iterdir()}
    except PermissionError as error:
        raise PermissionError(
            f"Expected to read {folder}, but there is no permission. Ask its "
            "owner, or change it (chmod a+rX)."
        ) from error
    return next((entries[name] for name in names if name in entries), None)


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
        empty if unknown. One row per row of the file.
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
    (['Development', 'Test1', 'Test2', 'Train'], {})
    """
    path = _label_file(labels_folder(data_folder))
    header, values, problems = read_table(path)
    columns = {
        column: _position(header, names) for column, names in COLUMNS.items()
    }
    for column in ("ID", "label"):
        if columns[column] is None:
            raise ValueError(
                f"Expected the columns FileName and EmoClass in {path}, but "
                f"it has {header}. Restore the file."
            )
    rows = pandas.DataFrame(
        {
            column: [_text(row[i]) for row in values] if i is not None else ""
            for column, i in columns.items()
        }
    )
    rows["ID"] = rows["ID"].map(_stem)
    files, partitions, speakers, genders = read_text_files(data_folder)
    for column, said in (("partition", partitions), ("speaker", speakers)):
        rows[column] = _fill(rows[column], rows["ID"], said)
        if not (rows[column] != "").any():
            raise ValueError(
                f"Expected each clip's {column} in {path} or in a file "
                "Partitions.txt or Speaker_ids.txt beside its folder, but "
                "neither says any. Restore them."
            )
    rows["speaker"] = rows["speaker"].map(_speaker)
    rows["gender"] = _fill(rows["gender"], rows["speaker"], genders)
    return rows, problems, [path, *files]


def read_table(path):
    """Rows of a CSV file, or of a JSON file that nests them by file name.

    Arguments
    ---------
    path : Path

    Returns
    -------
    header : list of str
        In lower case.
    rows : list
        Lists of str as long as the header; "filename" first in case of JSON.
    problems : dict
        Reason to list of lines.

    Raises
    ------
    ValueError
        If a JSON file is none.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "labels.csv"
    >>> _ = path.write_text("FileName,EmoClass\\na.wav,N\\nb.wav\\n")
    >>> read_table(path)[1:]
    ([['a.wav', 'N']], {'row of 1 fields instead of 2': ['labels.csv, line 3']})
    """
    if path.suffix.lower() == ".json":
        header, rows = _read_json(path)
        return header, rows, {}
    header, *lines = read_lines(path) or [""]
    header = [name.strip().lower() for name in header.strip("\ufeff").split(",")]
    rows, problems = [], defaultdict(list)
    for number, line in enumerate(lines, 2):
        # Line by line: one open quote must not swallow the lines after it.
        row = next(csv.reader([line])) if '"' in line else line.split(",")
        if len(row) == len(header):
            rows.append(row)
        elif line.strip():
            reason = f"row of {len(row)} fields instead of {len(header)}"
            problems[reason].append(f"{path.name}, line {number}")
    return header, rows, dict(problems)


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
    places = [labels_folder(data_folder), data_folder]
    found = {}
    for folder in places:
        for kind, names in (
            ("partitions", ("partitions.txt", "partition.txt")),
            ("speakers", ("speaker_ids.txt", "speaker_id.txt")),
        ):
            found.setdefault(kind, None)
            found[kind] = find_entry(folder, *names) or found[kind]
    partitions, speakers, genders = {}, {}, {}
    for fields in _fields(found["partitions"]):
        partitions[_stem(fields[1])] = fields[0]
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


def _read_json(path):
    """Header and rows; {file: {column: value}}."""
    nested = load_json(path)
    if not all(isinstance(row, dict) for row in nested.values()):
        raise ValueError(
            f"Expected {path} to hold the columns of each file name, but it "
            "holds something else. Restore the file."
        )
    header = sorted({column for row in nested.values() for column in row})
    rows = [
        [name, *(row.get(column, "") for column in header)]
        for name, row in nested.items()
    ]
    return ["filename", *(column.lower() for column in header)], rows


def load_json(path):
    """Content of a JSON file, a dict that names a key only once.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "labels.json"
    >>> _ = path.write_text('{"a.wav": {}, "a.wav": {}}')
    >>> load_json(path)
    Traceback (most recent call last):
    ValueError: Expected each file name once in ...labels.json, but 1 ...
    """

    def once(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        return dict(pairs)

    try:
        return json.loads("\n".join(read_lines(path)), object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"Expected JSON in {path}, but {error}. Restore the file."
        ) from error


def _position(header, names):
    return next((header.index(name) for name in names if name in header), None)


def _text(value):
    """JSON may hold numbers and nulls."""
    return "" if value is None else str(value).strip()


def _stem(name):
    return re.sub(r"\.(wav|flac)$", "", name.strip(), flags=re.IGNORECASE)


def _speaker(name):
    """``Speaker_12`` is speaker 12; nobody knows who "Unknown" is."""
    name = re.sub(r"^speaker_", "", name.strip(), flags=re.IGNORECASE)
    return "" if name.lower() in ("unknown", "nan") else name


def _fill(values, keys, said):
    """What is empty is looked up by another key."""
    return values.where(values != "", keys.map(said).fillna(""))


def _fields(path):
    """Pairs of a text file, "a; b" in each line."""
    lines = read_lines(path) if path else []
    fields = ([f.strip() for f in line.split(";")] for line in lines)
    return [pair for pair in fields if len(pair) == 2]
