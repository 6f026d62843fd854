"""Named prompt sets: what may be said of an emotion, as data with a source.

A set is a YAML file, one of ``prompt_sets/`` or a user's own:

    source: where its prompts come from
    templates: ["{adjective} speech", "a person speaking {adverb}"]
    words:  # optional: forms of a label in place of those of words.py
        smug: {adverb: smugly, noun: smugness}
    prompts:  # optional: what is said of a label in place of the templates
        calm: [peaceful speech, a person speaking in a soft voice]

Without templates, only labels that have prompts can be asked for. This file
knows no label; ``prompts.py`` fills templates.
"""

import os
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from speechbrain_zsfuse.errors import offer, show
from speechbrain_zsfuse.folders import nearest_path
from speechbrain_zsfuse.loading.yaml_text import parse_yaml, read_text
from speechbrain_zsfuse.options import Text, check
from speechbrain_zsfuse.zeroshot.words import find_family

FORMS = ("adjective", "adverb", "noun")
FIELDS = ("label", *FORMS)
FOLDER = Path(__file__).parent / "prompt_sets"
_ENDINGS = (".yaml", ".yml")
_Texts = Annotated[
    Sequence[Text],
    Field(min_length=1),
    WithJsonSchema(
        {
            "description": "a list of texts",
            "advice": "Write ['{label} speech'], for instance.",
        }
    ),
]
_Words = Annotated[
    Mapping[Text, Mapping[Literal[FORMS], Text]],
    WithJsonSchema(
        {
            "description": "a dictionary of label to adjective, adverb, noun",
            "advice": "Write smug: {adverb: smugly}, for instance.",
        }
    ),
]
_Sentences = Annotated[
    Mapping[Text, _Texts],
    Field(min_length=1),
    WithJsonSchema(
        {
            "description": "a dictionary of label to a list of texts",
            "advice": "Write angry: [angry speech], for instance.",
        }
    ),
]
_KEYS = {
    "source": Text,
    "templates": _Texts,
    "words": _Words,
    "prompts": _Sentences,
}


@dataclass(frozen=True)
class PromptSet:
    """P prompts for every label.

    Arguments
    ---------
    templates : tuple of str
        P texts with fields; empty if there are prompts alone.
    words : dict
        Label to some of its forms.
    prompts : dict
        Label to P texts, which may have fields.
    name : str, optional
        None for templates that came as a list.

    Example
    -------
    >>> PromptSet(("{label} speech",)).size
    1
    """

    templates: tuple = ()
    words: dict = field(default_factory=dict)
    prompts: dict = field(default_factory=dict)
    name: str | None = None

    @property
    def size(self):
        """P."""
        return len(self.templates or next(iter(self.prompts.values())))


# What an option `prompts` may be.
Prompts = Annotated[
    _Texts | str | os.PathLike | PromptSet,
    WithJsonSchema(
        {
            "description": "the name of a prompt set, the path of one (.yaml), "
            "or a list of templates",
            "advice": "Write clsp, or ['{label} speech'], for instance.",
        }
    ),
]


def known_sets():
    """Names of the sets that come with the package.

    Returns
    -------
    list of str

    Example
    -------
    >>> known_sets()
    ['clap', 'clsp', 'labels', 'msclap', 'paper', 'paraclap', ...]
    """
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def find_prompts(prompts):
    """The set that an option ``prompts`` means.

    Arguments
    ---------
    prompts : str, Path, list of str or PromptSet
        A name, the path of a YAML file, or templates.

    Returns
    -------
    PromptSet

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If there is no such name, or a file or a template is not in order.

    Example
    -------
    >>> find_prompts("clsp").templates
    ('A speaker in a {adjective} tone.',)
    >>> find_prompts("clps")
    Traceback (most recent call last):
    ValueError: Expected prompts to be the name of a set, the path of one \
(.yaml), or a list of templates, but got 'clps'. Did you mean clsp? There is: \
clap, clsp, labels, msclap, paper and 4 more.
    """
    if isinstance(prompts, PromptSet):
        return prompts
    if isinstance(prompts, (str, os.PathLike)):
        name = os.fspath(prompts)
        if name.endswith(_ENDINGS):
            return _read(Path(name))
        if name in known_sets():
            return _read_known(name)
        raise ValueError(
            "Expected prompts to be the name of a set, the path of one "
            f"(.yaml), or a list of templates, but got {show(name)}. "
            + (f"Write [{name!r}]." if "{" in name else _offer_sets(name))
        )
    check("prompts", prompts, _Texts)
    for template in prompts:
        _check_fields(template, "", needed=True)
    return PromptSet(tuple(prompts))


def _offer_sets(name):
    return f"{offer(name, known_sets())}."


@cache
def _read_known(name):
    return _read(FOLDER / f"{name}.yaml")


def fields_of(text):
    """Names of a text's fields; what is no plain field is named otherwise.

    Example
    -------
    >>> sorted(fields_of("{noun} of a {label!r}")), fields_of("{noun")
    (['labelr', 'noun'], {''})
    """
    try:
        parts = [*string.Formatter().parse(text)]
    except ValueError:  # a bracket without its other
        return {""}
    named = [found for _, *found in parts if found[0] is not None]
    return {"".join(filter(None, found)) for found in named}


def _check_fields(text, where, needed):
    fields = fields_of(text)
    if fields - {*FIELDS} or needed and not fields:
        number = "one or more" if needed else "none but some"
        raise ValueError(
            f"Expected the prompt template {text!r}{where} to have {number} of "
            f"the fields {', '.join(f'{{{name}}}' for name in FIELDS)}, and no "
            "other. Write '{label} speech', for instance."
        )


def _read(path):
    """A file, checked."""
    if not path.is_file():
        raise FileNotFoundError(
            f"Expected a prompt set at {path}, but there is no such file. "
            f"{nearest_path(path)}Correct the path."
        )
    tree = parse_yaml(read_text(path), f"in {path}")
    _check_keys(tree, path)
    templates = tuple(map(str, tree.get("templates", ())))
    prompts = _by_family(tree.get("prompts", {}), "prompts", path)
    for template in templates:
        _check_fields(template, f" in {path}", needed=True)
    for label, texts in prompts.items():
        for text in texts:
            _check_fields(text, f" of {label!r} in {path}", needed=False)
    name = path.stem if path.parent == FOLDER else path.name
    words = _by_family(tree.get("words", {}), "words", path)
    found = PromptSet(templates, words, prompts, name)
    _check_sizes(found, path)
    return found


def _check_keys(tree, path):
    if not isinstance(tree, dict):
        raise ValueError(
            f"Expected a prompt set in {path} (source, templates …), but got "
            f"{show(tree)}. Write that."
        )
    for key, value in tree.items():
        if key not in _KEYS:
            raise ValueError(
                f"Expected keys of a prompt set in {path}, but got {key!r}. "
                f"{offer(str(key), _KEYS)}."
            )
        check(f"{key} in {path}", value, _KEYS[key])
    if "source" not in tree:
        raise ValueError(
            f"Expected `source` in {path}, but it is missing. Say where its "
            "prompts come from."
        )
    if not {"templates", "prompts"} & {*tree}:
        raise ValueError(
            f"Expected `templates` or `prompts` in {path}, but there is "
            "neither. Add templates: ['{label} speech'], for instance."
        )


def _by_family(entries, key, path):
    """Entries by the adjective of their label's family, as plain values."""
    found = {}
    for label, value in entries.items():
        if find_family(label) in found:
            raise ValueError(
                f"Expected `{key}` in {path} once for an emotion, but got "
                f"{label!r} and another word of its family. Leave one out."
            )
        plain = dict(value) if isinstance(value, dict) else [*value]
        found[find_family(label)] = plain
    return found


def _check_sizes(found, path):
    """The same number of prompts for all labels: they are averaged."""
    for label, texts in found.prompts.items():
        if len(texts) != found.size:
            of = "templates" if found.templates else "prompts of each label"
            raise ValueError(
                f"Expected {found.size} prompts of {label!r} in {path}, as "
                f"many as there are {of}, but got {len(texts)}. Add some, or "
                "leave some out."
            )
