"""At each step of a run: does it go on with what it was begun with?

What is compared is described in ``facts.py``, how in ``inputs.py``; both on
the main process.
"""

import hashlib
from io import BytesIO

import numpy as np
import pandas

from speechbrain_zsfuse.experiment.resuming.facts import (
    describe_circumstances,
    describe_clips,
    describe_options,
    describe_weights,
)
from speechbrain_zsfuse.experiment.resuming.inputs import (
    REMARKS,
    check_inputs,
    known_inputs,
    remark_circumstances,
)
from speechbrain_zsfuse.files import write_text


def compare_start(hparams, run_opts):
    """Options, weights and circumstances.

    Arguments
    ---------
    hparams : dict
        Loaded YAML; ``output_folder`` and ``encoder`` count.
    run_opts : RunOptions

    Returns
    -------
    list of str
        Remarks on the run: under what other circumstances it goes on.

    Raises
    ------
    ValueError
        See ``check_inputs``.

    Example
    -------
    >>> import speechbrain as sb
    >>> _, run_opts, _ = sb.parse_arguments(["a.yaml"])
    >>> compare_start({"output_folder": getfixture("tmpdir")}, run_opts)
    []
    """
    folder = hparams["output_folder"]
    if run_opts["test_only"]:
        return known_inputs(folder, REMARKS) or []
    check_inputs(folder, "options", describe_options(run_opts, hparams))
    check_inputs(folder, "weights", describe_weights(hparams.get("encoder")))
    return remark_circumstances(folder, describe_circumstances(run_opts))


def compare_clips(hparams, manifests):
    """Labels, speakers, votes and sound of all clips.

    Arguments
    ---------
    hparams : dict
        With ``output_folder``, ``data_folder`` and ``audio_cache``; also
        ``test_only``, see ``check_inputs``.
    manifests : dict
        Split to manifest path.

    Returns
    -------
    list of str
        See ``check_inputs``.

    Example
    -------
    >>> hparams = {"output_folder": getfixture("tmpdir"), "data_folder": "."}
    >>> compare_clips(hparams | {"audio_cache": None}, {})
    []
    """
    facts = describe_clips(
        manifests, hparams["data_folder"], hparams["audio_cache"]
    )
    folder, test_only = hparams["output_folder"], hparams.get("test_only")
    return check_inputs(folder, "clips", facts, test_only)


def read_scores_texts(file):
    """The table of scores and what made it, as bytes, if they are there.

    Arguments
    ---------
    file : Path
        See ``score_manifests``.

    Returns
    -------
    dict
        Path to bytes.

    Example
    -------
    >>> from pathlib import Path
    >>> read_scores_texts(Path(getfixture("tmpdir"), "scores.csv"))
    {}
    """
    files = (file, file.with_suffix(".json"))
    return {path: path.read_bytes() for path in files if path.exists()}


def compare_scores(file, before, description, test_only=False):
    """Scores, and what made them.

    The same scores computed again may differ in their last digits, with other
    batch mates or on another device. Then, and when they are refused, those of
    before are put back.

    Arguments
    ---------
    file : Path
        See ``score_manifests``; it has just been written.
    before : dict
        See ``read_scores_texts``; of the file as it was.
    description : dict
        Of their source.
    test_only : bool
        See ``check_inputs``.

    Returns
    -------
    list of str
        See ``check_inputs``.

    Example
    -------
    >>> from pathlib import Path
    >>> file = Path(getfixture("tmpdir"), "scores.csv")
    >>> _ = file.write_text("ID,sad\\na,0.5\\n")
    >>> compare_scores(file, {}, {"kind": "coin"})
    []
    """
    folder, new = file.parent, read_scores_texts(file)
    facts = _describe(description, new[file])
    known = known_inputs(folder, "scores")
    original = file in before and known == _describe(description, before[file])
    if original and _are_close(before[file], new[file]):
        _write_texts(before)
        return []
    try:
        return check_inputs(folder, "scores", facts, test_only)
    except ValueError:
        _write_texts(before)
        raise


def _describe(description, table):
    """What says which scores they are, wherever the model lies.

    The words of prompts are told by their hash, learned weights by the scores;
    what runs begun before 0.1.0 did without saying it is left out.
    """
    others = (
        *("class", "source", "tokenizer", "tokenizer_revision"),
        *("prompts", "prompt_set", "scope", "weights"),
    )
    facts = {k: v for k, v in description.items() if k not in others}
    if facts.get("ensemble") == "similarities":
        del facts["ensemble"]
    return facts | {"scores": hashlib.sha256(table).hexdigest()[:16]}


def _are_close(old, new):
    as_text = {"dtype": {"ID": str}, "keep_default_na": False}
    old, new = (
        pandas.read_csv(BytesIO(text), **as_text).set_index("ID")
        for text in (old, new)
    )
    same = old.index.equals(new.index) and old.columns.equals(new.columns)
    return same and np.allclose(old, new, rtol=0, atol=1e-5)


def _write_texts(texts):
    for path, text in texts.items():
        write_text(path, text.decode())
