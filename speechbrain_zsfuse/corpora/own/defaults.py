"""What follows from a table where its owner says nothing: folder, classes, and
where results go.
"""

import logging

from speechbrain_zsfuse.corpora.own.finding import find_table
from speechbrain_zsfuse.corpora.own.table import name_corpus, read_own
from speechbrain_zsfuse.corpora.words.spelling import as_yaml

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
        Those of ``data_folder, labels, results_folder`` that are None: the
        folder of the table; its emotions, after ``merge``, in the order of
        the alphabet; ``results/<name of the table>``.

    Raises
    ------
    ValueError
        If the table has less than two emotions; see ``read_own``.

    Example
    -------
    >>> from pathlib import Path
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
    if not open_ones:
        return {}
    found, filled = find_table(settings["table"]), {}
    if "data_folder" in open_ones:
        filled["data_folder"] = str(found.folder)
    if "results_folder" in open_ones:
        filled["results_folder"] = f"results/{name_corpus(found.name)}"
    if "labels" in open_ones:
        reading = read_own(
            settings["table"],
            filled.get("data_folder", settings["data_folder"]),
            columns=settings.get("columns"),
            speakers=settings.get("speaker_table"),
        )
        emotions = reading.clips["emotion"].replace(settings.get("merge") or {})
        filled["labels"] = _choose(emotions, found.sources[0])
    return filled


def _choose(emotions, path):
    """All emotions; how to leave some aside is said."""
    counts = emotions.value_counts().sort_index()
    told = ", ".join(f"{word} ({n:,})" for word, n in counts.items())
    if len(counts) < 2:
        raise ValueError(
            f"Expected at least two emotions in {path}, but it has "
            f"{told or 'none'}. Is it the whole table?"
        )
    logger.info(
        "Emotions of %s: %s. To take some of them: --labels='[%s]'",
        *(path.name, told, ", ".join(map(as_yaml, counts.index))),
    )
    return counts.index.tolist()
