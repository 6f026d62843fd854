"""Where files lie, whatever folder one stands in.

Relative paths of a YAML and of the command line are meant from the folder
where the command is typed, as usual; they are made absolute at once, so that
what is saved is found from anywhere. A saved run that was moved is taken where
it is now.
"""

import os
from pathlib import Path

from speechbrain_zsfuse.experiment.configuration.references import resolve
from speechbrain_zsfuse.experiment.configuration.trees import (
    dump_yaml,
    read_yaml,
    set_values,
)

# Keys of what always lies on this machine, and of what may be a hub id.
_FILES = ("folder", "cache", "file", "table")
_MODELS = ("source", "tokenizer")
_NAMES = ("columns",)  # dictionaries of names of one's own
_SETS = (".yaml", ".yml")  # of prompts: what ends otherwise is a name


def absolute_paths(text):
    """A YAML whose relative paths are absolute, ``~`` replaced.

    Arguments
    ---------
    text : str
        HyperPyYAML. Keys that are, or end in, folder, cache or file name
        paths; source and tokenizer do if there is such a file or folder, and
        prompts if they are a file of YAML.

    Returns
    -------
    str

    Example
    -------
    >>> os.chdir(getfixture("tmpdir"))
    >>> text = "data_folder: corpus\\nalm_source: laion/clap-htsat-unfused\\n"
    >>> path, source = read_yaml(absolute_paths(text)).values()
    >>> os.path.isabs(path), source
    (True, 'laion/clap-htsat-unfused')
    """
    tree = read_yaml(text)
    _make_absolute(tree)
    return dump_yaml(tree)


def names_a_place(key):
    """Whether a key holds a path, or a model that may be one.

    Example
    -------
    >>> names_a_place("data_folder"), names_a_place("labels")
    (True, False)
    """
    return str(key).split("_")[-1] in _FILES + _MODELS


def _make_absolute(tree, folders=""):
    """``folders``: the key of a dictionary of folders, of several corpora."""
    for key, value in tree.items():
        name = folders or key
        if key in _NAMES:
            continue
        if isinstance(value, dict):
            _make_absolute(value, key if str(key).endswith("folder") else "")
        elif isinstance(value, str) and value and _may_be_place(name, value):
            path = os.path.expanduser(value)
            is_model = str(name).split("_")[-1] in _MODELS
            if not is_model or path != value or os.path.exists(path):
                tree[key] = os.path.abspath(path)


def _may_be_place(key, value):
    return names_a_place(key) or key == "prompts" and value.endswith(_SETS)


def saved_where(path):
    """The folder of a saved run, if a YAML is that of one; else None.

    Example
    -------
    >>> saved_where("recipes/RAVDESS/hparams/wavlm_clap.yaml") is None
    True
    """
    path = Path(path).absolute()
    is_saved = path.name == "hyperparams.yaml"
    return path.parent if is_saved and (path.parent / "save").is_dir() else None


def follow(text, folder):
    """A saved YAML as it must be where its run lies now.

    Arguments
    ---------
    text : str
        HyperPyYAML of a run, complete.
    folder : Path
        Where it lies.

    Returns
    -------
    str
        With another ``results_folder`` (and ``experiment``) if the folders
        above the run are as they were, else with another ``output_folder``.

    Example
    -------
    >>> text = "results_folder: /old\\noutput_folder: !ref <results_folder>/a/1"
    >>> print(follow(text, Path("/new/a/1")))
    results_folder: /new
    output_folder: !ref <results_folder>/a/1
    <BLANKLINE>
    """
    old = resolve(text)
    if Path(old["output_folder"]) == folder:
        return text
    text = set_values(text, _moved_models(old, folder))
    for values in _moves(old, folder):
        moved = set_values(text, values)
        if Path(resolve(moved)["output_folder"]) == folder:
            return moved
    return set_values(text, {"output_folder": str(folder)})


def _moved_models(old, folder):
    """Models that are not where they were, but moved along with the run."""
    found = {}
    for key, value in old.items():
        is_model = str(key).split("_")[-1] in _MODELS and isinstance(value, str)
        if is_model and os.path.isabs(value) and not os.path.exists(value):
            way = os.path.relpath(value, old["output_folder"])
            path = os.path.normpath(folder / way)
            if os.path.exists(path):
                found[key] = path
    return found


def _moves(old, folder):
    """Settings that may explain where a run is: moved, or moved and renamed."""
    depth = len(_tail(old)) if old.get("results_folder") else 0
    if depth and len(folder.parts) > depth:
        results = {"results_folder": str(Path(*folder.parts[:-depth]))}
        yield results
        for before, now in zip(_tail(old), folder.parts[-depth:]):
            if before == str(old.get("experiment")):
                yield results | {"experiment": now}


def _tail(old):
    return Path(
        os.path.relpath(old["output_folder"], old["results_folder"])
    ).parts
