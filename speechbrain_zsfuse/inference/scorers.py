"""The audio-language model of a trained model, found again and held to be the
same. It knows nothing of encoders and heads."""

from pathlib import Path

from speechbrain_zsfuse.inference.description import find_class
from speechbrain_zsfuse.inference.zero_shot import restore_scorer
from speechbrain_zsfuse.loading.sources import is_path


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
        If the audio-language model is not there.
    ValueError
        If it is another one.

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
        if str(options.get(name) or "").startswith("./"):
            options[name] = str((source.folder / options[name]).resolve())
    if place is not None:
        options |= {"source": str(place)}
        options.pop("revision", None)
    if is_path(options["source"]) and not Path(options["source"]).exists():
        raise FileNotFoundError(
            f"Expected the {kind.__name__} that the model in {source.folder} "
            f"was trained with at {options['source']}, but it is not there. "
            "Say where it is now: alm=… (--alm … of a command)."
        )
    return kind(**options)
