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

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, WithJsonSchema

from speechbrain_zsfuse.evaluation.amplification.cells import Cell
from speechbrain_zsfuse.experiment.launching.settings import (
    check_settings,
    read_tree,
)
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
Folds = _list(
    Count | Literal["official"],
    "a list of whole numbers of at least 1, or official",
    "Write [1, 2] or [official].",
)
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
    folds : list of int, ["official"] or None
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
    >>> from pathlib import Path
    >>> path = Path(getfixture("tmpdir")) / "grid.yaml"
    >>> _ = path.write_text("recipe: recipes/RAVDESS\\nsead: [1]")
    >>> read_grid(path)
    Traceback (most recent call last):
    ValueError: Expected settings of a grid in ...grid.yaml, but got 'sead'. \
Did you mean seeds? There is: recipe, yaml, ...; options of the recipe stand \
under `options`.
    """
    tree = read_tree(path, "a grid", "recipe: recipes/RAVDESS")
    hint = "; options of the recipe stand under `options`."
    grid = check_settings(tree, Grid, "a grid", path, hint)
    for word in grid.repeats or ():
        for number in Cell.read(word):
            check(f"repeats in {path}", number, Repeats)
    refuse_both(grid, path)
    return grid


def with_given(settings, jobs=None, gpus=None):
    """Settings with what a command line says of how runs are started.

    Arguments
    ---------
    settings : NamedTuple
        With ``jobs`` and ``gpus``.
    jobs : int, optional
    gpus : list of int, optional

    Returns
    -------
    NamedTuple
        One takes the place of the other.

    Example
    -------
    >>> grid = with_given(Grid("a", jobs=2), gpus=[0])
    >>> grid.jobs, grid.gpus
    (None, [0])
    """
    if jobs:
        settings = settings._replace(jobs=jobs, gpus=None)
    if gpus:
        settings = settings._replace(gpus=gpus, jobs=None)
    return settings


def refuse_both(settings, path):
    """Raise a ValueError if settings name jobs as well as GPUs.

    Arguments
    ---------
    settings : object
        With ``jobs`` and ``gpus``.
    path : str or Path
        Of their YAML.

    Example
    -------
    >>> refuse_both(Grid("a", jobs=2), "grid.yaml")
    """
    if settings.jobs and settings.gpus:
        raise ValueError(
            f"Expected jobs or gpus in {path}, but got both: jobs is for runs "
            "on CPUs, and on GPUs there is one run a GPU. Take one out."
        )
