"""One YAML under other seeds and folds: where each run is, and its signature.

What follows from a seed or a fold is worked out for each, the rest once.
"""

import re
from pathlib import Path

from speechbrain_zsfuse.experiment.configuration.references import (
    needed_keys,
    part,
    resolve,
)
from speechbrain_zsfuse.experiment.configuration.settings import (
    MAY_CHANGE,
    fixed_settings,
    name_settings,
)
from speechbrain_zsfuse.experiment.configuration.trees import (
    read_yaml,
    set_values,
)

_FOLDER = "output_folder"


def vary(text, changes):
    """Folder and signature of a run under each of some changes.

    Arguments
    ---------
    text : str
        Complete HyperPyYAML.
    changes : list of dict
        Top-level key to its value, for instance ``{"seed": 2000}``.

    Returns
    -------
    list of (Path, str)
        The same as those of the whole YAML with these values.

    Example
    -------
    >>> text = "seed: 1\\nlr: 0.1\\noutput_folder: !ref results/<seed>\\n"
    >>> [(folder, name)] = vary(text, [{"seed": 2}])
    >>> folder
    PosixPath('results/2')
    >>> from speechbrain_zsfuse.experiment.configuration import settings
    >>> name == settings.signature(text.replace("1\\n", "2\\n", 1))
    True
    """
    tree = read_yaml(text)
    changed = {key for change in changes for key in change}
    following = {
        key
        for key in tree.keys() - MAY_CHANGE
        if needed_keys(tree, [key]) & changed
    }
    rest = _only(fixed_settings(text), tree.keys() - following)
    place, own = part(text, [_FOLDER]), part(text, following)
    found = []
    for change in changes:
        folder = resolve(_with(place, change))[_FOLDER]
        settings = rest | _only(fixed_settings(_with(own, change)), following)
        found.append((Path(folder), name_settings(settings)))
    return found


def _with(text, change):
    """The part of a YAML with those of the values that it has."""
    tree = read_yaml(text)
    return set_values(text, {k: v for k, v in change.items() if k in tree})


def _only(settings, keys):
    """Those that stand under some keys."""
    return {
        path: value
        for path, value in settings.items()
        if re.split(r"[.\[]", path)[0] in keys
    }
