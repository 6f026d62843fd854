"""Published sets of corpora that are crossed, by name: each a YAML file in
``corpora/metadata/sets/`` that says where it stands in the literature.
"""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

import speechbrain_zsfuse
from speechbrain_zsfuse.loading.yaml_text import parse_yaml, read_text
from speechbrain_zsfuse.options import Count, Text, check

_PACKAGE = Path(speechbrain_zsfuse.__file__).parent
_FOLDER = _PACKAGE / "corpora" / "metadata" / "sets"
SETS = tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


class Member(BaseModel):
    """What a set says of a corpus; see ``CrossCorpus``.

    Example
    -------
    >>> Member(labels="four").clips
    'whole'
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    labels: Text
    clips: Literal["whole", "test"] = "whole"
    part: Text | None = None
    per_class: Count | None = None
    speakers: Count | None = None


def find_set(name):
    """The corpora of a set.

    Arguments
    ---------
    name : str

    Returns
    -------
    dict
        Key of each corpus to its Member.

    Example
    -------
    >>> find_set("emobox")["savee"].speakers
    4
    >>> [member.labels for member in find_set("voxemo").values()]
    ['six', 'four', 'seven', 'eight']
    """
    check("set", name, Literal[SETS])
    path = _FOLDER / f"{name}.yaml"
    tree = parse_yaml(read_text(path), f"in {path}")
    common = {k: tree[k] for k in ("labels", "per_class") if k in tree}
    return {key: Member(**common | own) for key, own in tree["corpora"].items()}
