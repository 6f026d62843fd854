"""How much sound a grid has to hear: an estimate, from the certificates of
runs whose corpus is prepared already.
"""

from speechbrain_zsfuse.corpora.sealing import read_certificate
from speechbrain_zsfuse.experiment.amplification.options import candidates


def encoder_hours(run_values, seconds):
    """Hours of sound that one run sends through its encoder.

    Arguments
    ---------
    run_values : dict
        Of its YAML: ``number_of_epochs``, perhaps ``clips`` with
        ``crop_seconds``.
    seconds : dict
        Split to its clips and seconds, as a certificate has them.

    Returns
    -------
    float
        Training and validation in each epoch, and the test once. Of clips that
        are cropped in training, at most the crop counts.

    Example
    -------
    >>> seconds = {"train": {"clips": 2, "seconds": 5400}}
    >>> seconds |= {"valid": {"seconds": 1800}, "test": {"seconds": 3600}}
    >>> encoder_hours({"number_of_epochs": 3}, seconds)
    7.0
    """
    train, valid, test = (
        seconds.get(split, {}).get("seconds", 0)
        for split in ("train", "valid", "test")
    )
    crop = (run_values.get("clips") or {}).get("crop_seconds")
    if crop:
        train = min(train, crop * seconds["train"]["clips"])
    epochs = run_values.get("number_of_epochs", 1)
    return (epochs * (train + valid) + test) / 3600


def estimate_hours(runs, left):
    """Hours of sound for what is left of a grid.

    Arguments
    ---------
    runs : list of GridRun
        All, of which some may have prepared the corpus.
    left : list of GridRun
        Those that are not finished; what is begun counts whole.

    Returns
    -------
    dict or None
        ``encoders``, and ``alms``: every clip once for each model and number
        of audio repeats, since all runs share what was heard. None if no run
        has prepared the corpus.

    Example
    -------
    >>> estimate_hours([], []) is None
    True
    """
    known = {}
    for one in runs:
        if one.fold not in known:
            splits = read_certificate(one.run.folder).get("splits")
            known |= {one.fold: splits} if splits else {}
    if not known:
        return None
    # Folds divide the same clips: another one is about as long.
    by_default = next(iter(known.values()))
    hours = [
        encoder_hours(one.values, known.get(one.fold, by_default))
        for one in left
    ]
    heard = {key for one in left for key in _heard(one)}
    whole = sum(split["seconds"] for split in by_default.values()) / 3600
    return {"encoders": sum(hours), "alms": whole * len(heard)}


def _heard(one):
    """Model and audio repeats of all that a run asks of it."""
    alm = one.values.get("alm")
    if alm is None or one.values.get("score_source"):
        return []
    options = (
        one.values.get(key, {}) for key in ("zero_shot", "amplification")
    )
    audio, _ = candidates(*options)
    return [(one.alm, str(alm), repeats) for repeats in audio]
