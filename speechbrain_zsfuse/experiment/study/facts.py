"""What made a study, as JSON values: its corpus, its models, its libraries."""

from dataclasses import asdict
from importlib.metadata import version

from speechbrain_zsfuse import __version__
from speechbrain_zsfuse.zeroshot.ledger.contamination import contamination
from speechbrain_zsfuse.zeroshot.ledger.entries import read_ledger

_PACKAGES = ("torch", "transformers", "numpy", "scikit-learn", "soxr")


def describe_study(plan, clips, models):
    """What made a study, for ``study.json``.

    Arguments
    ---------
    plan : Plan
    clips : Clips
    models : list of Model

    Returns
    -------
    dict
        ``corpus``, ``release``, ``mismatch`` and, of each fold, the sha256 of
        its certificate; ``split``, ``clips``, ``speakers``, ``labels`` and
        ``chance``; ``alms``: of each model what ``describe`` says, whether it
        has heard the corpus in its training, its repeats and amplified
        prompts, the passes of its audio tower that all of this takes, and
        notes; versions. A study that was killed, or finds much in its store,
        has the same.

    Example
    -------
    See ``run_study``.
    """
    ledger = read_ledger(plan.values.get("ledger"))
    where = clips.corpus["corpus"], clips.corpus["release"], ledger
    return {
        "format": 1,
        **clips.corpus,
        "split": plan.split,
        "clips": len(clips.table),
        "speakers": clips.speakers,
        "labels": clips.labels,
        "chance": 1 / len(clips.labels),
        "alms": {model.name: _describe_model(model, where) for model in models},
        "version": __version__,
        "packages": {name: version(name) for name in _PACKAGES},
    }


def _describe_model(model, where):
    scorer, own = model.source.scorer, model.source.describe()
    return own | {
        "contamination": asdict(contamination(own, *where)),
        "audio_repeats": list(model.audio_repeats),
        "text_repeats": list(model.text_repeats),
        "amplified_prompts": {
            str(t): scorer.amplified(1, t).prompts for t in model.text_repeats
        },
        "passes": model.passes,
        "notes": model.notes,
    }
