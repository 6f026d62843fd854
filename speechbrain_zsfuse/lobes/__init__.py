"""Frozen audio-language models, one file each, all of one shape (`base.py`)."""

from typing import TYPE_CHECKING

from speechbrain_zsfuse.door import open_door

if TYPE_CHECKING:
    from speechbrain_zsfuse.lobes.base import FrozenALM as FrozenALM
    from speechbrain_zsfuse.lobes.clap import CLAP as CLAP
    from speechbrain_zsfuse.lobes.clsp import CLSP as CLSP
    from speechbrain_zsfuse.lobes.paraclap import ParaCLAP as ParaCLAP
    from speechbrain_zsfuse.lobes.reclap import ReCLAP as ReCLAP

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "CLAP": "clap",
        "CLSP": "clsp",
        "FrozenALM": "base",
        "ParaCLAP": "paraclap",
        "ReCLAP": "reclap",
    },
)
