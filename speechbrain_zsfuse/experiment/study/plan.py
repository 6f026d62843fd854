"""What a study is to do: from a command line to the YAMLs of models and folds.

Every option of the recipe's YAML counts as it does in training, and is checked
as there; nothing is loaded here.
"""

import re
from pathlib import Path
from typing import Literal, NamedTuple

from speechbrain.utils.run_opts import RunOptions

from speechbrain_zsfuse.errors import show
from speechbrain_zsfuse.experiment.configuration.command_line import read_words
from speechbrain_zsfuse.experiment.options.command import read_command
from speechbrain_zsfuse.experiment.study.recipe import Recipe, find_recipe
from speechbrain_zsfuse.options import Count, Repeats, check

_TELLING = ("labels=", "merge", "preparation", "zero_shot")
_SWEPT = ("zero_shot.audio_repeats", "zero_shot.text_repeats")
Split = Literal["test", "valid", "train", "all"]


class Plan(NamedTuple):
    """What a study is to do.

    Attributes
    ----------
    recipe : Recipe
    models : dict
        Name of each model in ``--alms`` (None: that of the YAML) to complete
        HyperPyYAML.
    folds : dict
        Number of each fold (None: that of the YAML) to complete HyperPyYAML.
    split : str
    audio_repeats, text_repeats : tuple of int
        Growing.
    values : dict
        The first YAML, references resolved, nothing loaded.
    run_opts : RunOptions
    name : str
        Of what the command line changes; empty if it is nothing that counts.

    Example
    -------
    >>> Plan(None, {}, {2: ""}, "test", (1,), (1,), {"fold": 1}, None).place
    'test_fold2'
    """

    recipe: Recipe
    models: dict
    folds: dict
    split: str
    audio_repeats: tuple
    text_repeats: tuple
    values: dict
    run_opts: RunOptions
    name: str = ""

    @property
    def fold_numbers(self):
        """list of int: the folds, as far as they have numbers."""
        folds = (fold or self.values.get("fold") for fold in self.folds)
        return [fold for fold in folds if fold]

    @property
    def place(self):
        """str: which clips, as the name of a folder."""
        folds = "+".join(map(str, self.fold_numbers))
        whole = self.split == "all" or not folds  # then folds are the same
        which = self.split if whole else f"{self.split}_fold{folds}"
        return f"{which},{self.name}" if self.name else which

    @property
    def folder(self):
        """Path: where the study of this corpus is; when debugging, aside."""
        results = self.values.get("results_folder")
        if self.run_opts["debug"]:
            results = self.values["output_folder"]
        results = results or Path(self.values["output_folder"]).parent
        return Path(results) / "study" / self.recipe.folder.name


def read_plan(
    words,
    alms=None,
    split="test",
    folds=None,
    audio_repeats="1,2,3,4",
    text_repeats="1,2,3,4",
    recipe=None,
):
    """Read and check the command line of a study.

    Arguments
    ---------
    words : list of str
        A recipe's YAML, overrides of it and run options: see
        ``read_command``.
    alms : str, optional
        YAMLs to lay on top, one after the other: ``clap,clsp``; with
        ``clap=/path/to/it`` the model is taken from there. Default: the
        model of the YAML.
    split : str
        ``test``, ``valid``, ``train`` or ``all``.
    folds : str, optional
        ``1,2``; default: that of the YAML.
    audio_repeats, text_repeats : str
        ``1,2,3,4``: each 1 to 100.
    recipe : str or Path, optional
        See ``find_recipe``.

    Returns
    -------
    Plan

    Raises
    ------
    FileNotFoundError, ValueError
        If an option is not what it may be, there is no model to study, or the
        recipe has no folds.

    Example
    -------
    >>> read_plan(["a.yaml"], split="tset")
    Traceback (most recent call last):
    ValueError: Expected --split to be one of test, valid, train, all, but \
got 'tset'.
    """
    check("--split", split, Split)
    audio = read_numbers("--audio_repeats", audio_repeats, Repeats)
    text = read_numbers("--text_repeats", text_repeats, Repeats)
    numbers = None
    if folds is not None:
        numbers = read_numbers("--folds", folds, Count)
    yaml, options = read_words(words)
    found = find_recipe(yaml, recipe)
    commands = {
        name: _with_model(words, yaml, name, source)
        for name, source in _read_alms(alms, options)
    }
    read = {}
    for name, command in commands.items():
        read[name] = read_command(command, found.script, found.prepare)
        _check_model(read[name][1], yaml, name)
    name, (own, values, run_opts) = next(iter(read.items()))
    folds = {None: own}
    if numbers:
        folds = _read_folds(numbers, commands[name], found, values)
    return Plan(
        found,
        {name: text for name, (text, _, _) in read.items()},
        folds,
        split,
        audio,
        text,
        values,
        run_opts,
        _name_choices(options, values),
    )


def read_numbers(option, text, kind):
    """Numbers with commas between them, each once, growing.

    Arguments
    ---------
    option : str
        For the error.
    text : str
    kind : type
        Of each, see ``speechbrain_zsfuse.options``.

    Returns
    -------
    tuple of int

    Example
    -------
    >>> read_numbers("--folds", "2, 1", Count)
    (1, 2)
    >>> read_numbers("--folds", "1-3", Count)
    Traceback (most recent call last):
    ValueError: Expected --folds to be whole numbers with commas between \
them, but got '1-3'. Write --folds=1,2.
    """
    if not re.fullmatch(r"\s*\d+\s*(,\s*\d+\s*)*", text):
        raise ValueError(
            f"Expected {option} to be whole numbers with commas between them, "
            f"but got {show(text)}. Write {option}=1,2."
        )
    numbers = sorted({int(word) for word in text.split(",")})
    return tuple(check(option, number, kind) for number in numbers)


def _read_alms(alms, options):
    """Name and source of each model; None for what the YAML says."""
    if alms is None:
        return [(None, None)]
    pairs = [
        [part.strip() for part in word.split("=", 1)]
        for word in alms.split(",")
    ]
    names = [name for name, *_ in pairs]
    if not all(map(all, pairs)) or len(set(names)) < len(names):
        raise ValueError(
            "Expected --alms to name each audio-language model once, but got "
            f"{show(alms)}. Write --alms=clap,clsp, or "
            "--alms=clap=/path/to/it,clsp."
        )
    if len(pairs) > 1 and "alm_source" in options:
        raise ValueError(
            "Expected no --alm_source with several models, but got "
            f"{show(options['alm_source'])}. Write --alms={names[0]}="
            f"{options['alm_source']},… to say which it is of."
        )
    return [(name, source[0] if source else None) for name, *source in pairs]


def _with_model(words, yaml, name, source):
    """The words of a command line with a model on top of their YAML."""
    words, place = list(map(str, words)), list(map(str, words)).index(yaml)
    if name is not None:
        words[place] = f"{yaml}+{name}"
    return words + ([f"--alm_source={source}"] if source else [])


def _check_model(values, yaml, name):
    if values.get("alm") is None:
        raise ValueError(
            "Expected an audio-language model to study, but the alm of "
            f"{yaml}{f'+{name}' if name else ''} is null. Name some: "
            "--alms=clap,clsp."
        )
    if values.get("score_source") is not None:
        raise ValueError(
            f"Expected {yaml} to score with its alm, whose repeats are "
            "studied, but it has a score_source. Add --score_source=null."
        )


def _name_choices(options, values):
    """What tells a study from that of the recipe as it is: as in training, the
    name of the experiment, or what of it counts here."""
    if "experiment" in options:
        return options["experiment"]
    return ",".join(
        part
        for part in str(values.get("experiment")).split(",")[1:]
        if part.startswith(_TELLING) and not part.startswith(_SWEPT)
    )


def _read_folds(numbers, command, recipe, values):
    """Number of each fold to its YAML."""
    if "fold" not in values:
        raise ValueError(
            f"Expected no --folds, since {recipe.folder.name} has none (no "
            f"key fold in its YAML), but got {', '.join(map(str, numbers))}. "
            "Leave it out."
        )
    folds = {}
    for number in numbers:
        words = [*command, f"--fold={number}"]
        folds[number] = read_command(words, recipe.script, recipe.prepare)[0]
    return folds
