"""From a recipe's command line to the complete YAML of a run."""

import logging
import os
import re
import tempfile
from dataclasses import replace
from pathlib import Path

from speechbrain_zsfuse.corpora.definitions.defaults import (
    fill_from_definition,
)
from speechbrain_zsfuse.corpora.own.defaults import fill_from_table
from speechbrain_zsfuse.corpora.several.reading import fill_from_corpora
from speechbrain_zsfuse.errors import list_names, nearest
from speechbrain_zsfuse.experiment.configuration.command_line import (
    RUN_OPTIONS,
    read_run_options,
    read_words,
)
from speechbrain_zsfuse.experiment.configuration.composition import compose
from speechbrain_zsfuse.experiment.configuration.given import read_given
from speechbrain_zsfuse.experiment.configuration.naming import (
    check_name,
    name_experiment,
)
from speechbrain_zsfuse.experiment.configuration.places import (
    absolute_paths,
    follow,
    saved_where,
)
from speechbrain_zsfuse.experiment.configuration.references import resolve
from speechbrain_zsfuse.experiment.configuration.settings import upgrade
from speechbrain_zsfuse.experiment.configuration.spelling import (
    check_keys,
    settle,
)
from speechbrain_zsfuse.experiment.configuration.trees import (
    dump_yaml,
    override,
    read_yaml,
    referred,
    set_values,
    tag_of,
)
from speechbrain_zsfuse.folders import nearest_path

logger = logging.getLogger(__name__)


def parse_arguments(argv, recipe, prepare=None):
    """Read a recipe's command line.

    Arguments
    ---------
    argv : list of str
        A YAML file, SpeechBrain's run options, and overrides of the YAML
        (``--seed 2000``). A relative path is looked up in the current folder,
        then beside ``recipe``; others may be laid on top of it, as in
        ``hparams/ravdess.yaml+wavlm_large+clsp``. With ``--debug`` the output
        folder is a temporary one: no result is touched. With
        ``--debug_persistently``, too, it stays, beside the usual one.
    recipe : str or Path
        The calling script: ``__file__``.
    prepare : callable, optional
        Preparation of the corpus; its signature tells what ``preparation`` may
        hold.

    Returns
    -------
    text : str
        Complete HyperPyYAML, overrides put in, paths absolute. Without an
        ``--experiment`` the overrides become a part of its name.
    run_opts : RunOptions
        For ``Brain``.

    Raises
    ------
    FileNotFoundError
        If the YAML file is in neither place.
    ValueError
        If a word of the command line is no option, or an option is unknown,
        doubled or without a value; if an option of the YAML is taken by
        nobody, or a switch is neither on nor off.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> _ = (folder / "fast.yaml").write_text("epochs: 2\\n")
    >>> text, run_opts = parse_arguments(
    ...     [f"{folder}/fast.yaml", "--epochs=3", "--device=cpu"], "train.py"
    ... )
    >>> text, run_opts["device"]
    ('epochs: 3\\n', 'cpu')
    """
    name, options = read_words(argv)
    run_opts, options = read_run_options(name, options)
    home = Path(recipe).resolve().parent
    path, *on_top = find_yaml(name, home)
    origin = "+".join([str(path), *on_top])
    text = upgrade(compose(path, home / "hparams", on_top))
    text = settle(text, prepare, origin)
    check_keys(options, text, origin)
    tree = read_yaml(text)
    given = read_given(options, tree)
    _refuse_references(given, tree)
    # A run option that the YAML sets, too, must be saved as it was given.
    for option in sorted(run_opts.overridden_args & set(tree)):
        given[option] = run_opts[option]
    saved = saved_where(path)
    if saved and "output_folder" in tree:
        text = follow(text, saved)
    before = text
    if given:
        text = override(before, absolute_paths(dump_yaml(given)))
        text = upgrade(text)
        text = settle(text, prepare, origin)
    if "experiment" in tree:
        name = given.get("experiment", tree["experiment"])
        check_name(name)
        if given and "experiment" not in given:
            name = name_experiment(before, text)
            text = set_values(text, {"experiment": name})
            check_name(name)
    text = _with_defaults(text)
    run_opts = _with_own(run_opts, read_yaml(text))
    return absolute_paths(_aside(text, run_opts)), run_opts


def find_yaml(name, recipe_folder):
    """A YAML file, as given or relative to the recipe, and what lies on top.

    Arguments
    ---------
    name : str
        Path, perhaps with names of further files behind ``+``.
    recipe_folder : str or Path

    Returns
    -------
    list
        Path of the file, then names (str).

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> _ = (folder / "fast.yaml").write_text("epochs: 2")
    >>> find_yaml(f"{folder}/fast.yaml+clap", "recipes/RAVDESS")[1:]
    ['clap']
    """
    first, *on_top = [name] if Path(name).is_file() else str(name).split("+")
    places = [Path(first).expanduser(), Path(recipe_folder) / first]
    for place in places:
        for path in (place, Path(f"{place}.yaml")):
            if path.is_file():
                return [path, *on_top]
    known = sorted(p.name for p in Path(recipe_folder).glob("hparams/*.yaml"))
    hint = nearest_path(places[0]) or nearest(
        places[0].name, known, "hparams/{}".format
    )
    tried = " or ".join(map(str, dict.fromkeys(places)))
    names = list_names(known) if hint else ", ".join(known)
    there = f"The recipe has, in hparams/: {names}."
    raise FileNotFoundError(
        f"Expected a YAML file at {tried}, but there is none. "
        f"{hint}{there if known else 'Give the path of one.'}"
    )


def _refuse_references(values, tree, path=""):
    """What is a reference within the YAML is set where it refers to."""
    for key, value in values.items():
        old = tree.get(key)
        tag = tag_of(old)
        if path and tag == "!ref":
            target = re.fullmatch(r"<(\w+)>", old.value)
            if target:
                raise ValueError(
                    f"Expected --{target[1]}=…, which also sets "
                    f"{path}{key}, but got the latter alone: {value!r}."
                )
        elif isinstance(value, dict) and isinstance(old, dict):
            _refuse_references(value, old, f"{path}{key}.")


def _with_defaults(text):
    """What follows from a definition, a table or several corpora, where the
    YAML leaves it open."""
    tree = read_yaml(text)
    values, filled = {k: referred(v, tree) for k, v in tree.items()}, {}
    for fill in (fill_from_definition, fill_from_table, fill_from_corpora):
        filled |= fill(values | filled)
    return set_values(text, filled) if filled else text


def _with_own(run_opts, tree):
    """Run options may stand in a YAML; the command line goes before them.

    What is computed is for the Brain.
    """
    own = (tree.keys() & RUN_OPTIONS) - run_opts.overridden_args
    plain = {key: tree[key] for key in own if not tag_of(tree[key])}
    return replace(run_opts, **plain)


def _aside(text, run_opts):
    """When debugging, no result is touched: another folder is written to."""
    if not run_opts["debug"] or "output_folder" not in read_yaml(text):
        return text
    if run_opts["debug_persistently"]:
        values = resolve(text)
        folder = f"{values['output_folder']}-debug"
    else:  # the same for all processes of a run: they have one parent
        folder = f"{tempfile.gettempdir()}/zsfuse-debug-{os.getppid()}"
    logger.warning("Debugging: everything is written to %s", folder)
    return set_values(text, {"output_folder": folder})
