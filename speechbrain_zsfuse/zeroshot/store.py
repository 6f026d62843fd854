"""What frozen models once answered, so that each hears a clip only once.

One SQLite file. An answer is found by the model's fingerprint, the sha256 of
the audio file, what the model effectively hears of it, and the prompt. It is
looked up by that key, whatever else is stored. Each call of ``keep`` is a
transaction: a kill loses what came after, nothing else. ``zsfuse store`` looks
after it. This file knows no model and no emotion.
"""

import logging
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from speechbrain_zsfuse.audio.places import file_of
from speechbrain_zsfuse.file_cache import FileCache, open_database
from speechbrain_zsfuse.zeroshot.storage import layout
from speechbrain_zsfuse.zeroshot.storage.locks import Locks
from speechbrain_zsfuse.zeroshot.storage.usage import note_use

logger = logging.getLogger(__name__)


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
    >>> import numpy as np
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
        self._named = set()  # damaged rows, each told once
        with self.open() as database:
            if layout.prepare(database):
                logger.info("%s was brought into today's form.", self.path)

    def __len__(self):
        with self.open() as database:
            rows = database.execute("SELECT COUNT(*) FROM answers")
            return rows.fetchone()[0]

    @contextmanager
    def open(self):
        """The database, as a context."""
        with open_database(self.path, "a store of answers") as database:
            database.execute(f"PRAGMA page_size = {layout.PAGE}")  # if new
            yield database

    @contextmanager
    def used(self, model, name):
        """A model's use of the store, as a context: it is noted, and none of
        the model's answers is pruned meanwhile.

        Arguments
        ---------
        model : str
            Fingerprint.
        name : str
            For people: class and source.

        Yields
        ------
        Locks
        """
        with Locks(self.path) as locks:
            locks.share(model)
            try:
                with self.open() as database:
                    note_use(database, model, name)
            except OSError as error:  # may be only read: all may be there
                logger.debug("The use of %s is not noted: %s", name, error)
            yield locks

    @contextmanager
    def facts(self, kind):
        """Facts of one kind about files anywhere, or places within them, kept
        beside the answers: a ``FileCache``, as a context."""
        with self.open() as database:
            yield FileCache(database, kind, "/", file_of)

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
                number = layout.number_of(key)
                row = database.execute(layout.FIND, (number,)).fetchone()
                if row is None:
                    continue
                kind, value, checksum = row
                if checksum == layout.checksum_of(key, kind, value):
                    found[key] = layout.decode(kind, value)
                elif number not in self._named:
                    self._named.add(number)
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
        rows = [layout.to_row(*item) for item in answers.items()]
        with self.open() as database, database:
            database.executemany(layout.KEEP, rows)
        self._named.difference_update(row[0] for row in rows)
