"""The audio-language model of a trained model, found again and held to be the
same, with its prompts. It knows nothing of encoders and heads."""

import os
from pathlib import Path, PurePath

from speechbrain_zsfuse.errors import show
from speechbrain_zsfuse.inference.description import find_class
from speechbrain_zsfuse.inference.zero_shot import ZeroShotEmotionRecognizer
from speechbrain_zsfuse.loading.sources import is_path
from speechbrain_zsfuse.options import Text, check
from speechbrain_zsfuse.zeroshot.prompt_sets.prompt_set import PromptSet


def load_scorer(source, alm=None):
    """What gave the scores that a model was trained with.

    Arguments
    ---------
    source : Source
        Of a model with a ``score_source``.
    alm : FrozenALM, str or Path, optional
        See ``EmotionRecognizer.from_pretrained``.

    Returns
    -------
    ZeroShotEmotionRecognizer

    Raises
    ------
    FileNotFoundError
        If it is not where it is said to be.
    ValueError
        If it is another one, or if a published model says that it lies
        outside of its folder.

    Example
    -------
    See ``EmotionRecognizer.from_pretrained``.
    """
    facts = source.description["score_source"]
    if alm is None or isinstance(alm, (str, Path)):
        alm = _load_alm(source, alm)
    if alm.fingerprint() != facts["fingerprint"]:
        raise ValueError(
            f"Expected the {facts['class'].split('.')[-1]} that the model in "
            f"{source.folder} was trained with (fingerprint "
            f"{facts['fingerprint'][:12]}…), but {alm.source!r} is another one "
            f"({alm.fingerprint()[:12]}…): the weights or their settings "
            "differ. Give the same: alm=… (--alm … of a command)."
        )
    return restore_scorer(alm, facts)


def _load_alm(source, place):
    facts, path = source.description["score_source"], source.path
    kind = find_class(facts["class"], "alm", path)
    options = dict(facts["options"] or {})
    for name in ("source", "tokenizer"):
        if options.get(name) is not None:
            options[name] = _find_place(source, name, options[name])
    if place is not None:
        options["source"] = str(place)
        options.pop("revision", None)
    try:
        _check_there(source, kind, options["source"])
        return kind(**options)
    except (KeyError, TypeError) as error:
        raise ValueError(
            f"Expected options of {kind.__name__} in {path}, but got "
            f"{show(options, 200)} ({error}). Take another copy of the model."
        ) from error


def _check_there(source, kind, place):
    if is_path(place) and not Path(place).exists():
        raise FileNotFoundError(
            f"Expected the {kind.__name__} that the model in {source.folder} "
            f"was trained with at {place}, but it is not there. Say where it "
            "is now: alm=… (--alm … of a command)."
        )


def _find_place(source, name, place):
    """Hub id, or path; nothing leads out of a published folder."""
    parts = PurePath(os.path.normpath(check(name, place, Text)))
    own = source.checkpoint is not None
    if not own and (parts.is_absolute() or ".." in parts.parts):
        raise ValueError(
            f"Expected the {name} of an audio-language model in {source.path} "
            f"to be a hub id, or to lie in {source.folder}, but got "
            f"{show(place)}. Say where it is: alm=… (--alm … of a command)."
        )
    inside = place.startswith("./")
    return str((source.folder / place).resolve()) if inside else place


def restore_scorer(alm, facts):
    """What made the zero-shot scores of a trained model.

    Arguments
    ---------
    alm : FrozenALM
    facts : dict
        See ``DualEncoderSource.describe``.

    Returns
    -------
    ZeroShotEmotionRecognizer
        Its prompts are those that were said, whatever made them.

    Example
    -------
    >>> from speechbrain_zsfuse.lobes import CLAP
    >>> from speechbrain_zsfuse.zeroshot import ZeroShotScorer
    >>> alm = CLAP(getfixture("tiny_clap"))
    >>> facts = ZeroShotScorer(alm, ["sad", "angry"], "clsp").describe()
    >>> restore_scorer(alm, facts).prompts == facts["prompts"]
    True
    """
    columns = zip(*facts["prompts"], strict=True)
    said = {
        label: [text.replace("{", "{{").replace("}", "}}") for text in column]
        for label, column in zip(facts["labels"], columns, strict=True)
    }
    found = ZeroShotEmotionRecognizer(
        alm,
        facts["labels"],
        PromptSet(prompts=said, name=facts["prompt_set"]),
        audio_repeats=facts["audio_repeats"],
        scope=facts["scope"],
        ensemble=facts["ensemble"],
        weights=facts["weights"],
    )
    found.text_repeats = facts["text_repeats"]  # the prompts say it already
    return found
