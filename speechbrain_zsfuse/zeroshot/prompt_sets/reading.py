"""From a YAML file to a prompt set, or to a sentence why there is none."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from speechbrain_zsfuse.corpora.words.families import find_family
from speechbrain_zsfuse.errors import offer, show
from speechbrain_zsfuse.folders import nearest_path
from speechbrain_zsfuse.loading.yaml_text import parse_yaml, read_text
from speechbrain_zsfuse.options import Text, check
from speechbrain_zsfuse.zeroshot.prompt_sets.prompt_set import (
    ENGLISH,
    FORMS,
    PromptSet,
    Texts,
    check_fields,
)

FOLDER = Path(__file__).parent
_Forms = Annotated[
    Mapping[Literal[FORMS], Text],
    WithJsonSchema(
        {
            "description": "a dictionary of adjective, adverb, noun to a word",
            "advice": "Write {adverb: smugly}, for instance.",
        }
    ),
]
_Words = Annotated[
    Mapping[Text, _Forms],
    WithJsonSchema(
        {
            "description": "a dictionary of label to adjective, adverb, noun",
            "advice": "Write smug: {adverb: smugly}, for instance.",
        }
    ),
]
_Sentences = Annotated[
    Mapping[Text, Texts],
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
    "language": Text,
    "templates": Texts,
    "words": _Words,
    "prompts": _Sentences,
}
_ENTRIES = {"words": _Forms, "prompts": Texts}  # of one label


def read_set(path):
    """Read and check a file.

    Arguments
    ---------
    path : Path

    Returns
    -------
    PromptSet
        Named by the file, or, if it is of this folder, without its ending.

    Raises
    ------
    FileNotFoundError
        If it is not there.
    ValueError
        If it is not in order; file and key are named.

    Example
    -------
    >>> read_set(FOLDER / "labels.yaml").templates
    ('{label}',)
    """
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
        check_fields(template, f" in {path}", needed=True)
    for label, texts in prompts.items():
        for text in texts:
            check_fields(text, f" of {label!r} in {path}", needed=False)
    name = path.stem if path.parent == FOLDER else path.name
    words = _by_family(tree.get("words", {}), "words", path)
    source, language = str(tree["source"]), tree.get("language", ENGLISH)
    found = PromptSet(templates, words, prompts, name, source, str(language))
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
        if key in _ENTRIES and isinstance(value, dict):
            for label, entry in value.items():
                check(f"{key}.{label} in {path}", entry, _ENTRIES[key])
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
