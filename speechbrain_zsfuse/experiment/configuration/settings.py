"""The settings of a run: what they are, whether they are those of another.

Settings are compared as trees, values with their types and tags, never as
text. Where files lie does not count: a run may be moved.
"""

import hashlib
import json
import os
import re
from pathlib import Path

from speechbrain_zsfuse.evaluation.amplification.cells import Cell
from speechbrain_zsfuse.experiment.amplification.options import AUTO
from speechbrain_zsfuse.experiment.configuration.references import resolve
from speechbrain_zsfuse.experiment.configuration.trees import (
    dump_yaml,
    read_yaml,
    tag_of,
)
from speechbrain_zsfuse.experiment.resuming.inputs import compare_facts
from speechbrain_zsfuse.zeroshot.prompts import PAPER, PAPER_TEMPLATES

# Keys that say where files lie.
PLACES = (
    *("data_folder", "results_folder", "output_folder", "store_folder"),
    "audio_cache",
)
# With these a run may be continued though they are not the same.
MAY_CHANGE = {
    *(*PLACES, "experiment", "download", "allow_mismatch"),
    *("peer_timeout", "evaluate_test", "ledger"),
    *("train_logger", "checkpointer", "loader.num_workers"),
}
# Models, prompts and tables: what lies on this machine has a name.
_LOCAL = ("source", "tokenizer", "prompts", "table", "speakers")
# Words of YAMLs saved before 0.1.0, and what they are now; until 0.2.
_RENAMED = {
    "allow_drift": "allow_mismatch",
    "audio_memory": "audio_cache",
    "speechbrain_zsfuse.encoder.": "speechbrain_zsfuse.encoders.",
    "speechbrain_zsfuse.filterbank.": "speechbrain_zsfuse.encoders.",
    "speechbrain_zsfuse.checkpoints.": "speechbrain_zsfuse.training.",
}


def upgrade(text):
    """A YAML saved by an earlier version in the words of this one.

    Example
    -------
    >>> upgrade("allow_drift: False")
    'allow_mismatch: False'
    """
    for old, new in _RENAMED.items():
        text = re.sub(rf"\b{re.escape(old)}", new, text)
    tree = read_yaml(text)
    return dump_yaml(tree) if _upgrade_prompts(tree.get("zero_shot")) else text


def _upgrade_prompts(options):
    """``templates`` are ``prompts`` today, and the paper's have a name."""
    if not isinstance(options, dict) or "templates" not in options:
        return False
    place, templates = [*options].index("templates"), options.pop("templates")
    if [*templates] == [*PAPER_TEMPLATES]:
        templates = PAPER
    options.pop("prompts", None)
    options.insert(place, "prompts", templates)
    options.setdefault("scope", "phrase")
    options.setdefault("ensemble", "similarities")
    return True


def flatten(tree, path=""):
    """Leaves of a tree of ``read_yaml``.

    Arguments
    ---------
    tree : dict, list or scalar
    path : str
        Of the tree itself.

    Returns
    -------
    dict
        Path (``a.b[0]``) to value; the class of an object, its tag, is the
        value at the path of the object.

    Example
    -------
    >>> text = "lr: 1\\nhead: !new:torch.nn.Linear\\n  in_features: 2\\n"
    >>> flatten(read_yaml(text))
    {'lr': 1, 'head': '!new:torch.nn.Linear', 'head.in_features': 2}
    """
    tag = tag_of(tree)
    if isinstance(tree, dict):
        parts = {f"{path}.{key}".strip("."): v for key, v in tree.items()}
    elif isinstance(tree, (list, tuple)):
        parts = {f"{path}[{i}]": value for i, value in enumerate(tree)}
    elif tag:
        return {path: f"{tag} {tree.value}".strip()}
    else:
        return {path: tree}
    own = {path: tag} if tag else {} if parts else {path: type(tree)()}
    leaves = [flatten(value, name) for name, value in parts.items()]
    return own | {k: v for part in leaves for k, v in part.items()}


def fixed_settings(text):
    """What may not change while a run goes on.

    Arguments
    ---------
    text : str
        Complete HyperPyYAML.

    Returns
    -------
    dict
        Path to value, see ``flatten``; references resolved.

    Example
    -------
    >>> fixed_settings("data_folder: /here\\nlr: 1\\nrate: !ref <lr>\\n")
    {'lr': 1, 'rate': 1}
    """
    tree = read_yaml(upgrade(text))
    for key in set(PLACES) & set(tree):
        tree[key] = f"({key})"
    tree = resolve(dump_yaml(tree))
    return _fixed(flatten(tree))


def signature(text):
    """Name the settings that may not change, in 64 hexadecimal digits.

    Example
    -------
    >>> signature("a: 1\\nb: 2") == signature("b: 2  # two\\na: 1")
    True
    >>> signature("a: 1") == signature("a: '1'")
    False
    """
    return name_settings(fixed_settings(text))


def name_settings(settings):
    """The same of what ``fixed_settings`` returns.

    Example
    -------
    >>> name_settings({"a": 1}) == signature("a: 1")
    True
    """
    leaves = {
        path: Path(value).name if _is_local(path, value) else value
        for path, value in settings.items()
    }
    leaves = json.dumps(leaves, sort_keys=True, default=repr)
    return hashlib.sha256(leaves.encode()).hexdigest()


def differences(old, new):
    """Which settings of two YAMLs differ, both values side by side.

    What follows from a setting by reference is not named beside it.

    Arguments
    ---------
    old, new : str
        Complete HyperPyYAML.

    Returns
    -------
    list of str
        Empty if it is the same run.

    Example
    -------
    >>> differences("lr: 1\\nrate: !ref <lr>", "lr: 2\\nrate: !ref <lr>")
    ['lr: 1 there, 2 now']
    """
    before, after = fixed_settings(old), fixed_settings(new)
    if before == after and _types(before) == _types(after):
        return []
    written = flatten(read_yaml(upgrade(old))), flatten(read_yaml(new))
    return _compare(*map(_fixed, written)) or _compare(before, after)


def _fixed(leaves):
    """Of paths to values, those that may not change."""
    repeats = [leaves.get(f"zero_shot.{name}") for name in Cell._fields]
    free = MAY_CHANGE | ({"amplification"} if AUTO not in repeats else set())
    return {
        path: value
        for path, value in leaves.items()
        if not {path, re.split(r"[.\[]", path)[0]} & free
    }


def _compare(before, after):
    """Where settings differ but for models that may have moved."""
    moved = {
        path
        for path in {**before, **after}
        if _has_moved(path, before.get(path), after.get(path))
    }
    return compare_facts(
        {path: value for path, value in before.items() if path not in moved},
        {path: value for path, value in after.items() if path not in moved},
    )


def _is_local(path, value):
    """Whether it is the path of such a thing on this machine."""
    name = re.split("[._]", path)[-1]
    is_text = isinstance(value, str)
    return name in _LOCAL and is_text and os.path.isabs(value)


def _has_moved(path, old, new):
    """Whether it may be one model, once at a place that is no more."""
    if not _is_local(path, new) or not isinstance(old, str):
        return False
    if os.path.isabs(old):
        return Path(old).name == Path(new).name and not Path(old).exists()
    return Path(new).as_posix().endswith(f"/{Path(old).as_posix()}")


def _types(leaves):
    """1, 1.0, True and '1' are different settings."""
    return {path: type(value).__name__ for path, value in leaves.items()}
