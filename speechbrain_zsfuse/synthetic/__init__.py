"""A made-up corpus and tiny models, to see everything run on a laptop.

Voices from a formula act four emotions, in the layout of RAVDESS
(``make_ravdess``), and two small models stand in for the large ones: a WavLM
to fine-tune (``make_wavlm``) and a CLAP that learned the emotions from
captions of other made-up voices (``make_clap``). What is measured on them
says that the machinery works, and nothing about human emotion. No network is
needed.
"""

from typing import TYPE_CHECKING

from speechbrain_zsfuse.door import open_door

if TYPE_CHECKING:
    from speechbrain_zsfuse.synthetic.clap import make_clap as make_clap
    from speechbrain_zsfuse.synthetic.corpus import (
        make_ravdess as make_ravdess,
        write_audio as write_audio,
    )
    from speechbrain_zsfuse.synthetic.voice import speak as speak
    from speechbrain_zsfuse.synthetic.wavlm import make_wavlm as make_wavlm

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "make_clap": "clap",
        "make_ravdess": "corpus",
        "make_wavlm": "wavlm",
        "speak": "voice",
        "write_audio": "corpus",
    },
)
