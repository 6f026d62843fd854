"""The name of a run tells its choices apart.

What the command line changes about a YAML becomes a part of the name of the
experiment, and so of the folder: ``wavlm_clsp,lr=0.001``. Seed and fold have
folders of their own. Pure functions on texts and trees.
"""

import hashlib
import re
from pathlib import Path

from speechbrain_zsfuse.experiment.configuration.settings import (
    MAY_CHANGE,
    flatten,
)
from speechbrain_zsfuse.experiment.configuration.trees import read_yaml, tag_of

# They make a run different, and stand elsewhere in its path.
_APART = {"seed", "fold", "table", "speaker_table", "columns", "corpora"}
_LONGEST = 60  # characters of one value
_LONGEST_NAME = 200  # file systems allow 255 bytes


def name_experiment(before, after):
    """Name of an experiment, with what is different in it.

    Arguments
    ---------
    before, after : str
        HyperPyYAML without and with the overrides of the command line. The
        first has the key ``experiment``; it may be that of a saved run, whose
        name has choices already.

    Returns
    -------
    str

    Example
    -------
    >>> before = "experiment: wavlm\\nlr: 1\\nseed: 1\\nclips: {crop: first}"
    >>> after = "experiment: wavlm\\nlr: 2\\nseed: 9\\nclips: {crop: centre}"
    >>> name_experiment(before, after)
    'wavlm,lr=2,clips.crop=centre'
    """
    old, new = read_yaml(before), read_yaml(after)
    parts = str(old["experiment"]).split(",")
    known = dict(part.split("=", 1) for part in parts if "=" in part)
    for path, value in _changes(old, new):
        known[path] = _short(path, value)
    name = [part for part in parts if "=" not in part]
    name = ",".join(name + [f"{key}={value}" for key, value in known.items()])
    return name if len(name) <= _LONGEST_NAME else _cut(name, _LONGEST_NAME)


def check_name(name):
    """Raise a ValueError unless an experiment can be called so.

    Arguments
    ---------
    name : str
        It is a folder within that of the results.

    Example
    -------
    >>> check_name("../mine")
    Traceback (most recent call last):
    ValueError: Expected the name of one folder as experiment, without / and \
\\, but got '../mine'. Where results go is --results_folder.
    """
    text = str(name)
    is_text = not isinstance(name, (dict, list, bytes, type(None)))
    if not is_text or text in ("", ".", "..") or re.search(r"[/\\]", text):
        raise ValueError(
            "Expected the name of one folder as experiment, without / and \\, "
            f"but got {name!r}. Where results go is --results_folder."
        )
    # HyperPyYAML takes (…) for a tuple, and <…> for a reference.
    if re.search(r"^\(.*\)$|[<>\x00-\x1f]", text) or text != text.strip():
        raise ValueError(
            "Expected an experiment without < and >, brackets around it, and "
            f"blanks at its ends, but got {name!r}. Name it otherwise."
        )
    if len(text.encode()) > 255:
        raise ValueError(
            f"Expected an experiment of at most 255 bytes, but got "
            f"{len(text.encode())}. Give it a shorter name."
        )


def _changes(old, new, path=""):
    """Path and new value of what differs, dictionaries entered."""
    for key, value in new.items():
        here = f"{path}.{key}".strip(".")
        before = old.get(key)
        if here in MAY_CHANGE | _APART or _is_placeholder(before):
            continue
        same_kind = isinstance(value, dict) and isinstance(before, dict)
        if same_kind and value.tag.value == before.tag.value:
            yield from _changes(before, value, here)
        elif flatten(value) != flatten(before):
            yield here, value


def _is_placeholder(value):
    tag = tag_of(value)
    return tag == "!PLACEHOLDER"


def _short(path, value):
    """A value in characters that need no quotes in a shell."""
    text = _words(value)
    if path.endswith(("source", "tokenizer", "prompts")):
        text = Path(text).name
    plain = re.sub(r"[^\w.+-]+", "-", text).strip("-")
    if plain == text and len(plain) <= _LONGEST:
        return plain
    digest = hashlib.sha256(_words(value).encode()).hexdigest()[:6]
    return f"{plain[: _LONGEST - 7]}-{digest}".strip("-")


def _cut(name, length):
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{name[: length - 7]}-{digest}"


def _words(value):
    """Lists are joined by +, of objects the class is named."""
    tag = tag_of(value)
    name = [tag.split(".")[-1]] * bool(tag)
    if isinstance(value, dict):
        parts = [f"{key}-{_words(inner)}" for key, inner in value.items()]
        return "+".join(name + parts)
    if isinstance(value, list):
        return "+".join(name + [_words(inner) for inner in value])
    if hasattr(value, "tag"):
        return "+".join(name + [str(value.value)] * bool(value.value))
    return "null" if value is None else str(value)
