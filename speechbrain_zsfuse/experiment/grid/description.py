"""What a grid consists of, as its YAML says it; nothing of a recipe is read.

A YAML for two encoders, alone and with CLAP, is

    recipe: recipes/RAVDESS
    encoders: [small, wavlm]
    alms: [none, {clap: {alm_source: results/demo/clap}}]
    folds: [1, 2]
    seeds: [1000, 2000, 3000]
    options:
        data_folder: /path/to/RAVDESS
"""

import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, WithJsonSchema

from speechbrain_zsfuse.errors import offer, show
from speechbrain_zsfuse.evaluation.amplification.cells import Cell
from speechbrain_zsfuse.experiment.configuration.trees import tag_of
from speechbrain_zsfuse.loading.yaml_text import parse_yaml, read_text
from speechbrain_zsfuse.options import (
    Count,
    Natural,
    Repeats,
    Seeds,
    Text,
    check,
)


def _list(kind, description, advice=""):
    schema = {"description": description, "advice": advice}
    return Annotated[
        Sequence[kind], Field(min_length=1), WithJsonSchema(schema)
    ]


Options = Annotated[
    Mapping[Text, Any],
    WithJsonSchema(
        {
            "description": "a dictionary of options",
            "advice": "Write {number_of_epochs: 2}, for instance.",
        }
    ),
]
Parts = _list(
    Text | Annotated[Mapping[Text, Options], Field(min_length=1, max_length=1)],
    "a list of names, each perhaps with options of its own",
    "Write [none, {clap: {alm_source: /path/to/it}}], for instance.",
)
Folds = _list(Count, "a list of whole numbers of at least 1")
Gpus = _list(Natural, "a list of whole numbers of at least 0")
Cells = _list(
    Annotated[str, Field(pattern=r"^\d+x\d+$")],
    "a list of audio by text repeats",
    "Write [1x1, 1x4], for instance.",
)


class Grid(NamedTuple):
    """What a grid consists of.

    Attributes
    ----------
    recipe : str
        Folder of ``train.py``, found from the current folder or that of the
        grid's YAML.
    yaml : str or None
        Of the recipe, on which encoders and models are laid; default:
        ``hparams/<corpus>.yaml``.
    encoders, alms : list or None
        Names of YAMLs to lay on top (``wavlm``, ``clap``), each perhaps with
        options of its own: ``{clap: {alm_source: …}}``. None: as the YAML says.
    folds : list of int or None
        None: that of the YAML.
    seeds : list of int
    repeats : list of str or None
        Audio by text repeats of those that have an audio-language model.
    options : dict
        Of the recipe, and SpeechBrain's run options; for all runs.
    keep_checkpoints : str
        Of a finished run: that of the best epoch, all that training leaves, or
        none.
    jobs : int or None
        Runs at a time, on CPUs.
    gpus : list of int or None
        Numbers of GPUs, one for each process of a run.
    processes : int
        Of torchrun, in each run.
    submitit : dict or None
        Options of submitit: then runs are jobs of a cluster.

    Example
    -------
    >>> Grid("recipes/RAVDESS", alms=["none", "clap"]).seeds
    (1000, 2000, 3000)
    """

    recipe: Text
    yaml: Text | None = None
    encoders: Parts | None = None
    alms: Parts | None = None
    folds: Folds | None = None
    seeds: Seeds = (1000, 2000, 3000)
    repeats: Cells | None = None
    options: Options = {}
    keep_checkpoints: Literal["best", "all", "none"] = "best"
    jobs: Count | None = None
    gpus: Gpus | None = None
    processes: Count = 1
    submitit: Options | None = None


def read_grid(path):
    """Read the YAML of a grid.

    Arguments
    ---------
    path : str or Path

    Returns
    -------
    Grid

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If something in it is unknown, missing or not what it may be.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "grid.yaml"
    >>> _ = path.write_text("recipe: recipes/RAVDESS\\nsead: [1]")
    >>> read_grid(path)
    Traceback (most recent call last):
    ValueError: Expected settings of a grid in ...grid.yaml, but got 'sead'. \
Did you mean seeds? There is: recipe, yaml, ...; options of the recipe stand \
under `options`.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"Expected the YAML of a grid in {path}, but there is no such "
            "file. Give the path of one."
        )
    tree = parse_yaml(read_text(path), f"in {path}")
    if not isinstance(tree, dict) or "recipe" not in tree:
        raise ValueError(
            f"Expected the settings of a grid in {path}, but there is no "
            "`recipe`. Begin with it: recipe: recipes/RAVDESS."
        )
    kinds = typing.get_type_hints(Grid, include_extras=True)
    for key in tree:
        if key not in kinds:
            raise ValueError(
                f"Expected settings of a grid in {path}, but got {key!r}. "
                f"{offer(str(key), kinds)}; options of the recipe stand under "
                "`options`."
            )
    values = {}
    for key, node in tree.items():
        value = values[key] = _plain(node, f"{key} in {path}")
        check(f"{key} in {path}", value, kinds[key])
        _refuse_doubles(value, f"{key} in {path}")
    for word in values.get("repeats") or ():
        for number in Cell.read(word):
            check(f"repeats in {path}", number, Repeats)
    if values.get("jobs") and values.get("gpus"):
        raise ValueError(
            f"Expected jobs or gpus in {path}, but got both: jobs is for runs "
            "on CPUs, and on GPUs there is one run a GPU. Take one out."
        )
    return Grid(**values)


def _refuse_doubles(values, where):
    for place, value in enumerate(values if isinstance(values, list) else ()):
        if value in values[:place]:
            raise ValueError(
                f"Expected different values as {where}, but got {show(value)} "
                "twice. Take one out."
            )


def _plain(node, where):
    """What a tree of YAML holds, as plain values."""
    if isinstance(node, dict):
        return {key: _plain(value, where) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value, where) for value in node]
    if tag_of(node):
        raise ValueError(
            f"Expected plain values as {where}, but got {tag_of(node)}. Put "
            f"it in quotes: it is then handed to the recipe as it is."
        )
    return node
