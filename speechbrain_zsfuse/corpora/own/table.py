"""A corpus that its owner describes by a table: any with files, emotions and
speakers, in whatever form people have them.

    file,emotion,speaker
    wav/03a01Fa.wav,happy,03

Which emotions are classes and who is tested is decided elsewhere.
"""

import re
from pathlib import Path

import pandas

from speechbrain_zsfuse.corpora.own.columns import (
    FIELDS,
    SPEAKERS,
    name_fields,
)
from speechbrain_zsfuse.corpora.own.finding import find_table
from speechbrain_zsfuse.corpora.own.places import home_of, place_files
from speechbrain_zsfuse.corpora.own.ratings import CLIP, count_ratings
from speechbrain_zsfuse.corpora.own.rows import KIND, tell_rows
from speechbrain_zsfuse.corpora.own.speakers import join_speakers
from speechbrain_zsfuse.corpora.own.values import check_values
from speechbrain_zsfuse.corpora.own.votes import TIED, gather_votes, most_named
from speechbrain_zsfuse.corpora.reading import Reading
from speechbrain_zsfuse.corpora.segments import places_of
from speechbrain_zsfuse.corpora.speakers import spell_alike
from speechbrain_zsfuse.corpora.words.spelling import spell_emotions
from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.evaluation.rows import refuse_rows

NO_EMOTION, NO_SPEAKER = "no emotion is given", "no speaker is given"
NO_FILE, TWICE = "there is no such file", "the same row came before"
_NOTHING = ("nan", "n/a", "null", "?")  # of data frames: no emotion
_ONE = KIND._replace(
    advice="Keep one row of each clip; if its rows are answers of several "
    "people, add the column rater."
)


def read_own(table, data_folder=None, *, columns=None, speakers=None):
    """Read a table of a user's own.

    Arguments
    ---------
    table : str or Path
        See ``find_table``. Columns ``file, emotion, speaker`` by any of their
        names (see ``columns.py``), and perhaps ``start, end, channel, gender,
        session, group, text, transcript, language, split, votes``,
        ``vote_<emotion>``, or ``rater``: then each row is an answer.
    data_folder : str or Path, optional
        All files lie below it. Default: see ``home_of``.
    columns : dict, optional
        Field to the name of its column, where it has another.
    speakers : str or Path, optional
        A table with ``file`` and ``speaker``, or with more of a ``speaker``.

    Returns
    -------
    Reading

    Raises
    ------
    FileNotFoundError
        If there is no such table, or none of its files.
    ValueError
        If a column is missing, speakers first of all; if cells are not what
        they must be; or if rows contradict each other.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> (folder / "a.wav").touch()
    >>> _ = (folder / "my.csv").write_text("path;emo;spk\\na.wav;Anger; 01\\n")
    >>> reading = read_own(folder / "my.csv")
    >>> reading.clips.to_dict("records")
    [{'emotion': 'angry', 'speaker': '01', 'wav': 'a.wav'}]
    >>> reading.notes
    ['called by one word each: Anger (1) = angry']
    """
    found = find_table(table, columns)
    path = found.sources[0]
    elsewhere = ("speaker",) if speakers else ()
    rows, notes = name_fields(found.rows, path, columns, elsewhere)
    sources = [*found.sources]
    if speakers:
        rows, source = join_speakers(rows, speakers)
        sources.append(source)
    rows, alike = _with_speakers(check_values(rows, path), path)
    home = data_folder or home_of(rows["file"], found.folder)
    data_folder = Path(home).resolve()
    wavs, moved = place_files(rows["file"], data_folder, found.folder)
    rows = rows.assign(wav=wavs)
    _refuse_all_missing(rows, path, data_folder)
    # However its path is written, a file is one: so are the answers about it.
    rows = rows.assign(file=rows["wav"].where(rows["wav"] != "", rows["file"]))
    rows, said = _with_emotions(gather_votes(rows, path), path)
    notes += alike + said + moved
    if "transcript" in rows and "text" not in rows:
        # Whether words give the emotion away can be asked of these, too.
        rows = rows.assign(text=rows["transcript"].str.casefold())
    clips, dropped, problems, left_out = _sort_out(rows, path)
    if not len(clips):
        raise ValueError(
            f"Expected a clip with its emotion and speaker in {path}, but none "
            f"of its rows is one: {'; '.join(problems + left_out)}. Complete "
            "the table."
        )
    return Reading(
        name_corpus(found.name),
        clips.drop(columns="file").reset_index(drop=True),
        name=found.name,
        dropped=dropped,
        problems=problems,
        notes=notes + left_out,
        sources=sources,
        about=found.about,
        listed=True,
    )


def name_corpus(name):
    """A name as one word of small letters, for speakers and folders.

    Example
    -------
    >>> name_corpus("My corpus (v2)"), name_corpus("2024")
    ('my_corpus_v2', 'own_2024')
    """
    word = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return word if word[:1].isalpha() else f"own_{word}".strip("_")


def _with_speakers(rows, path):
    """Speakers as they are, empty where nobody knows; a group will do."""
    nobody = pandas.Series("", rows.index, dtype=str)
    speakers = rows.get("speaker", nobody)
    alike = spell_alike(speakers)
    rows = rows.assign(speaker=speakers.map(alike))
    if not (rows["speaker"] + rows.get("group", "")).any():
        raise ValueError(
            f"Expected speakers in {path}, but its column is empty in all of "
            f"its {len(rows):,} rows. {SPEAKERS}"
        )
    others = [f"{a} = {b}" for a, b in alike.items() if a != b and b]
    note = f"speakers that are spelled in several ways: {list_names(others)}"
    return rows, [note] * bool(others)


def _with_emotions(rows, path):
    """Emotions in one spelling: given, or named by most raters."""
    if "emotion" not in rows:
        return rows.assign(emotion=most_named(rows["votes"])), []
    words = rows["emotion"].mask(rows["emotion"].str.lower().isin(_NOTHING), "")
    words, notes = spell_emotions(words)
    rows = rows.assign(emotion=words)
    if "rater" in rows:
        rows, said = count_ratings(rows, path)
        notes += said
    return rows, notes


def _refuse_all_missing(rows, path, data_folder):
    if (rows["wav"] == "").all():
        raise FileNotFoundError(
            f"Expected the files of {path} below {data_folder}, but there is "
            f"none of its {len(rows):,}: the first is {rows['file'].iloc[0]}. "
            "Give the folder that they lie in: --data_folder=/path/to/it."
        )


def _sort_out(rows, path):
    """Clips; what is none, by reason; and both in words, with its lines."""
    unnamed = TIED if "votes" in rows else NO_EMOTION
    who = rows["speaker"] + rows.get("group", "")
    wrong = {
        NO_FILE: rows["wav"] == "",
        unnamed: rows["emotion"] == "",
        NO_SPEAKER: who == "",
    }
    dropped, told = {}, {}
    for reason, which in wrong.items():
        which = which.reindex(rows.index)
        if which.any():
            dropped[reason] = places_of(rows.assign(wav=rows["file"])[which])
            told[reason] = f"{path.name}: {reason} ({tell_rows(rows, which)})"
            if reason is NO_FILE:
                told[reason] += f": {list_names(dropped[reason], 3)}"
            rows = rows[~which]
    again = _find_repeated(rows, path)
    if again.any():  # the clip itself is kept
        name = f"{path.name}, {rows.index.name}"
        dropped[TWICE] = [f"{name} {row}" for row in rows.index[again]]
        told[TWICE] = f"{path.name}: {TWICE} ({tell_rows(rows, again)})"
    problems = [told.pop(NO_FILE)] if NO_FILE in told else []
    return rows[~again], dropped, problems, [*told.values()]


def _find_repeated(rows, path):
    """Rows that say again what one before them said; others are refused."""
    keys = [name for name in ("wav", *CLIP[1:]) if name in rows]
    said = ["emotion", "speaker"]
    again = rows.duplicated(keys)
    if again.any():
        clips = rows[rows.duplicated(keys, keep=False)]
        fields = [f for f in FIELDS if f in rows and f not in (*keys, "file")]
        found = clips.groupby(keys, sort=False)[fields].transform("nunique") > 1
        expected = "one emotion and one speaker of each clip"
        refuse_rows(clips, path, _ONE, found[said].any(axis=1), expected, said)
        for name in fields:
            refuse_rows(
                clips, path, _ONE, found[name], f"one {name} a clip", [name]
            )
    return again
