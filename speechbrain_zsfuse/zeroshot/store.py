"""What frozen models once answered, so that each hears a clip only once.

One SQLite file. An answer is found by the model's fingerprint, the sha256 of
the audio file, what the model effectively hears of it, and the prompt. It is
looked up by that key, whatever else is stored. Each call of ``keep`` is a
transaction: a kill loses what came after, nothing else. This file knows no
model and no emotion.
"""

import json
import logging
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from speechbrain_zsfuse.file_cache import FileCache, open_database

logger = logging.getLogger(__name__)

_TABLE = """
CREATE TABLE IF NOT EXISTS answers (
    model TEXT, audio TEXT, input TEXT, prompt TEXT, kind TEXT, value BLOB,
    checksum INTEGER, PRIMARY KEY (model, audio, input, prompt)
)
"""
# The types are enforced, since damage may change them, too.
_FIND = """
SELECT CAST(kind AS BLOB), CAST(value AS BLOB), CAST(checksum AS INTEGER)
FROM answers WHERE model = ? AND audio = ? AND input = ? AND prompt = ?
"""
_VECTOR, _JSON = "float32", "json"


class AnswerKey(NamedTuple):
    """What an answer depends on.

    Arguments
    ---------
    model : str
        Fingerprint: weights, settings, preprocessing and, of a model that
        generates, precision and decoding.
    audio : str
        sha256 of the file.
    input : str
        What the model effectively hears of it: ``effective_input`` as JSON.
    prompt : str
        Text it is asked with; empty for an embedding of the audio.

    Example
    -------
    >>> AnswerKey("fingerprint", "sha256", "1").prompt
    ''
    """

    model: str
    audio: str
    input: str
    prompt: str = ""


class AnswerStore:
    """Answers about audio files by any number of frozen models.

    An answer is a vector (numpy.ndarray, float32, [D]: an embedding, the
    likelihoods of E labels) or a JSON value (a text, its tokens).

    Arguments
    ---------
    folder : str or Path
        Holds ``answers.sqlite``; made if need be. Processes and runs may
        share it, also at the same time, on a disk of one machine.

    Raises
    ------
    ValueError
        If the file is there but is no intact store.

    Example
    -------
    >>> store = AnswerStore(getfixture("tmpdir"))
    >>> heard = AnswerKey("clap", "sha256 of a.wav", "1")
    >>> asked = AnswerKey("llm", "sha256 of a.wav", "1", "Which emotion?")
    >>> store.keep({heard: np.ones(2, np.float32), asked: "It is sadness."})
    >>> store.recall([asked, AnswerKey("clap", "sha256 of b.wav", "1")])
    {AnswerKey(model='llm', audio='sha256 of a.wav', input='1', \
prompt='Which emotion?'): 'It is sadness.'}
    >>> store.recall([heard])[heard], len(store)
    (array([1., 1.], dtype=float32), 2)
    """

    def __init__(self, folder):
        self.path = Path(folder) / "answers.sqlite"
        with self.open() as database:
            database.execute(_TABLE)

    def __len__(self):
        with self.open() as database:
            rows = database.execute("SELECT COUNT(*) FROM answers")
            return rows.fetchone()[0]

    def open(self):
        """The database, as a context."""
        return open_database(self.path, "a store of answers")

    @contextmanager
    def facts(self, kind):
        """Facts of one kind about files anywhere, kept beside the answers: a
        ``FileCache``, as a context."""
        with self.open() as database:
            yield FileCache(database, kind, "/")

    def recall(self, keys):
        """Stored answers; a damaged one is named and counts as not stored.

        Arguments
        ---------
        keys : iterable of AnswerKey

        Returns
        -------
        dict
            Key to numpy.ndarray (read-only) or JSON value, of those that are
            stored.
        """
        found = {}
        with self.open() as database:
            database.execute("BEGIN")  # one lock for all, not one a key
            for key in keys:
                row = database.execute(_FIND, key).fetchone()
                if row is None:
                    continue
                kind, value, checksum = row
                if checksum == _checksum(key, kind or b"", value or b""):
                    found[key] = _decode(kind, value)
                else:
                    logger.warning(
                        "A stored answer about the audio with sha256 %s is "
                        "damaged (%s); it is computed again.",
                        key.audio,
                        self.path,
                    )
        return found

    def keep(self, answers):
        """Store answers, all of them or, after a kill, none.

        Arguments
        ---------
        answers : dict
            AnswerKey to numpy.ndarray (float32, [D]) or JSON value. What is
            stored under the same key is replaced.

        Raises
        ------
        TypeError
            If an answer is neither.
        """
        rows = []
        for key, answer in answers.items():
            kind, value = _encode(answer)
            checksum = _checksum(key, kind.encode(), value)
            rows.append((*key, kind, value, checksum))
        with self.open() as database, database:
            database.executemany(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)",
                rows,
            )


def _encode(answer):
    """Kind and bytes of an answer."""
    if isinstance(answer, np.ndarray):
        if answer.dtype == np.float32 and answer.ndim == 1:
            return _VECTOR, answer.tobytes()
        got = f"{answer.dtype} of shape {list(answer.shape)}"
    else:
        try:
            return _JSON, json.dumps(answer).encode()
        except TypeError as error:
            got = str(error)
    raise TypeError(
        "Expected to store a float32 numpy array of shape [D] or a JSON value, "
        f"but got: {got}. Convert it; of a batch, store each row by itself."
    )


def _decode(kind, value):
    if kind == _VECTOR.encode():
        return np.frombuffer(value, np.float32)
    return json.loads(value)


def _checksum(key, kind, value):
    return zlib.crc32(value, zlib.crc32("\0".join(key).encode() + kind))
