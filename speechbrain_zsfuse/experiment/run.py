"""What every recipe's ``train.py`` does alike: start, prepare, load, finish.

Score has a file of its own. The science stays in the recipe.
"""

import inspect
import logging
from functools import partial
from pathlib import Path

from hyperpyyaml import load_hyperpyyaml

from speechbrain_zsfuse.corpora.folds.division import check_splits
from speechbrain_zsfuse.corpora.lengths import check_lengths
from speechbrain_zsfuse.corpora.sealing import read_certificate
from speechbrain_zsfuse.evaluation.fields import RECORD, VALIDATION
from speechbrain_zsfuse.evaluation.marks import footnote
from speechbrain_zsfuse.evaluation.record import write_record
from speechbrain_zsfuse.experiment.amplification.options import candidates
from speechbrain_zsfuse.experiment.claim import claim_folder, is_finished
from speechbrain_zsfuse.experiment.console import open_console, open_log
from speechbrain_zsfuse.experiment.describe import (
    describe_command,
    describe_corpus,
    describe_run,
    note_contamination,
    note_facts,
    note_model,
)
from speechbrain_zsfuse.experiment.finished import (
    note_finished,
    reopen_finished,
    tell_finished,
)
from speechbrain_zsfuse.experiment.group import join_group, leave_group
from speechbrain_zsfuse.experiment.lock import unlock_run
from speechbrain_zsfuse.experiment.options.command import read_command
from speechbrain_zsfuse.experiment.resuming.facts import name_device
from speechbrain_zsfuse.experiment.resuming.inputs import REMARKS
from speechbrain_zsfuse.experiment.resuming.steps import (
    compare_clips,
    compare_start,
)
from speechbrain_zsfuse.experiment.source_code import find_code
from speechbrain_zsfuse.experiment.summary import describe_plan
from speechbrain_zsfuse.processes import on_main, rank_and_size
from speechbrain_zsfuse.progress import show_bars
from speechbrain_zsfuse.training.dataio import load_datasets
from speechbrain_zsfuse.zeroshot.ledger.entries import read_ledger

logger = logging.getLogger(__name__)


def start(arguments, recipe, prepare=None):
    """From the command line to hyperparameters and an output folder.

    A run that is finished is not done again: the program says so, and ends.
    ``--test_only`` evaluates it again.

    Arguments
    ---------
    arguments : list of str
        See ``read_command``.
    recipe : str or Path
        The calling script: ``__file__``.
    prepare : callable, optional
        Preparation of the corpus: its signature tells its options.

    Returns
    -------
    hparams : dict
        Loaded YAML. It needs ``output_folder``, ``labels`` and ``seed``; see
        ``describe_run`` for what else is written down of it. It gets
        ``test_only``, ``recipe`` and ``remarks``, which the results shall bear.
    run_opts : RunOptions
        For ``Brain``.

    Raises
    ------
    SystemExit
        With status 0, if the run is finished, or after ``--help``.

    Example
    -------
    >>> start(["hparams/none.yaml", "--lr=0.1"], "recipes/X/train.py")
    Traceback (most recent call last):
    FileNotFoundError: Expected a YAML file at hparams/none.yaml or ...
    """
    open_console()
    text, values, run_opts = read_command(arguments, recipe, prepare)
    show_bars(not run_opts["noprogressbar"])
    code = find_code(recipe, values)
    run_opts = join_group(run_opts, values.get("peer_timeout", 30))
    folder, test_only = values["output_folder"], run_opts["test_only"]
    on_main(claim_folder, folder, text, code, test_only)
    if is_finished(folder) and not test_only:
        _stop_finished(folder)
    on_main(open_log, folder)
    hparams = load_hyperpyyaml(text)
    hparams["test_only"], hparams["recipe"] = test_only, recipe
    hparams["device_name"] = _name_device(hparams, run_opts)
    read_ledger(hparams.get("ledger"))  # a mistake in it is said at once
    hparams["remarks"] = on_main(compare_start, hparams, run_opts)
    if test_only and (Path(folder) / RECORD).exists():
        on_main(reopen_finished, folder)
    else:
        command = {"command": describe_command(arguments, recipe)}
        facts = describe_run(hparams, text, code) | command
        on_main(write_record, folder, facts)
    on_main(note_model, folder, hparams)
    return hparams, run_opts


def _name_device(hparams, run_opts):
    precision = hparams.get("precision", run_opts["precision"])
    _, world = rank_and_size()
    processes = f", {world} processes" if world > 1 else ""
    return f"{name_device(run_opts)}, {precision}{processes}"


def _stop_finished(folder):
    outcome = on_main(tell_finished, folder)
    again = "Finished before. Add --test_only to evaluate it again."
    on_main(print, f"{outcome}\n{again}")
    finish()
    raise SystemExit(0)


def prepare(function, hparams):
    """From a corpus to its manifests, checked against what the run hears.

    Arguments
    ---------
    function : callable
        ``prepare_<corpus>(data_folder, manifest_folder, **options)``.
    hparams : dict
        With ``data_folder``, ``output_folder``, ``preparation`` (its options),
        ``allow_mismatch``, ``audio_cache``, ``download`` and, if the corpus
        has folds, ``fold``; perhaps ``ledger``, see ``read_ledger``. It gets
        ``corpus_mismatch`` and ``remarks`` for the Brain.

    Returns
    -------
    dict
        Split to manifest path.

    Raises
    ------
    ValueError
        If a corpus cannot be downloaded, training was begun with other clips,
        or a clip is too short or too long for encoder or ALM.

    Example
    -------
    >>> def prepare_tiny(data_folder, manifest_folder, *, fold, **options):
    ...     path = Path(manifest_folder) / f"train{fold}.csv"
    ...     _ = path.write_text("ID,duration,wav\\na,0.1,$data_root/a.wav")
    ...     return {"train": str(path)}
    >>> folder = str(getfixture("tmpdir"))
    >>> _ = Path(folder, "a.wav").write_bytes(b"sound")
    >>> hparams = {"data_folder": folder, "preparation": {"fold": 2}}
    >>> hparams["output_folder"] = folder
    >>> hparams |= {"download": False, "allow_mismatch": False}
    >>> hparams["audio_cache"] = None
    >>> Path(prepare(prepare_tiny, hparams)["train"]).name
    'train2.csv'
    >>> hparams["corpus_mismatch"], hparams["remarks"]
    ([], [])
    """
    folder = hparams["output_folder"]
    manifests = make_manifests(function, hparams, folder)
    check_splits(hparams, manifests)
    _check_lengths(hparams, manifests)
    certificate = read_certificate(folder)
    hparams["corpus_mismatch"] = certificate.get("mismatch", [])
    facts = describe_corpus(certificate, hparams.get("fold"))
    on_main(note_facts, folder, facts)
    ledger = hparams.get("ledger")
    known = on_main(note_contamination, folder, ledger)["encoder"]
    if known and known["status"] == "seen":
        logger.warning("Of the encoder: %s", footnote(known))
    logger.info("%s\n", describe_plan(hparams, certificate))
    remarks = on_main(compare_clips, hparams, manifests)
    hparams["remarks"] = [*hparams.get("remarks", []), *remarks]
    return manifests


def make_manifests(function, hparams, folder):
    """Run a corpus's preparation, on the main process alone.

    Arguments
    ---------
    function, hparams
        See ``prepare``.
    folder : str or Path
        Where manifests and certificate go.

    Returns
    -------
    dict
        Split to manifest path.

    Example
    -------
    See ``prepare``.
    """
    options = hparams["preparation"] | {
        "allow_mismatch": hparams["allow_mismatch"],
        "audio_cache": hparams["audio_cache"],
    }
    if hparams["download"]:
        if "download" not in inspect.signature(function).parameters:
            raise ValueError(
                "Expected no --download: this corpus is under licence. Get it "
                "from its owners, then give --data_folder=/path/to/it."
            )
        options["download"] = True
    corpus = hparams["data_folder"]
    return on_main(partial(function, **options), corpus, folder)


def _check_lengths(hparams, manifests):
    """Can the models of the run hear all clips? Ask before they try."""
    corpus, crop = hparams["data_folder"], hparams.get("clips", {})
    encoder, alm = hparams.get("encoder"), hparams.get("alm")
    check_lengths(
        manifests, corpus, encoder, crop_seconds=crop.get("crop_seconds")
    )
    if not hparams.get("score_source"):
        repeats, _ = candidates(
            hparams.get("zero_shot", {}), hparams.get("amplification", {})
        )
        for number in sorted({min(repeats), max(repeats)}):
            check_lengths(manifests, corpus, alm, number)


def load(hparams, manifests, scores=None):
    """Data sets of a recipe.

    Arguments
    ---------
    hparams : dict
        With ``data_folder``, ``labels``, ``encoder`` (its sample rate) and
        ``clips`` (options of ``load_datasets``).
    manifests : dict
        Split to manifest path.
    scores : str or Path, optional
        See ``score``. None makes data sets without scores.

    Returns
    -------
    dict
        Split to DynamicItemDataset, see ``load_datasets``.

    Example
    -------
    >>> import soundfile
    >>> from types import SimpleNamespace
    >>> folder = getfixture("tmpdir")
    >>> soundfile.write(str(folder / "a.wav"), [0.5, 0.4] * 400, 8000)
    >>> manifest = folder / "test.csv"
    >>> row = "a,0.1,$data_root/a.wav,sad,01"
    >>> manifest.write(f"ID,duration,wav,emotion,speaker\\n{row}")
    >>> hparams = {"data_folder": folder, "clips": {}}
    >>> hparams["labels"] = ["angry", "sad"]
    >>> hparams["encoder"] = SimpleNamespace(sample_rate=8000)
    >>> len(load(hparams, {"test": manifest})["test"])
    1
    """
    return load_datasets(
        manifests,
        hparams["data_folder"],
        hparams["labels"],
        hparams["encoder"].sample_rate,
        scores,
        **hparams["clips"],
    )


def finish(hparams=None):
    """End a run: say where its results are, give its folder back.

    Arguments
    ---------
    hparams : dict, optional
        With ``output_folder``; the run is noted as finished if it has its
        metrics.

    Example
    -------
    >>> finish()
    """
    if hparams is not None:
        on_main(_close, hparams["output_folder"])
    leave_group()


def _close(folder):
    if is_finished(folder):
        for remark in note_finished(folder).get(REMARKS, []):
            logger.warning("Remark on the results: %s", remark)
        logger.info("\n%s", tell_finished(folder))
    elif (Path(folder) / VALIDATION).is_file():
        logger.info(
            "\nNot tested, since evaluate_test is off; %s in %s has the best "
            "epoch.",
            VALIDATION,
            folder,
        )
    unlock_run(folder)
