"""Where the audio files of a manifest lie: what stands for ``$data_root``.

One corpus has one folder, ``$data_root``. Of several, each has its own:
``$data_root_emodb/wav/a.wav`` lies in that of ``emodb``. Both are variables
that SpeechBrain's own ``replacements`` understand, see ``replacements``.
Nothing is written there.
"""

import os
import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, WithJsonSchema

from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.loading.yaml_text import parse_yaml
from speechbrain_zsfuse.options import Place, check

ROOT = "$data_root"
# A word, since a variable in a manifest is one.
CorpusName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Roots = Annotated[
    Place | Annotated[Mapping[CorpusName, Place], Field(min_length=1)],
    WithJsonSchema(
        {
            "description": "a path that is not empty, or a dictionary of "
            "corpus (letters, digits, _) to path",
            "advice": "Write /data/EmoDB, or {emodb: /data/EmoDB, urdu: "
            "/data/URDU}.",
        }
    ),
]
_VARIABLE = re.compile(r"\$(data_root(?:_\w+)?)")


def names_several(text):
    """Whether a word of a command line is a dictionary of folders.

    Example
    -------
    >>> names_several("{emodb: /data/EmoDB}"), names_several("/data/{EmoDB}")
    (True, False)
    """
    return bool(re.match(r"""\{\s*(["']?)\w+\1\s*:""", text))


def read_roots(text):
    """A folder, or several, as a command line gives them.

    Arguments
    ---------
    text : str
        A path; or a dictionary of YAML, corpus to path.

    Returns
    -------
    str or dict

    Raises
    ------
    ValueError
        If it is neither.

    Example
    -------
    >>> read_roots("/data/EmoDB")
    '/data/EmoDB'
    >>> read_roots("{emodb: /data/EmoDB, urdu: /data/URDU}")
    {'emodb': '/data/EmoDB', 'urdu': '/data/URDU'}
    """
    if names_several(text):
        text = dict(parse_yaml(text, "as --data_folder"))
    return check("--data_folder", text, Roots)


def root_of(corpus):
    """What stands for the folder of one of several corpora.

    Example
    -------
    >>> root_of("emodb")
    '$data_root_emodb'
    """
    return f"{ROOT}_{corpus}"


def folders_of(data_root):
    """Every folder that is meant.

    Arguments
    ---------
    data_root : str, Path or dict
        The folder of one corpus; of several, corpus to folder.

    Returns
    -------
    list

    Example
    -------
    >>> folders_of("/a"), folders_of({"emodb": "/a", "urdu": "/b"})
    (['/a'], ['/a', '/b'])
    """
    several = isinstance(data_root, Mapping)
    return [*data_root.values()] if several else [data_root]


def absolute_roots(data_root):
    """The same, absolute.

    Example
    -------
    >>> absolute_roots({"emodb": "/data/../EmoDB"})
    {'emodb': '/EmoDB'}
    """
    if isinstance(data_root, Mapping):
        return {k: os.path.abspath(folder) for k, folder in data_root.items()}
    return os.path.abspath(data_root)


def replacements(data_root):
    """What SpeechBrain calls so, for ``DynamicItemDataset.from_csv``.

    Arguments
    ---------
    data_root
        See ``folders_of``.

    Returns
    -------
    dict
        Variable, without its ``$``, to folder.

    Example
    -------
    >>> replacements("/data/EmoDB")
    {'data_root': '/data/EmoDB'}
    >>> replacements({"emodb": "/data/EmoDB", "urdu": "/data/URDU"})
    {'data_root_emodb': '/data/EmoDB', 'data_root_urdu': '/data/URDU'}
    """
    if not isinstance(data_root, Mapping):
        return {ROOT[1:]: str(data_root)}
    return {root_of(k)[1:]: str(folder) for k, folder in data_root.items()}


def fill_root(path, data_root):
    """A path of a manifest, its variable replaced.

    Arguments
    ---------
    path : str
    data_root
        See ``folders_of``.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If it stands in a folder that is not given.

    Example
    -------
    >>> fill_root("$data_root_urdu/a.wav", {"urdu": "/data/URDU"})
    '/data/URDU/a.wav'
    >>> fill_root("$data_root/a.wav", {"urdu": "/data/URDU"})
    Traceback (most recent call last):
    ValueError: Expected to know the folder that $data_root stands for, but \
only that of $data_root_urdu is given. Give the folder of the corpus.
    """
    given = replacements(data_root)

    def fill(found):
        if found[1] in given:
            return given[found[1]]
        known = list_names([f"${name}" for name in given])
        corpus = found[0].removeprefix(f"{ROOT}_")
        advice = "the folder of the corpus"
        if corpus != found[0]:
            advice = f"{{{corpus}: /path/to/it}}, with those of all others"
        raise ValueError(
            f"Expected to know the folder that {found[0]} stands for, but only "
            f"that of {known} is given. Give {advice}."
        )

    return _VARIABLE.sub(fill, path)


def check_outside(place, data_folder, listed=None):
    """Raise a ValueError if something would be written into the corpus.

    Arguments
    ---------
    place : Path
    data_folder : Path
    listed : iterable of Path, optional
        If the corpus is a table and the files that it names: these. Others may
        be written beside them, since no folder is searched for clips.

    Example
    -------
    >>> from pathlib import Path
    >>> check_outside(Path("/corpus/results"), Path("/corpus"))
    Traceback (most recent call last):
    ValueError: Expected a place outside the corpus to write to, but \
/corpus/results lies in /corpus, where nothing is written. Give another \
folder, for instance with --results_folder=/path/to/results.
    >>> check_outside(Path("/a/results"), Path("/a"), [Path("/a/my.csv")])
    >>> check_outside(Path("/a/b"), Path("/a"), [Path("/a/b/my.csv")])
    Traceback (most recent call last):
    ValueError: Expected a place of its own to write to, but /a/b/my.csv lies \
in /a/b. Give another folder, for instance with \
--results_folder=/path/to/results.
    """
    if listed is not None:
        inside = next((p for p in listed if p.is_relative_to(place)), None)
        if inside:
            raise ValueError(
                f"Expected a place of its own to write to, but {inside} lies "
                f"in {place}. Give another folder, for instance with "
                "--results_folder=/path/to/results."
            )
    elif place.is_relative_to(data_folder):
        raise ValueError(
            f"Expected a place outside the corpus to write to, but {place} "
            f"lies in {data_folder}, where nothing is written. Give another "
            "folder, for instance with --results_folder=/path/to/results."
        )
