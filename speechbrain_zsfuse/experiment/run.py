"""What every recipe's ``train.py`` does alike: start, score, load, finish.

The science stays in the recipe: its preparation, its forward pass, fit and
evaluate.
"""

import inspect
import logging
import shutil
from pathlib import Path

import ruamel.yaml
import speechbrain as sb
import torch
from hyperpyyaml import load_hyperpyyaml, resolve_references
from speechbrain.utils.distributed import ddp_init_group, run_on_main

from speechbrain_zsfuse.corpora.preparation import check_outside
from speechbrain_zsfuse.experiment.composition import override
from speechbrain_zsfuse.experiment.hparams import (
    parse_arguments,
    quiet_console,
    save_resolved,
)
from speechbrain_zsfuse.training.dataio import load_datasets
from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer
from speechbrain_zsfuse.zeroshot.scores import score_manifests
from speechbrain_zsfuse.zeroshot.source import DualEncoderSource, ScoreSource

logger = logging.getLogger(__name__)


def start(arguments, recipe):
    """From the command line to hyperparameters and an output folder.

    Arguments
    ---------
    arguments : list of str
        See ``parse_arguments``.
    recipe : str or Path
        The calling script: ``__file__``.

    Returns
    -------
    hparams : dict
        Loaded YAML.
    run_opts : RunOptions
        For ``Brain``.

    Example
    -------
    >>> start(["hparams/none.yaml", "--lr=0.1"], "recipes/X/train.py")
    Traceback (most recent call last):
    FileNotFoundError: Expected a YAML file at hparams/none.yaml or ...
    """
    yaml, run_opts, overrides = parse_arguments(arguments, recipe)
    yaml = override(yaml, overrides)
    _check_data_folder(yaml)
    ddp_init_group(run_opts)
    hparams = load_hyperpyyaml(yaml)
    folder = hparams["output_folder"]
    sb.create_experiment_directory(folder)
    run_on_main(_keep_script, args=[folder, recipe])
    quiet_console()
    run_on_main(save_resolved, args=[folder, yaml, ""])
    return hparams, run_opts


def _keep_script(folder, recipe):
    """SpeechBrain keeps the file that called it, which is this one."""
    (Path(folder) / Path(__file__).name).unlink(missing_ok=True)
    shutil.copy(recipe, folder)


def _check_data_folder(yaml):
    """Before a model is loaded, which may be a download of gigabytes."""
    values = ruamel.yaml.YAML().load(resolve_references(yaml))
    folder = values.get("data_folder")
    missing = isinstance(folder, str) and not Path(folder).exists()
    if missing and not values.get("download"):
        raise FileNotFoundError(
            f"Expected the corpus in {folder}, but there is no such folder. "
            "Give its path: --data_folder=/path/to/corpus."
        )
    for key in ("output_folder", "store_folder", "audio_cache"):
        place = values.get(key)
        if isinstance(folder, str) and isinstance(place, str):
            check_outside(Path(place).resolve(), Path(folder).resolve())


def prepare(function, hparams):
    """Run a corpus's preparation, on the main process alone.

    Arguments
    ---------
    function : callable
        ``prepare_<corpus>(data_folder, manifest_folder, **options)``.
    hparams : dict
        With ``data_folder``, ``output_folder``, ``preparation`` (its options),
        ``allow_mismatch``, ``audio_cache`` and ``download``.

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
    >>> hparams = {"data_folder": "corpus", "output_folder": "results"}
    >>> hparams |= {"preparation": {"fold": 2}, "download": False}
    >>> hparams |= {"allow_mismatch": False, "audio_cache": None}
    >>> prepare(prepare_tiny, hparams)
    {'train': 'results/train2.csv'}
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
    folders = [hparams["data_folder"], hparams["output_folder"]]
    return run_on_main(function, folders, options)


def score(hparams, manifests, run_opts):
    """Score every clip of a recipe, on all processes together.

    Arguments
    ---------
    hparams : dict
        With ``score_source`` (a ``ScoreSource``, or null) or else ``alm`` (a
        ``FrozenALM``, or null), ``alm_source`` (its name), ``zero_shot``
        (prompts and amplification) and ``store_folder``; and with ``labels``,
        ``data_folder`` and ``output_folder``.
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

    Example
    -------
    >>> hparams = {"score_source": None, "alm": None, "alm_source": None}
    >>> score(hparams, {"test": "test.csv"}, {"device": "cpu"}) is None
    True
    """
    source = hparams["score_source"]
    if source is None and hparams["alm"]:
        source = DualEncoderSource(
            ZeroShotScorer(
                hparams["alm"], hparams["labels"], **hparams["zero_shot"]
            ),
            hparams["store_folder"],
            run_opts["device"],
        )
    if source is None:
        if hparams["alm_source"]:
            logger.warning(
                "alm_source is %s, but alm is null: no audio-language model is "
                "used. Choose a YAML with one.",
                hparams["alm_source"],
            )
        return None
    if not isinstance(source, ScoreSource):
        raise TypeError(
            "Expected `score_source` to have labels, describe() and "
            f"score(paths), but got {source!r}. See zeroshot/source.py."
        )
    file = f"{hparams['output_folder']}/zero_shot_scores.csv"
    return score_manifests(source, manifests, hparams["data_folder"], file)


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
    >>> hparams = {"data_folder": folder, "labels": ["sad"], "clips": {}}
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


def finish():
    """Leave the group of processes, if there is one.

    Example
    -------
    >>> finish()
    """
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
