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
Balance = Annotated[Number, Field(ge=0, le=1)]  # see ``several/balancing.py``
# What the training loop reads.
LOOP_KINDS = {
    "seed": Seed,
    "number_of_epochs": Count,
    "schedule": Schedule,
    "warmup": Share,
    "layer_decay": Annotated[Number, Field(gt=0, le=1)],
    "max_grad_norm": GradientNorm,
    "nonfinite_patience": Natural,
    "grad_accumulation_factor": Count,
    "precision": Literal["fp32", "fp16", "bf16"],
}
KINDS = {
    **LOOP_KINDS,
    "labels": Labels,
    "lr": Positive,
    "weight_decay": NotNegative,
}


def check_training(brain):
    """Raise a ValueError unless what a Brain reads is what it may be.

    Arguments
    ---------
    brain : Brain
        With ``kinds``: name to kind of what it reads. These are looked at in
        its ``hparams``, if it has some, and among its run options; whatever
        else is there is its user's own.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> hparams = SimpleNamespace(warmup=1, lr={"encoder": 1e-5})
    >>> check_training(SimpleNamespace(hparams=hparams, kinds=LOOP_KINDS))
    Traceback (most recent call last):
    ValueError: Expected `warmup` to be a number in [0, 1), but got 1.
    """
    values = vars(getattr(brain, "hparams", brain)) | vars(brain)
    for name, kind in brain.kinds.items():
        if name in values:
            check(name, values[name], kind)
