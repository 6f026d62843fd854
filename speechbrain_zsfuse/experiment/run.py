"""What every recipe's ``train.py`` does alike: start, prepare, load, finish;
and score, which has a file of its own.

The science stays in the recipe: its preparation, its forward pass, fit and
evaluate.
"""

import inspect
import json
import logging
from pathlib import Path

import speechbrain as sb
from hyperpyyaml import load_hyperpyyaml
from speechbrain.utils.distributed import run_on_main

from speechbrain_zsfuse.corpora.sealing import read_certificate
from speechbrain_zsfuse.evaluation.fields import RECORD
from speechbrain_zsfuse.evaluation.record import write_record
from speechbrain_zsfuse.experiment.claim import (
    check_values,
    claim_folder,
    is_finished,
)
from speechbrain_zsfuse.experiment.configuration.arguments import (
    parse_arguments,
)
from speechbrain_zsfuse.experiment.console import quiet_console
from speechbrain_zsfuse.experiment.describe import (
    describe_corpus,
    describe_run,
    note_facts,
)
from speechbrain_zsfuse.experiment.group import join_group, leave_group
from speechbrain_zsfuse.experiment.lock import unlock_run
from speechbrain_zsfuse.experiment.source_code import find_code
from speechbrain_zsfuse.progress import show_bars
from speechbrain_zsfuse.training.dataio import load_datasets

logger = logging.getLogger(__name__)


def start(arguments, recipe):
    """From the command line to hyperparameters and an output folder.

    A run that is finished is not done again: the program says where its
    results are, and ends. ``--test_only`` evaluates it again.

    Arguments
    ---------
    arguments : list of str
        See ``parse_arguments``.
    recipe : str or Path
        The calling script: ``__file__``.

    Returns
    -------
    hparams : dict
        Loaded YAML. It needs ``output_folder``, ``labels`` and ``seed``; see
        ``describe_run`` for what else is written down of it.
    run_opts : RunOptions
        For ``Brain``.

    Raises
    ------
    SystemExit
        With status 0, if the run is finished.

    Example
    -------
    >>> start(["hparams/none.yaml", "--lr=0.1"], "recipes/X/train.py")
    Traceback (most recent call last):
    FileNotFoundError: Expected a YAML file at hparams/none.yaml or ...
    """
    text, run_opts = parse_arguments(arguments, recipe)
    show_bars(not run_opts["noprogressbar"])
    values = check_values(text)
    code = find_code(recipe, values)
    run_opts = join_group(run_opts, values.get("peer_timeout", 30))
    folder, test_only = values["output_folder"], run_opts["test_only"]
    run_on_main(claim_folder, args=[folder, text, code, test_only])
    if is_finished(folder) and not test_only:
        _stop_finished(folder)
    hparams = load_hyperpyyaml(text)
    sb.create_experiment_directory(folder)
    run_on_main(_remove_copy, args=[folder])
    quiet_console()
    if not (test_only and (Path(folder) / RECORD).exists()):
        run_on_main(write_record, [folder, describe_run(hparams, text, code)])
    return hparams, run_opts


def _stop_finished(folder):
    metrics = json.loads((Path(folder) / "metrics.json").read_text())
    run_on_main(_note_finished, [folder])  # a kill may have come between
    run_on_main(
        print,
        args=[
            f"Finished: {folder} (test UAR {metrics['test']['UAR']:.4f}). Add "
            "--test_only to evaluate it again."
        ],
    )
    finish()
    raise SystemExit(0)


def _remove_copy(folder):
    """SpeechBrain keeps the file that called it, which is this one."""
    (Path(folder) / Path(__file__).name).unlink(missing_ok=True)


def prepare(function, hparams):
    """Run a corpus's preparation, on the main process alone.

    Arguments
    ---------
    function : callable
        ``prepare_<corpus>(data_folder, manifest_folder, **options)``.
    hparams : dict
        With ``data_folder``, ``output_folder``, ``preparation`` (its options),
        ``allow_mismatch``, ``audio_cache``, ``download`` and, if the corpus
        has folds, ``fold``. It gets
        ``corpus_mismatch``, where the corpus is not as it is known, for the
        Brain.

    Returns
    -------
    dict
        Split to manifest path.

    Raises
    ------
    ValueError
        If a corpus is to be downloaded that cannot be.

    Example
    -------
    >>> def prepare_tiny(data_folder, manifest_folder, *, fold, **options):
    ...     return {"train": f"{manifest_folder}/train{fold}.csv"}
    >>> hparams = {"data_folder": "corpus", "preparation": {"fold": 2}}
    >>> hparams["output_folder"] = str(getfixture("tmpdir"))
    >>> hparams |= {"download": False, "allow_mismatch": False}
    >>> hparams["audio_cache"] = None
    >>> Path(prepare(prepare_tiny, hparams)["train"]).name
    'train2.csv'
    >>> hparams["corpus_mismatch"]
    []
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
    folder = hparams["output_folder"]
    manifests = run_on_main(function, [hparams["data_folder"], folder], options)
    certificate = read_certificate(folder)
    hparams["corpus_mismatch"] = certificate.get("mismatch", [])
    facts = describe_corpus(certificate, hparams.get("fold"))
    run_on_main(note_facts, [folder, facts])
    return manifests


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
    >>> soundfile.write(str(folder / "a.wav"), [0.5] * 800, 8000)
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
        run_on_main(_close, [hparams["output_folder"]])
    leave_group()


def _close(folder):
    if is_finished(folder):
        _note_finished(folder)
        logger.info("Results are in %s", folder)
    unlock_run(folder)


def _note_finished(folder):
    """Also the marks of its results, which outlive a mended corpus."""
    metrics = json.loads((Path(folder) / "metrics.json").read_text())
    mismatch = metrics.get("corpus_mismatch", [])
    facts = {"mismatch": mismatch} if mismatch else {}
    note_facts(folder, facts | {"finished": True})
