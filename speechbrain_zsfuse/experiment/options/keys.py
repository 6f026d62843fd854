"""The keys of a run's YAML: what each may be, and one line on it.

One table for the check and for ``--help``. What a section (``clips``,
``loader`` …) or an object holds stands in the signature of who takes it.
Defaults stand in the YAML; a key that is not here is a recipe's own.
"""

from functools import partial
from typing import Any, Literal, NamedTuple

from speechbrain_zsfuse.corpora.folds.division import Fold
from speechbrain_zsfuse.corpora.roots import Roots
from speechbrain_zsfuse.evaluation.amplification.cells import Cell
from speechbrain_zsfuse.experiment.amplification.options import RepeatsOrAuto
from speechbrain_zsfuse.experiment.group import Backend
from speechbrain_zsfuse.options import (
    Count,
    Labels,
    Merge,
    Natural,
    NotNegative,
    Place,
    Positive,
    Text,
)
from speechbrain_zsfuse.training.kinds import KINDS


class Key(NamedTuple):
    """What a key may be.

    Attributes
    ----------
    kind : type
        See ``speechbrain_zsfuse.options``; a ``Made`` is an object; None is a
        section.
    help : str
        One line.
    needed : bool or str
        Whether the steps of a recipe ask for it; or the key whose object does.
    options : dict
        Kinds of what classes of others take from it.

    Example
    -------
    >>> Key(bool, "Get the corpus first.").needed
    False
    """

    kind: object
    help: str
    needed: bool | str = False
    options: dict = {}


class Made(NamedTuple):
    """An object that a YAML makes, or a class that it names.

    Attributes
    ----------
    module : str or None
        Where those of this package are.
    needs : tuple of str
        Methods that its class has.
    may_be_null : bool
    tag : str
        ``!new:`` of an object, ``!name:`` of a class.

    Example
    -------
    >>> Made("speechbrain_zsfuse.losses", needs=("count",)).may_be_null
    False
    """

    module: str = None
    needs: tuple = ()
    may_be_null: bool = False
    tag: str = "!new:"


_needed = partial(Key, needed=True)
_Start = Literal["fork", "spawn", "forkserver"]
GROUPS = {
    "corpus": {
        "data_folder": _needed(
            Roots, "The corpus; or several, {name: folder, …}."
        ),
        "download": _needed(
            bool, "Get the corpus first, where that can be done."
        ),
        "allow_mismatch": _needed(
            bool, "Go on with a corpus that is not as known; marks results."
        ),
        "fold": Key(Fold | None, "Which speakers are tested."),
        "labels": _needed(Labels, "Emotions, in the order of the logits."),
        "merge": Key(Merge | None, "Emotions that count as another."),
        "preparation": _needed(
            None, "Options of the corpus's own preparation."
        ),
        "clips": _needed(None, "What is heard and learned of a clip."),
    },
    "model": {
        "encoder_source": Key(
            Place | None, "Speech model: hub id or local folder."
        ),
        "encoder": _needed(
            Made("speechbrain_zsfuse.encoders"), "Clips to frames."
        ),
        "pooling": Key(Made("speechbrain_zsfuse.pooling"), "Frames to vector."),
        "head": Key(
            Made("speechbrain_zsfuse.fusion"), "Vector and scores to logits."
        ),
    },
    "zero-shot": {
        "alm_source": _needed(
            Place | None, "Audio-language model: hub id, folder or file."
        ),
        "alm": _needed(
            Made("speechbrain_zsfuse.lobes", ("encode_audio",), True),
            "The frozen audio-language model; null for none.",
        ),
        "zero_shot": Key(
            None,
            "Prompts and their amplification.",
            needed="alm",
            options=dict.fromkeys(Cell._fields, RepeatsOrAuto),
        ),
        "amplification": Key(
            None, "How repeats that are auto are chosen, on validation."
        ),
        "score_source": Key(
            Made(needs=("score", "describe"), may_be_null=True),
            "Whatever else scores clips; goes before alm.",
        ),
        "ledger": Key(
            Place | None,
            "YAML of what models of yours were trained on.",
        ),
    },
    "training": {
        "number_of_epochs": _needed(
            KINDS["number_of_epochs"], "The best on validation is tested."
        ),
        "evaluate_test": Key(bool, "If not, the run ends with its validation."),
        "seed": _needed(KINDS["seed"], "Of weights, order and dropout."),
        "loss": Key(
            Made("speechbrain_zsfuse.losses", ("count", "forward")),
            "Of training; validation is plain.",
        ),
        "lr": Key(KINDS["lr"], "Learning rate."),
        "schedule": Key(KINDS["schedule"], "How it changes over the run."),
        "warmup": Key(KINDS["warmup"], "Share of the run in which it grows."),
        "layer_decay": Key(
            KINDS["layer_decay"], "Share of it from layer to layer, downwards."
        ),
        "weight_decay": Key(KINDS["weight_decay"], "Of AdamW."),
        "max_grad_norm": Key(KINDS["max_grad_norm"], "Of all weights."),
        "nonfinite_patience": Key(
            KINDS["nonfinite_patience"], "Steps in a row that may be skipped."
        ),
        "grad_accumulation_factor": Key(
            KINDS["grad_accumulation_factor"], "Batches of a step."
        ),
        "precision": Key(KINDS["precision"], "Of the forward pass."),
        "loader": _needed(
            None,
            "How clips are put into batches, and loaded.",
            options={  # of PyTorch, behind those of the Brain
                "pin_memory": bool,
                "timeout": NotNegative,
                "multiprocessing_context": _Start | None,
                "prefetch_factor": Count | None,
                "persistent_workers": bool,
            },
        ),
    },
    "run": {
        "results_folder": Key(Place, "Where the folders of all runs are."),
        "experiment": Key(Text, "Name of the run's folder."),
        "output_folder": _needed(Place, "The run's folder."),
        "store_folder": Key(
            Place, "Answers of models, shared by all runs.", needed="alm"
        ),
        "audio_cache": _needed(
            Place | None, "File that remembers checked audio."
        ),
        "peer_timeout": Key(
            Positive, "Minutes to wait for a sign of another process."
        ),
    },
}
# What a run needs besides; the help leaves it out.
_OBJECTS = {
    "modules": _needed(Any, "What is trained."),
    "opt_class": _needed(
        Made(needs=("step",), tag="!name:"),
        "The optimizer.",
        options={name: KINDS[name] for name in ("lr", "weight_decay")},
    ),
    "epoch_counter": _needed(
        Made(needs=("__iter__",)), "Of epochs.", options={"limit": Count}
    ),
    "train_logger": _needed(
        Made(needs=("log_stats",)), "Of epochs.", options={"save_file": Place}
    ),
    "checkpointer": _needed(
        Made(needs=("recover_if_possible",)),
        "Of all that is learned.",
        options={"checkpoints_dir": Place},
    ),
}
KEYS = {
    k: v for group in (*GROUPS.values(), _OBJECTS) for k, v in group.items()
}
# Run options of SpeechBrain that stand in no YAML; switches need no check.
RUN_KINDS = {
    "debug_batches": Count,
    "debug_epochs": int,  # 0 and less: all
    "ckpt_interval_minutes": int,  # 0 and less: none
    "ckpt_interval_steps": int,
    "optimizer_step_limit": Count | None,
    "profile_warmup": Natural,
    "profile_steps": Count,
    "eval_precision": KINDS["precision"],
    "distributed_backend": Backend,
    "compile_mode": Literal["default", "reduce-overhead", "max-autotune"],
    **{
        name: KINDS[name]
        for name in (
            *("max_grad_norm", "nonfinite_patience", "precision"),
            "grad_accumulation_factor",
        )
    },
}
