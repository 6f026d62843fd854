"""From a grid to its runs, every option checked; nothing is begun here.

Each run is a command line of the recipe's own ``train.py``, in the folder that
it has anyway: what was trained by hand counts, and the other way round.
"""

import json
from itertools import product
from pathlib import Path
from typing import NamedTuple

from speechbrain_zsfuse.evaluation.amplification.cells import Cell
from speechbrain_zsfuse.experiment.launching.planned import PlannedRun
from speechbrain_zsfuse.loading.yaml_text import parse_yaml

_BY = "in a grid"


class GridRun(NamedTuple):
    """A run of a grid.

    Attributes
    ----------
    run : PlannedRun
    encoder, alm : str or None
        Names of what lies on top of the YAML.
    fold : int or None
    seed : int
    repeats : str or None
        ``1x4``, audio by text; None: as the YAML says, or no model.
    values : dict
        The YAML at one seed and fold, references resolved, nothing loaded.

    Example
    -------
    >>> run = PlannedRun("train.py", [], Path("/r/small/1"), "0" * 64)
    >>> values = {"results_folder": "/r"}
    >>> GridRun(run, "small", None, None, 1, None, values).name
    'small/1'
    """

    run: PlannedRun
    encoder: str | None
    alm: str | None
    fold: int | None
    seed: int
    repeats: str | None
    values: dict

    @property
    def name(self):
        """str: its folder, as seen from that of the results."""
        folder = self.run.folder
        results = self.results
        within = folder.is_relative_to(results)
        return str(folder.relative_to(results) if within else folder)

    @property
    def results(self):
        """Path: of all runs of the grid."""
        own = self.values.get("results_folder")
        return Path(own) if own else self.run.folder.parent


def plan_grid(grid, words=(), beside=".", tested=True):
    """The runs of a grid, seed by seed: the first seed tells of all.

    Arguments
    ---------
    grid : Grid
    words : list of str
        Overrides of the recipe's YAML and run options, ``--key=value``; they go
        before those of the grid.
    beside : str or Path
        Folder of the grid's YAML.
    tested : bool
        False: runs end with their validation.

    Returns
    -------
    list of GridRun

    Raises
    ------
    FileNotFoundError, ValueError
        If an option is not what it may be, a file is missing, or two runs
        would be in one folder.

    Example
    -------
    >>> from speechbrain_zsfuse.experiment.grid.description import Grid
    >>> plan_grid(Grid("recipes/NONE"))
    Traceback (most recent call last):
    FileNotFoundError: Expected a recipe, a folder with train.py, in \
recipes/NONE, but there is none. Correct `recipe`.
    """
    from speechbrain_zsfuse.experiment.study.recipe import find_recipe

    folder = find_folder(grid.recipe, beside)
    recipe = find_recipe(None, folder)
    corpus = recipe.prepare.__name__.removeprefix("prepare_")
    yaml = grid.yaml or f"hparams/{corpus}.yaml"
    given = read_options(words)
    _check_options([grid.options, given])
    runs = []
    for parts in product(_parts(grid.encoders), _parts(grid.alms)):
        _check_options([options for _, options in parts])
        options = merge(grid.options, *(own for _, own in parts), given)
        options |= {} if tested else {"evaluate_test": False}
        names = [name for name, _ in parts]
        whole = "+".join([yaml, *filter(None, names)])
        for cell, text, values, arguments in _with_repeats(
            recipe, whole, options, grid.repeats
        ):
            if not runs:  # numbers of folds are for the preparation to know
                for fold in grid.folds or ():
                    _read(recipe, [*arguments, f"--fold={fold}"])
            runs += _with_seeds(
                recipe, arguments, text, values, names, cell, grid
            )
    runs.sort(key=lambda run: (grid.seeds.index(run.seed), _place(run.fold)))
    _refuse_clashes(runs)
    return runs


def _place(fold):
    """Where a fold comes: a published split after those with numbers."""
    return isinstance(fold, str), fold or 0


def merge(*options):
    """Options on top of each other, dictionaries key by key.

    Example
    -------
    >>> merge({"lr": 1, "loader": {"a": 1}}, {"loader": {"b": 2}})
    {'lr': 1, 'loader': {'a': 1, 'b': 2}}
    """
    whole = {}
    for own in options:
        for key, value in own.items():
            old = whole.get(key)
            both = isinstance(old, dict) and isinstance(value, dict)
            whole[key] = merge(old, value) if both else value
    return whole


def as_words(options):
    """Options as words of a command line.

    Arguments
    ---------
    options : dict
        Key to a plain value.

    Returns
    -------
    list of str

    Example
    -------
    >>> as_words({"alm": None, "lr": 1e-05, "loader": {"num_workers": 0}})
    ['--alm=null', '--lr=1e-05', '--loader={"num_workers": 0}']
    """
    return [
        f"--{key}={value if isinstance(value, str) else json.dumps(value)}"
        for key, value in options.items()
    ]


def find_folder(recipe, beside):
    """The folder of ``train.py``, from here or from beside a YAML.

    Arguments
    ---------
    recipe : str
    beside : str or Path
        Folder of the YAML that names it.

    Returns
    -------
    Path

    Example
    -------
    See ``plan_grid``.
    """
    places = [Path(recipe).expanduser(), Path(beside) / recipe]
    for place in places:
        if (place / "train.py").is_file():
            return place
    tried = " or ".join(map(str, dict.fromkeys(places)))
    raise FileNotFoundError(
        f"Expected a recipe, a folder with train.py, in {tried}, but there is "
        "none. Correct `recipe`."
    )


def _parts(parts):
    """Name and own options of each; None is what the YAML says."""
    if parts is None:
        return [(None, {})]
    return [
        (part, {}) if isinstance(part, str) else next(iter(part.items()))
        for part in parts
    ]


def read_options(words):
    """Options of a command line as plain values; a switch alone is on.

    Arguments
    ---------
    words : list of str
        ``--key=value``.

    Returns
    -------
    dict

    Example
    -------
    >>> read_options(["--debug", "--loader={num_workers: 0}", "--lr=1"])
    {'debug': True, 'loader': {'num_workers': 0}, 'lr': '1'}
    """
    from speechbrain_zsfuse.experiment.configuration.command_line import (
        sort_words,
    )

    free, options = sort_words(words)
    if free:
        raise ValueError(
            "Expected options of the recipe, --key=value, behind the YAML, "
            f"but got {free[0]!r}. Begin options with --."
        )
    for key, value in options.items():
        if value is None:
            options[key] = True
        elif str(value).lstrip().startswith("{"):
            options[key] = parse_yaml(value, f"as --{key}")
    return options


def _check_options(several):
    """What tells runs apart is for the grid to say."""
    from speechbrain_zsfuse.experiment.launching.planning import (
        OWN,
        refuse_options,
    )

    own = OWN | {
        "seed": "give `seeds` in its YAML",
        "fold": "give `folds` in its YAML",
        "experiment": "the names of runs tell them apart",
    }
    for options in several:
        refuse_options(options, own, _BY)


def _read(recipe, arguments):
    from speechbrain_zsfuse.experiment.options.command import read_command

    return read_command(arguments, recipe.script, recipe.prepare)


def _with_repeats(recipe, yaml, options, repeats):
    """Cell, YAML, values and arguments under each of the repeats; one, if
    there is no audio-language model."""
    arguments = [yaml, *as_words(options)]
    text, values, _ = _read(recipe, arguments)
    scores = values.get("alm") is not None and not values.get("score_source")
    if not (repeats and scores):
        yield None, text, values, arguments
        return
    for word in repeats:
        cell = {"zero_shot": Cell.read(word)._asdict()}
        arguments = [yaml, *as_words(merge(options, cell))]
        text, values, _ = _read(recipe, arguments)
        yield word, text, values, arguments


def _with_seeds(recipe, arguments, text, values, names, cell, grid):
    """The runs of one YAML, one for each fold and seed."""
    from speechbrain_zsfuse.experiment.launching.planning import plan_runs

    planned = plan_runs(
        recipe.script, arguments, text, grid.folds or [], grid.seeds
    )
    return [
        GridRun(run, *names, fold or values.get("fold"), seed, cell, values)
        for (fold, seed), run in planned.items()
    ]


def _refuse_clashes(runs):
    known = {}
    for one in runs:
        other = known.setdefault(one.run.folder, one)
        if other is not one:
            both = [" ".join(each.run.arguments) for each in (other, one)]
            raise ValueError(
                "Expected a folder for each run of the grid, but two would be "
                f"in {one.run.folder}:\n  {both[0]}\n  {both[1]}\nTake one "
                "out, or call what differs otherwise: of the path of a model "
                "the last name counts."
            )
