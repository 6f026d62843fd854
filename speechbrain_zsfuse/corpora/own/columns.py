"""What the columns of a table are called, and which field each of them is."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import WithJsonSchema

from speechbrain_zsfuse.errors import list_names, nearest
from speechbrain_zsfuse.options import Text

# Field to what people call it; a blank, dash or dot counts as an underscore,
# and capitals do not matter.
FIELDS = {
    "file": (
        *("path", "wav", "file_name", "filename", "audio", "file_path"),
        *("filepath", "audio_path", "audio_file", "audio_filepath"),
        *("wav_path", "wav_file", "wav_filename", "file_id"),
    ),
    "emotion": ("label", "emo", "emotion_label", "emoclass"),
    "speaker": ("spk", "speaker_id", "spk_id", "speakerid", "actor"),
    "start": ("start_time", "onset"),
    "end": ("end_time", "offset"),
    "channel": (),
    "gender": ("sex",),
    "session": (),
    "group": ("dialogue", "dialog", "conversation"),
    "text": ("text_id", "sentence_id"),
    "transcript": ("transcription", "sentence", "raw_text"),
    "language": ("lang",),
    "split": ("partition", "split_set"),
    "votes": (),
    "rater": ("rater_id", "annotator", "annotator_id", "worker"),
}
VOTE = "vote_"
Columns = Annotated[
    Mapping[Text, Text],
    WithJsonSchema(
        {
            "description": "a dictionary of field to the name of its column",
            "advice": "Write {speaker: Sprecher}, for instance.",
        }
    ),
]
_SOUND = re.compile(r"\.(wav|flac|ogg|opus|mp3|m4a|mp4|aiff?|webm)$", re.I)


def name_fields(rows, path, columns=None):
    """Give the columns of a table the names of the fields that they are.

    Arguments
    ---------
    rows : pandas.DataFrame
        See ``read_rows``.
    path : Path
        Of the table, for errors.
    columns : dict, optional
        Field to the name of its column, where that is not among ``FIELDS``.

    Returns
    -------
    rows : pandas.DataFrame
        With fields as columns; ``vote_<word>`` stay.
    notes : list of str
        Columns that are not read.

    Raises
    ------
    ValueError
        If there is no column of files, or two of one field, or one that
        ``columns`` names is not there.

    Example
    -------
    >>> import pandas
    >>> from pathlib import Path
    >>> rows = pandas.DataFrame({"Path": ["a.wav"], "Emo": ["sad"], "x": [""]})
    >>> rows, notes = name_fields(rows, Path("my.csv"))
    >>> list(rows), notes
    (['file', 'emotion'], ['columns of my.csv that are not read: x'])
    """
    names = find_fields([*rows], path, columns)
    if "file" not in names.values():
        _refuse_no_files([*rows], path)
    votes = {n: _plain(n) for n in rows if _plain(n).startswith(VOTE)}
    names |= {n: vote for n, vote in votes.items() if n not in names}
    unread = [name for name in rows if name not in names]
    said = f"columns of {path.name} that are not read: {list_names(unread, 20)}"
    kept = [name for name in rows if name in names]
    return rows[kept].rename(columns=names), [said] * bool(unread)


def find_fields(names, path, columns=None):
    """Column to the field that it is, of those that are one.

    Arguments
    ---------
    names : list of str
        Columns.
    path : str or Path
    columns : dict, optional
        See ``name_fields``.

    Returns
    -------
    dict

    Example
    -------
    >>> find_fields(["Path", "Sprecher"], "my.csv", {"speaker": "Sprecher"})
    {'Sprecher': 'speaker', 'Path': 'file'}
    """
    columns = dict(columns or {})
    _check_given(columns, names, path)
    found = {column: field for field, column in columns.items()}
    for field in FIELDS:
        if field not in columns:
            column = _find(field, [n for n in names if n not in found], path)
            found |= {column: field} if column else {}
    return found


def refuse_without(field, rows, path, advice):
    """Raise a ValueError: a field has no column.

    Arguments
    ---------
    field : str
        Of ``FIELDS``.
    rows : iterable of str
        Names of the columns that there are.
    path : str or Path
    advice : str
        What to do beyond naming one.

    Example
    -------
    >>> refuse_without("speaker", ["file", "emotion"], "my.csv", "Add one.")
    Traceback (most recent call last):
    ValueError: Expected a column speaker (or spk, speaker_id, spk_id, \
speakerid, actor) in my.csv, but it has file, emotion. Add one.
    """
    others = ", ".join(FIELDS[field])
    raise ValueError(
        f"Expected a column {field} (or {others}) in {path}, but it has "
        f"{list_names(rows, 20)}. {advice}"
    )


def _plain(name):
    return re.sub(r"[\s.\-]+", "_", name.strip().lower())


def _find(field, names, path):
    """The column of a field: that of its own name before all others."""
    own = [name for name in names if _plain(name) == field]
    found = own or [name for name in names if _plain(name) in FIELDS[field]]
    if len(found) > 1:
        which = " or ".join(f"--columns='{{{field}: {n}}}'" for n in found)
        raise ValueError(
            f"Expected one column of {field} in {path}, but got "
            f"{' and '.join(map(repr, found))}. Say which: {which}."
        )
    return found[0] if found else None


def _check_given(columns, rows, path):
    for field, column in columns.items():
        if field not in FIELDS:
            raise ValueError(
                f"Expected fields of a table in `columns`, but got {field!r}. "
                f"{nearest(field, FIELDS)}There is: {', '.join(FIELDS)}."
            )
        if column not in rows:
            raise ValueError(
                f"Expected the column {column!r} of {field} in {path}, as "
                f"`columns` says, but it has {list_names(rows, 20)}. "
                f"{nearest(column, [*rows])}Correct `columns`."
            )


def _refuse_no_files(names, path):
    if any(map(_SOUND.search, names)):
        raise ValueError(
            f"Expected names of columns in the first line of {path}, but it "
            f"is a row: {list_names(names)}. Write a line above it: "
            "file,emotion,speaker (what each column is)."
        )
    guess = names[0] if names else "…"
    refuse_without(
        "file",
        names,
        path,
        f"Rename one, or say which it is: --columns='{{file: {guess}}}'.",
    )
