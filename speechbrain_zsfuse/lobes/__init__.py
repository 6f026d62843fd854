"""Frozen audio-language models, one file each, all of one shape (`base.py`).

A new file here is found by itself: its model is imported under the name of
the class when it is first used. Listing the lobes loads no model library.
"""

import re
from importlib import import_module
from pathlib import Path

# Class -> file, read off the files themselves.
_HOME = {"FrozenALM": "base"} | {
    name: path.stem
    for path in sorted(Path(__file__).parent.glob("[!_]*.py"))
    for name in re.findall(
        r"^class (\w+)\(FrozenALM\):",
        path.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
}

__all__ = sorted(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"{__name__} has no {name!r}; it has {__all__}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__():
    return __all__
