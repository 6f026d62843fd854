"""Speakers from a second table: who speaks in a file, or what is known of who
speaks.
"""

from pathlib import Path

from speechbrain_zsfuse.corpora.own.columns import find_fields
from speechbrain_zsfuse.corpora.own.rows import KIND, read_rows
from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.evaluation.rows import refuse_rows

_TAKEN = ("speaker", "gender", "language", "session", "group")


def join_speakers(rows, table):
    """Join a table of speakers to one of clips.

    Arguments
    ---------
    rows : pandas.DataFrame
        With ``file``, fields as columns.
    table : str or Path
        With ``file`` and ``speaker``; or, if the rows have speakers, with
        ``speaker`` and what is known of each.

    Returns
    -------
    rows : pandas.DataFrame
        With its ``speaker, gender, language, session`` and ``group``, where
        the rows have none; empty where it does not know.
    path : Path
        Of the table.

    Raises
    ------
    ValueError
        If it has no column to join by, two rows of one, none that fits, or
        nothing that the rows do not have.

    Example
    -------
    >>> import pandas
    >>> path = Path(getfixture("tmpdir")) / "speakers.csv"
    >>> _ = path.write_text("path,spk\\na.wav,01\\n")
    >>> rows = pandas.DataFrame({"file": ["a.wav"], "emotion": ["sad"]})
    >>> join_speakers(rows, path)[0].to_dict("records")
    [{'file': 'a.wav', 'emotion': 'sad', 'speaker': '01'}]
    """
    path = Path(table)
    other = read_rows(path)
    other = other.rename(columns=find_fields([*other], path))
    key = "file" if "file" in other else "speaker"
    for field in dict.fromkeys((key, "speaker")):
        if field not in other or key not in rows:
            raise ValueError(
                "Expected the columns file and speaker (or speaker and gender, "
                f"if the other table has speakers) in {path}, but it has "
                f"{list_names(other, 20)}. Add what is missing."
            )
    kind = KIND._replace(clip=key, advice="Keep one of each.")
    twice = other.duplicated(key, keep=False)
    refuse_rows(other, path, kind, twice, f"each {key} once", [key])
    others = other.assign(**{key: _plain(other[key])}).set_index(key)
    keys = _plain(rows[key])
    if not keys.isin(others.index).any():
        raise ValueError(
            f"Expected {path} to hold some {key} of the table of clips, but "
            f"it has {others.index[0]!r}, for one, and that {keys.iloc[0]!r}. "
            f"Write each {key} alike in both."
        )
    added = [f for f in _TAKEN if f in others and f not in rows]
    if not added:
        raise ValueError(
            f"Expected {path} to say what the table of clips does not, but "
            f"that has {list_names([f for f in _TAKEN if f in rows])} of its "
            "own. Leave one of the columns out, or the second table."
        )
    joined = {f: keys.map(others[f]).fillna("") for f in added}
    return rows.assign(**joined), path


def _plain(names):
    return names.str.replace("\\", "/", regex=False)
