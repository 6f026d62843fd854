"""From the words of a command line to options that are all in order."""

from collections.abc import Mapping
from pathlib import Path

from speechbrain_zsfuse.corpora.roots import check_outside, folders_of
from speechbrain_zsfuse.experiment.configuration.arguments import (
    parse_arguments,
)
from speechbrain_zsfuse.experiment.configuration.references import resolve
from speechbrain_zsfuse.experiment.options.checking import (
    check_options,
    check_run_options,
)
from speechbrain_zsfuse.experiment.options.help import HELP, help_text
from speechbrain_zsfuse.folders import nearest_path


def read_command(arguments, recipe, prepare=None):
    """Options of a run, checked as far as they can be without a corpus.

    Arguments
    ---------
    arguments : list of str
        See ``parse_arguments``; with ``--help`` or ``-h`` all options are
        listed.
    recipe : str or Path
        The calling script: ``__file__``.
    prepare : callable, optional
        Preparation of the corpus.

    Returns
    -------
    text : str
        Complete HyperPyYAML.
    values : dict
        The same, references resolved, nothing loaded.
    run_opts : RunOptions
        For ``Brain``.

    Raises
    ------
    SystemExit
        With status 0, after the help.
    FileNotFoundError
        If there is no such YAML, or no corpus.
    ValueError
        If an option is not what it may be.

    Example
    -------
    >>> read_command(["hparams/none.yaml", "--lr=0.1"], "recipes/X/train.py")
    Traceback (most recent call last):
    FileNotFoundError: Expected a YAML file at hparams/none.yaml or ...
    """
    if {*HELP} & {*arguments}:
        print(help_text(arguments, recipe, prepare))
        raise SystemExit(0)
    text, run_opts = parse_arguments(arguments, recipe, prepare)
    run_opts = check_run_options(run_opts)
    check_options(text, prepare)
    values = resolve(text)
    check_places(values)
    if run_opts["test_only"] and not values.get("evaluate_test", True):
        raise ValueError(
            "Expected a run that is to be tested with --test_only, but "
            "evaluate_test is off. Leave --test_only out, or add "
            "--evaluate_test=yes."
        )
    return text, values, run_opts


def check_places(values):
    """Whether the corpus is there, and nothing is written into it.

    Arguments
    ---------
    values : dict
        Of a YAML: ``data_folder``, ``download``, ``table`` or ``corpora``, and
        the places that are written to.

    Raises
    ------
    ValueError
        If one of these lies in the corpus.
    FileNotFoundError
        If there is no corpus, and none is to be downloaded.

    Example
    -------
    >>> check_places({"data_folder": "/no/corpus", "download": True})
    >>> check_places({"data_folder": "/no/corpus"})
    Traceback (most recent call last):
    FileNotFoundError: Expected the corpus in /no/corpus, but there is no such \
folder. Give its path: --data_folder=/path/to/corpus.
    """
    folders, corpora = values.get("data_folder"), values.get("corpora")
    names = folders if isinstance(folders, Mapping) else [None]
    for name, corpus in zip(names, folders_of(folders)):
        given = values
        if name is not None:
            given = corpora.get(name) if isinstance(corpora, Mapping) else None
        table = given.get("table") if isinstance(given, Mapping) else None
        if isinstance(corpus, str):
            _check_corpus(corpus, table, values)


def _check_corpus(corpus, table, values):
    if not Path(corpus).exists() and not values.get("download"):
        raise FileNotFoundError(
            f"Expected the corpus in {corpus}, but there is no such folder. "
            f"{nearest_path(corpus)}Give its path: "
            "--data_folder=/path/to/corpus."
        )
    listed = [Path(table).resolve()] if isinstance(table, str) else None
    for key in ("output_folder", "store_folder", "audio_cache"):
        if isinstance(values.get(key), str):
            place = Path(values[key]).resolve()
            check_outside(place, Path(corpus).resolve(), listed)
