"""Where command lines of a recipe would lead; nothing is begun here."""

from itertools import product
from pathlib import Path

from speechbrain_zsfuse.errors import show
from speechbrain_zsfuse.evaluation.fields import METRICS, VALIDATION
from speechbrain_zsfuse.experiment.configuration.arguments import (
    parse_arguments,
)
from speechbrain_zsfuse.experiment.configuration.references import resolve
from speechbrain_zsfuse.experiment.configuration.settings import signature
from speechbrain_zsfuse.experiment.configuration.variations import vary
from speechbrain_zsfuse.experiment.launching.planned import PlannedRun

# What tells many runs apart is not for the options of all of them to say.
OWN = {
    "output_folder": "give --results_folder",
    "evaluate_test": "its runs are tested",
    **dict.fromkeys(
        ("debug", "debug_persistently", "test_only"),
        "give it to train.py of the recipe",
    ),
}


def plan_run(recipe, arguments, prepare=None):
    """Where a command line would lead.

    Arguments
    ---------
    recipe : str or Path
        Path of ``train.py``.
    arguments : list of str
        See ``parse_arguments``, also for ``prepare`` and errors.

    Returns
    -------
    PlannedRun

    Example
    -------
    >>> plan_run("recipes/X/train.py", ["hparams/none.yaml"])
    Traceback (most recent call last):
    FileNotFoundError: Expected a YAML file at hparams/none.yaml or ...
    """
    text, _ = parse_arguments(arguments, recipe, prepare)
    tree = resolve(text)
    return PlannedRun(
        Path(recipe).resolve(),
        [str(word) for word in arguments],
        Path(tree["output_folder"]),
        signature(text),
        _falls_back(tree),
        _last(tree),
    )


def plan_runs(recipe, arguments, text, folds, seeds):
    """The runs of one command line, one for each fold and seed.

    Arguments
    ---------
    recipe : str or Path
        Path of ``train.py``.
    arguments : list of str
        Without seed and fold.
    text : str
        What ``parse_arguments`` makes of them.
    folds : list of int
        Empty: as the YAML says.
    seeds : list of int

    Returns
    -------
    dict
        Fold (or None) and seed to PlannedRun, the same as of ``plan_run``.

    Example
    -------
    >>> text = "seed: 1\\noutput_folder: !ref results/<seed>\\n"
    >>> runs = plan_runs("train.py", ["a.yaml"], text, [], [1, 2])
    >>> runs[None, 2].arguments, runs[None, 2].folder
    (['a.yaml', '--seed=2'], PosixPath('results/2'))
    """
    keys = [*product(folds or [None], seeds)]
    changes = [
        ({} if fold is None else {"fold": fold}) | {"seed": seed}
        for fold, seed in keys
    ]
    tree = resolve(text)
    return {
        key: PlannedRun(
            Path(recipe).resolve(),
            [*arguments, *(f"--{name}={n}" for name, n in change.items())],
            *found,
            _falls_back(tree),
            _last(tree),
        )
        for key, change, found in zip(keys, changes, vary(text, changes))
    }


def _falls_back(tree):
    """Whether the head may be tested without scores."""
    head = tree.get("head")
    return isinstance(head, dict) and bool(head.get("fallback"))


def _last(tree):
    """The file that a run leaves at its end."""
    return METRICS if tree.get("evaluate_test", True) else VALIDATION


def refuse_options(options, own, by):
    """Raise a ValueError if an option is not for a command line to set.

    Arguments
    ---------
    options : dict
        Key to its value, or None if it stands alone.
    own : dict
        Key to what to do instead, see ``OWN``.
    by : str
        Who sets it, for the error: "with --fused".

    Example
    -------
    >>> refuse_options({"debug": None}, OWN, "in a grid")
    Traceback (most recent call last):
    ValueError: Expected no --debug in a grid, but got it: give it to train.py \
of the recipe.
    """
    for name, advice in own.items():
        if name in options:
            value = options[name]
            got = "it" if value is None else show(value)
            raise ValueError(
                f"Expected no --{name} {by}, but got {got}: {advice}."
            )


def pass_on(run_opts, known=()):
    """SpeechBrain's run options for another run, as words.

    Arguments
    ---------
    run_opts : RunOptions
    known : iterable of str
        Those that a YAML holds already.

    Returns
    -------
    list of str
        Of what was given; but how processes talk is for each run to say, and
        so is whether it is tested or debugged.

    Example
    -------
    >>> import speechbrain as sb
    >>> words = ["a.yaml", "--device=cpu", "--noprogressbar", "--test_only"]
    >>> _, run_opts, _ = sb.parse_arguments(words)
    >>> pass_on(run_opts)
    ['--device=cpu', '--noprogressbar=True']
    """
    own = {"test_only", "debug", "debug_persistently", *known}
    return [
        f"--{name}={run_opts[name]}"
        for name in sorted(set(run_opts["overridden_args"]) - own)
        if not name.startswith(("distributed_", "find_unused", "local_"))
    ]
