"""Copies that were looked for before are not looked for again: another fold,
seed or set of labels asks about the same recordings.

What is remembered stands in the file of ``inspect_files``, under a sha256 of
every recording's path, length, fingerprint, size and time.
"""

import hashlib
import json
import zlib
from pathlib import Path

from speechbrain_zsfuse.audio.places import file_of
from speechbrain_zsfuse.corpora.recordings.copies import find_copies
from speechbrain_zsfuse.corpora.recordings.duplicates import SAME
from speechbrain_zsfuse.file_cache import open_database
from speechbrain_zsfuse.files import file_state

_TABLE = """
CREATE TABLE IF NOT EXISTS copies (
    key TEXT PRIMARY KEY, value TEXT, checksum INTEGER
)
"""
_KEEP = "INSERT OR REPLACE INTO copies VALUES (?, ?, ?)"
# The types are enforced, since damage may change them, too.
_FIND = """
SELECT CAST(value AS BLOB), CAST(checksum AS INTEGER)
FROM copies WHERE key = ?
"""


def recall_copies(folder, findings, cache=None):
    """As ``find_copies``, which is only asked what is not remembered.

    Arguments
    ---------
    folder, findings
        See ``find_copies``.
    cache : str or Path, optional
        SQLite file that remembers.

    Returns
    -------
    list of list of str

    Example
    -------
    >>> import numpy as np
    >>> import soundfile
    >>> from speechbrain_zsfuse.corpora import inspect_file
    >>> folder = Path(getfixture("tmpdir"))
    >>> sound = np.random.default_rng(0).uniform(-0.5, 0.5, 16000)
    >>> for name in ("a.wav", "b.wav"):
    ...     soundfile.write(folder / name, sound, 16000)
    >>> findings = {n: inspect_file(folder / n) for n in ("a.wav", "b.wav")}
    >>> recall_copies(folder, findings, folder / "audio.sqlite")
    [['a.wav', 'b.wav']]
    """
    folder = Path(folder)
    rows = [
        (path, *found, file_state(file_of(folder / path)))
        for path, found in findings.items()
    ]
    facts = json.dumps([SAME, rows])
    key = hashlib.sha256(facts.encode()).hexdigest()
    with open_database(cache, "what is remembered of audio files") as database:
        with database:
            database.execute(_TABLE)
        row = database.execute(_FIND, [key]).fetchone()
        if row and row[0] and row[1] == zlib.crc32(row[0]):
            return json.loads(row[0])
        groups = find_copies(folder, findings)
        value = json.dumps(groups)
        new = [key, value, zlib.crc32(value.encode())]
        with database:
            database.execute(_KEEP, new)
    return groups
