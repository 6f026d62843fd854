"""The models of a study, loaded; and what each of them can hear."""

from typing import NamedTuple

from hyperpyyaml import load_hyperpyyaml

from speechbrain_zsfuse.corpora.lengths import length_problems
from speechbrain_zsfuse.errors import shorten
from speechbrain_zsfuse.evaluation.amplification.cells import DEFAULT
from speechbrain_zsfuse.experiment.amplification.options import with_repeats
from speechbrain_zsfuse.experiment.configuration.references import part
from speechbrain_zsfuse.zeroshot.amplification import count_passes
from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer
from speechbrain_zsfuse.zeroshot.source import DualEncoderSource

_KEYS = ("alm", "labels", "zero_shot", "store_folder")


class Model(NamedTuple):
    """A model of a study.

    Attributes
    ----------
    name : str
        In tables and figures.
    source : DualEncoderSource
    audio_repeats, text_repeats : tuple of int
        Of the first, those at which it can hear every clip.
    left, passes : int
        Passes of the audio tower: those that are still to be made, and all.
    notes : list of str
        Why others are left out.

    Example
    -------
    >>> Model("CLAP", None, (1, 2), (1,), 99, 224, []).name
    'CLAP'
    """

    name: str
    source: DualEncoderSource
    audio_repeats: tuple
    text_repeats: tuple
    left: int
    passes: int
    notes: list


def load_models(plan, clips, device):
    """Load the models of a study, and look what each has to do.

    Arguments
    ---------
    plan : Plan
    clips : Clips
    device : str or None
        Where audio towers run.

    Returns
    -------
    list of Model
        Each is named by its class, or as in ``--alms`` if two are of one.

    Raises
    ------
    AudioError
        If a file cannot be used.
    ValueError
        If a model cannot hear all clips at any number of repeats.

    Example
    -------
    See ``run_study``.
    """
    sources = {
        given: _load_source(text, device) for given, text in plan.models.items()
    }
    classes = [type(source.scorer.alm).__name__ for source in sources.values()]
    alike = len(set(classes)) < len(classes)
    models = []
    for kind, (given, source) in zip(classes, sources.items()):
        audio_repeats, notes = choose_repeats(
            source.scorer.alm, clips.table, plan.audio_repeats
        )
        paths = clips.table["wav"].tolist()
        passes = count_passes(source, paths, audio_repeats)
        name = given if alike else kind
        repeats = audio_repeats, plan.text_repeats
        models.append(Model(name, source, *repeats, *passes, notes))
    return models


def _load_source(text, device):
    hparams = load_hyperpyyaml(part(text, _KEYS))
    options = with_repeats(hparams["zero_shot"], DEFAULT)
    scorer = ZeroShotScorer(hparams["alm"], hparams["labels"], **options)
    scorer.fitted_weights()  # a study learns none: an error now, not later
    return DualEncoderSource(scorer, hparams["store_folder"], device)


def choose_repeats(alm, table, audio_repeats):
    """Repeats at which a model can hear every clip, and notes on the others.

    Arguments
    ---------
    alm : FrozenALM
    table : pandas.DataFrame
        See ``length_problems``.
    audio_repeats : tuple of int

    Returns
    -------
    chosen : tuple of int
    notes : list of str

    Raises
    ------
    ValueError
        If there are none.

    Example
    -------
    >>> import pandas
    >>> from types import SimpleNamespace
    >>> table = pandas.DataFrame({"ID": ["a"], "duration": 2.0, "wav": "a.wav"})
    >>> alm = SimpleNamespace(sample_rate=16000, max_samples=48000)
    >>> choose_repeats(alm, table, (1, 2))
    ((1,), ['a = 2 is left out, for 1 of 1 clips are not of a length that \
SimpleNamespace can hear then: a (a.wav) is too long (4 s, repetitions \
included; at most 3 s are heard).'])
    """
    kind = type(alm).__name__
    problems = {a: length_problems(table, alm, a) for a in audio_repeats}
    chosen = tuple(a for a in audio_repeats if not problems[a])
    if not chosen:
        lines = min(problems.values(), key=len)
        raise ValueError(
            f"Expected clips of a length that {kind} can hear, but "
            f"{len(lines)} are not, even with the best of "
            f"{', '.join(map(str, audio_repeats))} repeats:\n{shorten(lines)}\n"
            "Choose other --audio_repeats, or a model that can; a limit of "
            "length is its `longest_seconds`, if it has one."
        )
    notes = [
        f"a = {a} is left out, for {len(lines)} of {len(table)} clips are not "
        f"of a length that {kind} can hear then: {lines[0].strip()}"
        + (" …" if lines[1:] else ".")
        for a, lines in problems.items()
        if lines
    ]
    return chosen, notes
