"""What is crossed, as its YAML says it; nothing of a recipe is read.

A YAML for two corpora and the small encoder is

    corpora:
        emodb:
            recipe: recipes/Corpora
            yaml: hparams/emodb.yaml
            data_folder: /path/to/EmoDB
        ravdess:
            recipe: recipes/RAVDESS
            data_folder: /path/to/RAVDESS
    encoders: [small]
    seeds: [1000]
"""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, WithJsonSchema

from speechbrain_zsfuse.errors import list_names, nearest
from speechbrain_zsfuse.experiment.cross.sets import SETS, find_set
from speechbrain_zsfuse.experiment.grid.description import (
    Folds,
    Gpus,
    Options,
    Parts,
    refuse_both,
)
from speechbrain_zsfuse.experiment.launching.settings import (
    check_settings,
    read_tree,
)
from speechbrain_zsfuse.options import (
    Count,
    Labels,
    Merge,
    Place,
    Seeds,
    Text,
    check,
)

Key = Annotated[str, Field(pattern=r"^\w[\w.-]*$")]
Keys = Annotated[Sequence[Key], Field(min_length=1)]
CorpusFolds = Annotated[
    Sequence[Count | Literal["official", "source"]],
    Field(min_length=1),
    WithJsonSchema(
        {
            "description": "a list of whole numbers of at least 1, official "
            "or source",
            "advice": "Write [1, 2], [official] or [source].",
        }
    ),
]
_FIRST = "corpora: {emodb: {recipe: recipes/Corpora, …}}"
_TOGETHER = {"labels", "clips", "balanced"}  # what a set says itself


class Balanced(NamedTuple):
    """A balanced part of a target, see ``draw_balanced``.

    Example
    -------
    >>> Balanced(60, 10).speakers
    10
    """

    per_class: Count
    speakers: Count


class CrossCorpus(NamedTuple):
    """A corpus of a crossing.

    Attributes
    ----------
    recipe, yaml : str
        See ``Grid``.
    data_folder : str or dict
        The corpus.
    labels : str or list of str, optional
        Its classes, see ``find_labels``; default: as its YAML says.
    merge : dict, optional
        Emotion to the one it counts as; default: as its YAML says.
    clips : str
        As a target: ``whole``, or the ``test`` split of its first fold.
    part : str, optional
        Of these clips those with this value in the column ``part``.
    folds : list, optional
        In place of those of all corpora: ``[official]``, or ``[source]``,
        which trains and validates on all of it, even if it is one speaker,
        and is not tested on itself.
    balanced : Balanced, optional
        Of these clips as many of each class from each speaker.
    about : dict
        What the certificate does not say: ``languages, style, label_source,
        confounded, licence``.
    options : dict
        Of its recipe.

    Example
    -------
    >>> CrossCorpus("recipes/RAVDESS", "/data/RAVDESS").clips
    'whole'
    """

    recipe: Text
    data_folder: Place | Mapping[Text, Place]
    yaml: Text | None = None
    labels: Text | Labels | None = None
    merge: Merge | None = None
    clips: Literal["whole", "test"] = "whole"
    part: Text | None = None
    folds: CorpusFolds | None = None
    balanced: Mapping[Text, Any] | None = None
    about: Options = {}
    options: Options = {}


class Cross(NamedTuple):
    """What is crossed.

    Attributes
    ----------
    corpora : dict
        Key to CrossCorpus.
    sources, targets : list of str or None
        Keys of those that are trained on, and tested on; default: all.
    set : str or None
        Name of a published set: then keys of the corpora are those of the set,
        which says their classes and clips.
    labels : str, list of str or None
        Classes of every corpus that has none of its own here.
    results_folder : str or None
        Default: ``results/`` and the name of the YAML.
    encoders, alms, folds, seeds, options, jobs, gpus, processes
        See ``Grid``.

    Example
    -------
    >>> Cross({"a": CrossCorpus("recipes/A", "/data/A")}).seeds
    (1000, 2000, 3000)
    """

    corpora: Annotated[Mapping[Key, Mapping[Text, Any]], Field(min_length=1)]
    sources: Keys | None = None
    targets: Keys | None = None
    set: Literal[SETS] | None = None
    labels: Text | Labels | None = None
    results_folder: Place | None = None
    encoders: Parts | None = None
    alms: Parts | None = None
    folds: Folds | None = None
    seeds: Seeds = (1000, 2000, 3000)
    options: Options = {}
    jobs: Count | None = None
    gpus: Gpus | None = None
    processes: Count = 1

    @property
    def sides(self):
        """Keys of sources, and of targets."""
        return tuple(
            list(side or self.corpora) for side in (self.sources, self.targets)
        )


def read_cross(path):
    """Read the YAML of a crossing.

    Arguments
    ---------
    path : str or Path

    Returns
    -------
    Cross

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If something in it is unknown, missing or not what it may be.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "cross.yaml"
    >>> _ = path.write_text("corpora: {a: {recipe: r, data_folder: /d}}")
    >>> read_cross(path).sides
    (['a'], ['a'])
    """
    tree = read_tree(path, "a crossing", _FIRST)
    cross = check_settings(tree, Cross, "a crossing", path)
    corpora = {
        key: _read_corpus(entry, f"corpora.{key} in {path}")
        for key, entry in cross.corpora.items()
    }
    cross = cross._replace(
        corpora=corpora,
        results_folder=cross.results_folder or f"results/{Path(path).stem}",
    )
    refuse_both(cross, path)
    for name in ("sources", "targets"):
        for key in getattr(cross, name) or ():
            if key not in corpora:
                raise ValueError(
                    f"Expected {name} in {path} to be among its corpora "
                    f"({list_names(corpora)}), but got {key!r}. "
                    f"{nearest(key, corpora)}Name it there."
                )
    for name in ("encoders", "alms"):
        _refuse_equal_names(getattr(cross, name), f"{name} in {path}")
    return _as_in_set(cross, path) if cross.set else cross


def _read_corpus(entry, where):
    hint = "; options of its recipe stand under `options`."
    corpus = check_settings(entry, CrossCorpus, "a corpus", where, hint)
    if corpus.balanced is None:
        return corpus
    place = f"balanced of {where}"
    even = check_settings(corpus.balanced, Balanced, "a balanced set", place)
    return corpus._replace(balanced=even)


def name_part(name):
    """What systems are called of an encoder or audio-language model that may
    be the path of a YAML: it is the name of a folder, too.

    Example
    -------
    >>> name_part("small"), name_part("models/wide.yaml")
    ('small', 'wide')
    """
    return PurePath(name).name.removesuffix(".yaml")


def _refuse_equal_names(parts, where):
    """Systems are called by these names, in all corpora alike."""
    names = [p if isinstance(p, str) else next(iter(p)) for p in parts or ()]
    names = [*map(name_part, names)]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(
                f"Expected a name for each of {where}, but got {name!r} "
                "twice. Cross each in a results_folder of its own."
            )


def _as_in_set(cross, path):
    """The classes and clips that a published set gives its corpora."""
    known = find_set(cross.set)
    if {*known} != {*cross.corpora}:
        raise ValueError(
            f"Expected corpora of the set {cross.set} in {path}, called "
            f"{', '.join(known)}, but got {', '.join(cross.corpora)}. Call "
            "them so, or leave `set` out."
        )
    for key, corpus in cross.corpora.items():
        given = [n for n in _TOGETHER if getattr(corpus, n) not in _UNSAID]
        if given or cross.labels:
            raise ValueError(
                f"Expected no `{given[0] if given else 'labels'}` with the set "
                f"{cross.set} in {path}, which says it for {key}. Leave one "
                "out."
            )
    corpora = {
        key: cross.corpora[key]._replace(
            labels=check("labels", said.labels, Text),
            clips=said.clips,
            part=said.part,
            balanced=said.speakers and Balanced(said.per_class, said.speakers),
        )
        for key, said in known.items()
    }
    return cross._replace(corpora=corpora)


_UNSAID = (None, "whole")
