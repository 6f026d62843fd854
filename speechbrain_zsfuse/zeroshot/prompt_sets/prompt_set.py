"""What a prompt set is, and what fields its texts may have."""

import string
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field, WithJsonSchema

from speechbrain_zsfuse.options import Text

FORMS = ("adjective", "adverb", "noun")
FIELDS = ("label", *FORMS)
ENGLISH = "English"  # the language of words.py
Texts = Annotated[
    Sequence[Text],
    Field(min_length=1),
    WithJsonSchema(
        {
            "description": "a list of texts",
            "advice": "Write ['{label} speech'], for instance.",
        }
    ),
]


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
    name, source : str, optional
        None for templates that came as a list.
    language : str
        Forms that ``words`` lacks are taken from ``words.py`` if it is English.

    Example
    -------
    >>> PromptSet(("{label} speech",)).size
    1
    """

    templates: tuple = ()
    words: dict = field(default_factory=dict)
    prompts: dict = field(default_factory=dict)
    name: str | None = None
    source: str | None = None
    language: str = ENGLISH

    @property
    def size(self):
        """P."""
        return len(self.templates or next(iter(self.prompts.values())))


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


def check_fields(text, where, needed):
    """Raise a ValueError unless a text can be filled.

    Arguments
    ---------
    text : str
    where : str
        What it is a text of, for the error; begins with a blank.
    needed : bool
        Whether it must have a field.

    Example
    -------
    >>> check_fields("{who} speaks", " in a.yaml", needed=True)
    Traceback (most recent call last):
    ValueError: Expected the prompt template '{who} speaks' in a.yaml to have \
one or more of the fields {label}, {adjective}, {adverb}, {noun}, and no \
other. Write '{label} speech', for instance.
    """
    fields = fields_of(text)
    if fields - {*FIELDS} or needed and not fields:
        those = ", ".join(f"{{{name}}}" for name in FIELDS)
        rule, advice = (
            f"one or more of the fields {those}, and no other",
            "Write '{label} speech', for instance.",
        )
        if not needed:
            rule = f"no fields but {those}"
            advice = "Write {{ and }} for brackets that are no field."
        raise ValueError(
            f"Expected the prompt template {text!r}{where} to have {rule}. "
            f"{advice}"
        )
