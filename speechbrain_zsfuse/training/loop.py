"""The training step: SpeechBrain's, without its silent defects.

``TrainingBrain`` knows nothing of emotions. It draws the random numbers of a
step from (seed, epoch, step, process) alone, so that a run killed anywhere
goes on as if nothing had happened; it clips every weight, applies what is
left of an accumulation at the end of an epoch, and skips a step whose loss or
gradient is not finite, counted and named.
"""

import logging
import math
import time
from contextlib import contextmanager

import speechbrain as sb
import torch

from speechbrain_zsfuse import processes
from speechbrain_zsfuse.audio.batch import name_clips
from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.progress import show_bar
from speechbrain_zsfuse.training.kinds import LOOP_KINDS, check_training
from speechbrain_zsfuse.training.schedules import (
    clipped_together,
    learning_rate_factor,
    weight_groups,
)
from speechbrain_zsfuse.training.seeding import seed_everything

logger = logging.getLogger(__name__)


class TrainingBrain(sb.Brain):
    """A Brain whose steps can be repeated exactly.

    It needs in ``hparams``: ``seed`` and ``number_of_epochs`` (int). It takes
    from there, if they are given, ``schedule`` and ``warmup`` (see
    ``learning_rate_factor``) and ``layer_decay``: each layer of an encoder
    learns at that share of the rate of the layer above. Batches hold ``id``.
    Run options that mean something else than in SpeechBrain:

    ``max_grad_norm``
        Of all weights together but those trained apart; negative: no limit.
    ``nonfinite_patience``
        How many steps in a row may be skipped.

    Example
    -------
    >>> brain = TrainingBrain(
    ...     {"layer": torch.nn.Linear(1, 1)}, run_opts={"max_grad_norm": -1.0}
    ... )
    >>> brain.max_grad_norm
    inf
    """

    kinds = LOOP_KINDS

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        check_training(self)
        if self.max_grad_norm < 0:  # SpeechBrain would turn gradients around
            self.max_grad_norm = math.inf
        self.skipped_steps = self.skipped_in_a_row = 0
        self.spoiled = False  # the step under way
        self.evaluation_bar = show_bar(wanted=False)
        if self.debug and self.checkpointer is not None:
            # SpeechBrain gives each process a temporary folder of its own.
            place, *_ = processes.gather([self.checkpointer.checkpoints_dir])
            self.checkpointer.checkpoints_dir = place

    def init_optimizers(self):
        """One optimizer for the trainable weights, in groups by depth."""
        decay = getattr(self.hparams, "layer_decay", 1.0)
        self.optimizer = self.opt_class(weight_groups(self.modules, decay))
        self.optimizers_dict = {"opt_class": self.optimizer}
        for group in self.optimizer.param_groups:
            group["initial_lr"] = group["lr"] * decay ** group["depth"]
        if self.checkpointer is not None:
            self.checkpointer.add_recoverable("optimizer", self.optimizer)

    def _wrap_distributed(self):
        """As SpeechBrain, with two differences.

        Unused weights are looked for where a module says that there may be
        some (layer drop). And buffers are not sent round in every step: they
        are constants, and in evaluation a process with one batch less would
        leave the others waiting.
        """
        self.find_unused_parameters |= any(
            getattr(module, "may_skip_weights", False)
            for module in self.modules.values()
        )
        super()._wrap_distributed()
        for module in self.modules.values():
            if isinstance(module, torch.nn.parallel.DistributedDataParallel):
                module.broadcast_buffers = False

    # ------------------------------------------------------------- an epoch
    def _fit_train(self, train_set, epoch, enable):
        self.on_stage_start(sb.Stage.TRAIN, epoch)
        self.modules.train()
        self.zero_grad()
        self._begin_epoch(train_set, epoch)
        clock, since = time.time(), 0
        if self.profiler is not None:
            self.profiler.start()
        with self._epoch_bar(epoch, enable) as bar:
            for batch in train_set:
                if self._optimizer_step_limit_exceeded:
                    break
                self.step += 1
                since += 1
                loss = self.fit_batch(batch)
                self.avg_train_loss = self.update_average(
                    loss, self.avg_train_loss
                )
                bar.set_postfix(loss=f"{self.avg_train_loss:.3f}")
                bar.update(_clips(batch))
                self._note_profile()
                if self.debug and self.step == self.debug_batches:
                    break
                # A checkpoint holds no gradients: none within a step.
                if self._group()[1] and self._should_save_intra_epoch_ckpt(
                    clock, since
                ):
                    # One process saves for all: they go on from one mean.
                    self.avg_train_loss = processes.mean(
                        self.avg_train_loss, self.device
                    )
                    self._save_intra_epoch_ckpt()
                    clock, since = time.time(), 0
        self.zero_grad(set_to_none=True)
        self.on_stage_end(sb.Stage.TRAIN, self.avg_train_loss, epoch)
        self.avg_train_loss = 0.0
        self.step = 0

    def _note_profile(self):
        """A step of the profiler; after its last one the program ends."""
        if self.profiler is None:
            return
        self.profiler.step()
        if self.profiler.step_num > self.tot_prof_steps:
            logger.info("The profiler has what it wants: training ends here.")
            self.profiler.stop()
            raise SystemExit  # as SpeechBrain does

    def _begin_epoch(self, train_set, epoch):
        """Prepare for the batches that are left: all, or those after a kill."""
        self.epoch, self.steps_per_epoch = epoch, len(train_set)
        if self.debug:
            self.steps_per_epoch = min(len(train_set), self.debug_batches)
        if hasattr(self.train_sampler, "set_epoch"):
            self.train_sampler.set_epoch(epoch, start=self.step)
        self.clips_per_epoch = getattr(self.train_sampler, "n_clips", None)
        self.spoiled = False

    def _epoch_bar(self, epoch, enable):
        clips = self.clips_per_epoch or 0
        done = round(clips * self.step / max(self.steps_per_epoch, 1))
        return show_bar(
            title=f"Epoch {epoch}/{self.hparams.number_of_epochs}",
            wanted=enable,
            total=self.clips_per_epoch,
            initial=done,
            unit=" clip",
        )

    # ----------------------------------------------------------- evaluation
    def _fit_valid(self, valid_set, epoch, enable):
        """As SpeechBrain, with a bar that has a name and counts clips."""
        with self._evaluation_bar("Validating", valid_set, enable):
            super()._fit_valid(valid_set, epoch, enable=False)

    def evaluate(
        self, test_set, max_key=None, min_key=None, progressbar=None, **options
    ):
        """As SpeechBrain, with a bar that has a name and counts clips."""
        if progressbar is None:
            progressbar = not self.noprogressbar
        enable = progressbar and processes.rank_and_size()[0] == 0
        with self._evaluation_bar("Testing", test_set, enable):
            return super().evaluate(
                test_set, max_key, min_key, progressbar=False, **options
            )

    @contextmanager
    def _evaluation_bar(self, title, clips, enable):
        clips = getattr(clips, "dataset", clips)  # of a DataLoader
        total = None if clips is None else len(clips)
        with show_bar(
            title=title, wanted=enable, total=total, unit=" clip"
        ) as self.evaluation_bar:
            yield

    def evaluate_batch(self, batch, stage):
        """As SpeechBrain, of a batch or a list of them; the bar goes on."""
        losses = []
        for part in batch if isinstance(batch, list) else [batch]:
            with name_clips(part.id):
                losses.append(super().evaluate_batch(part, stage))
            self.evaluation_bar.update(_clips(part))
        return torch.stack(losses).mean()

    # --------------------------------------------------------------- a step
    def _group(self):
        """Batches of the step under way, and whether this is its last."""
        factor = self.grad_accumulation_factor
        first = (self.step - 1) // factor * factor
        size = min(factor, self.steps_per_epoch - first)
        return size, self.step == first + size

    def on_fit_batch_start(self, batch, should_step):
        """Random numbers and learning rate of this step and no other."""
        rank, _ = processes.rank_and_size()
        seed_everything(self.hparams.seed, self.epoch, self.step, rank)
        epochs = self.hparams.number_of_epochs
        done = self.epoch - 1 + (self.step - 0.5) / self.steps_per_epoch
        factor = learning_rate_factor(
            done / epochs,
            getattr(self.hparams, "schedule", "constant"),
            getattr(self.hparams, "warmup", 0.0),
        )
        for optimizer in self.optimizers_dict.values():
            for group in optimizer.param_groups:
                group["lr"] = factor * group["initial_lr"]

    def fit_batch(self, batch):
        """Forward, backward, and a step when its last batch is through."""
        size, should_step = self._group()
        self.on_fit_batch_start(batch, should_step)
        with self.no_sync(not should_step):
            with self.training_ctx, name_clips(batch.id):
                outputs = self.compute_forward(batch, sb.Stage.TRAIN)
                loss = self.compute_objectives(outputs, batch, sb.Stage.TRAIN)
            if processes.everywhere(torch.isfinite(loss)):
                self.scaler.scale(loss / size).backward()
            else:
                self._spoil("loss", batch)
        if should_step:
            self.optimizers_step(batch)
        self.on_fit_batch_end(batch, outputs, loss, should_step)
        return loss.detach().cpu()

    def optimizers_step(self, batch=None):
        """Clip all weights together and step, unless something was spoiled."""
        optimizers = self.freeze_optimizers(self.optimizers_dict).values()
        if not self.spoiled:
            for optimizer in optimizers:
                self.scaler.unscale_(optimizer)
            norms = [
                torch.nn.utils.clip_grad_norm_(weights, self.max_grad_norm)
                for weights in clipped_together(optimizers)
            ]
            finite = all(map(torch.isfinite, norms))
            # In fp16 overflow is routine: the scaler skips it and goes down.
            if not self.scaler.is_enabled() and not finite:
                self._spoil("gradient", batch)
        if not self.spoiled:
            for optimizer in optimizers:
                self.scaler.step(optimizer)
            self.scaler.update()
            self.optimizer_step += 1
            self.skipped_in_a_row = 0
        for optimizer in optimizers:
            optimizer.zero_grad(set_to_none=True)
        self.spoiled = False

    def _spoil(self, what, batch):
        """Mark the step as one to skip; stop if there were too many."""
        clips = [] if batch is None else list(batch.id)
        if not self.spoiled:
            self.skipped_steps += 1
            self.skipped_in_a_row += 1
        self.spoiled = True
        message = (
            f"the {what} of epoch {self.epoch}, batch {self.step} is not "
            f"finite (clips {list_names(clips)})"
        )
        if self.skipped_in_a_row > self.nonfinite_patience:
            raise FloatingPointError(
                f"Expected a finite loss, but {message}, and neither were the "
                f"{self.skipped_in_a_row - 1} steps before. Lower the learning "
                "rate, train with --precision=fp32, or look at these clips."
            )
        logger.warning(
            "Skipping a step: %s; %d skipped so far.",
            message,
            self.skipped_steps,
        )


def _clips(batch):
    """Clips that all processes together have in their batches, about."""
    return len(batch.id) * processes.rank_and_size()[1]
