"""What is kept of the checkpoints of a finished run: no table needs them."""

import logging
import shutil
from pathlib import Path

from speechbrain_zsfuse.experiment.lock import lock_run, unlock_run

logger = logging.getLogger(__name__)

_FOLDER = "save"


def tidy_checkpoints(folder, keep):
    """Remove the checkpoints of a finished run that are not to be kept.

    Those that cannot be removed stay; a warning names them.

    Arguments
    ---------
    folder : str or Path
        Of a finished run.
    keep : str
        ``best``: that of the epoch that was tested, with which the run can be
        tested again; ``all`` that training leaves; or ``none``.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> (folder / "save" / "CKPT+1").mkdir(parents=True)
    >>> tidy_checkpoints(folder, "none")
    >>> (folder / "save").exists()
    False
    """
    save = Path(folder) / _FOLDER
    if keep == "all" or len([*save.glob("CKPT*")]) <= (keep == "best"):
        return
    try:
        lock_run(folder)
    except RuntimeError:  # it is being tested again
        return
    try:
        if keep == "none":
            shutil.rmtree(save)
        else:
            _keep_best(save)
    except OSError as error:  # files that others hold open on a network drive
        logger.warning(
            "Checkpoints in %s are left, they cannot be removed: %s.",
            save,
            error,
        )
    finally:
        unlock_run(folder)


def _keep_best(save):
    from speechbrain_zsfuse.training.checkpoints import (
        SafeCheckpointer,
        best_epoch,
        end_of_epoch,
    )

    checkpointer = SafeCheckpointer(save)
    checkpointer.delete_checkpoints(
        importance_keys=[best_epoch], ckpt_predicate=end_of_epoch
    )
