"""Late fusion heads: a pooled vector and zero-shot scores in, logits out.

All have one interface, ``(h [B, D], s [B, E] or None) -> logits [B, E]``.
"""

from typing import TYPE_CHECKING

from speechbrain_zsfuse.door import open_door

if TYPE_CHECKING:
    from speechbrain_zsfuse.fusion.base import FusionHead as FusionHead
    from speechbrain_zsfuse.fusion.concatenation import (
        ScaledConcatenation as ScaledConcatenation,
        ZSFuseHead as ZSFuseHead,
    )
    from speechbrain_zsfuse.fusion.logits import (
        GatedLogitAddition as GatedLogitAddition,
        LogLinearPooling as LogLinearPooling,
    )

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "FusionHead": "base",
        "GatedLogitAddition": "logits",
        "LogLinearPooling": "logits",
        "ScaledConcatenation": "concatenation",
        "ZSFuseHead": "concatenation",
    },
)
