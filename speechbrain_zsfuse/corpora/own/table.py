"""A table of a user's own."""

from pathlib import Path

import pandas

from speechbrain_zsfuse.corpora.reading import Reading


def read_own(table, data_folder):
    """Read a CSV with the columns ``file, emotion, speaker``.

    Arguments
    ---------
    table : str or Path
    data_folder : Path
        Root of the files.

    Returns
    -------
    Reading

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "mine.csv"
    >>> _ = path.write_text("file,emotion,speaker\\na.wav,sad,01")
    >>> read_own(path, path.parent).clips["speaker"].tolist()
    ['01']
    """
    table = Path(table)
    clips = pandas.read_csv(table, dtype=str, keep_default_na=False)
    clips = clips.rename(columns={"file": "wav"})
    return Reading(table.stem, clips, sources=[table])
