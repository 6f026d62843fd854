"""What the options of a command line mean: text as it is, the rest as YAML.

A key holds text if its name says so (folders, files, models, the experiment)
or if it does in the YAML. Nothing is loaded.
"""

import re

from ruamel.yaml.comments import CommentedMap

from speechbrain_zsfuse.corpora.roots import names_several
from speechbrain_zsfuse.experiment.configuration.command_line import needed
from speechbrain_zsfuse.experiment.configuration.places import names_a_place
from speechbrain_zsfuse.experiment.configuration.switches import read_switch
from speechbrain_zsfuse.loading.yaml_text import parse_yaml


def read_given(options, tree):
    """Overrides of a YAML, from the command line.

    Arguments
    ---------
    options : dict
        Key to the value as it was given (str), or None for a switch that
        stands alone.
    tree : dict
        The YAML, see ``read_yaml``; it has all of these keys.

    Returns
    -------
    CommentedMap
        Key to value. Text stays as it was given, but ``null`` is none; what
        begins with a tag (``!new:``) is YAML everywhere.

    Raises
    ------
    ValueError
        If a value is missing, or is no YAML.

    Example
    -------
    >>> tree = {"experiment": "a", "lr": 1.0, "download": False}
    >>> dict(read_given({"experiment": "1e3", "download": None}, tree))
    {'experiment': '1e3', 'download': True}
    >>> float(read_given({"lr": "1e3"}, tree)["lr"])
    1000.0
    """
    given = CommentedMap()
    for key, value in options.items():
        given[key] = _read(key, value, tree[key])
    return given


def _read(key, value, old):
    if isinstance(old, bool):
        if value is None:
            return True
        return read_switch(f"--{key}", needed(key, value))
    value = needed(key, value)
    is_text = key == "experiment" or names_a_place(key) or isinstance(old, str)
    if not is_text or re.match(r"!\w", value) or _are_folders(key, value):
        return parse_yaml(value, f"as --{key}")
    return None if value == "null" and key != "experiment" else value


def _are_folders(key, value):
    """Of several corpora: {emodb: /data/EmoDB, urdu: /data/URDU}."""
    return names_a_place(key) and names_several(value)
