"""A definition applied to a folder: what is a clip, what is not and why."""

import filecmp
from pathlib import Path

import pandas

from speechbrain_zsfuse.audio.sound import SOUNDS
from speechbrain_zsfuse.corpora.definitions.comparing import (
    choose_release,
    differences_of,
)
from speechbrain_zsfuse.corpora.definitions.definition import find_definition
from speechbrain_zsfuse.corpora.definitions.joining import (
    join,
    named,
    needed,
)
from speechbrain_zsfuse.corpora.definitions.names import (
    clip_name,
    composed,
    read_name,
)
from speechbrain_zsfuse.corpora.definitions.refusing import refuse_folder
from speechbrain_zsfuse.corpora.definitions.schema import compiled
from speechbrain_zsfuse.corpora.definitions.tables import read_source
from speechbrain_zsfuse.corpora.definitions.votes import count_votes, majority
from speechbrain_zsfuse.corpora.reading import Reading
from speechbrain_zsfuse.corpora.table import found_so_far
from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.folders import walk_files

UNLIKE = "named unlike any clip of the corpus"
TWICE = "the same file as another of its name"
UNUSABLE = "what is said of it cannot be used"
_ABOUT = (
    *("key", "languages", "style", "label_source", "licence", "source"),
    *("citation", "seen", "folds_by"),
)


def read_defined(data_folder, definition, release=None):
    """Read a folder as a definition says.

    Arguments
    ---------
    data_folder : str or Path
    definition : str or Path
        See ``find_definition``.
    release : str, optional
        Which release it should be; by default the closest.

    Returns
    -------
    Reading
        Sound files that are no clip, and clips without a label, are among its
        problems, by name.

    Raises
    ------
    FileNotFoundError
        If the folder is another, its sound must be extracted first, or a table
        is not there that tells the labels.
    ValueError
        If the definition or a table cannot be used.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> for name in ("03a01Fa.wav", "03a01Wb.wav", "my.wav"):
    ...     (folder / name).touch()
    >>> reading = read_defined(folder, "emodb")
    >>> reading.clips["emotion"].tolist(), reading.problems
    (['happy', 'angry'], ['my.wav: named unlike any clip of the corpus'])
    """
    definition = find_definition(definition)
    data_folder = Path(data_folder).resolve()
    paths = _list_paths(data_folder)
    found = _Found(definition, data_folder)
    for path in paths:
        if path.lower().endswith(SOUNDS):
            found.sort(path)
    if not found.clips:
        refuse_folder(definition, data_folder, paths)
    found.join_tables(paths)
    if not found.clips:
        raise ValueError(
            f"Expected labels of {definition.name} in {data_folder}, but no "
            "sound file has one that can be used. Restore its tables."
            + found_so_far(found.problems)
        )
    clips = [composed(definition, clip) for clip in found.clips]
    clips = pandas.DataFrame(clips, dtype=object).drop(columns="name")
    clips = clips.fillna("")
    for column in ("emotion", "speaker"):
        if column not in clips:
            clips[column] = ""
    for field in ("gender", "language"):
        unknown = (clips[field] == "").sum() if field in clips else 0
        if unknown:
            found.notes.append(f"the {field} of {unknown:,} clips is unknown")
    release = choose_release(definition, clips, release)
    return Reading(
        definition.corpus,
        clips,
        name=definition.name,
        release=release,
        dropped=found.dropped,
        problems=found.problems,
        notes=found.notes,
        sources=found.sources,
        differences=differences_of(definition, clips, release),
        about=about_of(definition),
        known_copies=[
            tuple(found.matched[name] for name in pair)
            for pair in definition.known_copies
            if found.matched.keys() >= {*pair}
        ],
    )


def about_of(definition):
    """What certificates of a corpus say of it, and results that compare it.

    Arguments
    ---------
    definition : Definition

    Returns
    -------
    dict
        JSON values; those that are not known are null.

    Example
    -------
    >>> about_of(find_definition("urdu"))["confounded"]
    'speaker'
    """
    confounded = next(iter(definition.confounded.items()), (None, None))
    about = definition.model_dump(include={*_ABOUT})
    about |= dict(zip(("confounded", "confounded_because"), confounded))
    return about | {"label": definition.label}


def _list_paths(data_folder):
    """All files below a folder, with ``/``; hidden ones belong to systems."""
    top = len(data_folder.as_posix().rstrip("/")) + 1
    return [
        path.as_posix()[top:]
        for path in walk_files(data_folder, "")
        if path.name[0] != "."
    ]


class _Found:
    """Clips as they are found, and what is left out of them."""

    def __init__(self, definition, data_folder):
        self.definition, self.data_folder = definition, data_folder
        self.clips, self.matched = [], {}
        self.dropped, self.problems, self.notes = {}, [], []
        self.sources = []

    def sort(self, path):
        """One sound file: a clip, a second copy of one, or neither."""
        name = clip_name(path)
        for pattern, reason in self.definition.ignore.items():
            if compiled(pattern).search(name):
                self.drop(path, reason)
                return
        try:
            matched, fields = read_name(self.definition, name)
        except ValueError as error:
            self.complain(path, str(error))
            return
        if matched is None:
            self.complain(path, UNLIKE, UNLIKE)
            return
        first = self.matched.setdefault(matched, path)
        if first is not path:
            places = self.data_folder / first, self.data_folder / path
            if filecmp.cmp(*places, shallow=False):
                self.drop(path, TWICE)
                return
            self.complain(
                path,
                f"another file of the clip that is also {first}; give the "
                "folder of one release",
            )
            return
        name = name.rsplit("/")[-1]
        self.clips.append({"wav": path, "name": name, **fields})

    def drop(self, path, reason):
        """Leave a file out, for a reason."""
        self.dropped.setdefault(reason, []).append(path)

    def complain(self, path, problem, reason=UNUSABLE):
        """The same, where something is wrong."""
        self.problems.append(f"{path}: {problem}")
        self.drop(path, reason)

    def join_tables(self, paths):
        """Add what tables and raters say."""
        definition = self.definition
        for table in definition.tables:
            rows = self.read(table, paths, needed(table))
            if rows is None:
                continue
            self.clips, bad, silent = join(self.clips, table, rows, definition)
            for path, problem in bad.items():
                self.complain(path, problem)
            if silent:
                self.notes.append(
                    f"{named(table)} says nothing of {len(silent):,} clips: "
                    f"{list_names(silent)}"
                )
        if definition.votes:
            must = definition.label == "majority"
            rows = self.read(definition.votes, paths, must) or []
            self.clips, notes = count_votes(
                self.clips, definition.votes, rows, definition
            )
            self.notes += notes
        if definition.label == "majority":
            self.clips, dropped = majority(self.clips)
            self.dropped |= dropped

    def read(self, source, paths, must):
        """Rows of a table; None if it is not there and need not be."""
        try:
            rows, files = read_source(source, self.data_folder, paths)
        except ValueError as error:
            if must:
                raise
            self.problems.append(str(error))
            return None
        self.sources += files
        if files:
            return rows
        names = named(source)
        if must:
            raise FileNotFoundError(
                f"Expected {names} in {self.data_folder} or below, with the "
                f"labels of {self.definition.name}, but there is none. "
                "Restore it."
            )
        self.notes.append(f"there is no {names}: what it tells is unknown")
        return None
