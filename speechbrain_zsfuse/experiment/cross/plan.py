"""From what is crossed to runs and corpora, every option checked; nothing is
read of a corpus, and nothing begun, here.

Each run is a command line of its recipe's own ``train.py``. All lie in
``runs/<corpus>`` of the results folder, and share one store of answers and one
cache of facts about files.
"""

from pathlib import Path
from typing import NamedTuple

from speechbrain_zsfuse.evaluation.cross.inventories import find_labels
from speechbrain_zsfuse.experiment.cross.description import (
    CrossCorpus,
    name_part,
)
from speechbrain_zsfuse.experiment.grid.description import Grid
from speechbrain_zsfuse.experiment.grid.plan import (
    as_words,
    find_folder,
    merge,
    plan_grid,
    read_options,
)
from speechbrain_zsfuse.experiment.study.recipe import Recipe
from speechbrain_zsfuse.options import Count, check, kinds

RUNS, SOURCE = "runs", "source"


class Side(NamedTuple):
    """A corpus, and how it is prepared.

    Attributes
    ----------
    corpus : CrossCorpus
    recipe : Recipe
    folds : dict
        Number of each fold that is needed (None: there are none) to complete
        HyperPyYAML; the first is that of the target.
    values : dict
        Of the first, references resolved.
    run_opts : RunOptions

    Example
    -------
    >>> Side(
    ...     None, None, {2: "seed: 1"}, {"labels": ["sad", "angry"]}, {}
    ... ).labels
    ['sad', 'angry']
    """

    corpus: CrossCorpus
    recipe: Recipe
    folds: dict
    values: dict
    run_opts: dict

    @property
    def labels(self):
        """list of str: its classes."""
        return list(self.values["labels"])

    @property
    def device(self):
        """str or None: where models compute, if that is said."""
        given = "device" in self.run_opts["overridden_args"]
        return self.run_opts["device"] if given else None


class CrossPlan(NamedTuple):
    """What a crossing consists of.

    Attributes
    ----------
    folder : Path
        Of all results.
    sides : dict
        Key of each corpus that is needed to its Side.
    runs : dict
        Key of each source to its list of GridRun.
    targets : list of str
        Keys.
    set : str or None

    Example
    -------
    >>> CrossPlan(Path("r"), {}, {"a": [1], "b": [2]}, ["a"], None).all_runs
    [1, 2]
    """

    folder: Path
    sides: dict
    runs: dict
    targets: list
    set: str | None

    @property
    def all_runs(self):
        """list of GridRun: source by source."""
        return [one for runs in self.runs.values() for one in runs]


def plan_cross(cross, words=(), beside="."):
    """The runs and targets of a crossing.

    Arguments
    ---------
    cross : Cross
    words : list of str
        Overrides of all recipes' YAMLs and run options, ``--key=value``.
    beside : str or Path
        Folder of the YAML.

    Returns
    -------
    CrossPlan

    Raises
    ------
    FileNotFoundError, ValueError
        See ``plan_grid``; the corpus is named.

    Example
    -------
    >>> from speechbrain_zsfuse.experiment.cross.description import Cross
    >>> plan_cross(Cross({"a": CrossCorpus("recipes/NONE", "/data")}))
    Traceback (most recent call last):
    FileNotFoundError: Corpus a: Expected a recipe, a folder with train.py, in \
recipes/NONE, but there is none. Correct `recipe`.
    """
    folder = Path(cross.results_folder or "results/cross")
    sources, targets = cross.sides
    sides, runs = {}, {}
    for key, corpus in cross.corpora.items():
        if key not in {*sources, *targets}:
            continue
        try:
            own = _own_options(cross, key, folder)
            sides[key] = _plan_side(cross, corpus, own, words, beside, key)
            if key in sources:
                folds = [k for k in sides[key].folds if k is not None]
                grid = _grid(cross, corpus, own, folds)
                tested = folds != [SOURCE]
                runs[key] = [
                    _within(one, folder)
                    for one in plan_grid(grid, words, beside, tested)
                ]
        except (FileNotFoundError, ValueError) as error:
            raise type(error)(f"Corpus {key}: {error}") from error
    return CrossPlan(folder, sides, runs, list(targets), cross.set)


def name_system(one):
    """What a run has in common with those of other corpora: its models.

    Arguments
    ---------
    one : GridRun

    Returns
    -------
    str

    Example
    -------
    >>> from types import SimpleNamespace
    >>> name_system(SimpleNamespace(encoder="small", alm="none"))
    'small'
    >>> name_system(SimpleNamespace(encoder="models/wide.yaml", alm="clap"))
    'wide+clap'
    """
    encoder, alm = one.encoder, None if one.alm == "none" else one.alm
    if encoder is None:  # as the YAML says
        encoder = str(one.values.get("experiment", "yaml")).split(",")[0]
    return "+".join(map(name_part, filter(None, (encoder, alm))))


def _own_options(cross, key, folder):
    """What is said of a corpus, as options of its recipe."""
    corpus = cross.corpora[key]
    own = {
        "data_folder": corpus.data_folder,
        "results_folder": str(folder / RUNS / key),
        "store_folder": str(folder / "answers"),
        "audio_cache": str(folder / "audio.sqlite"),
    }
    labels = corpus.labels or cross.labels
    if labels:
        own["labels"] = find_labels(labels, f"labels of {key}")
    if corpus.merge is not None:
        own["merge"] = dict(corpus.merge)
    return merge(cross.options, own, corpus.options)


def _plan_side(cross, corpus, own, words, beside, key):
    from speechbrain_zsfuse.experiment.options.command import read_command
    from speechbrain_zsfuse.experiment.study.recipe import find_recipe

    recipe = find_recipe(None, find_folder(corpus.recipe, beside))
    known = recipe.prepare.__name__.removeprefix("prepare_")
    yaml = corpus.yaml or f"hparams/{known}.yaml"
    options = as_words(merge(own, read_options(words)))

    def read(*more):
        arguments = [yaml, *options, *more]
        return read_command(arguments, recipe.script, recipe.prepare)

    text, values, run_opts = read()
    if "fold" not in values:
        return Side(corpus, recipe, {None: text}, values, run_opts)
    numbers = list(corpus.folds or cross.folds or [values["fold"]])
    if SOURCE in numbers and len(numbers) > 1:
        raise ValueError(
            f"Expected folds, or {SOURCE}, but got both: {numbers}. With "
            f"{SOURCE} a corpus trains as a whole, once. Leave one out."
        )
    if key not in cross.sides[0]:  # any fold: its splits are taken together
        numbers = ["whole"] if _can_be_whole(corpus, recipe) else numbers[:1]
    # A whole corpus has no test: its run ends with its validation.
    more = ["--evaluate_test=no"] * (numbers[0] in (SOURCE, "whole"))
    folds = {k: read(f"--fold={k}", *more)[0] for k in numbers}
    return Side(corpus, recipe, folds, values, run_opts)


def _can_be_whole(corpus, recipe):
    """Whether the preparation has a fold without a split, for corpora of one
    speaker, too."""
    kind = kinds(recipe.prepare).get("fold", Count)
    try:
        check("fold", "whole", kind)
    except ValueError:
        return False
    return corpus.clips == "whole"


def _grid(cross, corpus, own, folds):
    return Grid(
        recipe=corpus.recipe,
        yaml=corpus.yaml,
        encoders=cross.encoders,
        alms=cross.alms,
        folds=folds or None,
        seeds=cross.seeds,
        options=own,
    )


def _within(one, folder):
    """A run that is named from the runs of all corpora."""
    values = one.values | {"results_folder": str((folder / RUNS).resolve())}
    run = one.run._replace(folder=one.run.folder.resolve())
    return one._replace(run=run, values=values)
