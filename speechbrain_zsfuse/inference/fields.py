"""What the description of a model must hold, whoever wrote it.

What the options of its parts are is for their classes to say.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema
from typing_extensions import TypedDict

from speechbrain_zsfuse.errors import show
from speechbrain_zsfuse.options import (
    Labels,
    Positive,
    Repeats,
    Sha256,
    Text,
    check,
)
from speechbrain_zsfuse.zeroshot.ensembles import Ensemble, Weights
from speechbrain_zsfuse.zeroshot.prompts import Scope

_MOST_PROMPTS = 1000  # of an emotion; each is read by the text tower
_DUAL_ENCODER = "dual encoder"  # what can score any recording


def _ordered(pair):
    if pair[0] > pair[1]:
        raise ValueError("the longest first")
    return pair


Part = TypedDict("Part", {"class": Text})
Row = Annotated[list[Text], Field(min_length=2)]
ScoreMaker = TypedDict(
    "ScoreMaker",
    {
        "class": Text,
        "options": Mapping | None,
        "fingerprint": Sha256,
        "labels": Labels,
        "prompts": Annotated[
            list[Row],
            Field(min_length=1, max_length=_MOST_PROMPTS),
            WithJsonSchema(
                {"description": f"a list of 1 to {_MOST_PROMPTS} rows of texts"}
            ),
        ],
        "prompt_set": str | None,
        "audio_repeats": Repeats,
        "text_repeats": Repeats,
        "scope": Scope,
        "ensemble": Ensemble,
        "weights": Weights | None,
    },
)
KINDS = {
    "labels": Labels,
    "encoder": Part,
    "pooling": Part,
    "head": Part,
    "fallback": bool,
    "score_source": ScoreMaker | None,
    "durations": Annotated[
        list[Positive],
        Field(min_length=2, max_length=2),
        AfterValidator(_ordered),
        WithJsonSchema(
            {"description": "seconds of the shortest and the longest clip"}
        ),
    ]
    | None,
}


def check_description(description, path):
    """Raise a ValueError if a model is described in a way that makes no sense.

    Arguments
    ---------
    description : dict
        See ``Source``.
    path : str or Path
        Where it is said, for the error.

    Example
    -------
    >>> check_description({"labels": ["sad"]}, "config.json")
    Traceback (most recent call last):
    ValueError: Expected `labels` to be a list of at least two different \
labels, but got ['sad']. Write [angry, sad], for instance. It is said in \
config.json: take another copy of the model.
    """
    try:
        for name, kind in KINDS.items():
            if name == "score_source":
                _check_kind(description.get(name))
            if name in description:
                check(name, description[name], kind)
        _check_scores(description)
    except ValueError as error:
        raise ValueError(
            f"{error} It is said in {path}: take another copy of the model."
        ) from error


def _check_kind(facts):
    """Other scores than those of a dual encoder are made by their recipe."""
    kind = facts.get("kind") if isinstance(facts, Mapping) else _DUAL_ENCODER
    if kind != _DUAL_ENCODER:
        raise ValueError(
            "Expected a model without zero-shot scores, or with those of a "
            f"{_DUAL_ENCODER}, but got one with those of a {show(kind)}, which "
            "its recipe alone can make."
        )


def _check_scores(description):
    """The scores are of the model's labels, and so is each row of prompts."""
    facts, labels = description.get("score_source"), description["labels"]
    if facts is None:
        return
    if list(facts["labels"]) != list(labels):
        raise ValueError(
            f"Expected `score_source.labels` to be {show(labels)}, as "
            f"`labels`, but got {show(facts['labels'])}."
        )
    if {len(row) for row in facts["prompts"]} != {len(labels)}:
        raise ValueError(
            f"Expected a text for each of {show(labels)} in every row of "
            f"`score_source.prompts`, but got {show(facts['prompts'])}."
        )


def check_classes(head, labels, path):
    """Raise a ValueError if a head says how many classes it tells apart, and
    has another number of labels.

    Arguments
    ---------
    head : torch.nn.Module
    labels : list of str
    path : str or Path
        Where these are said, for the error.

    Example
    -------
    >>> from speechbrain_zsfuse.fusion import ZSFuseHead
    >>> check_classes(ZSFuseHead(8, 4), ["sad", "angry"], "config.json")
    Traceback (most recent call last):
    ValueError: Expected 4 labels in config.json, one for each class of its \
ZSFuseHead, but got ['sad', 'angry']. Take another copy of the model.
    """
    count = getattr(head, "n_classes", len(labels))
    if count != len(labels):
        raise ValueError(
            f"Expected {count} labels in {path}, one for each class of its "
            f"{type(head).__name__}, but got {show(labels)}. Take another copy "
            "of the model."
        )
