"""What follows from a table where its owner says nothing: folder, classes, and
where results go.
"""

import logging
from functools import cache
from pathlib import Path

from speechbrain_zsfuse.corpora.own.columns import find_fields
from speechbrain_zsfuse.corpora.own.finding import find_table
from speechbrain_zsfuse.corpora.own.places import home_of
from speechbrain_zsfuse.corpora.own.rows import SUFFIXES
from speechbrain_zsfuse.corpora.own.table import name_corpus, read_own
from speechbrain_zsfuse.corpora.words.spelling import as_yaml
from speechbrain_zsfuse.files import file_state

logger = logging.getLogger(__name__)


def fill_from_table(settings):
    """Values of settings that are left to the table.

    Arguments
    ---------
    settings : dict
        ``table``, ``data_folder``, ``labels``, ``results_folder``; perhaps
        ``merge``, ``columns`` and ``speaker_table``.

    Returns
    -------
    dict
        Those of ``data_folder, labels, results_folder`` that are None, if
        there is a table: the folder of its files, see ``home_of``; its
        emotions, after ``merge``, in the order of the alphabet;
        ``results/<name of the table>``.

    Raises
    ------
    ValueError
        If the table has less than two emotions; see ``read_own``.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> text = "file,emotion,speaker\\na.wav,sad,1\\nb.wav,anger,2\\n"
    >>> _ = (folder / "my.csv").write_text(text)
    >>> for name in ("a.wav", "b.wav"):
    ...     (folder / name).touch()
    >>> settings = dict.fromkeys(["data_folder", "labels", "results_folder"])
    >>> filled = fill_from_table(settings | {"table": folder / "my.csv"})
    >>> filled["labels"], filled["results_folder"]
    (['angry', 'sad'], 'results/my')
    """
    open_ones = {
        key
        for key in ("data_folder", "labels", "results_folder")
        if key in settings and settings[key] is None
    }
    table = settings.get("table")
    if not open_ones or not isinstance(table, str | Path):
        return {}
    table = Path(table)
    columns = tuple(sorted((settings.get("columns") or {}).items()))
    home, name = _find(table, columns, _state(table))
    filled = {}
    if "data_folder" in open_ones:
        filled["data_folder"] = str(home)
    if "results_folder" in open_ones:
        filled["results_folder"] = f"results/{name_corpus(name)}"
    if "labels" in open_ones:
        folder = filled.get("data_folder", settings["data_folder"])
        speakers = settings.get("speaker_table")
        states = _state(table), speakers and file_state(speakers)
        emotions = _count(table, folder, columns, speakers, states)
        merge = settings.get("merge") or {}
        filled["labels"] = sorted({merge.get(word, word) for word in emotions})
        if len(filled["labels"]) < 2:
            raise ValueError(
                f"Expected at least two emotions in {table}, but it has "
                f"{_tell(emotions) or 'none'}. Is it the whole table?"
            )
    return filled


def _state(table):
    """What changes when a table does; of a folder, when one in it does."""
    inside = table.iterdir() if table.is_dir() else ()
    tables = [p for p in inside if p.suffix.lower() in (*SUFFIXES, ".yaml")]
    return tuple(map(file_state, (table, *sorted(tables))))


@cache
def _find(table, columns, state):
    """The folder of a table's files, and what the corpus is called."""
    found = find_table(table, dict(columns))
    fields = find_fields([*found.rows], table, dict(columns))
    files = [column for column, field in fields.items() if field == "file"]
    if not files:  # it is refused when it is read
        return found.folder, found.name
    return home_of(found.rows[files[0]], found.folder), found.name


@cache
def _count(table, folder, columns, speakers, states):
    """Emotion to number of clips; a grid of runs asks again and again."""
    reading = read_own(table, folder, columns=dict(columns), speakers=speakers)
    counts = reading.clips["emotion"].value_counts().sort_index().to_dict()
    logger.info(
        "Emotions of %s: %s. To take some of them: --labels='[%s]'",
        *(table.name, _tell(counts), ", ".join(map(as_yaml, counts))),
    )
    return counts


def _tell(counts):
    return ", ".join(f"{word} ({n:,})" for word, n in counts.items())
