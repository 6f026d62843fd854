"""What the table of clips is like that a preparation hands over: complete,
unambiguous, and nothing of the corpus is lost on the way.

Pure checks on data frames. Each error names the column and the ids; nothing
is mended here. This file knows no corpus and reads no file.
"""

import re
from collections import Counter
from posixpath import isabs, normpath

import pandas

from speechbrain_zsfuse.audio.places import CHANNEL, SECONDS
from speechbrain_zsfuse.corpora.manifests import SPLITS
from speechbrain_zsfuse.corpora.segments import columns_of, fragments
from speechbrain_zsfuse.errors import list_names, shorten

COLUMNS = ("ID", "wav", "emotion", "speaker", "split")
# A file name may hold what UTF-8, or a row of a CSV, cannot.
_UNWRITABLE = re.compile("[\0\r\ud800-\udfff]")


def check_table(clips, compared=(), problems=()):
    """Raise a ValueError unless every clip can be told and placed.

    Arguments
    ---------
    clips : pandas.DataFrame
        One row a clip. ``ID``, ``wav`` (a file below the corpus folder),
        ``emotion`` and ``split`` (train, valid or test) are texts, and not
        empty; ``speaker`` is empty where nobody knows. ``start``, ``end`` and
        ``channel``, if it has them, are texts that say which part of a file a
        clip is, see ``audio/places.py``; empty: all of it.
    compared : iterable of str
        Further columns that must be there, texts that may be empty.
    problems : list of str
        What was found before, for the error: it may be the reason.

    Raises
    ------
    ValueError
        If the table is empty, a column is missing or there twice, a value is
        missing or no text that a manifest can hold, two clips have one id or
        are the same part of one file, a part is none, a file lies outside the
        corpus, or a split is none.

    Example
    -------
    >>> import pandas
    >>> clip = {"ID": "a", "wav": "a.wav", "emotion": "sad", "speaker": "1"}
    >>> check_table(pandas.DataFrame([clip | {"split": "dev"}]))
    Traceback (most recent call last):
    ValueError: Expected train, valid or test in the column split of every \
clip, but 1 have something else:
      a: 'dev'
    Mend the preparation.
    """
    further = [*compared, *columns_of(clips)]
    columns = [*COLUMNS, *(c for c in further if c not in COLUMNS)]
    missing = [column for column in columns if column not in clips]
    if missing:
        raise ValueError(
            f"Expected the columns {', '.join(columns)} in the table of clips, "
            f"but {missing} are missing. It has {list(clips)}. Add them."
        )
    twice = clips.columns[clips.columns.duplicated()].unique().tolist()
    if twice:
        raise ValueError(
            "Expected each column once in the table of clips, but "
            f"{list_names(twice)} come more than once. Keep one of each."
        )
    if not len(clips):
        raise ValueError(
            "Expected a table of clips, but it has no row. Look at what the "
            "preparation leaves out." + found_so_far(problems)
        )
    check_texts(clips, columns)
    _check_writable(clips)
    check_ids(clips)
    _check_files(clips)
    refuse_clips(
        clips,
        ~clips["split"].isin(SPLITS),
        "split",
        "train, valid or test",
        "something else",
    )


def check_texts(clips, columns):
    """Raise a ValueError where a value is missing, empty or no text.

    Arguments
    ---------
    clips : pandas.DataFrame
        With the column ``ID``.
    columns : iterable of str
        Of ``COLUMNS`` all but ``speaker`` must not be empty; other columns
        may be.

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame({"ID": ["a", "b"], "speaker": ["1", 2]})
    >>> check_texts(clips, ["ID", "speaker"])
    Traceback (most recent call last):
    ValueError: Expected a text in the column speaker of every clip, but 1 \
have none:
      b: 2
    Mend the preparation.
    """
    for column in columns:
        no_text = ~clips[column].map(lambda value: isinstance(value, str))
        refuse_clips(clips, no_text.astype(bool), column, "a text", "none")
        if column in COLUMNS and column != "speaker":
            empty = clips[column].str.strip() == ""
            refuse_clips(clips, empty, column, "a text", "an empty one")


def check_ids(clips):
    """Raise a ValueError if an id occurs twice.

    Arguments
    ---------
    clips : pandas.DataFrame
        With the column ``ID``.

    Example
    -------
    >>> import pandas
    >>> check_ids(pandas.DataFrame({"ID": ["a", "b", "a"]}))
    Traceback (most recent call last):
    ValueError: Expected unique ids, but 1 occur more than once:
    a
    Keep one annotation of each.
    """
    twice = clips["ID"][clips["ID"].duplicated()].unique().tolist()
    if twice:
        raise ValueError(
            f"Expected unique ids, but {len(twice)} occur more than once:\n"
            f"{shorten(twice)}\nKeep one annotation of each."
        )


def _check_writable(clips):
    """Whether a manifest can hold all that is there."""
    fit = "a text of UTF-8 without NUL or CR (rename files that have none)"
    for column in clips:
        # Texts of Python: pandas has others where pyarrow is installed, which
        # hold no lone surrogate and are searched by other rules.
        values = [str(value) for value in clips[column]]
        if _UNWRITABLE.search("".join(values)):  # seldom: one search for all
            found = [bool(_UNWRITABLE.search(value)) for value in values]
            bad = pandas.Series(found, index=clips.index)
            refuse_clips(clips, bad, column, fit, "another")


def _check_files(clips):
    """Whether each clip is a file below the corpus folder, or a part of one,
    of its own."""
    files = clips["wav"].map(normpath)
    outside = files.map(isabs) | files.str.match(r"\.\.?(/|$)|[A-Za-z]:")
    below = "a file below the corpus folder, relative to it,"
    refuse_clips(clips, outside, "wav", below, "another")
    parts = pandas.Series(fragments(clips), clips.index)
    for column in columns_of(clips):
        what = CHANNEL if column == "channel" else SECONDS
        odd = parts.isna()  # named by the column that says something odd
        odd &= pandas.isna(fragments(clips[[column]]))
        refuse_clips(clips, odd, column, what, "something else")
    refuse_clips(clips, parts.isna(), "end", SECONDS, "something else")
    shared = (files + parts).duplicated(keep=False)
    own = "a file of its own, or another part of one,"
    refuse_clips(clips, shared, "wav", own, "one with others")


def refuse_clips(clips, wrong, column, expected, but):
    """Raise a ValueError that names the clips which are wrong, if any are.

    Arguments
    ---------
    clips : pandas.DataFrame
        With the column ``ID``.
    wrong : pandas.Series
        bool, a value a clip.
    column : str
        The one to show.
    expected, but : str
        What would be right, and what they have.

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame({"ID": ["a"], "split": ["dev"]})
    >>> wrong = clips["split"] == "dev"
    >>> refuse_clips(clips, wrong, "split", "a split", "none")
    Traceback (most recent call last):
    ValueError: Expected a split in the column split of every clip, but 1 \
have none:
      a: 'dev'
    Mend the preparation.
    """
    if not wrong.any():
        return
    bad = clips[wrong]
    lines = [
        f"  {name if isinstance(name, str) else f'row {row}'}: {value!r}"
        for row, name, value in zip(bad.index, bad["ID"], bad[column])
    ]
    raise ValueError(
        f"Expected {expected} in the column {column} of every clip, but "
        f"{len(bad):,} have {but}:\n{shorten(lines, 5)}\nMend the preparation."
    )


def check_nothing_lost(read, kept, dropped):
    """Raise a ValueError unless all that was read is kept or dropped, once.

    Arguments
    ---------
    read, kept : iterable of str
        Ids of clips; or names of files and lines that are no clip.
    dropped : dict
        Reason to list of ids.

    Example
    -------
    >>> check_nothing_lost(["a", "b", "c"], ["a"], {"too long": ["b"]})
    Traceback (most recent call last):
    ValueError: Expected all of 3 that were read to be kept or dropped, once, \
but 1 are neither:
      c
    Mend the preparation: name a reason for each that is left out.
    """
    read = Counter(read)
    placed = Counter(kept)
    for ids in dropped.values():
        placed.update(ids)
    for wrong, how in (
        (read - placed, "neither"),
        (placed - read, "there more often than they were read"),
    ):
        if wrong:
            lines = [f"  {name}" for name in wrong]
            raise ValueError(
                f"Expected all of {read.total():,} that were read to be kept "
                f"or dropped, once, but {len(lines):,} are {how}:\n"
                f"{shorten(lines, 5)}\nMend the preparation: name a reason "
                "for each that is left out."
            )


def found_so_far(problems):
    """The end of an error: what was found before, which may be its reason.

    Arguments
    ---------
    problems : list of str

    Returns
    -------
    str
        Empty if there are none.

    Example
    -------
    >>> print("There is no clip." + found_so_far(["a.txt, line 3: what?"]))
    There is no clip.
    What was noticed before, and may explain it:
      a.txt, line 3: what?
    """
    if not problems:
        return ""
    lines = shorten([f"  {line}" for line in problems], 10)
    return f"\nWhat was noticed before, and may explain it:\n{lines}"
