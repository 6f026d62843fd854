"""What a definition may say: one YAML file of ``metadata/`` or of a user."""

import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from speechbrain_zsfuse.errors import offer
from speechbrain_zsfuse.loading.yaml_text import parse_yaml, read_text

METADATA = Path(__file__).parents[1] / "metadata"


class Definition(BaseModel):
    """What a corpus is like, as data.

    Example
    -------
    >>> find_definition("emodb").name
    'EmoDB'
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    name: str
    files: re.Pattern
    emotion: dict[str, str]
    gender: dict[str, str] = {}
    licence: str
    source: str
    languages: list[str]
    style: str
    label_source: str
    confounded: str | None = None


def find_definition(name):
    """A definition of the package by its name, or a file.

    Example
    -------
    >>> find_definition("emodbb")
    Traceback (most recent call last):
    ValueError: Expected a corpus of the package, or the path of a \
definition, but got 'emodbb'. Did you mean emodb? ...
    """
    path = METADATA / f"{name}.yaml"
    if not path.is_file():
        path = Path(name)
    if not path.is_file():
        known = sorted(p.stem for p in METADATA.glob("*.yaml"))
        raise ValueError(
            "Expected a corpus of the package, or the path of a definition, "
            f"but got {name!r}. {offer(str(name), known)}."
        )
    values = parse_yaml(read_text(path), f"in {path}")
    return Definition(key=path.stem, **values)
