"""Which prompt set an option means: a name, a path, or templates themselves."""

import os
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import WithJsonSchema

from speechbrain_zsfuse.errors import offer, show
from speechbrain_zsfuse.options import check
from speechbrain_zsfuse.zeroshot.prompt_sets.prompt_set import (
    PromptSet,
    Texts,
    check_fields,
)
from speechbrain_zsfuse.zeroshot.prompt_sets.reading import FOLDER, read_set

_ENDINGS = (".yaml", ".yml")
# What an option `prompts` may be.
Prompts = Annotated[
    Texts | str | os.PathLike | PromptSet,
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
            return read_set(Path(name))
        if name in known_sets():
            return _read_known(name)
        raise ValueError(
            "Expected prompts to be the name of a set, the path of one "
            f"(.yaml), or a list of templates, but got {show(name)}. "
            + (f"Write [{name!r}]." if "{" in name else _offer_sets(name))
        )
    check("prompts", prompts, Texts)
    for template in prompts:
        check_fields(template, "", needed=True)
    return PromptSet(tuple(prompts))


def _offer_sets(name):
    return f"{offer(name, known_sets())}."


@cache
def _read_known(name):
    return read_set(FOLDER / f"{name}.yaml")
