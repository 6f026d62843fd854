"""How SpeechBrain's loaders come by a published model.

Its ``hyperparams.yaml`` is ``HYPERPARAMS``, its ``interface.py`` is
``INTERFACE``: of both, everything that differs from model to model is in
``config.json``. A YAML is a program to SpeechBrain; ``from_pretrained`` needs
neither file.
"""

from pathlib import Path

from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.inference.description import MODEL
from speechbrain_zsfuse.inference.sources import open_source

HYPERPARAMS = """\
# What SpeechBrain's loaders need (EmotionRecognizer.from_hparams and
# foreign_class); the model itself is described in config.json.
alm: null  # where its audio-language model lies, if elsewhere than it says
modules: {}
pretrainer: !new:speechbrain_zsfuse.inference.ModelPretrainer
    alm: !ref <alm>
"""
INTERFACE = '''\
"""For SpeechBrain: foreign_class(source, pymodule_file="interface.py",
classname="EmotionRecognizer")."""

from speechbrain_zsfuse.inference import open_loaded as EmotionRecognizer
'''


class ModelPretrainer:
    """Stands where SpeechBrain expects a ``Pretrainer``: it is told where the
    model comes from, and fetches all of it.

    Arguments
    ---------
    alm : str, optional
        See ``EmotionRecognizer.from_pretrained``.

    Example
    -------
    >>> ModelPretrainer().alm is None
    True
    """

    def __init__(self, alm=None):
        self.alm, self.savedir, self.opened = alm, None, None

    def set_collect_in(self, path=None):
        """Where to put what is downloaded; None: the cache of the hub."""
        self.savedir = path

    def collect_files(self, default_source=None, fetch_config=None, **_):
        """Fetch the model of a folder or a hub id."""
        revision = getattr(fetch_config, "revision", None)
        self.opened = open_source(default_source, revision, self.savedir)

    def load_collected(self):
        """Nothing: ``open_loaded`` builds the model with its weights."""


def is_run(source):
    """Whether a source is the folder of a run of a recipe.

    Example
    -------
    >>> is_run(getfixture("tmpdir"))
    False
    """
    return (Path(source) / MODEL).is_file()


def alm_of(overrides):
    """Of what SpeechBrain calls overrides, the one that a run can take.

    Arguments
    ---------
    overrides : dict or None

    Returns
    -------
    str or None

    Raises
    ------
    ValueError
        If there are others.

    Example
    -------
    >>> alm_of({"lr": 1})
    Traceback (most recent call last):
    ValueError: Expected `alm` alone in `overrides`, but got lr: a trained \
model is what its run made it. Leave it out.
    """
    others = sorted({*(overrides or {})} - {"alm"})
    if others:
        raise ValueError(
            f"Expected `alm` alone in `overrides`, but got {list_names(others)}"
            ": a trained model is what its run made it. Leave it out."
        )
    return (overrides or {}).get("alm")


def device_of(run_opts):
    """Device of SpeechBrain's run options; None: the default.

    Example
    -------
    >>> device_of({"device": "cpu"}), device_of(None)
    ('cpu', None)
    """
    return (run_opts or {}).get("device")
