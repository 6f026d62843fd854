"""From the prompts of a model to templates, which can be edited on the page."""

from speechbrain_zsfuse.zeroshot.prompt_sets.prompt_set import FORMS
from speechbrain_zsfuse.zeroshot.prompts import build_prompts
from speechbrain_zsfuse.zeroshot.words import find_words, make_words


def find_templates(labels, prompts):
    """Templates that say what a model says.

    Arguments
    ---------
    labels : list of str
        E emotion words.
    prompts : list of list of str
        P rows of E prompts.

    Returns
    -------
    list of str
        P of them; none if a prompt comes from no template.

    Example
    -------
    >>> said = [
    ...     "3 instances of anger in speech",
    ...     "3 instances of joy in speech",
    ... ]
    >>> find_templates(["angry", "joyful"], [said])
    ['3 instances of {noun} in speech']
    >>> find_templates(["angry", "joyful"], [["shouting", "laughing"]])
    []
    """
    found = [_template_of(labels, row) for row in prompts]
    return found if all(found) else []


def _template_of(labels, row):
    """What gives a row of prompts, or None."""
    text = row[0].replace("{", "{{").replace("}", "}}")
    forms = zip(FORMS, find_words(labels[0]) or make_words(labels[0]))
    for field, form in [*forms, ("label", labels[0])]:
        template = text.replace(form, f"{{{field}}}")
        if form in text and build_prompts(labels, [template]) == [row]:
            return template
    return None
