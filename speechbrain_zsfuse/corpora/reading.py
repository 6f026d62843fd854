"""What a reader found in a folder of recordings, whoever read it: a definition,
a table, or code of a recipe. Nothing is chosen or split yet.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas


@dataclass(frozen=True)
class Reading:
    """Everything in a corpus: its clips, and what is no clip.

    Attributes
    ----------
    corpus : str
        Short name; stands before its speakers.
    clips : pandas.DataFrame
        A row a clip: ``wav`` (below the corpus folder, ``/`` between parts),
        ``emotion`` and ``speaker`` (empty where nobody knows), texts. Perhaps
        ``start``, ``end`` (seconds) and ``channel`` of a part of a file,
        ``gender, session, text`` (equal where the words are), ``transcript,
        language, votes`` (JSON counts), ``split`` (train, valid, test:
        official) and ``group`` (what folds keep together besides speakers).
    name, release : str
        As results call it.
    dropped : dict
        Reason to the list of what is left out: paths, or places in files.
    problems : list of str
        What is not as it should be.
    notes : list of str
        What is only said.
    sources : list of Path
        Files with annotations.
    differences : callable
        Clips to a list of str: where they are not what is known.
    about : dict
        JSON values for the certificate: ``languages, style, label_source,
        confounded, licence, source`` and more.
    known_copies : list of tuple of str
        Paths that are one recording in the corpus as it is published.
    listed : bool
        A table names each file, see ``certify``.

    Example
    -------
    >>> clip = {"wav": "a/1.wav", "emotion": "sad", "speaker": "01"}
    >>> Reading("tiny", pandas.DataFrame([clip])).name
    'tiny'
    """

    corpus: str
    clips: pandas.DataFrame
    name: str = ""
    release: str = ""
    dropped: dict[str, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sources: list[Path] = field(default_factory=list)
    differences: Callable = lambda clips: []
    about: dict = field(default_factory=dict)
    known_copies: list[tuple] = field(default_factory=list)
    listed: bool = False

    def __post_init__(self):
        object.__setattr__(self, "name", self.name or self.corpus)
