"""The keys of a run's YAML: what each may be, and one line on it.

One table for the check and for ``--help``. What a section (``clips``,
``loader`` …) or an object holds stands in the signature of who takes it.
Defaults stand in the YAML; a key that is not here is a recipe's own.
"""

from typing import Literal, NamedTuple

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
    """

    kind: object
    help: str


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
    """

    module: str = None
    needs: tuple = ()
    may_be_null: bool = False
    tag: str = "!new:"


GROUPS = {
    "corpus": {
        "data_folder": Key(Place, "The corpus."),
        "download": Key(bool, "Get the corpus first, where that can be done."),
        "allow_mismatch": Key(
            bool, "Go on with a corpus that is not as known; marks results."
        ),
        "fold": Key(Count | None, "Which speakers are tested."),
        "labels": Key(Labels, "Emotions, in the order of the logits."),
        "merge": Key(Merge | None, "Emotions that count as another."),
        "preparation": Key(None, "Options of the corpus's own preparation."),
        "clips": Key(None, "What is heard and learned of a clip."),
    },
    "model": {
        "encoder_source": Key(
            Place | None, "Speech model: hub id or local folder."
        ),
        "encoder": Key(Made("speechbrain_zsfuse.encoders"), "Clips to frames."),
        "pooling": Key(Made("speechbrain_zsfuse.pooling"), "Frames to vector."),
        "head": Key(
            Made("speechbrain_zsfuse.fusion"), "Vector and scores to logits."
        ),
    },
    "zero-shot": {
        "alm_source": Key(
            Place | None, "Audio-language model: hub id, folder or file."
        ),
        "alm": Key(
            Made("speechbrain_zsfuse.lobes", ("encode_audio",), True),
            "The frozen audio-language model; null for none.",
        ),
        "zero_shot": Key(None, "Prompts and their amplification."),
        "score_source": Key(
            Made(needs=("score", "describe"), may_be_null=True),
            "Whatever else scores clips; goes before alm.",
        ),
    },
    "training": {
        "number_of_epochs": Key(
            KINDS["number_of_epochs"], "The best on validation is tested."
        ),
        "seed": Key(KINDS["seed"], "Of weights, order and dropout."),
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
        "loader": Key(None, "How clips are put into batches, and loaded."),
    },
    "run": {
        "results_folder": Key(Place, "Where the folders of all runs are."),
        "experiment": Key(Text, "Name of the run's folder."),
        "output_folder": Key(Place, "The run's folder."),
        "store_folder": Key(Place, "Answers of models, shared by all runs."),
        "audio_cache": Key(Place | None, "File that remembers checked audio."),
        "peer_timeout": Key(
            Positive, "Minutes to wait for a sign of another process."
        ),
    },
}
KEYS = {name: key for group in GROUPS.values() for name, key in group.items()}
# Further objects of a run, and what classes of others take in a YAML.
OBJECTS = {
    "opt_class": Made(needs=("step",), tag="!name:"),
    "epoch_counter": Made(needs=("__iter__",)),
    "train_logger": Made(needs=("log_stats",)),
    "checkpointer": Made(needs=("recover_if_possible",)),
}
OTHERS = {
    "loader": {  # of PyTorch, behind those of the Brain
        "pin_memory": bool,
        "timeout": NotNegative,
        "multiprocessing_context": Literal["fork", "spawn", "forkserver"]
        | None,
        "prefetch_factor": Count | None,
        "persistent_workers": bool,
    },
    "opt_class": {name: KINDS[name] for name in ("lr", "weight_decay")},
    "epoch_counter": {"limit": Count},
    "train_logger": {"save_file": Place},
    "checkpointer": {"checkpoints_dir": Place},
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
