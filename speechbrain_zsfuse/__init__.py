"""ZS-Fuse for SpeechBrain: speech emotion recognition that fuses a trained
speech model with the zero-shot scores of a frozen audio-language model.

Importing the package loads no model library; names load when first used.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "SSLEncoder": "encoder",
    "ZeroShotScorer": "zeroshot",
    "ZSFuseBrain": "brain",
    "ZSFuseHead": "fusion",
}

__all__ = sorted(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"{__name__} has no {name!r}; it has {__all__}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__():
    return __all__
