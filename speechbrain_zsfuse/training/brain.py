"""Training and evaluation of an emotion classifier, whatever its forward pass.

A recipe subclasses ``ZSFuseBrain`` and writes ``compute_forward`` alone. Here:
exact metrics from one prediction per clip on any number of processes, the
choice of the epoch on validation data, and the files that a run leaves.
"""

import math
import re
from pathlib import Path

import numpy as np
import speechbrain as sb
import torch
from speechbrain.utils.distributed import if_main_process

from speechbrain_zsfuse import processes
from speechbrain_zsfuse.corpora.manifests import read_certificate
from speechbrain_zsfuse.errors import check_choice, shorten
from speechbrain_zsfuse.evaluation import metrics
from speechbrain_zsfuse.evaluation.predictions import (
    write_metrics,
    write_predictions,
)
from speechbrain_zsfuse.files import write_text
from speechbrain_zsfuse.losses import CrossEntropy
from speechbrain_zsfuse.training.batching import (
    TrainingBatches,
    evaluation_batches,
)
from speechbrain_zsfuse.training.loop import TrainingBrain


def best_epoch(checkpoint):
    """Sort key of checkpoints: highest UAR, and of equals the earliest.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> best_epoch(SimpleNamespace(meta={"UAR": 0.5, "epoch": 3}))
    (0.5, -3)
    """
    return checkpoint.meta["UAR"], -checkpoint.meta["epoch"]


def forget_later_epochs(log, last):
    """Cut a training log after an epoch; what follows is written again.

    Example
    -------
    >>> log = getfixture("tmpdir") / "train_log.txt"
    >>> log.write("epoch: 1 - loss\\nepoch: 2 - loss\\n")
    >>> forget_later_epochs(log, last=1)
    >>> log.read()
    'epoch: 1 - loss\\n'
    """
    path = Path(log)
    if not path.exists():
        return
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    epochs = [re.match(r"epoch: (\d+) ", line) for line in lines]
    kept = [
        line
        for line, epoch in zip(lines, epochs)
        if epoch and int(epoch[1]) <= last
    ]
    write_text(path, "".join(kept))


def end_of_epoch(checkpoint):
    """Whether a checkpoint was saved with metrics, not within an epoch.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> end_of_epoch(SimpleNamespace(meta={"INTRA_EPOCH_CKPT": True}))
    False
    """
    return "UAR" in checkpoint.meta


class ZSFuseBrain(TrainingBrain):
    """A Brain for classification of clips into a fixed list of labels.

    It needs in ``hparams``: ``labels`` (list of str), ``seed`` (int),
    ``output_folder``, ``epoch_counter`` and ``train_logger``; and a
    ``checkpointer``. A subclass gives ``compute_forward(batch, stage)``, which
    returns logits [B, E]. Batches hold ``id``, ``speaker`` and ``label``;
    ``scores`` when zero-shot scores are to be written with the predictions;
    ``part`` when parts of the test data are also reported apart; and
    ``target`` when the loss learns from the raters' votes.

    Example
    -------
    >>> from speechbrain_zsfuse.pooling import masked_mean
    >>> class Classifier(ZSFuseBrain):
    ...     def compute_forward(self, batch, stage):
    ...         hidden, mask = self.modules.encoder(*batch.sig)
    ...         return self.modules.head(masked_mean(hidden, mask))
    """

    chosen = None  # checkpoint of the epoch that is tested

    def make_dataloader(
        self, dataset, stage, ckpt_prefix="dataloader-", **loader_kwargs
    ):
        """Batches of ``batching``: shared out in training and in evaluation.

        ``batch_size`` counts the clips of all processes together; ``batching``
        is ``length`` (clips of similar length) or ``random``.
        """
        batch_size = loader_kwargs.pop("batch_size")
        batching = loader_kwargs.pop("batching", "length")
        check_choice("batching", batching, ("length", "random"))
        rank, world = processes.rank_and_size()
        with dataset.output_keys_as(["duration"]):
            durations = [item["duration"] for item in dataset]
        if stage == sb.Stage.TRAIN:
            self._count_classes(dataset)
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

    def _count_classes(self, dataset):
        with dataset.output_keys_as(["label"]):
            labels = [item["label"] for item in dataset]
        if hasattr(self.hparams, "loss"):
            counts = np.bincount(labels, minlength=len(self.hparams.labels))
            self.hparams.loss.count(counts.tolist())

    def on_fit_start(self):
        """As SpeechBrain; then the log forgets the epochs to come again."""
        super().on_fit_start()
        if if_main_process() and not self.debug:
            forget_later_epochs(
                self.hparams.train_logger.save_file,
                self.hparams.epoch_counter.current,
            )

    def compute_objectives(self, logits, batch, stage):
        """The loss of ``hparams.loss``; in evaluation plain cross-entropy of
        the labels, and one prediction row per clip."""
        logits, labels = logits.float(), batch.label.to(logits.device)
        if stage == sb.Stage.TRAIN:
            target = getattr(batch, "target", None)
            target = labels if target is None else target.data
            loss = getattr(self.hparams, "loss", CrossEntropy())
            return processes.share_of_quotient(
                *loss(logits, target.to(logits.device))
            )
        losses = torch.nn.functional.cross_entropy(
            logits, labels, reduction="none"
        )
        rows = {
            "id": batch.id,
            "speaker": batch.speaker,
            "part": getattr(batch, "part", [""] * len(labels)),
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
        """Forget the predictions of the last stage."""
        self.rows = []

    def on_stage_end(self, stage, stage_loss, epoch=None):
        """Gather predictions, log, save; on every process."""
        if stage == sb.Stage.TRAIN:
            self.train_loss = processes.mean(stage_loss, self.device)
            return
        rows = sorted(processes.gather(self.rows), key=lambda row: row["id"])
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
        meta = {"epoch": epoch, "mismatch": self._mismatch(), **stats}
        train = {"loss": self.train_loss}
        if self.skipped_steps:
            train["steps skipped in this run"] = self.skipped_steps
        self._log({"epoch": epoch}, train, _readable(stats))
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
        if mismatch := self._mismatch():
            epoch["differences from the known corpus"] = len(mismatch)
        self._log(epoch, test_stats=_readable(stats))
        self._write("test", rows)
        if if_main_process() and not self.debug:
            write_metrics(
                self.hparams.output_folder,
                rows,
                self.hparams.labels,
                seed=self.hparams.seed,
                valid=chosen,
                mismatch=shorten(mismatch).splitlines(),
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
                mismatched=bool(self._mismatch()),
            )

    def _mismatch(self):
        """Where the corpus is not as it is known, or was not in training."""
        certificate = read_certificate(self.hparams.output_folder)
        trained = self.chosen.meta.get("mismatch", []) if self.chosen else []
        return sorted({*certificate.get("mismatch", []), *trained})

    # ---------------------------------------------------------- processes
    def _padding_neutral(self):
        modules = [getattr(m, "module", m) for m in self.modules.values()]
        return all(getattr(m, "padding_neutral", True) for m in modules)


def _readable(stats):
    """Shares in percent, for the log."""
    percent = {f"{k} %": 100 * v for k, v in stats.items() if k != "loss"}
    return {"loss": stats["loss"], **percent}
