"""The sentences that an audio-language model compares a clip with.

Templates are plain strings, so they can be shown, saved and hashed; this file
knows no model. The three forms and the word "instances" are those of the
ZS-Fuse paper, section II.B.
"""

import hashlib
import json
import string
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, WithJsonSchema

from speechbrain_zsfuse.options import Repeats, Text, checked
from speechbrain_zsfuse.zeroshot.words import find_words, make_words

PAPER_TEMPLATES = (
    "{adjective} speech",
    "a person speaking {adverb}",
    "{noun} in the voice",
)

Templates = Annotated[
    Sequence[Text],
    Field(min_length=1),
    WithJsonSchema(
        {
            "description": "a list of prompt templates",
            "advice": "Write ['{label} speech'], for instance.",
        }
    ),
]
_FORMS = ("adjective", "adverb", "noun")


def build_prompts(labels, templates=PAPER_TEMPLATES, repeats=1):
    """Every template for every label.

    Arguments
    ---------
    labels : list of str
        E emotion words, in the order of the classes.
    templates : list of str
        P strings with the fields ``{label}`` (the word as it is) or
        ``{adjective}``, ``{adverb}`` and ``{noun}`` of its emotion; see
        ``words.py``, also for labels that have none (``labels_without_words``).
    repeats : int
        Text amplification t: see ``amplify``.

    Returns
    -------
    list of list of str
        P rows of E prompts.

    Raises
    ------
    ValueError
        If a template has no field or an unknown one, or if two labels have the
        same prompts.

    Example
    -------
    >>> build_prompts(["angry", "sad"], PAPER_TEMPLATES[:2])
    [['angry speech', 'sad speech'], \
['a person speaking angrily', 'a person speaking sadly']]
    >>> build_prompts(["Bored"], ["a {label} voice"], repeats=3)
    [['3 instances of a Bored voice']]
    """
    prompts = [
        [amplify(_fill(template, label), repeats) for label in labels]
        for template in templates
    ]
    _check_apart(labels, prompts)
    return prompts


def labels_without_words(labels, templates=PAPER_TEMPLATES):
    """Labels for which templates ask for a form that nobody wrote down.

    Arguments
    ---------
    labels, templates : list of str
        See ``build_prompts``.

    Returns
    -------
    list of str
        Their prompts are made of the bare word.

    Example
    -------
    >>> labels_without_words(["angry", "smug"])
    ['smug']
    >>> labels_without_words(["angry", "smug"], ["{label} speech"])
    []
    """
    asked = any(_fields(template) & {*_FORMS} for template in templates)
    return [label for label in labels if asked and not find_words(label)]


@checked
def amplify(prompt, repeats: Repeats):
    """Say a prompt of ``repeats`` instances (paper, section II.B).

    For the form "<emotion> speech" this is the paper's wording; the paper
    leaves the other forms open and we put the words before the whole phrase.

    Example
    -------
    >>> amplify("angry speech", 1), amplify("angry speech", 3)
    ('angry speech', '3 instances of angry speech')
    """
    return prompt if repeats == 1 else f"{repeats} instances of {prompt}"


def prompts_hash(prompts):
    """Name a prompt set in 64 hexadecimal digits; order counts.

    Example
    -------
    >>> prompts_hash([["angry speech", "sad speech"]])[:8]
    '2e042c62'
    """
    return hashlib.sha256(json.dumps(prompts).encode()).hexdigest()


def _fields(template):
    """Its fields, with what formats them: that makes them unknown ones."""
    try:
        parts = [*string.Formatter().parse(template)]
    except ValueError:  # a bracket without its other
        return set()
    named = [field for _, *field in parts if field[0] is not None]
    return {"".join(filter(None, field)) for field in named}


def _fill(template, label):
    forms = find_words(label) or make_words(label)
    words = {"label": label} | dict(zip(_FORMS, forms))
    fields = _fields(template)
    if not fields or fields - set(words):
        raise ValueError(
            f"Expected the prompt template {template!r} to have one or more of "
            f"the fields {', '.join(f'{{{word}}}' for word in words)}, and no "
            "other. Write '{label} speech', for instance."
        )
    return template.format(**words)


def _check_apart(labels, prompts):
    """Equal prompts give equal scores: two classes nobody can tell apart."""
    known = {}
    for label, column in zip(labels, zip(*prompts)):
        other = known.setdefault(column, label)
        if other != label:
            raise ValueError(
                "Expected labels that differ in their prompts, but "
                f"{other!r} and {label!r} are words of one emotion: both "
                f"become {column[0]!r}. Merge them, or use templates with "
                "{label}."
            )
