"""A made-up corpus and tiny models, to see everything run on a laptop.

Voices from a formula act four emotions, in the layout of real corpora
(``make_ravdess``, ``make_iemocap``, ``make_msp_podcast``), and two small
models stand in for the large ones: a WavLM to fine-tune (``make_wavlm``) and
a CLAP that learned the emotions from captions of other made-up voices
(``make_clap``). What is measured on them says that the machinery works, and
nothing about human emotion. No network is needed.
"""

from speechbrain_zsfuse.synthetic.clap import make_clap
from speechbrain_zsfuse.synthetic.corpus import make_ravdess
from speechbrain_zsfuse.synthetic.iemocap import make_iemocap
from speechbrain_zsfuse.synthetic.msp_podcast import make_msp_podcast
from speechbrain_zsfuse.synthetic.wavlm import make_wavlm

__all__ = [
    "make_clap",
    "make_iemocap",
    "make_msp_podcast",
    "make_ravdess",
    "make_wavlm",
]
