"""Checkpoints that a kill cannot poison.

SpeechBrain writes a checkpoint in place, its mark of validity first; killed
in the middle, it leaves a folder that looks whole and fails to load. Here a
checkpoint is written aside, sealed with the size and checksum of every file,
and only then given its name. One that is damaged nevertheless is named and
passed over. The latest is the one that was saved last, whatever the clock says.
"""

import logging
import math
import pickle
import shutil
import time
from pathlib import Path

import yaml
from speechbrain.utils.checkpoints import Checkpointer, ckpt_recency
from speechbrain.utils.distributed import ddp_barrier, if_main_process

from speechbrain_zsfuse.errors import explain_disk, show
from speechbrain_zsfuse.evaluation.fields import METRICS
from speechbrain_zsfuse.loading.seals import find_damage, write_seal

logger = logging.getLogger(__name__)

_ASIDE = "unfinished-"


class SafeCheckpointer(Checkpointer):
    """A drop-in ``Checkpointer`` whose checkpoints are whole or not there.

    Arguments
    ---------
    *args, **kwargs
        Those of SpeechBrain's ``Checkpointer``.

    Example
    -------
    >>> import torch
    >>> folder, layer = getfixture("tmpdir"), torch.nn.Linear(1, 1)
    >>> checkpointer = SafeCheckpointer(folder, {"layer": layer})
    >>> _ = checkpointer.save_checkpoint({"epoch": 1})
    >>> checkpointer.recover_if_possible().meta["epoch"]
    1
    >>> checkpointer.passed_over
    {}
    """

    def __init__(self, *args, **kwargs):
        self.passed_over = {}  # name of what is damaged to what is wrong
        super().__init__(*args, **kwargs)

    def save_checkpoint(self, meta=None, *args, **kwargs):
        """See ``Checkpointer.save_checkpoint``; on every process.

        A ``meta`` that could not be read again is a ValueError.
        """
        meta = _plain(meta or {})
        if if_main_process():
            self._clear_unfinished()
        with explain_disk(self.checkpoints_dir, needed=self._count_bytes):
            checkpoint = super().save_checkpoint(meta, *args, **kwargs)
        ddp_barrier()  # every process has written its part
        if checkpoint is not None:
            checkpoint = self._seal(checkpoint)
        ddp_barrier()
        return checkpoint

    def recover_if_possible(self, *args, **kwargs):
        """Load the best checkpoint that is whole, checksums included.

        Returns
        -------
        Checkpoint or None
            What was loaded; None if there is nothing.
        """
        for checkpoint in self.find_checkpoints(*args, **kwargs):
            problem = find_damage(checkpoint.path, read=True)
            if not problem:
                self.load_checkpoint(checkpoint)
                return checkpoint
            self._pass_over(checkpoint.path, problem)
        return None

    def load_checkpoint(self, checkpoint):
        """See ``Checkpointer.load_checkpoint``; nothing in it is run."""
        try:
            super().load_checkpoint(checkpoint)
        except (pickle.UnpicklingError, yaml.YAMLError) as error:
            raise ValueError(
                f"Expected tensors and numbers in {checkpoint.path}, but it "
                "holds something else, which could do anything. Nothing was "
                "run. Delete the folder: an earlier checkpoint is taken, or "
                "the run begins anew."
            ) from error

    def delete_checkpoints(
        self,
        *,
        num_to_keep=1,
        min_keys=None,
        max_keys=None,
        importance_keys=(ckpt_recency,),
        ckpt_predicate=None,
        verbosity=logging.INFO,
    ):
        """See ``Checkpointer.delete_checkpoints``; a kill leaves no ruin.

        Whatever the ``verbosity``, only the log says what was deleted.
        """
        orders = [{"min_key": key} for key in min_keys or ()]
        orders += [{"max_key": key} for key in max_keys or ()]
        orders += [{"importance_key": key} for key in importance_keys]
        found, kept = {}, set()
        for order in orders:
            ranked = self.find_checkpoints(
                ckpt_predicate=ckpt_predicate, **order
            )
            found |= {checkpoint.path: checkpoint for checkpoint in ranked}
            kept |= {checkpoint.path for checkpoint in ranked[:num_to_keep]}
        ddp_barrier()
        if if_main_process():
            self._clear_unfinished()
            for path in found.keys() - kept:
                aside = path.with_name(_ASIDE + path.name)
                path.rename(aside)
                _remove(aside)
                logger.debug("Deleted checkpoint in %s", path)
        ddp_barrier()

    def _list_checkpoint_dirs(self):
        """Folders of checkpoints that are whole by the sizes of their files."""
        whole = []
        for path in super()._list_checkpoint_dirs():
            problem = find_damage(path, read=False)
            if problem:
                self._pass_over(path, problem)
            else:
                whole.append(path)
        return whole

    def _pass_over(self, path, problem):
        """Named once, and remembered for whoever reports on the run."""
        if path.name not in self.passed_over:
            logger.warning(
                "Passing over the checkpoint in %s: %s.", path, problem
            )
        self.passed_over[path.name] = problem

    def _save_checkpoint_metafile(
        self, fpath, meta_to_include=None, end_of_epoch=True
    ):
        """As SpeechBrain; but its time is later than that of all others.

        SpeechBrain takes the one of the latest time for the newest, and clocks
        go back.
        """
        times = [one.meta["unixtime"] for one in self.list_checkpoints()]
        now = max([time.time(), *(after + 0.001 for after in times)])
        meta = {"unixtime": now, **(meta_to_include or {})}
        return super()._save_checkpoint_metafile(fpath, meta, end_of_epoch)

    def _new_checkpoint_dirpath(self):
        path = super()._new_checkpoint_dirpath()
        return path.with_name(_ASIDE + path.name)

    def _custom_checkpoint_dirpath(self, name):
        path = super()._custom_checkpoint_dirpath(name)
        return path.with_name(_ASIDE + path.name)

    def _count_bytes(self):
        return count_bytes(
            [
                item.state_dict()
                for item in self.recoverables.values()
                if hasattr(item, "state_dict")
            ]
        )

    def _clear_unfinished(self):
        for path in Path(self.checkpoints_dir).glob(f"{_ASIDE}*"):
            _remove(path)

    def _seal(self, checkpoint):
        aside = checkpoint.path
        write_seal(aside)
        path = aside.with_name(aside.name.removeprefix(_ASIDE))
        if path.exists():  # a checkpoint of the user's own name
            _remove(path)
        aside.rename(path)
        files = {
            name: path / file.name
            for name, file in checkpoint.paramfiles.items()
        }
        return checkpoint._replace(path=path, paramfiles=files)


def _plain(meta):
    """Meta data as they are, if they are plain: nothing else is read again."""
    try:
        yaml.safe_dump(meta)
    except yaml.YAMLError as error:
        raise ValueError(
            "Expected plain numbers, texts, lists and dictionaries as the meta "
            f"data of a checkpoint, but got {show(meta, 200)}. Turn the rest "
            "into these, for instance with float(…)."
        ) from error
    return meta


def _remove(path):
    """A folder with all in it; of a link only the link."""
    path.unlink() if path.is_symlink() else shutil.rmtree(path)


def count_bytes(state):
    """Bytes of all tensors in nested dicts and lists.

    Example
    -------
    >>> import torch
    >>> count_bytes({"state": [{"step": 3, "mean": torch.zeros(2)}]})
    8
    """
    if isinstance(state, dict):
        state = list(state.values())
    if isinstance(state, (list, tuple)):
        return sum(map(count_bytes, state))
    return getattr(state, "nbytes", 0)


def best_epoch(checkpoint):
    """Sort key of checkpoints: highest UAR, and of equals the earliest.

    One that is no number, as of other programs, is the lowest.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> best_epoch(SimpleNamespace(meta={"UAR": 0.5, "epoch": 3}))
    (0.5, -3)
    """
    uar = checkpoint.meta["UAR"]
    return -math.inf if math.isnan(uar) else uar, -checkpoint.meta["epoch"]


def end_of_epoch(checkpoint):
    """Whether a checkpoint was saved with metrics, not within an epoch.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> end_of_epoch(SimpleNamespace(meta={"INTRA_EPOCH_CKPT": True}))
    False
    """
    return "UAR" in checkpoint.meta


def check_trained(checkpointer, epochs, folder):
    """Raise a ValueError unless training has come to its end: test data are
    for a run that validation has had its say about.

    Arguments
    ---------
    checkpointer : Checkpointer
        With the checkpoint of an epoch.
    epochs : int
        There should be.
    folder : str or Path
        Of the run. If it was tested before, that of the best epoch may be all
        that was kept.

    Example
    -------
    >>> folder = getfixture("tmpdir")
    >>> checkpointer = SafeCheckpointer(folder)
    >>> _ = checkpointer.save_checkpoint({"UAR": 0.5, "epoch": 2})
    >>> check_trained(checkpointer, 3, folder)
    Traceback (most recent call last):
    ValueError: Expected 3 epochs of training before the test, but the last \
checkpoint in ... is of epoch 2. Leave out --test_only: the run goes on, and \
is then tested.
    """
    last = checkpointer.find_checkpoint(ckpt_predicate=end_of_epoch)
    tested = (Path(folder) / METRICS).is_file()
    if last.meta["epoch"] < epochs and not tested:
        raise ValueError(
            f"Expected {epochs} epochs of training before the test, but the "
            f"last checkpoint in {checkpointer.checkpoints_dir} is of epoch "
            f"{last.meta['epoch']}. Leave out --test_only: the run goes on, "
            "and is then tested."
        )
