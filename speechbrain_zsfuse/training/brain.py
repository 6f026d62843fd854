"""Training and evaluation of an emotion classifier, whatever its forward pass.

A recipe subclasses ``ZSFuseBrain`` and writes ``compute_forward`` alone. Here:
exact metrics from one prediction per clip on any number of processes, the
choice of the epoch on validation data, and the files that a run leaves.
"""

import time
from typing import Literal

import speechbrain as sb
import torch
from speechbrain.utils.checkpoints import ckpt_recency
from speechbrain.utils.distributed import if_main_process

from speechbrain_zsfuse import processes
from speechbrain_zsfuse.evaluation.fallback import falls_back
from speechbrain_zsfuse.evaluation.predictions import (
    predictions_path,
    write_predictions,
)
from speechbrain_zsfuse.evaluation.summary import (
    write_metrics,
    write_validation,
)
from speechbrain_zsfuse.losses import CrossEntropy
from speechbrain_zsfuse.options import Count, Labels, Natural, checked
from speechbrain_zsfuse.training.batching import (
    TrainingBatches,
    evaluation_batches,
    split_by_length,
)
from speechbrain_zsfuse.training.checkpoints import (
    best_epoch,
    check_trained,
    end_of_epoch,
)
from speechbrain_zsfuse.training.collecting import (
    batch_columns,
    collect,
    measure,
    split_answers,
)
from speechbrain_zsfuse.training.epochs import EpochTable
from speechbrain_zsfuse.training.kinds import LOOP_KINDS, Balance
from speechbrain_zsfuse.training.loop import TrainingBrain
from speechbrain_zsfuse.training.marks import join_marks, marks_now
from speechbrain_zsfuse.training.several.balancing import (
    corpora_of,
    count_classes,
)
from speechbrain_zsfuse.training.several.label_masks import mask_logits, mask_of
from speechbrain_zsfuse.training.train_log import (
    forget_later_epochs,
    in_percent,
)


class ZSFuseBrain(TrainingBrain):
    """A Brain for classification of clips into a fixed list of labels.

    It needs in ``hparams``: ``labels`` (list of str), ``seed`` (int),
    ``output_folder``, ``epoch_counter`` and ``train_logger``; and a
    ``checkpointer``. If the corpus is not as it is known,
    ``corpus_mismatch`` (list of str) says where, and ``remarks`` what else is
    to be known of the run: they mark every result, as does a checkpoint that
    is damaged, and checkpoints stay marked when all is mended. A subclass gives
    ``compute_forward(batch, stage)``, which returns logits [B, E]; where they
    are not finite, evaluation ends with an error that names the clips. Logits
    [B, 2, E] are two answers, with scores and without, see ``FusionHead``: both
    are trained and validated; the better on validation is tested.
    Batches hold ``id``, ``speaker`` and ``label``; ``scores`` when zero-shot
    scores are to be written with the predictions, as are those columns of
    ``FURTHER`` that are there; ``target`` when the loss learns from the
    raters' votes; ``label_mask`` where corpora have not the same classes.

    Example
    -------
    >>> from speechbrain_zsfuse.pooling import masked_mean
    >>> class Classifier(ZSFuseBrain):
    ...     def compute_forward(self, batch, stage):
    ...         hidden, mask = self.modules.encoder(*batch.sig)
    ...         return self.modules.head(masked_mean(hidden, mask))
    """

    kinds = {**LOOP_KINDS, "labels": Labels}
    chosen = None  # checkpoint of the epoch that is tested
    begun_with = {}  # marks of earlier training of this run

    @checked
    def make_dataloader(
        self,
        dataset,
        stage,
        ckpt_prefix="dataloader-",
        *,
        batch_size: Count,
        batching: Literal["length", "random"] = "length",
        balance: Balance = 1.0,
        num_workers: Natural = 0,
        **loader_kwargs,
    ):
        """Shared out over processes in training and in evaluation.

        Arguments
        ---------
        dataset, stage, ckpt_prefix, **loader_kwargs
            As SpeechBrain.
        batch_size : int
            Clips a batch, of all processes together.
        batching : str
            ``length``: clips of similar length together; or ``random``.
        balance : float
            In [0, 1], of several corpora; see ``several/balancing.py``.
        num_workers : int
            Processes that read audio.
        """
        if not len(dataset):
            raise ValueError(
                f"Expected clips in the {stage.name.lower()} data, but there "
                "are none. Look into their manifest, or choose another split."
            )
        rank, world = processes.rank_and_size()
        with dataset.output_keys_as(["duration"]):
            durations = [item["duration"] for item in dataset]
        if stage == sb.Stage.TRAIN:
            if hasattr(self.hparams, "loss"):
                number = len(self.hparams.labels)
                self.hparams.loss.count(count_classes(dataset, number, balance))
            batches = TrainingBatches(
                len(dataset),
                batch_size,
                self.hparams.seed,
                rank,
                world,
                durations if batching == "length" else None,
                corpora_of(dataset),
                balance,
            )
            self.train_sampler = batches
        else:
            equal_lengths = not self._padding_neutral()
            batches = evaluation_batches(durations, batch_size, equal_lengths)
            batches = batches[rank::world]
            if equal_lengths:
                loader_kwargs["collate_fn"] = split_by_length
        return sb.dataio.dataloader.make_dataloader(
            dataset,
            batch_sampler=batches,
            num_workers=num_workers,
            **loader_kwargs,
        )

    def on_fit_start(self):
        """As SpeechBrain; then the log forgets the epochs to come again."""
        super().on_fit_start()
        self._tidy_checkpoints()  # a kill may have come before
        kept = self.checkpointer.list_checkpoints()
        self.begun_with = join_marks(*(one.meta for one in kept))
        counter = self.hparams.epoch_counter
        self.epochs = EpochTable(counter.limit, counter.current)
        if if_main_process() and not self.debug:
            forget_later_epochs(
                self.hparams.train_logger.save_file, counter.current
            )

    def compute_objectives(self, logits, batch, stage):
        """The loss of ``hparams.loss``; in evaluation plain cross-entropy of
        the labels, and one prediction per clip."""
        labels = self.hparams.labels
        logits = mask_logits(logits.float(), mask_of(batch))
        answers = split_answers(logits)
        if stage == sb.Stage.TEST and len(answers) > 1:
            answers = [answers[falls_back(self.chosen.meta)]]
        if stage != sb.Stage.TRAIN:
            columns = [batch_columns(batch, one, labels) for one in answers]
            self.heard.append(columns)
            return torch.tensor(columns[0]["loss"]).mean()
        target = getattr(batch, "target", None)
        target = batch.label if target is None else target.data
        loss = getattr(self.hparams, "loss", CrossEntropy())
        first, *others = (
            processes.share_of_quotient(*loss(one, target.to(one.device)))
            for one in answers
        )
        # The value is that of the first, gradients are those of all.
        return sum((other - other.detach() for other in others), start=first)

    def on_stage_start(self, stage, epoch=None):
        """Forget the predictions of the last stage."""
        self.heard = []  # columns of each answer of each batch
        if stage == sb.Stage.TRAIN:
            self.begun_at = time.time()

    def on_stage_end(self, stage, stage_loss, epoch=None):
        """Gather predictions, log, save; on every process."""
        if stage == sb.Stage.TRAIN:
            self.train_loss = processes.mean(stage_loss, self.device)
            return
        answers = collect(
            self.heard,
            self.hparams.labels,
            split=stage.name.lower(),
            mismatched=bool(self._marks()["mismatch"]),
        )
        stats = measure(answers, self.hparams.labels, self.debug)
        if stage == sb.Stage.VALID:
            self._end_of_epoch(answers[falls_back(stats)][0], stats, epoch)
        else:
            self._end_of_test(answers[0][0], stats)

    def evaluate(self, *args, **options):
        """As SpeechBrain; or, if it is not wanted, an end with validation."""
        if getattr(self.hparams, "evaluate_test", True):
            return super().evaluate(*args, **options)
        self.on_evaluate_start()
        if if_main_process() and not self.debug:
            write_validation(self.hparams.output_folder, self.chosen.meta)

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
        if self.test_only and not self.debug:
            epochs = getattr(self.hparams, "number_of_epochs", 0)
            folder = self.hparams.output_folder
            check_trained(self.checkpointer, epochs, folder)

    # ----------------------------------------------------- end of a stage
    def _end_of_epoch(self, table, stats, epoch):
        meta = {"epoch": epoch, **self._marks(), **stats}
        train = {"loss": self.train_loss}
        rate = self.optimizer.param_groups[0]["lr"]
        seconds = time.time() - self.begun_at
        if self.skipped_steps:
            train["steps skipped in this run"] = self.skipped_steps
        self._log({"epoch": epoch}, train, in_percent(stats))
        best = self.checkpointer.find_checkpoint(
            importance_key=best_epoch, ckpt_predicate=end_of_epoch
        )
        is_best = best is None or stats["UAR"] > best.meta["UAR"]
        if is_best:
            self._write("valid", table)
        losses = self.train_loss, stats["loss"]
        self.epochs.add(
            epoch, *losses, stats["UAR"], rate, seconds, best=is_best
        )
        self.checkpointer.save_checkpoint(meta=meta)
        self._tidy_checkpoints()

    def _end_of_test(self, table, stats):
        epoch, marks = (
            {"epoch chosen": self.chosen.meta["epoch"]},
            self._marks(),
        )
        if marks["mismatch"]:
            epoch["differences from the known corpus"] = len(marks["mismatch"])
        if marks["remarks"]:
            epoch["remarks"] = len(marks["remarks"])
        self._log(epoch, test_stats=in_percent(stats))
        self._write("test", table)
        if if_main_process() and not self.debug:
            write_metrics(
                self.hparams.output_folder,
                table,
                seed=self.hparams.seed,
                valid=self.chosen.meta,
                **marks,
            )

    def _log(self, *stats, **more_stats):
        if not self.debug:
            self.hparams.train_logger.log_stats(*stats, **more_stats)

    def _write(self, split, table):
        if if_main_process() and not self.debug:
            path = predictions_path(self.hparams.output_folder, split)
            write_predictions(path, table)

    def _marks(self):
        """What results bear, from now and from all training before."""
        now = marks_now(self.hparams, self.checkpointer)
        chosen = self.chosen.meta if self.chosen else {}
        return join_marks(now, self.begun_with, chosen)

    def _tidy_checkpoints(self):
        """Keep those of the best epoch and of the last, and a later one."""
        self.checkpointer.delete_checkpoints(
            importance_keys=[ckpt_recency, best_epoch],
            ckpt_predicate=end_of_epoch,
        )
        latest = self.checkpointer.find_checkpoint()
        if latest is not None and end_of_epoch(latest):
            self.checkpointer.delete_checkpoints(
                num_to_keep=0,
                ckpt_predicate=lambda one: not end_of_epoch(one),
            )

    # ---------------------------------------------------------- processes
    def _padding_neutral(self):
        modules = [getattr(m, "module", m) for m in self.modules.values()]
        return all(getattr(m, "padding_neutral", True) for m in modules)
