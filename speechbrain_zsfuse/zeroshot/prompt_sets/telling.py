"""Prompt sets as text, for people: ``zsfuse prompts``."""

import textwrap

from speechbrain_zsfuse.zeroshot.prompt_sets.finding import (
    find_prompts,
    known_sets,
)
from speechbrain_zsfuse.zeroshot.prompts import build_prompts

_WIDTH = 80


def tell_prompts(prompts=None, labels=None):
    """What one set, or each that has a name, says of some labels.

    Arguments
    ---------
    prompts : str or Path, optional
        Name or path of a set; default: all that have names.
    labels : list of str, optional
        Default: templates are told as they are.

    Returns
    -------
    str

    Raises
    ------
    FileNotFoundError, ValueError
        See ``build_prompts``.

    Example
    -------
    >>> print(tell_prompts("paraclap", ["sad", "disgust"]))
    paraclap
      ParaCLAP, github.com/KeiKinn/ParaCLAP at 5a52617,
      evaluation/evaluate_ravdess.py: neutral, calm, happy, sad, angry, fearful,
      disgust, surprised. Other words follow (ours).
      sad:
        sad
      disgust:
        disgust
    """
    names = known_sets() if prompts is None else [prompts]
    return "\n\n".join(_tell(find_prompts(name), labels) for name in names)


def _tell(found, labels):
    indent = {"initial_indent": "  ", "subsequent_indent": "  "}
    lines = [
        found.name,
        textwrap.fill(found.source, _WIDTH, break_on_hyphens=False, **indent),
    ]
    if labels:
        said = dict(zip(labels, zip(*build_prompts(labels, found))))
    else:
        said = {"any emotion": found.templates} if found.templates else {}
        said |= found.prompts
    for label, texts in said.items():
        lines += [f"  {label}:", *(f"    {text}" for text in texts)]
    return "\n".join(lines)
