"""What the table of clips is like that a preparation hands over: complete,
unambiguous, and nothing of the corpus is lost on the way.

Pure checks on data frames. Each error names the column and the ids; nothing
is mended here. This file knows no corpus and reads no file.
"""

from collections import Counter
from posixpath import isabs, normpath

from speechbrain_zsfuse.corpora.manifests import SPLITS
from speechbrain_zsfuse.errors import shorten

COLUMNS = ("ID", "wav", "emotion", "speaker", "split")
FEW = 10  # clips of a class, below which its recall is hardly a number


def check_table(clips, compared=()):
    """Raise a ValueError unless every clip can be told and placed.

    Arguments
    ---------
    clips : pandas.DataFrame
        One row a clip. ``ID``, ``wav`` (a file below the corpus folder),
        ``emotion`` and ``split`` (train, valid or test) are texts, and not
        empty; ``speaker`` is empty where nobody knows.
    compared : iterable of str
        Further columns that must be there, texts that may be empty.

    Raises
    ------
    ValueError
        If the table is empty, a column is missing, a value is missing or no
        text, two clips have one id or one file, a file lies outside the
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
    columns = [*COLUMNS, *(c for c in compared if c not in COLUMNS)]
    missing = [column for column in columns if column not in clips]
    if missing:
        raise ValueError(
            f"Expected the columns {', '.join(columns)} in the table of clips, "
            f"but {missing} are missing. It has {list(clips)}. Add them."
        )
    if not len(clips):
        raise ValueError(
            "Expected a table of clips, but it has no row. Look at what the "
            "preparation leaves out."
        )
    check_texts(clips, columns)
    check_ids(clips)
    _check_files(clips)
    _refuse(
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
        _refuse(clips, no_text.astype(bool), column, "a text", "none")
        if column in COLUMNS and column != "speaker":
            empty = clips[column].str.strip() == ""
            _refuse(clips, empty, column, "a text", "an empty one")


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


def _check_files(clips):
    """Whether each clip has a file of its own below the corpus folder."""
    files = clips["wav"].map(normpath)
    outside = files.map(isabs) | files.str.match(r"\.\.?(/|$)|[A-Za-z]:")
    below = "a file below the corpus folder, relative to it,"
    _refuse(clips, outside, "wav", below, "another")
    shared = files.duplicated(keep=False)
    _refuse(clips, shared, "wav", "a file of its own", "one with others")


def _refuse(clips, wrong, column, expected, but):
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


def check_classes(clips, labels, problems=()):
    """Raise a ValueError if a split, or a class of a split, has no clip.

    Arguments
    ---------
    clips : pandas.DataFrame
        With the columns ``split`` and ``emotion``.
    labels : iterable of str
        The classes.
    problems : list of str
        What was found before, for the error: it may be the reason.

    Example
    -------
    >>> import pandas
    >>> clips = [("train", "sad"), ("valid", "sad"), ("test", "happy")]
    >>> clips = pandas.DataFrame(clips, columns=["split", "emotion"])
    >>> check_classes(clips, ["sad"])
    Traceback (most recent call last):
    ValueError: Expected clips of every class in train, valid and test, but \
there is no 'sad' in test. Without them nothing is learned of a class, or no \
UAR can be had. Choose another split or other labels.
    """
    found = set(zip(clips["split"], clips["emotion"]))
    empty = [split for split in SPLITS if split not in set(clips["split"])]
    if empty:
        raise ValueError(
            f"Expected clips in train, valid and test, but {empty} would be "
            "empty. Choose other labels or another split."
            + found_so_far(problems)
        )
    absent = [
        f"{label!r} in {split}"
        for split in SPLITS
        for label in labels
        if (split, label) not in found
    ]
    if absent:
        raise ValueError(
            "Expected clips of every class in train, valid and test, but there "
            f"is no {', no '.join(absent)}. Without them nothing is learned "
            "of a class, or no UAR can be had. Choose another split or other "
            "labels." + found_so_far(problems)
        )


def few_clips(clips, labels):
    """Notes on classes with less than ``FEW`` clips to validate or test.

    Arguments
    ---------
    clips : pandas.DataFrame
        With the columns ``split`` and ``emotion``.
    labels : iterable of str

    Returns
    -------
    list of str

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame({"split": ["test"], "emotion": ["sad"]})
    >>> few_clips(clips, ["sad"])[1]
    'test holds few clips of sad (1): a recall of so few is hardly a number'
    """
    counts, notes = Counter(zip(clips["split"], clips["emotion"])), []
    for split in SPLITS[1:]:
        numbers = {label: counts[split, label] for label in labels}
        few = [f"{label} ({n})" for label, n in numbers.items() if n < FEW]
        if few:
            notes.append(
                f"{split} holds few clips of {', '.join(few)}: a recall of so "
                "few is hardly a number"
            )
    return notes


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
    Found so far (1), which may be the reason:
      a.txt, line 3: what?
    """
    if not problems:
        return ""
    lines = shorten([f"  {line}" for line in problems], 10)
    return f"\nFound so far ({len(problems):,}), which may be the reason:\n" + (
        lines
    )
