"""What a run will do, a few aligned lines for the terminal.

Pure functions of facts that others have collected.
"""

import textwrap

from speechbrain_zsfuse.evaluation.marks import name_release
from speechbrain_zsfuse.experiment.amplification.options import is_open

_WIDTH = 80


def aligned(rows):
    """Names and what there is to say of them, in 80 columns.

    Arguments
    ---------
    rows : dict
        Name to text, or to None: nothing to say.

    Returns
    -------
    str

    Example
    -------
    >>> print(aligned({"Labels": "sad, angry", "Fold": None, "Seed": "1"}))
    Labels   sad, angry
    Seed     1
    """
    rows = {name: text for name, text in rows.items() if text is not None}
    indent = max(map(len, rows)) + 3
    return "\n".join(
        textwrap.fill(
            text,
            _WIDTH,
            initial_indent=f"{name:{indent}}",
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for name, text in rows.items()
    )


def describe_plan(hparams, certificate):
    """What a run will do, before it does it.

    Arguments
    ---------
    hparams : dict
        Loaded YAML, with ``device_name``; what it lacks is not mentioned.
    certificate : dict
        See ``read_certificate``.

    Returns
    -------
    str

    Example
    -------
    >>> split = {"clips": 3, "speakers": {"01": 2, "02": 1}}
    >>> certificate = {"corpus": "Tiny", "splits": {"train": split}}
    >>> hparams = {"labels": ["sad", "angry"], "output_folder": "results"}
    >>> print(describe_plan(hparams, certificate))
    Corpus   Tiny
    Clips    3 train (2 speakers)
    Labels   sad, angry
    Model    none
    ALM      none (audio-language model)
    Output   results
    """
    fold = certificate.get("options", {}).get("fold", hparams.get("fold"))
    known = map(certificate.get, ("corpus", "release", "mismatch"))
    return aligned(
        {
            "Corpus": name_release(*known) + (f", fold {fold}" if fold else ""),
            "Clips": _list_splits(certificate),
            "Labels": ", ".join(hparams.get("labels", [])),
            "Model": _describe_model(hparams),
            "ALM": _describe_alm(hparams),
            "Train": _describe_training(hparams),
            "Device": hparams.get("device_name"),
            "Output": str(hparams["output_folder"]),
        }
    )


def _list_splits(certificate):
    clips = [
        f"{split['clips']} {name} "
        f"({counted(len(split['speakers']), 'speaker')})"
        for name, split in certificate.get("splits", {}).items()
    ]
    return ", ".join(clips) or None


def _describe_model(hparams):
    encoder = hparams.get("encoder")
    if encoder is None:
        return "none"
    weights = [
        weight
        for module in hparams.get("modules", {}).values()
        for weight in module.parameters()
    ]
    count = sum(weight.numel() for weight in weights)
    trained = sum(w.numel() for w in weights if w.requires_grad)
    source = hparams.get("encoder_source")
    share = "all" if trained == count else f"{trained:,} of them"
    return (
        f"{type(encoder).__name__}{f' of {source}' if source else ''}, "
        f"{count:,} parameters, {share} trained"
    )


def _describe_alm(hparams):
    model = hparams.get("score_source") or hparams.get("alm")
    if model is None:
        return "none (audio-language model)"
    source = hparams.get("alm_source")
    name = type(model).__name__ + (f" of {source}" if source else "")
    options = hparams.get("zero_shot", {})
    chosen = ["repeats chosen"] * is_open(options)
    if options.get("ensemble") == "learned" and not options.get("weights"):
        chosen.append("weights of prompts learned")
    words = f", {' and '.join(chosen)} on validation" if chosen else ""
    return f"{name} (audio-language model), frozen{words}"


def _describe_training(hparams):
    if hparams.get("test_only"):
        return None
    epochs = hparams.get("number_of_epochs")
    known = {
        "{}": epochs and counted(epochs, "epoch"),
        "batches of {}": hparams.get("loader", {}).get("batch_size"),
        "learning rate {:g}": hparams.get("lr"),
        "seed {}": hparams.get("seed"),
    }
    parts = [form.format(v) for form, v in known.items() if v is not None]
    return ", ".join(parts) or None


def counted(number, what):
    """So many of something.

    Example
    -------
    >>> counted(1, "clip"), counted(2, "clip")
    ('1 clip', '2 clips')
    """
    return f"{number} {what}{'' if number == 1 else 's'}"
