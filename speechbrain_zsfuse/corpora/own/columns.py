"""What the columns of a table are called, and which field each of them is."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import WithJsonSchema

from speechbrain_zsfuse.audio.sound import MEDIA, SOUNDS
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
# What a table must say, and any of the ways to.
_NEEDED = {
    "file": {"file"},
    "emotion": {"emotion", "votes"},
    "speaker": {"speaker", "group"},
}
SPEAKERS = (
    "Who speaks decides what may be learned from and what tested: without it, "
    "a model is tested on voices that it knows. Add the column, or give "
    "--speaker_table=speakers.csv with the columns file and speaker; or a "
    "column group of what must stay together, dialogues for instance."
)
Columns = Annotated[
    Mapping[Text, Text],
    WithJsonSchema(
        {
            "description": "a dictionary of field to the name of its column",
            "advice": "Write {speaker: Sprecher}, for instance.",
        }
    ),
]


def name_fields(rows, path, columns=None, elsewhere=()):
    """Give the columns of a table the names of the fields that they are.

    Arguments
    ---------
    rows : pandas.DataFrame
        See ``read_rows``.
    path : Path
        Of the table, for errors.
    columns : dict, optional
        Field to the name of its column, where that is not among ``FIELDS``.
    elsewhere : tuple of str
        Fields that stand in another table.

    Returns
    -------
    rows : pandas.DataFrame
        With fields as columns; ``vote_<word>`` stay.
    notes : list of str
        Columns that are not read.

    Raises
    ------
    ValueError
        If files, emotions or speakers have no column, or a field has two, or
        one that ``columns`` names is not there.

    Example
    -------
    >>> import pandas
    >>> from pathlib import Path
    >>> clip = {"Path": "a.wav", "Emo": "sad", "Spk": "01", "x": ""}
    >>> rows, notes = name_fields(pandas.DataFrame([clip]), Path("my.csv"))
    >>> list(rows), notes
    (['file', 'emotion', 'speaker'], ['columns of my.csv that are not read: x'])
    """
    names = find_fields([*rows], path, columns)
    votes = {n: _plain(n) for n in rows if _plain(n).startswith(VOTE)}
    names |= {n: vote for n, vote in votes.items() if n not in names}
    unread = [name for name in rows if name not in names]
    known = {*names.values(), *elsewhere} | ({"votes"} if votes else set())
    missing = [field for field, ways in _NEEDED.items() if not ways & known]
    if missing:
        _refuse_missing(missing, [*rows], unread, path)
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


def _plain(name):
    return re.sub(r"[\s.\-]+", "_", name.strip().lower())


def columns_of(field, names):
    """Columns that may be a field: that of its own name before all others.

    Example
    -------
    >>> columns_of("file", ["Path", "wav", "Emo"])
    ['Path', 'wav']
    >>> columns_of("file", ["Path", "File", "Emo"])
    ['File']
    """
    own = [name for name in names if _plain(name) == field]
    others = FIELDS.get(field, ())
    return own or [name for name in names if _plain(name) in others]


def _find(field, names, path):
    found = columns_of(field, names)
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


def _refuse_missing(missing, names, unread, path):
    """What is not there, and how to say what is."""
    if any(name.lower().endswith(SOUNDS + MEDIA) for name in names):
        raise ValueError(
            f"Expected names of columns in the first line of {path}, but it "
            f"is a row: {list_names(names)}. Write a line above it: "
            "file,emotion,speaker (what each column is)."
        )
    advice = []
    if unread:
        as_many = len(unread) == len(missing)
        guesses = unread if as_many else ["…"] * len(missing)
        pairs = ", ".join(f"{f}: {g}" for f, g in zip(missing, guesses))
        advice.append(f"Say which it is: --columns='{{{pairs}}}'.")
    if "speaker" in missing:
        advice.append(SPEAKERS)
    told = ", and ".join(
        f"a column {field} (or {list_names(FIELDS[field], 4)})"
        for field in missing
    )
    raise ValueError(
        f"Expected {told} in {path}, but it has {list_names(names, 20)}. "
        + (" ".join(advice) or "Add it.")
    )
