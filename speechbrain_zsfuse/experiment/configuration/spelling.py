"""Every option has somebody who takes it, and every switch is on or off.

A command line sets keys that its YAML has. What a YAML says is held against
the signatures of ``receivers.py``, before a corpus is read or a model is
loaded. Keys of one's own are free where nobody takes them: at the top of a
YAML.
"""

import inspect

from speechbrain_zsfuse.errors import list_names, nearest, offer
from speechbrain_zsfuse.experiment.configuration.command_line import (
    RUN_OPTIONS,
    RUN_SWITCHES,
)
from speechbrain_zsfuse.experiment.configuration.composition import TAG
from speechbrain_zsfuse.experiment.configuration.receivers import (
    UNTOLD,
    receivers,
)
from speechbrain_zsfuse.experiment.configuration.references import (
    check_references,
)
from speechbrain_zsfuse.experiment.configuration.switches import read_switch
from speechbrain_zsfuse.experiment.configuration.trees import (
    dump_yaml,
    read_yaml,
    tag_of,
)
from speechbrain_zsfuse.experiment.options.keys import KEYS

_SWITCHES = {name for name, key in KEYS.items() if key.kind is bool}


def check_keys(keys, text, origin):
    """Raise a ValueError unless a YAML has these keys.

    Arguments
    ---------
    keys : iterable of str
        Set on the command line.
    text : str
        HyperPyYAML.
    origin : str
        Name of the YAML, for the error.

    Example
    -------
    >>> check_keys(["learning_rat"], "lr: 1\\nlearning_rate: 1", "a.yaml")
    Traceback (most recent call last):
    ValueError: Expected settings of a.yaml on the command line, but it has \
no 'learning_rat'. Did you mean --learning_rate? There is: lr, learning_rate; \
`--help` says more.
    """
    values = read_yaml(text)
    values = {k: v for k, v in values.items() if not k.startswith("_")}
    for key in keys:
        if key not in values:
            advice = _meant(key, values)
            if key == "fold":
                advice = "Its corpus has one split, and no folds. "
            there = list_names(values) if advice else ", ".join(values)
            raise ValueError(
                f"Expected settings of {origin} on the command line, but it "
                f"has no {key!r}. {advice}There is: {there or 'nothing'}; "
                "`--help` says more."
            )


def settle(text, prepare=None, origin="the YAML"):
    """Check the names of all options, and read the words of switches.

    Arguments
    ---------
    text : str
        Complete HyperPyYAML.
    prepare : callable, optional
        Preparation of the corpus, which takes ``preparation``. With it the
        YAML must be that of a recipe: nothing may be missing.
    origin : str
        Name of the YAML, for errors.

    Returns
    -------
    str
        The same, with True for ``yes`` and ``on``, False for ``no`` and
        ``off``, wherever a switch stands.

    Raises
    ------
    ValueError
        If an option is misspelt or missing, or a switch is neither.

    Example
    -------
    >>> settle("download: no  # later\\nlabels: [no]")
    'download: false  # later\\nlabels: [no]\\n'
    >>> settle("loader: {batch_sise: 8}")
    Traceback (most recent call last):
    ValueError: Expected options of loader (DataLoader) in the YAML, but it \
takes no 'batch_sise'. Did you mean batch_size? There is: batch_size, ...
    """
    tree = read_yaml(text)
    if prepare is not None:
        _check_there(tree, origin)
    check_references(tree, origin)
    found = [*receivers(tree, prepare)]
    for receiver in found:
        _check_names(receiver, origin)
    at_the_top = (_SWITCHES | RUN_SWITCHES) & {*tree}
    changed = _settle(tree, at_the_top, tree)
    for receiver in found:
        names = _switches(receiver.parameters or {}) & {*receiver.options}
        changed |= _settle(receiver.options, names, tree, f"{receiver.path}.")
    return dump_yaml(tree) if changed else text


def _meant(key, values):
    """How to set what was meant, be it within another key, or a run option."""
    ways = {name: f"--{name}" for name in values}
    for name, value in values.items():
        if isinstance(value, dict):
            for inner in value:
                ways.setdefault(inner, f"--{name}='{{{inner}: …}}'")
    return nearest(key, ways, ways.get) or nearest(
        key, sorted(RUN_OPTIONS), "--{}".format
    )


def _check_there(tree, origin):
    """What every recipe needs is there."""
    missing = [
        name
        for name, key in KEYS.items()
        if name not in tree and (key.needed is True or tree.get(key.needed))
    ]
    if missing:
        raise ValueError(
            f"Expected the settings of a recipe in {origin}, but there is no "
            f"{', '.join(missing)}. Add it, or begin with a base: base: {TAG} "
            "[zsfuse]."
        )


def _check_names(receiver, origin):
    parameters = receiver.parameters
    if parameters is None:
        return
    who = f"{receiver.path} ({receiver.name}) in {origin}"
    told = [name for name in parameters if name not in UNTOLD]
    for key in receiver.options:
        if key not in parameters:
            raise ValueError(
                f"Expected options of {who}, but it takes no {key!r}. "
                f"{offer(str(key), told)}."
            )
    for key, parameter in parameters.items():
        is_open = parameter.default is inspect.Parameter.empty
        if receiver.needs_all and is_open and key not in receiver.options:
            raise ValueError(
                f"Expected {key!r} among the options of {who}, but it is "
                f"missing. Add it; there is: {', '.join(told)}."
            )


def _switches(parameters):
    """Names of those that are on or off, and nothing else."""
    return {
        name
        for name, parameter in parameters.items()
        if isinstance(parameter.default, bool)
        and parameter.annotation in (inspect.Parameter.empty, bool, "bool")
    }


def _settle(options, names, tree, path=""):
    """Put True or False for words; what is referred to is settled there."""
    changed = False
    for name in sorted(names):
        where, key, label = options, name, f"{path}{name}"
        whole = tag_of(options[name]) == "!ref" and options[name].value[1:-1]
        if whole in tree:
            where, key, label = tree, whole, whole
        value = where[key]
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            where[key] = read_switch(label, value)
            changed = True
    return changed
