"""What rows of a table say, joined to clips. Pure."""

from speechbrain_zsfuse.corpora.definitions.names import clip_name, words_of
from speechbrain_zsfuse.corpora.definitions.tables import PLACE, SPLIT


def by_clip(rows, source, definition):
    """Rows under what they are joined by.

    Arguments
    ---------
    rows : list of dict
        See ``tables.read_source``.
    source : Source
    definition : Definition

    Returns
    -------
    dict
        Tuple of texts to the list of rows.

    Example
    -------
    See ``join``.
    """
    index = {}
    for row in rows:
        key = [
            clip_name(row[column].replace("\\", "/")).rsplit("/")[-1]
            if field == "name"
            else words_of(definition, {field: row[column]})[field]
            for column, field in source.key.items()
        ]
        index.setdefault((*key, row.get(SPLIT)), []).append(row)
    return index


def clip_key(clip, source):
    """What a clip is joined by: see ``by_clip``.

    Example
    -------
    See ``join``.
    """
    split = clip["split"] if isinstance(source.file, dict) else None
    return *(clip[field] for field in source.key.values()), split


def join(clips, table, rows, definition):
    """Add what a table says to each clip, or cut each file into its segments.

    Arguments
    ---------
    clips : list of dict
        ``wav``, ``name`` and fields.
    table : Table
    rows : list of dict
        See ``tables.read_source``.
    definition : Definition

    Returns
    -------
    clips : list of dict
    problems : dict
        File (str) to what is wrong with it: it is not among the clips.
    silent : list of str
        Files of which the table says nothing, though they are kept.

    Example
    -------
    >>> from speechbrain_zsfuse.corpora.definitions.definition import (
    ...     find_definition,
    ... )
    >>> nemo = find_definition("nemo")
    >>> clip = {"wav": "KD0_fear_2.wav", "name": "KD0_fear_2"}
    >>> row = {"file_id": "KD0_fear_2.wav", "raw_text": "Tak.", "age": "28"}
    >>> row |= {"gender": "female"}
    >>> clips, problems, _ = join([clip], nemo.tables[0], [row], nemo)
    >>> clips[0]["gender"], problems
    ('female', {})
    """
    if table.segments:
        index = {}
        for row in rows:
            index.setdefault(clip_name(row[PLACE]), []).append(row)
        keys = [clip_name(clip["wav"]) for clip in clips]
    else:
        index = by_clip(rows, table, definition)
        keys = [clip_key(clip, table) for clip in clips]
    kept, problems, silent = [], {}, []
    for clip, key in zip(clips, keys):
        found = index.get(key, [])
        said = [_fields(row, table) for row in found]
        try:
            if not table.segments and any(one != said[0] for one in said):
                raise ValueError("the table says two things of it")
            words = [words_of(definition, one) for one in said]
        except ValueError as error:
            problems[clip["wav"]] = str(error)
            continue
        if words:
            kept += [clip | w for w in (words if table.segments else words[:1])]
        elif needed(table):
            problems[clip["wav"]] = f"no row in {named(table)}"
        else:
            silent.append(clip["wav"])
            kept.append(clip)
    return kept, problems, silent


def needed(table):
    """Whether a corpus is nothing without a table.

    Example
    -------
    >>> from speechbrain_zsfuse.corpora.definitions.schema import Table
    >>> needed(Table(file="a.csv", columns={"emotion": "label"}))
    True
    """
    return bool(table.segments or {"emotion", "speaker"} & {*table.columns})


def _fields(row, table):
    fields = {field: row[column] for field, column in table.columns.items()}
    if table.segments:
        fields |= dict(zip(("start", "end"), (row[c] for c in table.segments)))
    return fields


def named(source):
    """The files of a table, for errors.

    Example
    -------
    >>> from speechbrain_zsfuse.corpora.definitions.schema import Table
    >>> named(Table(file={"a.csv": "train", "b.csv": "test"}, columns={}))
    'a.csv or b.csv'
    """
    files = source.file
    return files if isinstance(files, str) else " or ".join(files)
