"""The sentences that an audio-language model compares a clip with.

Pure functions from labels and a prompt set (``prompt_sets/``) to plain
strings, which can be shown, saved and hashed; this file knows no model. The
word "instances" is that of the ZS-Fuse paper, section II.B.
"""

import hashlib
import json
import logging
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from speechbrain_zsfuse.corpora.words.families import find_family
from speechbrain_zsfuse.options import Repeats, Text, checked
from speechbrain_zsfuse.zeroshot.prompt_sets.finding import (
    Prompts,
    find_prompts,
)
from speechbrain_zsfuse.zeroshot.prompt_sets.prompt_set import (
    ENGLISH,
    FORMS,
    fields_of,
)
from speechbrain_zsfuse.zeroshot.words import find_words, make_words

logger = logging.getLogger(__name__)

PAPER = "paper"
PAPER_TEMPLATES = find_prompts(PAPER).templates
# What is said to be N instances: the paper's text has a phrase, its Fig. 1 the
# word for the emotion. For "{adjective} speech" they are the same.
Scope = Literal["phrase", "word"]
_Words = Annotated[
    Sequence[Text],
    Field(min_length=1),
    WithJsonSchema(
        {
            "description": "a list of emotion words",
            "advice": "Write [angry, sad], for instance.",
        }
    ),
]


@checked
def build_prompts(
    labels: _Words,
    prompts: Prompts = PAPER,
    repeats: Repeats = 1,
    scope: Scope = "phrase",
):
    """Every prompt of a set for every label.

    Arguments
    ---------
    labels : list of str
        E emotion words, in the order of the classes.
    prompts : str, Path, list of str or PromptSet
        The name of a set, the path of one, or P templates with the fields
        ``{label}`` (the word as it is) or ``{adjective}``, ``{adverb}`` and
        ``{noun}`` of its emotion; see ``prompt_sets/``, and ``words.py`` for
        labels that have none (``labels_without_words``).
    repeats : int
        Text amplification t, 1 to 100: see ``amplify``.
    scope : str
        What is said to be t instances: "phrase" or "word".

    Returns
    -------
    list of list of str
        P rows of E prompts.

    Raises
    ------
    FileNotFoundError, ValueError
        See ``find_prompts``; if a label has no prompts, or the same as another
        one; or if the word of a prompt without fields should be repeated.

    Example
    -------
    >>> build_prompts(["angry", "sad"], PAPER_TEMPLATES[:2])
    [['angry speech', 'sad speech'], \
['a person speaking angrily', 'a person speaking sadly']]
    >>> build_prompts(["Bored"], ["a {label} voice"], repeats=3)
    [['3 instances of a Bored voice']]
    >>> build_prompts(["Bored"], ["a {label} voice"], 3, scope="word")
    [['a 3 instances of Bored voice']]
    """
    chosen = find_prompts(prompts)
    columns = [
        [
            _fill(text, label, chosen, repeats, scope)
            for text in _texts_of(label, chosen)
        ]
        for label in labels
    ]
    _check_apart(labels, columns)
    return [list(row) for row in zip(*columns)]


def labels_without_words(labels, prompts=PAPER):
    """Labels for which prompts ask for a form that nobody wrote down.

    Arguments
    ---------
    labels, prompts
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
    chosen = find_prompts(prompts)

    def lacks(label):
        words = chosen.words.get(find_family(label))
        given = {"adjective", *words} if words else set()
        texts = _texts_of(label, chosen)
        asked = set().union(*map(fields_of, texts)) & {*FORMS}
        return asked - given and not find_words(label)

    return [label for label in labels if lacks(label)]


def note_bare_labels(labels, prompts, prompt_set):
    """Warn of labels whose prompts are made of the bare word.

    Arguments
    ---------
    labels : list of str
    prompts : list of list of str
        What ``build_prompts`` made of them.
    prompt_set : PromptSet

    Example
    -------
    >>> note_bare_labels(["sad"], [["sad speech"]], find_prompts("paper"))
    """
    for label in labels_without_words(labels, prompt_set):
        column = [row[labels.index(label)] for row in prompts]
        logger.warning(
            "No adverb and noun of %r are known: its prompts are %s.",
            label,
            ", ".join(map(repr, column)),
        )


@checked
def amplify(prompt, repeats: Repeats):
    """Say a phrase, or a word, of ``repeats`` instances (paper, section II.B).

    For the form "<emotion> speech" this is the paper's wording; the paper
    leaves the other forms open. Its text replaces the phrase, its Fig. 1 the
    word: "3 instances of a person speaking angrily", or "a person speaking 3
    instances of angrily".

    Example
    -------
    >>> amplify("angry speech", 1), amplify("angry speech", 3)
    ('angry speech', '3 instances of angry speech')
    """
    return prompt if repeats == 1 else f"{repeats} instances of {prompt}"


def prompts_hash(prompts):
    """Name the prompts of some labels in 64 hexadecimal digits; order counts.

    Example
    -------
    >>> prompts_hash([["angry speech", "sad speech"]])[:8]
    '2e042c62'
    """
    return hashlib.sha256(json.dumps(prompts).encode()).hexdigest()


def _texts_of(label, chosen):
    """What a set says of a label, fields not filled."""
    texts = chosen.prompts.get(find_family(label), chosen.templates)
    if not texts:
        raise ValueError(
            f"Expected prompts of {label!r} in the prompt set {chosen.name}, "
            f"but it has those of {', '.join(chosen.prompts)} alone. Add "
            f"{label}: […] to `prompts` of a copy of it, or use a set with "
            "templates, which fit any label: paper, for instance."
        )
    return texts


def _fill(text, label, chosen, repeats, scope):
    words = {"label": label} | _forms(text, label, chosen)
    if scope == "phrase":
        return amplify(text.format(**words), repeats)
    if repeats > 1 and not fields_of(text):
        raise ValueError(
            f"Expected a field in the prompt {text!r} of {label!r} (prompt set "
            f"{chosen.name}), since scope is word, but it has none: there is "
            "no word to say several instances of. Write {adjective}, {adverb}, "
            "{noun} or {label} in it, or set scope to phrase."
        )
    return text.format(
        **{name: amplify(word, repeats) for name, word in words.items()}
    )


def _forms(text, label, chosen):
    """Forms of a label, those of the set first."""
    given = chosen.words.get(find_family(label), {})
    if chosen.language == ENGLISH:
        english = find_words(label) or make_words(label)
        return dict(zip(FORMS, english)) | given
    if lacking := sorted((fields_of(text) & {*FORMS}) - {*given}):
        raise ValueError(
            f"Expected the {' and '.join(lacking)} of {label!r} in the prompt "
            f"set {chosen.name}, whose language is {chosen.language}, but its "
            f"`words` have none. Add {label}: {{{lacking[0]}: …}} to them, or "
            "write {label} in its templates."
        )
    return given


def _check_apart(labels, columns):
    """Equal prompts give equal scores: two classes nobody can tell apart."""
    known = {}
    for label, column in zip(labels, map(tuple, columns)):
        other = known.setdefault(column, label)
        if other != label:
            raise ValueError(
                "Expected labels that differ in their prompts, but "
                f"{other!r} and {label!r} are words of one emotion: both "
                f"become {column[0]!r}. Merge them, or use templates with "
                "{label}."
            )
