"""Epochs as lines of a table, for the terminal, in 80 columns.

All metrics are in ``train_log.txt``, see ``train_log.py``.
"""

import logging

logger = logging.getLogger(__name__)

HEAD = (
    "Each epoch is validated; UAR (unweighted average recall) in percent.\n"
    "  epoch  train loss  valid loss  valid UAR  learning rate      time"
)


class EpochTable:
    """Says its head before the first line.

    Arguments
    ---------
    count : int
        Number of epochs of the run.
    done : int
        Those that an earlier start of it has trained.

    Example
    -------
    >>> table = EpochTable(30)
    >>> table.add(1, 1.4, 1.3, 0.28, 1e-3, 12, best=True)
    """

    def __init__(self, count, done=0):
        self.count, self.done = count, done
        self.begun = False

    def add(self, *values, best):
        """Log an epoch; see ``epoch_line``."""
        if not self.begun:
            logger.info(HEAD)
            if self.done:
                logger.info(f"{f'{self.done}/{self.count}':>7}  done before")
        self.begun = True
        logger.info(epoch_line(self.count, *values, best=best))


def epoch_line(count, epoch, train_loss, valid_loss, uar, rate, seconds, best):
    """An epoch in one line.

    Arguments
    ---------
    count, epoch : int
        Number of epochs, and which it was.
    train_loss, valid_loss : float
    uar : float
        Of the validation data, in [0, 1].
    rate : float
        Learning rate of its last step.
    seconds : float
        That it took.
    best : bool
        Whether no epoch before was as good.

    Returns
    -------
    str

    Example
    -------
    >>> print(HEAD.splitlines()[1])
      epoch  train loss  valid loss  valid UAR  learning rate      time
    >>> print(epoch_line(30, 2, 1.3371, 1.3148, 0.2890, 2e-5, 75, best=True))
       2/30       1.337       1.315       28.9          2e-05   0:01:15  best
    """
    minutes, seconds = divmod(round(seconds), 60)
    time = f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    line = (
        f"{f'{epoch}/{count}':>7}{train_loss:>12.3f}{valid_loss:>12.3f}"
        f"{100 * uar:>11.1f}{rate:>15.3g}{time:>10}"
    )
    return f"{line}  best" if best else line
