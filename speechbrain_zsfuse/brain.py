"""Training and evaluation of an emotion classifier, whatever its forward pass.

A recipe subclasses ``ZSFuseBrain`` and writes ``compute_forward`` alone. Here:
exact metrics from one prediction per clip on any number of processes, the
choice of the epoch on validation data, and the files that a run leaves.
"""

import logging
import math
import random

import numpy as np
import speechbrain as sb
import torch
from speechbrain.utils.distributed import if_main_process

from speechbrain_zsfuse import metrics
from speechbrain_zsfuse.dataio import TrainingBatches, evaluation_batches
from speechbrain_zsfuse.predictions import write_metrics, write_predictions
from speechbrain_zsfuse.window import check_choice

logger = logging.getLogger(__name__)


def best_epoch(checkpoint):
    """Sort key of checkpoints: highest UAR, and of equals the earliest.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> best_epoch(SimpleNamespace(meta={"UAR": 0.5, "epoch": 3}))
    (0.5, -3)
    """
    return checkpoint.meta["UAR"], -checkpoint.meta["epoch"]


def end_of_epoch(checkpoint):
    """Whether a checkpoint was saved with metrics, not within an epoch.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> end_of_epoch(SimpleNamespace(meta={"INTRA_EPOCH_CKPT": True}))
    False
    """
    return "UAR" in checkpoint.meta


class ZSFuseBrain(sb.Brain):
    """A Brain for classification of clips into a fixed list of labels.

    It needs in ``hparams``: ``labels`` (list of str), ``seed`` (int),
    ``output_folder``, ``epoch_counter`` and ``train_logger``; and a
    ``checkpointer``. A subclass gives ``compute_forward(batch, stage)``, which
    returns logits [B, E]. Batches hold ``id``, ``speaker`` and ``label``, and
    ``scores`` when zero-shot scores are to be written with the predictions.

    Example
    -------
    >>> from speechbrain_zsfuse.pooling import masked_mean
    >>> class Classifier(ZSFuseBrain):
    ...     def compute_forward(self, batch, stage):
    ...         hidden, mask = self.modules.encoder(*batch.sig)
    ...         return self.modules.head(masked_mean(hidden, mask))
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.max_grad_norm < 0:  # SpeechBrain would turn gradients around
            self.max_grad_norm = math.inf

    def init_optimizers(self):
        """One optimizer for the trainable weights."""
        trainable = [p for p in self.modules.parameters() if p.requires_grad]
        self.optimizer = self.opt_class(trainable)
        self.optimizers_dict = {"opt_class": self.optimizer}
        if self.checkpointer is not None:
            self.checkpointer.add_recoverable("optimizer", self.optimizer)

    def make_dataloader(
        self, dataset, stage, ckpt_prefix="dataloader-", **loader_kwargs
    ):
        """Batches of ``dataio``: shared out in training and in evaluation.

        ``batch_size`` counts the clips of all processes together; ``batching``
        is ``length`` (clips of similar length) or ``random``.
        """
        batch_size = loader_kwargs.pop("batch_size")
        batching = loader_kwargs.pop("batching", "length")
        check_choice("batching", batching, ("length", "random"))
        rank, world = self._place()
        with dataset.output_keys_as(["duration"]):
            durations = [item["duration"] for item in dataset]
        if stage == sb.Stage.TRAIN:
            batches = TrainingBatches(
                len(dataset),
                batch_size,
                self.hparams.seed,
                rank,
                world,
                durations if batching == "length" else None,
            )
            self.train_sampler = batches
        else:
            equal_lengths = not self._padding_neutral()
            batches = evaluation_batches(durations, batch_size, equal_lengths)
            batches = batches[rank::world]
        return sb.dataio.dataloader.make_dataloader(
            dataset, batch_sampler=batches, **loader_kwargs
        )

    def compute_objectives(self, logits, batch, stage):
        """Cross-entropy; in evaluation also one prediction row per clip."""
        logits, labels = logits.float(), batch.label.to(logits.device)
        losses = torch.nn.functional.cross_entropy(
            logits, labels, reduction="none"
        )
        if stage == sb.Stage.TRAIN:
            return self._share_of_mean(losses)
        rows = {
            "id": batch.id,
            "speaker": batch.speaker,
            "label": labels.tolist(),
            "loss": losses.tolist(),
            "probabilities": logits.softmax(-1).tolist(),
            "scores": batch.scores.data.tolist()
            if hasattr(batch, "scores")
            else [[]] * len(labels),
        }
        self.rows += [dict(zip(rows, row)) for row in zip(*rows.values())]
        return losses.mean()

    def on_stage_start(self, stage, epoch=None):
        """Forget old predictions; give each epoch random numbers of its own.

        A resumed epoch then draws what an uninterrupted one would draw.
        """
        self.rows = []
        if stage == sb.Stage.TRAIN:
            place = [self.hparams.seed, epoch, self._place()[0]]
            state = np.random.SeedSequence(place).generate_state(1)
            seed = int(state[0])
            random.seed(seed)
            np.random.seed(seed)
            torch.manual_seed(seed)

    def on_stage_end(self, stage, stage_loss, epoch=None):
        """Gather predictions, log, save; on every process."""
        if stage == sb.Stage.TRAIN:
            self.train_loss = self._mean_over_processes(stage_loss)
            return
        rows = self._gather_rows()
        stats = self._statistics(rows)
        if stage == sb.Stage.VALID:
            self._end_of_epoch(rows, stats, epoch)
        else:
            self._end_of_test(rows, stats)

    def on_evaluate_start(self, max_key=None, min_key=None):
        """Load the epoch that validation chose; without one, refuse."""
        self.chosen = self.checkpointer.recover_if_possible(
            importance_key=best_epoch, ckpt_predicate=end_of_epoch
        )
        if self.chosen is None:
            raise FileNotFoundError(
                "Expected a checkpoint to evaluate in "
                f"{self.checkpointer.checkpoints_dir}, but there is none. "
                "Train first (leave out --test_only), or give the "
                "output_folder of a finished run."
            )

    # ----------------------------------------------------- end of a stage
    def _end_of_epoch(self, rows, stats, epoch):
        meta = {"epoch": epoch, **stats}
        self._log({"epoch": epoch}, {"loss": self.train_loss}, _readable(stats))
        best = self.checkpointer.find_checkpoint(
            importance_key=best_epoch, ckpt_predicate=end_of_epoch
        )
        if best is None or stats["UAR"] > best.meta["UAR"]:
            self._write("valid", rows)
        self.checkpointer.save_and_keep_only(
            meta=meta,
            importance_keys=[best_epoch],
            ckpt_predicate=end_of_epoch,
        )

    def _end_of_test(self, rows, stats):
        chosen = {
            key: self.chosen.meta[key] for key in ("epoch", *stats.keys())
        }
        epoch = {"epoch chosen": chosen["epoch"]}
        self._log(epoch, test_stats=_readable(stats))
        self._write("test", rows)
        if if_main_process() and not self.debug:
            write_metrics(
                self.hparams.output_folder,
                rows,
                self.hparams.labels,
                seed=self.hparams.seed,
                valid=chosen,
            )

    def _statistics(self, rows):
        labels = self.hparams.labels
        truth = [labels[row["label"]] for row in rows]
        predicted = [
            labels[int(np.argmax(row["probabilities"]))] for row in rows
        ]
        loss = math.fsum(row["loss"] for row in rows) / len(rows)
        names = ("UAR", "WA", "macro_F1")
        if self.debug:  # two batches hold too few classes for a recall of each
            right = float(np.mean(np.equal(truth, predicted)))
            return {"loss": loss, **dict.fromkeys(names, right)}
        summary = metrics.summarise(truth, predicted, labels)
        return {"loss": loss, **{name: summary[name] for name in names}}

    def _log(self, *stats, **more_stats):
        if not self.debug:
            self.hparams.train_logger.log_stats(*stats, **more_stats)

    def _write(self, split, rows):
        if if_main_process() and not self.debug:
            write_predictions(
                f"{self.hparams.output_folder}/predictions_{split}.csv",
                rows,
                self.hparams.labels,
            )

    # ---------------------------------------------------------- processes
    def _wrap_distributed(self):
        """As SpeechBrain, but buffers are not sent round in every step.

        They are constants, and in evaluation a process with one batch less
        would leave the others waiting.
        """
        super()._wrap_distributed()
        for module in self.modules.values():
            if isinstance(module, torch.nn.parallel.DistributedDataParallel):
                module.broadcast_buffers = False

    def _place(self):
        """Rank of this process and number of processes."""
        if torch.distributed.is_initialized():
            return (
                torch.distributed.get_rank(),
                torch.distributed.get_world_size(),
            )
        return 0, 1

    def _share_of_mean(self, losses):
        """The part of the batch's mean loss that this process adds.

        DDP averages gradients over processes, whose shares may differ by one
        clip; the factor makes the average that of the whole batch.
        """
        _, world = self._place()
        if world == 1:
            return losses.mean()
        count = torch.tensor(float(len(losses)), device=losses.device)
        torch.distributed.all_reduce(count)
        return losses.sum() * world / count

    def _mean_over_processes(self, value):
        _, world = self._place()
        if world == 1:
            return float(value)
        total = torch.tensor(float(value), device=self.device)
        torch.distributed.all_reduce(total)
        return float(total) / world

    def _gather_rows(self):
        """One row per clip, of all processes, sorted by id."""
        parts = [self.rows]
        if torch.distributed.is_initialized():
            parts = [None] * self._place()[1]
            torch.distributed.all_gather_object(parts, self.rows)
        return sorted((row for p in parts for row in p), key=lambda r: r["id"])

    def _padding_neutral(self):
        modules = [getattr(m, "module", m) for m in self.modules.values()]
        return all(getattr(m, "padding_neutral", True) for m in modules)


def _readable(stats):
    """Shares in percent, for the log."""
    percent = {f"{k} %": 100 * v for k, v in stats.items() if k != "loss"}
    return {"loss": stats["loss"], **percent}
