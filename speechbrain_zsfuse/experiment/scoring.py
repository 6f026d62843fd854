"""The step of a recipe that scores its clips: the paper's own."""

import logging
from pathlib import Path

from speechbrain_zsfuse.evaluation.amplification.cells import DEFAULT
from speechbrain_zsfuse.evaluation.marks import footnote, mark
from speechbrain_zsfuse.experiment.amplification.choosing import RepeatsChoice
from speechbrain_zsfuse.experiment.amplification.options import (
    is_open,
    with_repeats,
)
from speechbrain_zsfuse.experiment.describe import (
    describe_source,
    note_contamination,
    note_facts,
)
from speechbrain_zsfuse.experiment.resuming.steps import (
    compare_scores,
    read_scores_texts,
)
from speechbrain_zsfuse.processes import on_main
from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer
from speechbrain_zsfuse.zeroshot.scores import fit_source, score_manifests
from speechbrain_zsfuse.zeroshot.source import DualEncoderSource, ScoreSource

logger = logging.getLogger(__name__)


def score(hparams, manifests, run_opts):
    """Score every clip of a recipe, on all processes together.

    Arguments
    ---------
    hparams : dict
        With ``score_source`` (a ``ScoreSource``, or null) or else ``alm`` (a
        ``FrozenALM``, or null), ``alm_source`` (its name), ``zero_shot``
        (prompts and amplification) and ``store_folder``; perhaps ``ledger``,
        see ``read_ledger``; and with ``labels``, ``data_folder`` and
        ``output_folder``. Repeats that are ``auto`` are chosen, see
        ``RepeatsChoice``. It gets ``remarks``, see
        ``check_inputs``.
    manifests : dict
        Split to manifest path.
    run_opts : RunOptions
        ``device`` is where the audio-language model runs.

    Returns
    -------
    Path or None
        ``zero_shot_scores.csv`` in the output folder, see
        ``score_manifests``; None if there is nothing to score with.

    Raises
    ------
    TypeError
        If ``score_source`` is none.
    ValueError
        If training was begun with other scores.

    Example
    -------
    >>> hparams = {"score_source": None, "alm": None, "alm_source": None}
    >>> score(hparams, {"test": "test.csv"}, {"device": "cpu"}) is None
    True
    """
    source = _source(hparams, run_opts)
    if source is None:
        return None
    folder = hparams["output_folder"]
    file = Path(folder) / "zero_shot_scores.csv"
    before = on_main(read_scores_texts, file)
    choice = None
    if is_open(hparams.get("zero_shot", {})):
        fit_source(source, manifests, hparams["data_folder"])
        choice = RepeatsChoice(source, hparams, manifests, run_opts)
        source = choice.source()
    score_manifests(source, manifests, hparams["data_folder"], file)
    test_only = hparams.get("test_only", False)
    remarks = on_main(
        compare_scores, file, before, source.describe(), test_only
    )
    hparams["remarks"] = [*hparams.get("remarks", []), *remarks]
    on_main(_note, folder, source, hparams.get("ledger"))
    if choice:
        choice.report()
    return file


def _note(folder, source, ledger):
    """Note what made the scores, and say whether they are zero-shot."""
    note_facts(folder, describe_source(source))
    found = note_contamination(folder, ledger)["score_source"]
    if found:
        level = logging.WARNING if found["status"] == "seen" else logging.INFO
        said = mark(found, source.describe()), footnote(found)
        logger.log(level, "The scores are %s. %s", *said)


def _source(hparams, run_opts):
    """What scores clips, or None."""
    source, alm = hparams.get("score_source"), hparams["alm"]
    if source is None and alm:
        labels, options = hparams["labels"], hparams["zero_shot"]
        if is_open(options):
            options = with_repeats(options, DEFAULT)
        scorer = ZeroShotScorer(alm, labels, **options)
        source = DualEncoderSource(
            scorer, hparams["store_folder"], run_opts["device"]
        )
    elif source is None and hparams["alm_source"]:
        logger.warning(
            "alm_source is %s, but alm is null: no audio-language model is "
            "used. Choose a YAML with one.",
            hparams["alm_source"],
        )
    if source is not None and not isinstance(source, ScoreSource):
        raise TypeError(
            "Expected `score_source` to have labels, describe() and "
            f"score(paths), but got {source!r}. See zeroshot/source.py."
        )
    return source
