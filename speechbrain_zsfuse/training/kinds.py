"""What the options of training may be: those a Brain finds in its hparams,
and SpeechBrain's run options that mean something else here."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from speechbrain_zsfuse.options import (
    Count,
    Labels,
    Natural,
    NotNegative,
    Number,
    Positive,
    Seed,
    Share,
    check,
)
from speechbrain_zsfuse.training.schedules import Schedule


def _not_zero(value):
    if value == 0:
        raise ValueError("zero")
    return value


# No gradient is left by a norm of 0.
GradientNorm = Annotated[
    Number,
    AfterValidator(_not_zero),
    WithJsonSchema({"description": "a number above 0, or -1 for no limit"}),
]
KINDS = {
    "labels": Labels,
    "seed": Seed,
    "number_of_epochs": Count,
    "lr": Positive,
    "schedule": Schedule,
    "warmup": Share,
    "layer_decay": Annotated[Number, Field(gt=0, le=1)],
    "weight_decay": NotNegative,
    "max_grad_norm": GradientNorm,
    "nonfinite_patience": Natural,
    "grad_accumulation_factor": Count,
    "precision": Literal["fp32", "fp16", "bf16"],
}


def check_training(brain):
    """Raise a ValueError unless a Brain's options are what they may be.

    Arguments
    ---------
    brain : Brain
        Its ``hparams``, if it has some, and its run options are looked at.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> check_training(SimpleNamespace(hparams=SimpleNamespace(warmup=1)))
    Traceback (most recent call last):
    ValueError: Expected `warmup` to be a number in [0, 1), but got 1.
    """
    values = vars(getattr(brain, "hparams", brain)) | vars(brain)
    for name in KINDS.keys() & values.keys():
        check(name, values[name], KINDS[name])
