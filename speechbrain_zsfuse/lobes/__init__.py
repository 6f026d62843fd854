"""Frozen audio-language models, one file each, all of one shape (`base.py`).

A name is imported when it is first used: listing the lobes loads no model
library.
"""

from importlib import import_module

_HOME = {"CLAP": "clap", "FrozenALM": "base"}

__all__ = sorted(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"{__name__} has no {name!r}; it has {__all__}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__():
    return __all__
