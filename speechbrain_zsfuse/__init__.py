"""ZS-Fuse for SpeechBrain: speech emotion recognition that fuses a trained
speech model with the zero-shot scores of a frozen audio-language model.

Importing the package loads no model library; names load when first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from speechbrain_zsfuse.door import open_door

if TYPE_CHECKING:
    from speechbrain_zsfuse.encoders.ssl import SSLEncoder as SSLEncoder
    from speechbrain_zsfuse.experiment.configuration.composition import (
        base as base,
    )
    from speechbrain_zsfuse.fusion.concatenation import (
        ZSFuseHead as ZSFuseHead,
    )
    from speechbrain_zsfuse.inference.recognizer import (
        EmotionRecognizer as EmotionRecognizer,
    )
    from speechbrain_zsfuse.training.brain import ZSFuseBrain as ZSFuseBrain
    from speechbrain_zsfuse.zeroshot.scorer import (
        ZeroShotScorer as ZeroShotScorer,
    )

__version__ = "0.1.0"

# Where YAMLs saved before 0.1.0 look for a class; until 0.2.
_MOVED = {
    "checkpoints": "training.checkpoints",
    "encoder": "encoders.ssl",
    "filterbank": "encoders.filterbank",
}

_load, __dir__, __all__ = open_door(
    __name__,
    {
        "EmotionRecognizer": "inference.recognizer",
        "SSLEncoder": "encoders.ssl",
        "ZSFuseBrain": "training.brain",
        "ZSFuseHead": "fusion.concatenation",
        "ZeroShotScorer": "zeroshot.scorer",
        "base": "experiment.configuration.composition",
    },
)


def __getattr__(name):
    if name in _MOVED:
        return import_module(f"{__name__}.{_MOVED[name]}")
    return _load(name)
